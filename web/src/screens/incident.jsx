import { useState } from 'preact/hooks';
import { forms } from '../basics.js';
import { session } from '../session.js';
import { T } from '../texts.js';
import { Button, go, Screen, Stepper, store, useWorld } from '../parts.jsx';
import { asksUnit, Day, Field, groups, Money, wrong } from '../fields.jsx';
import { PhotoField } from '../photo.jsx';
import { composeIncident } from '../sms.js';
import { SendBySms } from './sms.jsx';
import { today } from '../time.js';

/** First tap was on the front page; this is the second: what happened. */
export function Kinds() {
    const form = forms().incident;
    if (!form) return <Screen title={T.incident.open} up="/"><p>{T.form.none}</p></Screen>;
    return (
        <Screen title={T.incident.what} up="/">
            {groups(form).map((group) => (
                <section key={group.name} class="kinds">
                    <h2 class="over">{group.name}</h2>
                    {group.fields
                        .filter((field) => !field.money)
                        .map((field) => (
                            <a key={field.name} href={`#/incident/${field.name}`}>
                                {field.label}
                            </a>
                        ))}
                </section>
            ))}
        </Screen>
    );
}

/** The third: send. Day and count are there already, and can be changed. */
export function Incident({ code }) {
    const state = useWorld();
    const form = forms().incident;
    const units = session().person.units;
    const field = form.fields.find((one) => one.name === code);
    const [answers, setAnswers] = useState({ unit: units.length === 1 ? units[0].code : undefined, day: today() });
    const [values, setValues] = useState({ [code]: 1 });
    const [scaling, setScaling] = useState(false);
    const [busy, setBusy] = useState(false);
    const draft = `incident:${code}`;
    const photo = form.fields.find((one) => one.kind === 'photo');
    const set = (name) => (value) => setAnswers({ ...answers, [name]: value });
    const group = groups(form).find(({ fields }) => fields.includes(field));
    const related = group.fields.filter((one) => one.name !== code);
    const stated = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    const day = form.fields.find((one) => one.kind === 'day');
    const ready = answers.unit && !wrong(day, answers.day) && Object.keys(stated).length > 0;
    const send = async (noted = {}) => {
        setBusy(true);
        const { movePhotos, submit } = await store();
        const id = crypto.randomUUID();
        // Before the report: it is never handed over without what belongs to it.
        await movePhotos(draft, id);
        const report = { id, unit: answers.unit, kind: 'incident', day: answers.day, values: stated, ...(answers.note ? { note: answers.note } : {}), ...noted };
        return submit(report);
    };
    const finish = async () => {
        await send();
        go('/sent', { replace: true });
    };
    const rest = form.fields.filter((one) => !['unit', 'day', 'indicator', 'photo'].includes(one.kind));
    return (
        <Screen
            title={field.label}
            up="/incident"
            foot={
                <Button disabled={busy || scaling || !ready} onClick={finish}>
                    {state === 'online' ? T.send.now : T.send.later}
                </Button>
            }
        >
            {asksUnit(units) && <Field field={form.fields.find((one) => one.kind === 'unit')} value={answers.unit} onChange={set('unit')} units={units} />}
            <Day field={{ ...day, label: T.incident.when }} id="field-day" value={answers.day} onChange={set('day')} problem={wrong(day, answers.day)} />
            <Count field={field} value={values[code]} onChange={(value) => setValues({ ...values, [code]: value })} />
            {photo && <PhotoField field={photo} draft={draft} onBusy={setScaling} />}
            <details class="group">
                <summary>
                    <span>{T.incident.more}</span>
                </summary>
                {related.map((one) => (
                    <Count key={one.name} field={one} value={values[one.name]} onChange={(value) => setValues({ ...values, [one.name]: value })} />
                ))}
            </details>
            <details class="group">
                <summary>
                    <span>{T.incident.note}</span>
                </summary>
                {rest.map((one) => (
                    <Field key={one.name} field={one} value={answers[one.name]} onChange={set(one.name)} units={units} problem={answers[one.name] && wrong(one, answers[one.name])} />
                ))}
            </details>
            {ready && !scaling && <SendBySms text={composeIncident({ unit: answers.unit, day: answers.day, values: stated }, form.fields, units.length > 1)} keepReport={send} prominent={state !== 'online'} />}
        </Screen>
    );
}

function Count({ field, value, onChange }) {
    const id = `field-${field.name}`;
    return (
        <div class="figure">
            <label for={id}>{field.label}</label>
            <div class="beside">
                <span class="past">{field.unit}</span>
                {field.money ? <Money field={field} id={id} value={value} onChange={onChange} /> : <Stepper id={id} label={field.label} value={value} max={field.max} onChange={onChange} />}
            </div>
        </div>
    );
}
