import { useEffect, useState } from 'preact/hooks';
import { forget } from '../keep.js';
import { pulledAt } from '../pulled.js';
import { request, session } from '../session.js';
import { T } from '../texts.js';
import { Button, Card, Screen, store, useRows, useWorld } from '../parts.jsx';
import { usePhotos } from '../photo.jsx';
import { waiting } from '../state.js';
import { dayOf, dayText, momentText } from '../time.js';
import { installer } from '../install.js';

export function Me() {
    const state = useWorld();
    const { person } = session();
    return (
        <Screen title={T.me.title}>
            <Card title={person.name ?? ''}>
                <p>{T.me.role[person.role] ?? person.role}</p>
                <p>
                    {T.me.units}: {person.units.map((unit) => unit.name).join(', ')}
                </p>
                {person.practice && <p>{T.me.practice}</p>}
                <p class="quiet">{T.me.last(pulledAt() ? momentText(pulledAt()) : T.me.never)}</p>
            </Card>
            <Install />
            <Card title={T.me.devices}>{state === 'online' ? <Devices /> : <p>{T.me.devicesOffline}</p>}</Card>
            <LogOut online={state === 'online'} />
        </Screen>
    );
}

function Install() {
    const [prompt, setPrompt] = useState(installer());
    if (!prompt) return null;
    return (
        <Button kind="second" onClick={() => prompt.prompt().finally(() => setPrompt(null))}>
            {T.me.install}
        </Button>
    );
}

function Devices() {
    const [devices, setDevices] = useState(null);
    const load = () => request('GET', '/devices').then(({ items }) => setDevices(items.filter((device) => !device.revoked_at)), () => setDevices([]));
    useEffect(() => void load(), []);
    if (!devices) return <p role="status">{T.opening}</p>;
    return (
        <ul class="plain">
            {devices.map((device) => (
                <li key={device.id}>
                    <p>
                        {device.name}
                        {device.current ? ` (${T.me.thisOne})` : ''}
                        {device.seen_at && <small> {T.me.seen(dayText(dayOf(Date.parse(device.seen_at))))}</small>}
                    </p>
                    {!device.current && (
                        <Button kind="second" aria-label={T.me.remove(device.name)} onClick={() => request('DELETE', `/devices/${device.id}`).then(load, load)}>
                            {T.me.removeShort}
                        </Button>
                    )}
                </li>
            ))}
        </ul>
    );
}

function LogOut({ online }) {
    const [asked, setAsked] = useState(false);
    const reports = useRows('reports');
    const outcomes = useRows('outcomes');
    const photos = usePhotos();
    const waits = reports && outcomes ? waiting(reports, outcomes, photos).length : 0;
    const leave = async () => {
        if (online) await request('DELETE', `/devices/${session().device}`).catch(() => {});
        await (await store()).wipe();
        await forget();
        location.replace('/app/');
    };
    if (!asked) {
        return (
            <Button kind="plain" onClick={() => setAsked(true)}>
                {T.me.logout}
            </Button>
        );
    }
    return (
        <Card tone="bad">
            <p>{waits > 0 ? T.me.logoutWaits(waits) : T.me.logoutAsk}</p>
            <Button kind="danger" onClick={leave}>
                {T.me.logoutYes}
            </Button>
            <Button kind="plain" onClick={() => setAsked(false)}>
                {T.cancel}
            </Button>
        </Card>
    );
}
