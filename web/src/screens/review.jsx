import { useState } from 'preact/hooks';
import { reviewOf } from '../basics.js';
import { session } from '../session.js';
import { T } from '../texts.js';
import { Badge, Button, Card, Choose, go, LinkButton, Screen, store, useRows, useWorld } from '../parts.jsx';
import { returnOf, stateOf } from '../state.js';
import { dayText, reportable, today } from '../time.js';
import { Form } from './form.jsx';

const year = () => Number(today().slice(0, 4));

/** Where the yearly review of each unit stands. */
export function Review() {
    useWorld();
    const reports = useRows('reports');
    const outcomes = useRows('outcomes');
    return (
        <Screen title={T.review.title(year())}>
            <p>{T.review.about}</p>
            {session().person.units.map((unit) => {
                const waits = (kind) => (reports ?? []).some((row) => row.kind === kind && row.unit === unit.code && stateOf(row, outcomes) === 'waiting');
                return <Unit key={unit.code} unit={unit} known={reviewOf(unit.code)} waits={waits} />;
            })}
            <p class="quiet">{T.review.officers}</p>
        </Screen>
    );
}

const ORDER = ['register', 'assess', 'file', 'decide'];
/** How many steps are behind each state. */
const BEHIND = { open: 0, registered: 1, assessed: 2, filed: 3, returned: 2, accepted: 3, recognised: 4, refused: 4, revoked: 4 };
const GOOD = ['recognised', 'accepted', 'filed', 'assessed', 'registered'];
const BAD = ['returned', 'refused', 'revoked'];

function Unit({ unit, known, waits }) {
    if (!known) {
        return (
            <Card title={unit.name}>
                <p>{T.review.needNet}</p>
            </Card>
        );
    }
    const { listed, rules, assessment } = known;
    const behind = BEHIND[listed.state] ?? 0;
    const deadline = { register: rules?.register_by, assess: rules?.decide_by, file: rules?.decide_by, decide: rules?.decide_by };
    const tone = GOOD.includes(listed.state) ? 'good' : BAD.includes(listed.state) ? 'bad' : 'wait';
    return (
        <Card title={unit.name}>
            <p>
                <Badge tone={tone}>{T.review.state[listed.state]}</Badge>
                {listed.registered_on && ` ${T.review.on(dayText(listed.registered_on))}`}
                {listed.late && `, ${T.review.late}`}
            </p>
            <ol class="steps">
                {ORDER.map((step, at) => (
                    <li key={step} class={at < behind ? 'done' : at === behind ? 'now' : ''} aria-current={at === behind ? 'step' : undefined}>
                        <strong>{T.review.steps[step]}</strong>
                        <small>
                            {at < behind ? T.review.stepDone : at === behind ? T.review.stepNow : T.review.stepLater}
                            {at >= behind && deadline[step] ? ` · ${T.month.due(dayText(deadline[step]))}` : ''}
                        </small>
                    </li>
                ))}
            </ol>
            {waits('registration') || waits('assessment') ? <Badge tone="wait">{T.review.waits}</Badge> : null}
            {listed.state === 'open' && !waits('registration') && <LinkButton to={`/register/${unit.code}`}>{T.review.register}</LinkButton>}
            {assessment && ['registered', 'assessed', 'returned'].includes(listed.state) && <Begin unit={unit} rules={rules} />}
        </Card>
    );
}

/** Criteria are answered when the days that are assessed are over. */
function Begin({ unit, rules }) {
    if (rules && rules.assess_from > today()) return <p>{T.review.assessFrom(dayText(rules.assess_from))}</p>;
    return <LinkButton to={`/assess/${unit.code}`}>{T.review.assess}</LinkButton>;
}

/** The registered households are a figure of the month (HDK), which the review reads. */
export function Register({ unit }) {
    const figures = useRows('figures');
    const month = reportable();
    const households = ({ households }) => {
        if (households === undefined || !month) return [];
        return [{ unit, kind: 'month', period: month.period, values: { HDK: households }, seen: returnOf(figures, unit, month.period) }];
    };
    return <Form code="registration" up="/review" preset={{ unit, year: year() }} also={households} />;
}

/** One criterion after the other: met, not met, not applicable. */
export function Assess({ unit }) {
    useWorld();
    const known = reviewOf(unit);
    const assessment = known?.assessment;
    const [changed, setChanged] = useState({});
    const given = ({ id, answer }) => [id, { outcome: answer.outcome, ...(answer.note ? { note: answer.note } : {}) }];
    const stored = (assessment?.criteria ?? []).filter(({ answer }) => answer).map(given);
    const answers = { ...Object.fromEntries(stored), ...changed };
    if (!assessment) return <Screen title={T.review.assess} up="/review"><p>{T.review.needNet}</p></Screen>;
    const set = (id, part) => {
        setChanged({ ...changed, [id]: { ...answers[id], ...part } });
    };
    const against = (one) => one.proposal !== 'open' && answers[one.id] && answers[one.id].outcome !== one.proposal;
    const lacking = assessment.criteria.filter((one) => changed[one.id] && against(one) && !changed[one.id].note);
    const send = async () => {
        const complete = Object.fromEntries(Object.entries(changed).filter(([, answer]) => answer.outcome));
        await (await store()).submit({ unit, kind: 'assessment', values: { review: known.listed.review, answers: complete } });
        go('/review', { replace: true });
    };
    const done = assessment.criteria.filter((one) => answers[one.id]?.outcome).length;
    return (
        <Screen
            title={T.review.assess}
            up="/review"
            foot={
                <>
                {lacking.length > 0 && <p role="status">{T.review.lacking(lacking.length)}</p>}
                <Button disabled={Object.keys(changed).length === 0 || lacking.length > 0} onClick={send}>
                    {T.save}
                </Button>
                </>
            }
        >
            <p role="status">{T.review.answered(done, assessment.criteria.length)}</p>
            {assessment.criteria.map((one) => (
                <Card key={one.id}>
                    <Choose
                        label={one.text}
                        name={one.id}
                        value={answers[one.id]?.outcome}
                        onChange={(outcome) => set(one.id, { outcome })}
                        options={Object.entries(T.review.answers).map(([value, label]) => ({ value, label }))}
                    />
                    <p class="quiet">{T.review.proposal[one.proposal]}</p>
                    {(against(one) || answers[one.id]?.note) && !one.bare && (
                        <label>
                            {T.review.note}
                            <textarea rows={2} maxLength={1000} value={answers[one.id]?.note ?? ''} onInput={(event) => set(one.id, { note: event.target.value })} />
                        </label>
                    )}
                </Card>
            ))}
        </Screen>
    );
}
