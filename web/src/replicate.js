// How rows travel: RxDB's replication with the server's sync. Reports of this phone are pushed as edits of the documents
// that the server has; what became of each comes as a status, and what the units have as documents. One row that the server
// cannot take never holds up those behind it.
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { refreshReviews } from './basics.js';
import { keep, kept } from './keep.js';
import { hears, listen } from './live.js';
import { fateIn } from './outcomes.js';
import { canSend, onSession, request, session } from './session.js';
import { setReach } from './net.js';

const PAGE = 200;
/** Reports of a push: a piece that a poor network can carry. */
const BATCH = 20;
/** Pause before another try, and after which the server is asked although nobody told of anything, in milliseconds. */
const RETRY = 15_000;
const ROUND = 60_000;

/** The collections that are pulled, by what the server calls them. */
const PULLED = { reports: 'figures', report_status: 'statuses' };

let running = [];
let deaf = new AbortController();
/** Whose units they run for. */
let runsFor = '';

/** Asks for a round of what runs well. */
export function nudge() {
    for (const replication of running) replication.reSync();
}

/** Changes what runs, one change after the other. */
let turning = Promise.resolve();
let begun;

/** Begins anew at once, without waiting for the pause after a failure. */
export function again() {
    if (begun) turn(begun, true);
}

function turn(database, anew) {
    turning = turning.catch(() => {}).then(async () => {
        const units = canSend() ? session().person.units.map(({ code }) => code).join(',') : '';
        if (units === runsFor && !anew) return;
        runsFor = units;
        const ended = running;
        running = [];
        deaf.abort();
        await Promise.all(ended.map((replication) => replication.cancel()));
        if (LEFT.includes(session()?.ended)) await forget(database);
        if (units !== '') start(database);
    });
    return turning;
}

/** Runs as long as somebody is logged in, and begins anew when the person's units change. */
export function replicate(database) {
    const begin = async () => {
        begun = database;
        onSession(() => turn(database, false));
        await turn(database, true);
        // One tab sends; when it is closed the next takes over.
        if (navigator.locks) await new Promise(() => {});
    };
    if (navigator.locks) navigator.locks.request('binhyen-sync', begin);
    else begin();
    addEventListener('online', again);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && again());
    setInterval(() => hears() || nudge(), ROUND);
}

function start(database) {
    const common = { live: true, retryTime: RETRY, waitForLeadership: false, autoStart: true };
    const push = replicateRxCollection({
        ...common,
        collection: database.reports,
        replicationIdentifier: 'reports-v2',
        push: { batchSize: BATCH, handler: (rows) => pushAll(database, rows) },
    });
    const pulled = {};
    for (const [name, collection] of Object.entries(PULLED)) {
        pulled[name] = replicateRxCollection({
            ...common,
            collection: database[collection],
            replicationIdentifier: `${collection}-v2-${kept('forgotten') ?? 0}`,
            pull: { batchSize: PAGE, handler: (checkpoint, limit) => pull(database, name, checkpoint, limit) },
        });
    }
    running = [push, ...Object.values(pulled)];
    deaf = new AbortController();
    const tell = ({ collection, resync, documents, checkpoint }) => {
        if (resync) pulled[collection]?.reSync();
        else pulled[collection]?.emitEvent({ documents: documents ?? [], checkpoint });
    };
    listen(tell, pulledNow, deaf.signal);
}

async function reached(work) {
    try {
        const answer = await work();
        setReach(true);
        return answer;
    } catch (error) {
        setReach(error.code !== 'offline' && error.status < 500);
        throw error;
    }
}

/** Notes that the phone has what the server has, not more often than a person looks. */
async function pulledNow() {
    if (!(Math.abs(Date.now() - kept('pulled_at')) < ROUND)) await keep('pulled_at', Date.now());
}

async function pull(database, name, checkpoint, limit) {
    const after = checkpoint ? `&after=${encodeURIComponent(checkpoint.after)}` : '';
    const page = await reached(() => request('GET', `/sync/${name}?limit=${limit}${after}`));
    // The log of another server, or somebody else's: what the phone holds is not what these documents follow.
    if (page.fresh && name === 'reports') await clear(database.figures);
    await pulledNow();
    return page;
}

/** Log-ins that end since the units are not the person's on this phone any more. */
const LEFT = ['device_revoked', 'post_ended'];

/** Takes from the phone what others reported; what was made here stays. Whoever logs in again is told everything anew. */
async function forget(database) {
    await keep('forgotten', (kept('forgotten') ?? 0) + 1);
    await clear(database.figures);
}

/** Takes all rows from the phone's disk: what is deleted only would stay there. */
async function clear(collection) {
    await collection.find().remove();
    // Also what was deleted this very moment.
    await collection.storageInstance.cleanup(-1_000);
}

/** Reports of the yearly review are no documents of sync: each has an address of its own. */
const REVIEWS = {
    registration: (row) => ['/reviews', { unit: row.unit, year: row.values.year }],
    assessment: (row) => [`/reviews/${row.values.review}/assessment`, { answers: row.values.answers }],
};

async function pushAll(database, rows) {
    const left = [];
    for (const { newDocumentState: row } of rows) {
        if (!row._deleted && !(await fateIn(database, row.id))) left.push(row);
    }
    // Where one way is blocked the other is not.
    const done = await Promise.allSettled([pushReports(database, left.filter(({ kind }) => !REVIEWS[kind])), pushReviews(database, left.filter(({ kind }) => REVIEWS[kind]))]);
    const failed = done.find(({ reason }) => reason);
    if (failed) throw failed.reason;
    return [];
}

async function pushReports(database, rows) {
    if (rows.length === 0) return;
    await reached(() => request('POST', '/sync/reports', rows.map(edit)));
    const at = Date.now();
    await database.outcomes.bulkUpsert(rows.map(({ id }) => ({ id, state: 'pushed', at })));
    // What became of them, and what others reported meanwhile.
    nudge();
}

/** A report as the edit of a document: its id is the revision that it makes. */
function edit(row) {
    const document = { id: row.id, rev: row.id, kind: row.kind, unit: row.unit, values: row.values };
    for (const name of ['period', 'day', 'note', 'rest_zero', 'confirmed', 'before']) if (row[name]) document[name] = row[name];
    if (row.kind === 'month') document.id = `${row.unit}:${row.period}`;
    // A meeting is what its indicators say of a day.
    if (row.kind === 'meeting') Object.assign(document, { kind: 'incident', values: { TTB: 1, TTN: row.values.attendance } });
    return { newDocumentState: document, ...(row.seen ? { assumedMasterState: row.seen } : {}) };
}

async function pushReviews(database, rows) {
    for (const row of rows) {
        await database.outcomes.upsert({ id: row.id, at: Date.now(), ...(await sendReview(row)) });
        refreshReviews().catch(() => {});
    }
}

/** What says something about the connection, and not about the row. */
const CONNECTION = ['offline', 'unauthenticated', 'token_expired', 'invalid_token', 'device_revoked', 'post_ended', 'refresh_refused'];

/** Sends one; answers what became of it, or throws where only the connection failed. */
async function sendReview(row) {
    try {
        const [path, body] = REVIEWS[row.kind](row);
        const answer = await reached(() => request('POST', path, body));
        return { state: (answer.review ?? answer).practice ? 'practised' : 'taken' };
    } catch (error) {
        if (CONNECTION.includes(error.code) || error.status >= 500 || error.status === 429 || error.status === 0) throw error;
        return { state: 'refused', detail: error.body.errors?.[0]?.code ?? error.code };
    }
}
