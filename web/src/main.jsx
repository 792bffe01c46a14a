// Starts the app: which screen shows for which address.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { refresh } from './basics.js';
import { register } from './install.js';
import { open } from './keep.js';
import { net, onNet } from './net.js';
import { canSend, session } from './session.js';
import { T } from './texts.js';
import { Button, Connection, store, useRows, useWorld } from './parts.jsx';
import { usePhotos } from './photo.jsx';
import { open as undecided, waiting } from './state.js';
import { Conflict } from './screens/conflict.jsx';
import { Form } from './screens/form.jsx';
import { Home } from './screens/home.jsx';
import { Incident, Kinds } from './screens/incident.jsx';
import { Login } from './screens/login.jsx';
import { Me } from './screens/me.jsx';
import { Month, Months } from './screens/month.jsx';
import { Assess, Register, Review } from './screens/review.jsx';
import { Sent } from './screens/sent.jsx';

function screen([name, first, second, third]) {
    switch (name) {
        case 'months':
            return <Months unit={first} />;
        case 'month':
            return <Month key={`${first}${second}`} unit={first} period={second} check={third === 'check'} />;
        case 'incident':
            return first ? <Incident code={first} /> : <Kinds />;
        case 'form':
            return <Form key={first} code={first} />;
        case 'sent':
            return <Sent />;
        case 'conflict':
            return <Conflict id={first} />;
        case 'review':
            return <Review />;
        case 'register':
            return <Register unit={first} />;
        case 'assess':
            return <Assess unit={first} />;
        case 'me':
            return <Me />;
        default:
            return <Home />;
    }
}

const path = () => location.hash.slice(2).split('/').map(decodeURIComponent);
const TABS = [
    ['', 'home'],
    ['sent', 'sent'],
    ['review', 'review'],
    ['me', 'me'],
];

function Tabs({ at }) {
    const reports = useRows('reports');
    const outcomes = useRows('outcomes');
    const photos = usePhotos();
    const count = reports && outcomes ? waiting(reports, outcomes, photos).length + undecided(reports, outcomes).length : 0;
    return (
        <nav class="tabs" aria-label={T.tabs.label}>
            {TABS.map(([name, label]) => (
                <a key={name} href={`#/${name}`} aria-current={at === name ? 'page' : undefined}>
                    {T.tabs[label]}
                    {name === 'sent' && count > 0 && <span class="count">{count}</span>}
                </a>
            ))}
        </nav>
    );
}

function App() {
    useWorld();
    const [at, setAt] = useState(path());
    const [again, setAgain] = useState(false);
    const [update, setUpdate] = useState(null);
    useEffect(() => {
        const follow = () => setAt(path());
        addEventListener('hashchange', follow);
        // It may have changed before anybody listened.
        follow();
        register((take) => setUpdate(() => take));
        return () => removeEventListener('hashchange', follow);
    }, []);
    const who = session();
    useEffect(() => {
        if (!canSend()) return;
        store().then(({ openStore }) => openStore());
        const fetchAgain = () => canSend() && net() === 'online' && refresh().catch(() => {});
        fetchAgain();
        // When the server can be reached again, and from time to time.
        const stop = onNet(fetchAgain);
        const timer = setInterval(fetchAgain, 600_000);
        return () => (stop(), clearInterval(timer));
    }, [who?.device, who?.ended]);
    if (!who || again) return <Login onDone={() => setAgain(false)} />;
    const top = TABS.some(([name]) => name === (at[0] ?? ''));
    return (
        <>
            {update && (
                <p class="strip">
                    {T.net.update} <Button kind="small" onClick={update}>{T.net.takeOver}</Button>
                </p>
            )}
            <Connection />
            {who.ended && (
                <p class="strip bad" role="alert">
                    {T.net.endedWhy[who.ended]} {T.net.ended} <Button kind="small" onClick={() => setAgain(true)}>{T.net.again}</Button>
                </p>
            )}
            {screen(at)}
            {top && <Tabs at={at[0] ?? ''} />}
        </>
    );
}

const root = document.getElementById('app');
open().then(
    () => {
        root.textContent = '';
        render(<App />, root);
    },
    () => {
        root.querySelector('main p').textContent = T.failed;
    },
);
