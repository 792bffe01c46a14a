// What the rows of the phone mean together.
import { T } from './texts.js';
import { dayText, reportable, today, plus } from './time.js';

const STATES = {
    // What the phone noted, and words of servers before sync.
    pushed: 'pushed',
    created: 'recorded',
    replayed: 'recorded',
    known: 'sent',
    decided: 'decided',
    refused: 'refused',
    // What the server says.
    taken: 'recorded',
    merged: 'merged',
    unchanged: 'unchanged',
    proposed: 'proposed',
    conflict: 'conflict',
    asked: 'conflict',
    practised: 'practised',
    quarantined: 'refused',
};
/** Reports of the yearly review have no version of their own. */
const REVIEWS = ['registration', 'assessment'];

/** How a report of this phone stands: a key of `T.sent.state`. */
export function stateOf(report, outcomes) {
    const outcome = outcomes?.find((one) => one.id === report.id);
    if (!outcome) return 'waiting';
    // An incident that went as a text before: the server has it already.
    if (outcome.state === 'asked' && outcome.detail === 'repeat' && report.texted_at) return 'unchanged';
    if (outcome.state === 'taken' && REVIEWS.includes(report.kind)) return 'sent';
    return STATES[outcome.state] ?? 'sent';
}

export const TONES = { waiting: 'wait', pushed: 'good', sent: 'good', recorded: 'good', merged: 'good', unchanged: 'good', proposed: 'wait', practised: 'plain', conflict: 'bad', refused: 'bad', withdrawn: 'plain' };

/** The server's return of a unit's month, or undefined. */
export const returnOf = (figures, unit, period) => figures?.find((row) => row.kind === 'month' && row.unit === unit && row.period === period);

/** The latest report that this phone made for a unit's month and that still counts for something. */
export const mineOf = (reports, outcomes, unit, period) =>
    (reports ?? [])
        .filter((row) => row.kind === 'month' && row.unit === unit && row.period === period && !['decided', 'refused'].includes(stateOf(row, outcomes)))
        .sort((a, b) => a.made_at - b.made_at)
        .at(-1);

/** What a month holds, as far as the phone knows: the server's return with what waits here laid over it. */
export function effective(figures, reports, outcomes, unit, period) {
    const known = returnOf(figures, unit, period);
    const mine = mineOf(reports, outcomes, unit, period);
    if (!known && !mine) return undefined;
    if (!mine || !standsOver(known, mine, stateOf(mine, outcomes))) return known ?? mine;
    return { ...known, ...mine, values: { ...known?.values, ...changesOf(mine) } };
}

/** The figures that a report states otherwise than the document that the person saw: of the others nothing was meant. */
export const changesOf = ({ values, seen }) => Object.fromEntries(Object.entries(values).filter(([name, value]) => seen?.values?.[name] !== value));

/** Whether what was made here is newer than what the server is known to have: its answer may be on the way still. */
const standsOver = (known, mine, state) =>
    ['waiting', 'conflict'].includes(state) || (['pushed', 'recorded', 'merged'].includes(state) && known && [mine.seen?.rev, ...(mine.before ?? [])].includes(known.rev));

/** Reports that need the person. */
export const open = (reports, outcomes) => (reports ?? []).filter((row) => stateOf(row, outcomes) === 'conflict');

/** What the server has, so that photographs may follow. */
export const ARRIVED = ['sent', 'recorded', 'merged', 'unchanged', 'proposed'];

/** Whether a report or a photograph of it still waits for the network. */
export const waits = (row, state, photos) => state === 'waiting' || (['pushed', ...ARRIVED].includes(state) && photos.some((one) => one.report === row.id && one.state === 'waiting'));

/** Reports that wait for the network, themselves or with a photograph. */
export const waiting = (reports, outcomes, photos) => (reports ?? []).filter((row) => waits(row, stateOf(row, outcomes), photos));

/** What is due, the most urgent first: `{text, to, late}`. */
export function reminders(units, rows, review) {
    const found = [];
    const month = reportable();
    for (const unit of units) {
        const name = units.length > 1 ? `${unit.name}: ` : '';
        if (month && !effective(rows.figures, rows.reports, rows.outcomes, unit.code, month.period)) {
            const late = month.due < today();
            const label = T.month.name(month.period);
            const text = late ? T.reminders.monthLate(label) : T.reminders.month(label, dayText(month.due));
            found.push({ text: name + text, to: `/month/${unit.code}/${month.period}`, late });
        }
        const known = review(unit.code);
        if (!known?.rules) continue;
        const { listed, rules, year } = known;
        const soon = (day, days) => plus(day, -days) <= today();
        if (listed.state === 'open' && soon(rules.register_by, 60)) {
            found.push({ text: name + T.reminders.register(year, dayText(rules.register_by)), to: '/review', late: rules.register_by < today() });
        }
        if (listed.state === 'registered' && rules.assess_from <= today()) {
            found.push({ text: name + T.reminders.assess(year, dayText(rules.decide_by)), to: '/review', late: rules.decide_by < today() });
        }
    }
    return found.sort((a, b) => Number(b.late) - Number(a.late));
}

/** What a report is called in lists. */
export function titleOf(report, form) {
    if (report.kind === 'month') return T.month.title(T.month.name(report.period));
    if (report.kind === 'assessment') return T.review.assess;
    if (report.kind !== 'incident') return [form?.title ?? report.kind, report.day && dayText(report.day)].filter(Boolean).join(', ');
    const label = Object.keys(report.values ?? {})
        .map((code) => form?.fields.find((field) => field.name === code)?.label ?? code)
        .join(', ');
    return report.day ? T.sent.incident(label, dayText(report.day)) : label;
}
