import { forms, reviewOf } from '../basics.js';
import { session } from '../session.js';
import { T } from '../texts.js';
import { Badge, Button, Card, LinkButton, Screen, useRows, useWorld } from '../parts.jsx';
import { daysOf } from '../fields.jsx';
import { usePhotos } from '../photo.jsx';
import { effective, open, mineOf, reminders, stateOf, TONES, waiting } from '../state.js';
import { dayText, reportable, today } from '../time.js';

export function Home() {
    useWorld();
    const rows = { reports: useRows('reports'), outcomes: useRows('outcomes'), figures: useRows('figures'), drafts: useRows('drafts') };
    const { units, practice } = session().person;
    const decide = open(rows.reports, rows.outcomes);
    const wait = waiting(rows.reports, rows.outcomes, usePhotos());
    const due = reminders(units, rows, reviewOf).filter((one) => !one.to.startsWith('/month'));
    const month = reportable();
    return (
        <Screen title={units.length === 1 ? units[0].name : T.app}>
            {practice && <p class="strip wait">{T.me.practice}</p>}
            {decide.length > 0 && (
                <Card tone="bad" title={T.conflict.card(decide.length)}>
                    <LinkButton to={`/conflict/${decide[0].id}`}>{T.conflict.open}</LinkButton>
                </Card>
            )}
            {!month && (
                <Card tone="wait">
                    <p>{T.form.none}</p>
                </Card>
            )}
            {month && units.map((unit) => <Month key={unit.code} unit={unit} month={month} rows={rows} several={units.length > 1} />)}
            {month && (
                <LinkButton kind="second" to="/incident">
                    {T.incident.open}
                </LinkButton>
            )}
            {wait.length > 0 && (
                <Card tone="wait">
                    <p>
                        <a href="#/sent">{T.sent.count(wait.length)}</a>
                    </p>
                </Card>
            )}
            {due.length > 0 && (
                <Card title={T.reminders.title}>
                    <ul class="plain">
                        {due.map((one) => (
                            <li key={one.text}>
                                <a class={one.late ? 'late' : ''} href={`#${one.to}`}>
                                    {one.text}
                                </a>
                            </li>
                        ))}
                    </ul>
                </Card>
            )}
            <Others />
            <a class="emergency" href="tel:113">
                {T.emergency}
            </a>
        </Screen>
    );
}

function Month({ unit, month, rows, several }) {
    const { period, due } = month;
    const name = T.month.name(period);
    const known = effective(rows.figures, rows.reports, rows.outcomes, unit.code, period);
    const mine = mineOf(rows.reports, rows.outcomes, unit.code, period);
    const begun = rows.drafts?.some((row) => row.id === `month:${unit.code}:${period}`);
    const state = mine ? stateOf(mine, rows.outcomes) : known ? 'recorded' : null;
    const late = !known && due < today();
    return (
        <Card title={several ? `${unit.name}: ${name}` : T.month.title(name)} tone={late ? 'bad' : 'plain'}>
            <p class="days">{daysOf(period)}</p>
            <p>
                {state && <Badge tone={TONES[state]}>{T.sent.state[state]}</Badge>}
                {!state && <Badge tone={late ? 'bad' : 'wait'}>{begun ? T.month.started : T.month.missing}</Badge>}
            </p>
            {!known && <p>{late ? T.month.late(dayText(due)) : T.month.due(dayText(due))}</p>}
            <LinkButton kind={known ? 'second' : 'main'} to={`/month/${unit.code}/${period}`}>
                {known ? T.month.change(name) : begun ? T.month.go(name) : T.month.begin(name)}
            </LinkButton>
            <a class="more" href={`#/months/${unit.code}`}>
                {T.month.other}
            </a>
        </Card>
    );
}

/** Forms that have no screen of their own. */
const OWN = ['month', 'incident', 'registration', 'assessment'];

function Others() {
    const others = Object.values(forms()).filter((form) => !OWN.includes(form.code));
    if (others.length === 0) return null;
    return (
        <Card title={T.form.others}>
            <ul class="plain">
                {others.map((form) => (
                    <li key={form.code}>
                        <a href={`#/form/${form.code}`}>{form.title}</a>
                    </li>
                ))}
            </ul>
        </Card>
    );
}
