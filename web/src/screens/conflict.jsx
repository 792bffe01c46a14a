import { useState } from 'preact/hooks';
import { forms } from '../basics.js';
import { T } from '../texts.js';
import { Button, Card, Choose, figure, go, Screen, store, useRows } from '../parts.jsx';
import { returnOf, stateOf, titleOf } from '../state.js';
import { momentText } from '../time.js';

/** Figures that differ between what was made here and what the server has, each decided by the person. */
export function Conflict({ id }) {
    const reports = useRows('reports');
    const outcomes = useRows('outcomes');
    const figures = useRows('figures');
    const [chosen, setChosen] = useState({});
    const [busy, setBusy] = useState(false);
    const title = outcomes?.find((row) => row.id === id)?.state === 'asked' ? T.conflict.askedTitle : T.conflict.title;
    if (!reports || !outcomes || !figures) return <Screen title={title} up="/sent"><p role="status">{T.opening}</p></Screen>;
    const mine = reports.find((row) => row.id === id);
    if (!mine || stateOf(mine, outcomes) !== 'conflict') return <Screen title={title} up="/sent"><p>{T.conflict.gone}</p></Screen>;
    const outcome = outcomes.find((row) => row.id === id);
    const theirs = mine.kind === 'month' ? returnOf(figures, mine.unit, mine.period) : undefined;
    const form = forms()[mine.kind];
    const differ = differences(mine, theirs, outcome, form);
    const left = differ.filter(({ name }) => !chosen[name]).length;
    const about = outcome.state === 'asked' ? outcome.held?.find(({ pointer }) => pointer === '/confirmed')?.code : null;
    const leave = async () => {
        await (await store()).settle(id);
        go('/sent', { replace: true });
    };
    const decide = async () => {
        setBusy(true);
        const { submit, settle } = await store();
        const values = { ...theirs?.values, ...mine.values };
        for (const { name, there } of differ) if (chosen[name] === 'theirs') values[name] = there;
        const { id: _, made_at, texted_at, base_version, ...rest } = mine;
        // The figures that the server has stand behind the decision, so nothing else can change unseen.
        const next = await submit({ ...rest, values, confirmed: true, ...(theirs?.version ? { base_version: theirs.version } : {}) });
        await settle(id, next.id);
        go('/sent', { replace: true });
    };
    const all = (side) => setChosen(Object.fromEntries(differ.map(({ name }) => [name, side])));
    return (
        <Screen title={title} up="/sent">
            <p>{about ? `${titleOf(mine, form)}: ${T.conflict.abouts[about] ?? T.conflict.asked}` : T.conflict.why(titleOf(mine, form))}</p>
            <p class="quiet">
                {T.conflict.mine}: {momentText(mine.made_at)}.{' '}
                {theirs && `${T.conflict.theirs}: ${T.sent.by[theirs.source] ?? theirs.source}${theirs.author ? `, ${theirs.author}` : ''}, ${momentText(Date.parse(theirs.at))}.`}
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
    const held = new Map((outcome?.held ?? []).filter(({ pointer }) => pointer.startsWith('/values/')).map(({ pointer, detail }) => [pointer.slice(8), detail]));
    const names = new Set(held.keys());
    for (const [name, value] of Object.entries(mine.values)) {
        if (theirs?.values[name] !== undefined && theirs.values[name] !== value) names.add(name);
    }
    return [...names].map((name) => ({
        name,
        field: form?.fields.find((field) => field.name === name) ?? { label: name, unit: '' },
        here: mine.values[name] ?? (mine.rest_zero ? 0 : undefined),
        there: theirs?.values[name] ?? stored(held.get(name)),
    }));
}

/** The figure in “stored: 3; given: 2”. */
const stored = (detail) => Number(/stored: (\d+)/.exec(detail ?? '')?.[1] ?? 0);
