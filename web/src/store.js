// What the phone holds: reports that the person made, drafts, and what the server said. RxDB keeps it and brings it to
// the server and back; this file says what the rows look like, `replicate.js` how they travel.
import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { movePhotos, startPhotos, wipePhotos } from './photos.js';
import { again, nudge, replicate } from './replicate.js';

const text = (maxLength) => ({ type: 'string', maxLength });
const schema = (properties, required = []) => ({
    version: 0,
    primaryKey: 'id',
    type: 'object',
    properties: { id: text(100), ...properties },
    required: ['id', ...required],
});

const COLLECTIONS = {
    // Begun and not sent: answers by field. Never leaves the phone.
    drafts: { schema: schema({ form: text(40), answers: { type: 'object' }, at: { type: 'number' } }) },
    // Made here and meant for the server.
    reports: {
        schema: schema(
            {
                unit: text(20),
                kind: text(20),
                period: text(7),
                day: text(10),
                values: { type: 'object' },
                rest_zero: { type: 'boolean' },
                note: text(1000),
                base_version: { type: 'number' },
                confirmed: { type: 'boolean' },
                made_at: { type: 'number' },
                texted_at: { type: 'number' },
            },
            ['unit', 'kind', 'values', 'made_at'],
        ),
    },
    // What became of each, by its id: the server's word.
    outcomes: {
        schema: schema({
            state: text(20),
            version: { type: 'number' },
            detail: text(1000),
            held: { type: 'array', items: { type: 'object' } },
            at: { type: 'number' },
        }),
    },
    // What the server has of the person's units, from whomever.
    figures: {
        schema: schema({
            unit: text(20),
            kind: text(20),
            period: text(7),
            day: text(10),
            values: { type: 'object' },
            rest_zero: { type: 'boolean' },
            version: { type: 'number' },
            source: text(20),
            author: text(200),
            at: text(40),
        }),
    },
};

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
        subscription = opened[name].find().$.subscribe((rows) => listener(rows.map((row) => row.toMutableJSON())));
    });
    return () => {
        stopped = true;
        subscription?.unsubscribe();
    };
}

/** Keeps a draft; on the phone's disk when it answers. */
export async function keepDraft(id, form, answers) {
    await (await openStore()).drafts.upsert({ id, form, answers, at: Date.now() });
}

/** A draft, or null. */
export async function draft(id) {
    const row = await (await openStore()).drafts.findOne(id).exec();
    return row ? row.toMutableJSON().answers : null;
}

/** Forgets a draft. */
export async function dropDraft(id) {
    await (await openStore()).drafts.findOne(id).remove();
}

/** Hands a report over to be sent. It is on the phone's disk when this answers. */
export async function submit(report, draftId) {
    const opened = await openStore();
    const row = { id: crypto.randomUUID(), made_at: Date.now(), ...report };
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
    await (await openStore()).outcomes.findOne(id).incrementalPatch({ state: 'decided' });
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
