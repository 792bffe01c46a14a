// What the phone holds: reports that the person made, drafts, and what the server said. RxDB keeps it and brings it to
// the server and back; this file says what the rows look like, `replicate.js` how they travel.
import { addRxPlugin, createRxDatabase } from 'rxdb/plugins/core';
import { RxDBMigrationSchemaPlugin } from 'rxdb/plugins/migration-schema';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { combineLatest, map } from 'rxjs';
import { fates } from './outcomes.js';
import { movePhotos, startPhotos, wipePhotos } from './photos.js';
import { again, nudge, replicate } from './replicate.js';

addRxPlugin(RxDBMigrationSchemaPlugin);

const text = (maxLength) => ({ type: 'string', maxLength });
const schema = (version, properties, required = []) => ({
    version,
    primaryKey: 'id',
    type: 'object',
    properties: { id: text(100), ...properties },
    required: ['id', ...required],
});
const document = {
    unit: text(20),
    kind: text(20),
    period: text(7),
    day: text(10),
    values: { type: 'object' },
    rest_zero: { type: 'boolean' },
};

/** Version 0 knew a version by its number and asked for the figures report by report. */
const COLLECTIONS = {
    // Begun and not sent: answers by field, and what the server had when they were begun. Never leaves the phone.
    drafts: {
        schema: schema(1, { form: text(40), answers: { type: 'object' }, seen: { type: 'object' }, at: { type: 'number' } }),
        migrationStrategies: { 1: (draft) => draft },
    },
    // Made here and meant for the server; none is changed after it was handed over.
    reports: {
        schema: schema(
            1,
            {
                ...document,
                note: text(1000),
                confirmed: { type: 'boolean' },
                // The server's document that the person saw, `{rev, values}`, and own reports that this one grew from.
                seen: { type: 'object' },
                before: { type: 'array', items: text(100) },
                made_at: { type: 'number' },
                texted_at: { type: 'number' },
            },
            ['unit', 'kind', 'values', 'made_at'],
        ),
        migrationStrategies: { 1: ({ base_version, ...report }) => report },
    },
    // What the phone itself notes of each, by its id: that it went, that the person has decided, what became of reviews.
    outcomes: {
        schema: schema(1, { state: text(20), detail: text(1000), held: { type: 'array', items: { type: 'object' } }, at: { type: 'number' } }),
        migrationStrategies: { 1: renamed },
    },
    // What the server says of each.
    statuses: {
        schema: schema(0, { document: text(100), state: text(20), code: text(40), detail: text(1000), about: { type: 'object' }, at: text(40) }),
    },
    // What the server has of the person's units, from whomever: the documents of sync. They are fetched anew.
    figures: {
        schema: schema(1, { rev: text(70), ...document }),
        migrationStrategies: { 1: () => null },
    },
};

/** What became of a report as version 0 kept it: `held` was the list of a problem's errors. */
function renamed({ version, held = [], ...outcome }) {
    const asked = outcome.state === 'asked' && held.find(({ pointer }) => pointer === '/confirmed');
    return {
        ...outcome,
        detail: (asked || held[0])?.code ?? outcome.detail ?? '',
        held: held
            .filter(({ pointer }) => pointer?.startsWith('/values/'))
            .map(({ pointer, detail }) => ({ name: pointer.slice(8), stored: Number(/stored: (\d+)/.exec(detail)?.[1] ?? 0) })),
    };
}

let database;

/** Opens the database, once. */
export function openStore() {
    database ??= createRxDatabase({ name: 'binhyen', storage: getRxStorageDexie(), multiInstance: true, closeDuplicates: true }).then(
        async (opened) => {
            await opened.addCollections(COLLECTIONS);
            replicate(opened);
            startPhotos(opened);
            return opened;
        },
    );
    return database;
}

/** Calls `listener` with the rows of a collection now and after each change; answers how to stop. */
export function watch(name, listener) {
    let subscription;
    let stopped = false;
    openStore().then((opened) => {
        if (stopped) return;
        const rows = (name) => opened[name].find().$.pipe(map((found) => found.map((row) => row.toMutableJSON())));
        const watched = name === 'outcomes' ? combineLatest([rows('outcomes'), rows('statuses')]).pipe(map(([own, said]) => fates(own, said))) : rows(name);
        subscription = watched.subscribe(listener);
    });
    return () => {
        stopped = true;
        subscription?.unsubscribe();
    };
}

/** Keeps a draft, with the server's document that it began from (`{}`: there was none); on the phone's disk when it answers. */
export async function keepDraft(id, form, answers, seen) {
    await (await openStore()).drafts.upsert({ id, form, answers, seen: known(seen), at: Date.now() });
}

/** A draft, `{answers, seen}`, or null. */
export async function draft(id) {
    const row = await (await openStore()).drafts.findOne(id).exec();
    return row ? row.toMutableJSON() : null;
}

const known = (seen) => (seen?.rev ? { rev: seen.rev, values: seen.values, rest_zero: seen.rest_zero } : {});

/** Forgets a draft. */
export async function dropDraft(id) {
    await (await openStore()).drafts.findOne(id).remove();
}

/** Reports that an edit of a month names as those that it grew from. */
const MOST_BEFORE = 20;

/**
 * Hands a report over to be sent; `seen` is the server's document that it changes. It is on the phone's disk when this
 * answers.
 */
export async function submit({ seen, ...report }, draftId) {
    const opened = await openStore();
    const row = { id: crypto.randomUUID(), made_at: Date.now(), ...report };
    if (row.kind === 'month') {
        const { kind, unit, period } = row;
        const own = await opened.reports.find({ selector: { kind, unit, period } }).exec();
        const before = own.sort((a, b) => b.made_at - a.made_at).map(({ id }) => id);
        Object.assign(row, { before: before.slice(0, MOST_BEFORE) }, seen?.rev ? { seen: known(seen) } : {});
    }
    await opened.reports.insert(row);
    if (draftId) await dropDraft(draftId);
    nudge();
    return row;
}

/** Takes a report that the server did not take from the list. */
export async function dropReport(id) {
    const opened = await openStore();
    await opened.reports.findOne(id).remove();
    await opened.outcomes.findOne(id).remove();
    await movePhotos(id, null);
}

/** Says that the person has decided about a report: `next` follows it, or none does. */
export async function settle(id, next) {
    await movePhotos(id, next);
    await (await openStore()).outcomes.upsert({ id, state: 'decided', at: Date.now() });
}

/** Deletes everything from the phone. */
export async function wipe() {
    await (await openStore()).remove();
    await wipePhotos();
    database = undefined;
    // What was in them is gone; the empty shells go as well, where the browser can list them.
    const shells = (await indexedDB.databases?.()) ?? [];
    for (const { name } of shells) if (name.startsWith('rxdb-')) indexedDB.deleteDatabase(name);
}

export { again };
export { MOST, draftPhotos, dropPhoto, keepPhoto, movePhotos, scaled, watchPhotos } from './photos.js';
