import { useEffect, useState } from 'preact/hooks';
import { forms } from '../basics.js';
import { T } from '../texts.js';
import { request } from '../session.js';
import { Button, Card, Choose, figure, go, Screen, store, useRows } from '../parts.jsx';
import { changesOf, returnOf, stateOf, titleOf } from '../state.js';
import { momentText } from '../time.js';

/** Figures that differ between what was made here and what the server has, each decided by the person. */
export function Conflict({ id }) {
    const reports = useRows('reports');
    const outcomes = useRows('outcomes');
    const figures = useRows('figures');
    const [chosen, setChosen] = useState({});
    const [busy, setBusy] = useState(false);
    const said = useSaid(reports?.find((row) => row.id === id), figures);
    const title = outcomes?.find((row) => row.id === id)?.state === 'asked' ? T.conflict.askedTitle : T.conflict.title;
    if (!reports || !outcomes || !figures) return <Screen title={title} up="/sent"><p role="status">{T.opening}</p></Screen>;
    const mine = reports.find((row) => row.id === id);
    if (!mine || stateOf(mine, outcomes) !== 'conflict') return <Screen title={title} up="/sent"><p>{T.conflict.gone}</p></Screen>;
    const outcome = outcomes.find((row) => row.id === id);
    const theirs = mine.kind === 'month' ? returnOf(figures, mine.unit, mine.period) : undefined;
    const form = forms()[mine.kind];
    const differ = differences(mine, theirs, outcome, form);
    const left = differ.filter(({ name }) => !chosen[name]).length;
    const about = outcome.state === 'asked' ? outcome.detail : null;
    const leave = async () => {
        await (await store()).settle(id);
        go('/sent', { replace: true });
    };
    const decide = async () => {
        setBusy(true);
        const { submit, settle } = await store();
        const values = { ...theirs?.values, ...changesOf(mine) };
        for (const { name, there } of differ) if (chosen[name] === 'theirs') values[name] = there;
        const { id: _, made_at, texted_at, before, ...rest } = mine;
        // It names the document that was shown, so nothing else can change unseen.
        const next = await submit({ ...rest, values, confirmed: true, seen: theirs });
        await settle(id, next.id);
        go('/sent', { replace: true });
    };
    const all = (side) => setChosen(Object.fromEntries(differ.map(({ name }) => [name, side])));
    return (
        <Screen title={title} up="/sent">
            <p>{about ? `${titleOf(mine, form)}: ${T.conflict.abouts[about] ?? T.conflict.asked}` : T.conflict.why(titleOf(mine, form))}</p>
            <p class="quiet">
                {T.conflict.mine}: {momentText(mine.made_at)}.{' '}
                {theirs && said && `${T.conflict.theirs}: ${[T.sent.by[said.source] ?? said.source, said.author?.name, momentText(Date.parse(said.received_at))].filter(Boolean).join(', ')}.`}
            </p>
            {differ.map(({ name, field, here, there }) => (
                <Card key={name}>
                    <Choose
                        label={field.label}
                        name={name}
                        value={chosen[name]}
                        onChange={(side) => setChosen({ ...chosen, [name]: side })}
                        options={[
                            { value: 'mine', label: `${T.conflict.mine}: ${figure(field, here)}` },
                            { value: 'theirs', label: `${T.conflict.theirs}: ${figure(field, there)}` },
                        ]}
                    />
                </Card>
            ))}
            {differ.length > 1 && (
                <>
                    <Button kind="second" onClick={() => all('mine')}>{T.conflict.all.mine}</Button>
                    <Button kind="second" onClick={() => all('theirs')}>{T.conflict.all.theirs}</Button>
                </>
            )}
            {left > 0 && <p role="status">{T.conflict.left(left)}</p>}
            <Button disabled={busy || left > 0} onClick={decide}>
                {differ.length === 0 ? T.conflict.insist : T.conflict.done}
            </Button>
            {about && (
                <Button kind="second" onClick={leave}>
                    {T.conflict.leave}
                </Button>
            )}
        </Screen>
    );
}

function differences(mine, theirs, outcome, form) {
    const held = new Map((outcome?.held ?? []).map(({ name, stored }) => [name, stored]));
    const names = new Set(held.keys());
    for (const [name, value] of Object.entries(changesOf(mine))) {
        if (theirs?.values[name] !== undefined && theirs.values[name] !== value) names.add(name);
    }
    return [...names].map((name) => ({
        name,
        field: form?.fields.find((field) => field.name === name) ?? { label: name, unit: '' },
        here: mine.values[name] ?? (mine.rest_zero ? 0 : undefined),
        there: theirs?.values[name] ?? held.get(name) ?? 0,
    }));
}

/** Who said what the server has, and how; undefined until the server has told. */
function useSaid(mine, figures) {
    const [said, setSaid] = useState();
    const { kind, unit, period } = mine ?? {};
    const rev = kind === 'month' && returnOf(figures, unit, period)?.rev;
    useEffect(() => {
        if (!rev) return;
        // Beside what is to be decided: without a network it is left out.
        request('GET', `/reports?unit=${unit}&period=${period}`).then(
            ({ items }) => setSaid(items.find((row) => row.kind === 'month' && !row.proposal)),
            () => setSaid(undefined),
        );
    }, [rev]);
    return said;
}
