// What became of each report, by its id: the server's word, unless the person has decided about it since.

/** Brings together what the phone noted itself (`outcomes`) and what the server said (`statuses`). */
export function fates(outcomes, statuses) {
    const found = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
    for (const status of statuses) {
        const fate = fateOf(status);
        const known = found.get(fate.id)?.state;
        // Used before for this very report: an answer that was lost on the way had taken it.
        if (known === 'decided' || (fate.state === 'known' && known && known !== 'pushed')) continue;
        // By the phone's clock, as everything else that is compared with it.
        found.set(fate.id, { ...fate, at: found.get(fate.id)?.at });
    }
    return [...found.values()];
}

/** What became of one report, or undefined. */
export async function fateIn(database, id) {
    const rows = await database.statuses.find({ selector: { $or: [{ id }, { document: id }] } }).exec();
    const outcome = await database.outcomes.findOne(id).exec();
    return fates(outcome ? [outcome] : [], rows).find((fate) => fate.id === id);
}

/** A status of the server as the screens read it: `{id, state, detail, held: [{name, stored}]}`. */
function fateOf({ id, state, code, about }) {
    const errors = (about?.errors ?? []).map((error) => error.code);
    const held = (about?.conflicts ?? []).map(({ code: name, stored }) => ({ name, stored }));
    if (code === 'id_taken') return { id: id.split('~')[0], state: 'known', held };
    return { id, state, detail: errors[0] ?? code, held };
}
