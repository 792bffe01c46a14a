import { useEffect, useRef, useState } from 'preact/hooks';
import { forms } from '../basics.js';
import { session } from '../session.js';
import { T } from '../texts.js';
import { Button, Card, figure, go, LinkButton, Screen, Stepper, store, useRows, useWorld } from '../parts.jsx';
import { daysOf, Field, figuresOf, groups, Money as MoneyField, wrong } from '../fields.jsx';
import { SendBySms } from './sms.jsx';
import { effective, returnOf } from '../state.js';
import { before, dayText, reportables } from '../time.js';
import { composeReturn } from '../sms.js';

/** Months to choose from. */
export function Months({ unit }) {
    const figures = useRows('figures');
    return (
        <Screen title={T.month.which} up="/">
            {reportables().map(({ period, from, to }) => (
                <LinkButton key={period} kind="second" to={`/month/${unit}/${period}`}>
                    <span>{T.month.name(period)}</span>
                    <small>
                        {dayText(from)} – {dayText(to)}
                        {returnOf(figures, unit, period) ? '' : ` · ${T.month.missing.toLowerCase()}`}
                    </small>
                </LinkButton>
            ))}
        </Screen>
    );
}

/**
 * The answers of a month: what was begun here, else what is known. `seen` is the server's document that they began from: what
 * others change meanwhile is not taken for what the person wanted.
 */
function useMonth(unit, period) {
    const rows = { figures: useRows('figures'), reports: useRows('reports'), outcomes: useRows('outcomes') };
    const [{ answers, seen }, setBegun] = useState({ answers: null });
    const id = `month:${unit}:${period}`;
    const ready = rows.figures && rows.reports && rows.outcomes;
    const known = ready ? effective(rows.figures, rows.reports, rows.outcomes, unit, period) : undefined;
    useEffect(() => {
        if (!ready || answers) return;
        const there = returnOf(rows.figures, unit, period);
        const begin = { ...known?.values, ...(known?.rest_zero ? { rest_zero: true } : {}), ...(known?.note ? { note: known.note } : {}) };
        store()
            .then(({ draft }) => draft(id))
            .then((begun) => setBegun(begun ? { seen: there, ...begun } : { answers: begin, seen: there }));
    }, [ready]);
    const chain = useRef(Promise.resolve());
    const [saved, setSaved] = useState(true);
    const change = (changed) => {
        setBegun({ answers: changed, seen });
        setSaved(false);
        // One after the other, so that the last keystroke is what stays.
        const now = chain.current.then(() => store()).then(({ keepDraft }) => keepDraft(id, 'month', changed, seen));
        chain.current = now;
        return now.then(() => chain.current === now && setSaved(true));
    };
    return { id, rows, answers, seen, change, saved };
}

export function Month({ unit, period, check }) {
    const month = useMonth(unit, period);
    const form = forms().month;
    if (!form) return <Screen title={T.month.title(T.month.name(period))} up="/"><p>{T.form.none}</p></Screen>;
    if (!month.answers) return <Screen title={T.month.title(T.month.name(period))} up="/"><p role="status">{T.opening}</p></Screen>;
    const props = { ...month, unit, period, form };
    return check ? <Check {...props} /> : <Fill {...props} />;
}

function Fill({ unit, period, form, rows, answers, change, saved }) {
    const last = before(period);
    const past = last && returnOf(rows.figures, unit, last);
    const set = (name) => (value) => {
        const { [name]: _, ...rest } = answers;
        return change(value === undefined ? rest : { ...rest, [name]: value });
    };
    const path = `/month/${unit}/${period}`;
    // Over figures that were reported, “nothing happened” would be a contradiction.
    const fresh = !effective(rows.figures, rows.reports, rows.outcomes, unit, period);
    const quiet = async () => {
        await change({ rest_zero: true, ...(answers.note ? { note: answers.note } : {}) });
        go(`${path}/check`);
    };
    const others = form.fields.filter((field) => !['unit', 'period', 'indicator'].includes(field.kind));
    return (
        <Screen
            title={T.month.title(T.month.name(period))}
            up="/"
            foot={
                <>
                    <p class="quiet" role="status">
                        {!saved ? T.month.saving : Object.keys(answers).length > 0 ? T.month.saved : ''}
                    </p>
                    <LinkButton to={`${path}/check`}>{T.month.check}</LinkButton>
                </>
            }
        >
            <Span unit={unit} period={period} />
            {fresh && (
                <>
                    <Card>
                        <p>{T.month.quietHint}</p>
                        <Button kind="second" onClick={quiet}>
                            {T.month.quiet}
                        </Button>
                    </Card>
                    <h2 class="over">{T.month.orFill}</h2>
                </>
            )}
            {groups(form).map((group, at) => (
                <Group key={group.name} group={group} open={at === 0} answers={answers} set={set} past={past} last={last} />
            ))}
            {others.map((field) => (
                <Field key={field.name} field={field} value={answers[field.name]} onChange={set(field.name)} units={[]} problem={answers[field.name] && wrong(field, answers[field.name])} />
            ))}
            <p class="quiet">{T.month.nothingHint}</p>
        </Screen>
    );
}

/** The days of the month and, for who has several, the unit. */
function Span({ unit, period }) {
    const { units } = session().person;
    return (
        <p class="days">
            {units.length > 1 && <strong>{units.find(({ code }) => code === unit)?.name}. </strong>}
            {daysOf(period)}
        </p>
    );
}

function Group({ group, open, answers, set, past, last }) {
    const filled = group.fields.filter((field) => answers[field.name] !== undefined).length;
    return (
        <details class="group" open={open}>
            <summary>
                <span>{group.name}</span>
                <small>{T.month.filled(filled)}</small>
            </summary>
            {group.fields.map((field) => (
                <div class="figure" key={field.name}>
                    <label for={`field-${field.name}`}>{field.label}</label>
                    <div class="beside">
                        <span class="past">{last && T.month.before(last, figure(field, past ? (past.values[field.name] ?? (past.rest_zero ? 0 : undefined)) : undefined))}</span>
                        {field.money ? (
                            <MoneyField field={field} id={`field-${field.name}`} value={answers[field.name]} onChange={set(field.name)} />
                        ) : (
                            <Stepper id={`field-${field.name}`} label={field.label} value={answers[field.name]} max={field.max} onChange={set(field.name)} />
                        )}
                    </div>
                </div>
            ))}
        </details>
    );
}

function Check({ id, unit, period, form, answers, seen, change }) {
    const state = useWorld();
    const [busy, setBusy] = useState(false);
    // What was said once can be changed and not unsaid: a figure that was cleared stays as it is.
    const values = { ...seen?.values, ...figuresOf(form, answers) };
    const restZero = answers.rest_zero || seen?.rest_zero;
    const stated = form.fields.filter((field) => values[field.name] !== undefined);
    const path = `/month/${unit}/${period}`;
    const wrongNow = form.fields.some((field) => field.kind === 'text' && wrong(field, answers[field.name]));
    const empty = stated.length === 0 && !restZero;
    const send = async (noted = {}) => {
        setBusy(true);
        const { submit } = await store();
        const report = { unit, kind: 'month', period, values, ...(restZero ? { rest_zero: true } : {}), ...(answers.note ? { note: answers.note } : {}), seen, ...noted };
        return submit(report, id);
    };
    const finish = async () => {
        await send();
        go('/sent', { replace: true });
    };
    const text = composeReturn({ unit, period, values, rest_zero: restZero }, form.fields, session().person.units.length > 1);
    const summary = form.fields.find((field) => field.kind === 'yes_no');
    return (
        <Screen title={T.month.checkTitle} up={path}>
            <Card title={T.month.title(T.month.name(period))}>
                <Span unit={unit} period={period} />
                {stated.length > 0 && (
                    <dl>
                        {stated.map((field) => (
                            <div key={field.name}>
                                <dt>{field.label}</dt>
                                <dd>{figure(field, values[field.name])}</dd>
                            </div>
                        ))}
                    </dl>
                )}
                {empty && <p>{T.month.nothing}</p>}
                {!empty && <p class="rest">{restZero ? (stated.length === 0 ? T.month.quiet : T.month.restZero) : T.month.restOpen}</p>}
                {answers.note && <p class="note">{answers.note}</p>}
            </Card>
            {summary && stated.length > 0 && !seen?.rest_zero && (
                <Field field={summary} value={answers.rest_zero} units={[]} onChange={(value) => {
                    const { rest_zero: _, ...rest } = answers;
                    change(value ? { ...rest, rest_zero: true } : rest);
                }} />
            )}
            {empty && (
                <Button kind="second" onClick={() => change({ ...answers, rest_zero: true })}>
                    {T.month.quiet}
                </Button>
            )}
            <Button disabled={busy || empty || wrongNow} onClick={finish}>
                {state === 'online' ? T.send.now : T.send.later}
            </Button>
            {!empty && <SendBySms text={text} keepReport={send} prominent={state !== 'online'} />}
        </Screen>
    );
}
