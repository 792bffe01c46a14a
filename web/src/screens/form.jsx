import { useEffect, useState } from 'preact/hooks';
import { forms } from '../basics.js';
import { session } from '../session.js';
import { T } from '../texts.js';
import { Button, go, Screen, store, useWorld } from '../parts.jsx';
import { Field, noteOf, wrong } from '../fields.jsx';
import { PhotoField } from '../photo.jsx';
import { today } from '../time.js';

/** Whether the form becomes a report, to which photographs belong; those of a review are handed in with its file. */
const takesPhotos = (code) => !['registration', 'assessment'].includes(code);

/** Any form of the server, question by question. */
export function Form({ code, up = '/', preset = {}, also }) {
    const state = useWorld();
    const form = forms()[code];
    const units = session().person.units;
    const draftId = `form:${code}`;
    const [answers, setAnswers] = useState(null);
    const [scaling, setScaling] = useState(false);
    const [busy, setBusy] = useState(false);
    const [tried, setTried] = useState(false);
    useEffect(() => {
        const begin = { ...(units.length === 1 ? { unit: units[0].code } : {}), ...preset };
        store()
            .then(({ draft }) => draft(draftId))
            .then((begun) => setAnswers({ ...begin, ...begun?.answers }));
    }, []);
    if (!form) return <Screen title={T.opening} up={up}><p>{T.form.none}</p></Screen>;
    if (!answers) return <Screen title={form.title} up={up}><p role="status">{T.opening}</p></Screen>;
    const problems = Object.fromEntries(form.fields.map((field) => [field.name, wrong(field, answers[field.name])]).filter(([, problem]) => problem));
    const set = (name) => (value) => {
        const changed = { ...answers, [name]: value };
        if (value === undefined) delete changed[name];
        setAnswers(changed);
        store().then(({ keepDraft }) => keepDraft(draftId, code, changed));
    };
    const send = async () => {
        if (Object.keys(problems).length > 0) return setTried(true);
        setBusy(true);
        const { unit, ...values } = answers;
        const { movePhotos, submit } = await store();
        const id = crypto.randomUUID();
        const note = noteOf(form, answers);
        await movePhotos(draftId, id);
        await submit({ id, unit, kind: code, values, ...(values.day ? { day: values.day } : {}), ...(note ? { note } : {}) }, draftId);
        for (const more of also?.(answers) ?? []) await submit(more);
        go('/sent', { replace: true });
    };
    return (
        <Screen title={form.title} up={up} foot={<Button disabled={busy || scaling} onClick={send}>{state === 'online' ? T.send.now : T.send.later}</Button>}>
            <p>{form.about}</p>
            {tried && Object.keys(problems).length > 0 && (
                <p class="problem" role="alert">
                    {T.form.wrong}
                </p>
            )}
            {form.fields
                .filter((field) => !(field.name in preset))
                .map((field) => field.kind === 'photo' && takesPhotos(code) ? (
                    <PhotoField key={field.name} field={field} draft={draftId} onBusy={setScaling} />
                ) : (
                    <Field key={field.name} field={field} value={answers[field.name]} onChange={set(field.name)} units={units} problem={(tried || (answers[field.name] !== undefined && answers[field.name] > today())) && problems[field.name]} />
                ))}
        </Screen>
    );
}
