// How rows travel: RxDB's replication, with the server's addresses. One row that the server cannot take never holds up
// those behind it: what became of each is kept as its outcome.
import { replicateRxCollection } from 'rxdb/plugins/replication';
import { refreshReviews } from './basics.js';
import { keep } from './keep.js';
import { canSend, onSession, request, session } from './session.js';
import { setReach } from './net.js';

const PAGE = 100;
/** Pause before another try, in milliseconds. */
const RETRY = 15_000;

let running = [];
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
        const units = canSend() ? session().person.units.map(({ code }) => code) : [];
        if (units.join(',') === runsFor && !anew) return;
        const other = units.join(',') !== runsFor;
        runsFor = units.join(',');
        const ended = running;
        running = [];
        await Promise.all(ended.map((replication) => replication.cancel()));
        if (units.length === 0) return;
        // What belongs to others now does not stay on this phone.
        if (other) await database.figures.find({ selector: { unit: { $nin: units } } }).remove();
        running = start(database, runsFor);
    });
    return turning;
}

/** Runs as long as somebody is logged in, and begins anew when the person's units change. */
export function replicate(database) {
    const begin = async () => {
        begun = database;
        onSession(() => turn(database, false));
        await turn(database, false);
        // One tab sends; when it is closed the next takes over.
        if (navigator.locks) await new Promise(() => {});
    };
    if (navigator.locks) navigator.locks.request('binhyen-sync', begin);
    else begin();
    addEventListener('online', again);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && again());
    setInterval(nudge, 60_000);
}

function start(database, units) {
    const common = { live: true, retryTime: RETRY, waitForLeadership: false, autoStart: true };
    return [
        replicateRxCollection({
            ...common,
            collection: database.reports,
            replicationIdentifier: 'reports-v1',
            push: { batchSize: 20, handler: (rows) => push(database, rows) },
        }),
        replicateRxCollection({
            ...common,
            collection: database.figures,
            replicationIdentifier: `figures-v1-${units}`,
            pull: { batchSize: PAGE, handler: (checkpoint) => pull(checkpoint) },
        }),
    ];
}

const REVIEWS = ['registration', 'assessment'];

/** What says something about the connection, and not about the row. */
const CONNECTION = ['offline', 'unauthenticated', 'token_expired', 'invalid_token', 'device_revoked', 'post_ended', 'refresh_refused'];

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

async function push(database, rows) {
    for (const { newDocumentState: row } of rows) {
        const done = await database.outcomes.findOne(row.id).exec();
        if (row._deleted || done) continue;
        await database.outcomes.upsert({ id: row.id, at: Date.now(), ...(await send({ ...row, base_version: await baseOf(database, row) })) });
        if (REVIEWS.includes(row.kind)) refreshReviews().catch(() => {});
    }
    // What others reported meanwhile stands beside what was just decided.
    nudge();
    return [];
}

/**
 * The version that the person knew: with reports of this phone that went since, as long as nobody else's stand between
 * them. Two changes made without a network are then no conflict with each other.
 */
async function baseOf(database, row) {
    let base = row.base_version ?? 0;
    if (row.kind !== 'month') return base;
    const same = await database.reports.find({ selector: { kind: 'month', unit: row.unit, period: row.period, made_at: { $lt: row.made_at } } }).exec();
    for (const { id } of same.sort((a, b) => a.made_at - b.made_at)) {
        const outcome = await database.outcomes.findOne(id).exec();
        if (outcome?.version === base + 1) base = outcome.version;
    }
    return base;
}

/** Where a row goes, by its kind; whatever else is a form without an address of its own does not leave the phone. */
const ADDRESSES = {
    month: report,
    incident: report,
    // A meeting is what its indicators say of a day.
    meeting: (row) => report({ ...row, kind: 'incident', values: { TTB: 1, TTN: row.values.attendance } }),
    registration: (row) => ['/reviews', { unit: row.unit, year: row.values.year }],
    assessment: (row) => [`/reviews/${row.values.review}/assessment`, { answers: row.values.answers }],
};

function report(row) {
    const body = { id: row.id, unit: row.unit, kind: row.kind, values: row.values };
    for (const name of ['period', 'day', 'note', 'base_version', 'rest_zero', 'confirmed']) {
        if (row[name]) body[name] = row[name];
    }
    return ['/reports', body];
}

/** Sends one row; answers what became of it, or throws where only the connection failed. */
async function send(row) {
    try {
        const [path, body] = ADDRESSES[row.kind](row);
        const answer = await reached(() => request('POST', path, body));
        return { state: answer.outcome ?? 'taken', ...(answer.version ? { version: answer.version } : {}) };
    } catch (error) {
        if (CONNECTION.includes(error.code) || error.status >= 500 || error.status === 429 || error.status === 0) throw error;
        const held = (error.body.errors ?? []).map(({ pointer, code, detail }) => ({ pointer, code, detail }));
        const about = held.find(({ pointer }) => pointer === '/confirmed')?.code;
        // An incident that went as a text before: the server has it already.
        if (about === 'repeat' && row.texted_at) return { state: 'unchanged' };
        // Ids are never used twice: an answer that was lost on the way had taken it.
        if (error.code === 'id_taken') return { state: 'taken' };
        const asks = { version_conflict: 'conflict', confirmation_needed: 'asked' };
        return { state: asks[error.code] ?? 'refused', detail: error.code, held };
    }
}

async function pull(checkpoint) {
    const units = session().person.units;
    const cursors = { ...(checkpoint ?? {}) };
    const documents = [];
    for (const { code } of units) {
        const after = cursors[code] ? `&after=${encodeURIComponent(cursors[code])}` : '';
        const page = await reached(() => request('GET', `/reports?unit=${code}&limit=${PAGE}${after}`));
        for (const row of page.items) {
            cursors[code] = row.id;
            if (!row.proposal) documents.push(figures(row));
        }
    }
    await keep('pulled_at', Date.now());
    return { documents, checkpoint: cursors };
}

const figures = (row) => ({
    id: row.report,
    unit: row.unit,
    kind: row.kind,
    period: row.period,
    day: row.day ?? '',
    values: row.values,
    rest_zero: row.rest_zero,
    version: row.version,
    source: row.source,
    author: row.author.name ?? '',
    at: row.received_at,
    _deleted: false,
});

