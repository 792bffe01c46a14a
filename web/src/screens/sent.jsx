import { useState } from 'preact/hooks';
import { forms } from '../basics.js';
import { T } from '../texts.js';
import { Badge, Button, Card, figure, LinkButton, Screen, store, useRows, useWorld } from '../parts.jsx';
import { PhotoState, usePhotos } from '../photo.jsx';
import { ARRIVED, stateOf, titleOf, TONES, waits } from '../state.js';
import { momentText } from '../time.js';

export function Sent() {
    useWorld();
    const reports = useRows('reports');
    const outcomes = useRows('outcomes');
    const photos = usePhotos();
    if (!reports || !outcomes) return <Screen title={T.sent.title}><p role="status">{T.opening}</p></Screen>;
    const rows = reports.map((report) => ({ report, state: stateOf(report, outcomes) })).filter(({ state }) => state !== 'decided');
    rows.sort((a, b) => b.report.made_at - a.report.made_at);
    const wait = rows.filter(({ report, state }) => waits(report, state, photos));
    const done = rows.filter((row) => !wait.includes(row));
    const of = ({ report }) => photos.filter((one) => one.report === report.id);
    return (
        <Screen title={T.sent.title}>
            <h2 class="over">{T.sent.waiting}</h2>
            {wait.length === 0 && <p>{T.sent.nothingWaits}</p>}
            {wait.map((row) => <Row key={row.report.id} {...row} outcomes={outcomes} photos={of(row)} />)}
            {wait.length > 0 && (
                <Button kind="second" onClick={() => store().then(({ again }) => again())}>
                    {T.sent.tryNow}
                </Button>
            )}
            <h2 class="over">{T.sent.done}</h2>
            {done.length === 0 && <p>{T.sent.nothing}</p>}
            {done.map((row) => <Row key={row.report.id} {...row} outcomes={outcomes} photos={of(row)} />)}
        </Screen>
    );
}

function Row({ report, state, outcomes, photos }) {
    const form = forms()[report.kind];
    const outcome = outcomes.find(({ id }) => id === report.id);
    const fields = form?.fields.filter((field) => field.kind === 'indicator' && report.values[field.name] !== undefined) ?? [];
    return (
        <Card title={titleOf(report, form)} tone={TONES[state] === 'bad' ? 'bad' : 'plain'} data-report={report.id} data-state={state}>
            <p>
                <Badge tone={TONES[state]}>{T.sent.state[state]}</Badge> <span class="quiet">{momentText(report.made_at)}</span>
            </p>
            {report.kind === 'month' && (
                <p>{fields.length === 0 ? T.month.quiet : fields.map((field) => `${field.label}: ${figure(field, report.values[field.name])}`).join('; ')}</p>
            )}
            {state === 'practised' && <p>{T.sent.practised}</p>}
            {state !== 'practised' && <PhotoState photos={photos} sent={ARRIVED.includes(state)} />}
            {report.texted_at && <p class="quiet">{T.sent.texted(momentText(report.texted_at))}</p>}
            {state === 'conflict' && <LinkButton to={`/conflict/${report.id}`}>{T.conflict.open}</LinkButton>}
            {state === 'refused' && <Refused report={report} outcome={outcome} />}
        </Card>
    );
}

function Refused({ report, outcome }) {
    const [asked, setAsked] = useState(false);
    return (
        <>
            <p>
                {T.sent.why}: {T.sent.whys[outcome?.detail] ?? T.sent.whys.other}
            </p>
            {report.kind === 'month' && (
                <LinkButton kind="second" to={`/month/${report.unit}/${report.period}`}>
                    {T.sent.mend}
                </LinkButton>
            )}
            {!asked && (
                <Button kind="plain" onClick={() => setAsked(true)}>
                    {T.sent.drop}
                </Button>
            )}
            {asked && (
                <>
                    <p>{T.sent.dropAsk}</p>
                    <Button kind="danger" onClick={() => store().then(({ dropReport }) => dropReport(report.id))}>
                        {T.sent.drop}
                    </Button>
                    <Button kind="plain" onClick={() => setAsked(false)}>
                        {T.cancel}
                    </Button>
                </>
            )}
        </>
    );
}
