// Photographs of reports: scaled down here, kept on the phone until the server has them, and sent in pieces after their report.
// The server knows each by its digest and says how much of it is on its disk, so that a cut costs one piece.
import { fateIn } from './outcomes.js';
import { canSend, onSession, request } from './session.js';
import { ARRIVED, stateOf } from './state.js';

const NAME = 'binhyen-photos';
/** Pixels of the longer side, and how much of the rest is kept: enough to see a scene, little enough for a poor network. */
const LONGEST = 1600;
const QUALITY = 0.8;
/** Bytes of a piece: some seconds over a poor network. */
const PIECE = 64 * 1024;
/** Pause before another try, and after which a photograph without a report is forgotten, in milliseconds. */
const RETRY = 15_000;
const ORPHAN = 86_400_000;
/** Photographs of a report. */
export const MOST = 5;

let opened;
/** Whether everything was deleted: nothing may open it again before the page goes. */
let wiped = false;

function database() {
    if (wiped) return Promise.reject(new Error('wiped'));
    opened ??= new Promise((resolve, reject) => {
        const asked = indexedDB.open(NAME, 1);
        asked.onupgradeneeded = () => {
            asked.result.createObjectStore('photos', { keyPath: 'id' });
            // Apart, so that the list can be read without them.
            asked.result.createObjectStore('bytes');
        };
        asked.onsuccess = () => {
            // Another tab logs out.
            asked.result.onversionchange = () => {
                wiped = true;
                asked.result.close();
            };
            resolve(asked.result);
        };
        asked.onerror = () => reject(asked.error);
    });
    return opened;
}

/** Whether a photograph without a report was given up. */
const old = (row) => Date.now() - row.at > ORPHAN;

const answer = (asked) =>
    new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
    });

/** Changes both stores at once; on disk when it answers. */
async function change(work) {
    const transaction = (await database()).transaction(['photos', 'bytes'], 'readwrite', { durability: 'strict' });
    const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    await work(transaction.objectStore('photos'), transaction.objectStore('bytes'));
    await done;
    tell();
}

const read = async (name) => (await database()).transaction(name).objectStore(name);
const all = async () => (await answer((await read('photos')).getAll())).sort((a, b) => a.at - b.at);

const listeners = new Set();
const channel = globalThis.BroadcastChannel && new BroadcastChannel(NAME);
/** Bytes that the server has of what is being sent, by id. */
const progress = new Map();

async function show() {
    if (wiped) return;
    const rows = await all();
    for (const listener of listeners) listener(rows.map((row) => ({ ...row, sent: progress.get(row.id) ?? 0 })));
}

function tell() {
    show();
    channel?.postMessage(0);
}

if (channel) channel.onmessage = show;

/** Calls `listener` with the photographs now and after each change; answers how to stop. */
export function watchPhotos(listener) {
    listeners.add(listener);
    show();
    return () => listeners.delete(listener);
}

/** The picture of a file as a JPEG of sensible size, without what else the camera wrote into it (place, time, device). */
export async function scaled(file) {
    const url = URL.createObjectURL(file);
    try {
        const picture = new Image();
        picture.src = url;
        await picture.decode();
        const scale = Math.min(1, LONGEST / Math.max(picture.naturalWidth, picture.naturalHeight));
        const canvas = document.createElement('canvas');
        canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
        canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
        const pen = canvas.getContext('2d');
        pen.fillStyle = '#fff';
        pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
        if (!blob) throw new Error('no picture');
        return blob;
    } finally {
        URL.revokeObjectURL(url);
    }
}

/** Keeps a photograph of a form that is not handed over yet; on the phone's disk when it answers its id. */
export async function keepPhoto(draft, blob) {
    const bytes = await blob.arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const row = { id: crypto.randomUUID(), report: draft, sha256, size: bytes.byteLength, kind: blob.type, at: Date.now(), state: 'draft' };
    await change((photos, store) => {
        photos.put(row);
        store.put(bytes, row.id);
    });
    return row.id;
}

/** Takes a photograph back. */
export async function dropPhoto(id) {
    await change((photos, store) => {
        photos.delete(id);
        store.delete(id);
    });
}

/** The photographs of a form that is not handed over yet. Those of another day were given up. */
export async function draftPhotos(draft) {
    const found = [];
    for (const row of await all()) {
        if (row.report !== draft || row.state !== 'draft' || old(row)) continue;
        found.push({ id: row.id, blob: new Blob([await answer((await read('bytes')).get(row.id))], { type: row.kind }) });
    }
    return found;
}

/** Gives the photographs of a form or report to the report that follows it, or forgets them where none does. */
export async function movePhotos(report, next) {
    const rows = (await all()).filter((row) => row.report === report);
    if (rows.length === 0) return;
    await change((photos, store) => {
        for (const row of rows) {
            if (next) {
                photos.put({ ...row, report: next, state: row.state === 'draft' ? 'waiting' : row.state });
            } else {
                photos.delete(row.id);
                store.delete(row.id);
            }
        }
    });
}

/** Deletes all of them from the phone. */
export async function wipePhotos() {
    const last = await database();
    wiped = true;
    last.close();
    await answer(indexedDB.deleteDatabase(NAME));
}

/** Under which id the server has the report: undefined while it has none, null where the photograph is not wanted any more. */
async function reportOf(rows, photo) {
    const report = await rows.reports.findOne(photo.report).exec();
    if (!report) return old(photo) ? null : undefined;
    const fate = await fateIn(rows, photo.report);
    const state = stateOf(report, fate ? [fate] : []);
    // Nothing of practice is kept.
    if (state === 'practised') return null;
    if (state === 'unchanged') {
        // It went as a text before: the server has it under an id of its own.
        const there = await rows.figures.find({ selector: { kind: report.kind, unit: report.unit, day: report.day ?? '' } }).exec();
        const same = there.find(({ values }) => JSON.stringify(sorted(values)) === JSON.stringify(sorted(report.values)));
        if (same || !old(fate)) return same?.id.replace('~', '');
    }
    return ARRIVED.includes(state) ? report.id : undefined;
}

const sorted = (values) => Object.entries(values).sort();

/** What says something about the connection or the moment, and not about the photograph. */
const passes = ({ status }) => status === undefined || status === 0 || status >= 500 || [401, 408, 409, 429].includes(status);

async function send(row, report) {
    const bytes = await answer((await read('bytes')).get(row.id));
    const announce = () => request('POST', '/attachments', { report, sha256: row.sha256, size: row.size, kind: row.kind });
    let there = await announce();
    let spoilt = 0;
    while (!there.complete) {
        progress.set(row.id, there.offset);
        tell();
        const piece = new Blob([bytes.slice(there.offset, there.offset + PIECE)]);
        const headers = { 'Content-Type': 'application/octet-stream', 'Upload-Offset': String(there.offset) };
        try {
            there = await request('PATCH', `/attachments/${row.sha256}`, piece, headers);
        } catch (error) {
            // The server knows better where to go on; what was spoilt on the way begins anew, but not forever.
            if (error.code === 'digest_mismatch') spoilt += 1;
            if (!['offset_mismatch', 'digest_mismatch'].includes(error.code) || spoilt > 2) throw error;
            there = await announce();
        }
    }
}

async function sendAll(rows) {
    for (const row of await all()) {
        if (row.state === 'draft' && old(row)) await dropPhoto(row.id);
        if (row.state !== 'waiting' || !canSend()) continue;
        const report = await reportOf(rows, row);
        if (report === undefined) continue;
        let state = 'sent';
        try {
            if (report !== null) await send(row, report);
        } catch (error) {
            if (passes(error)) return;
            state = 'refused';
        }
        progress.delete(row.id);
        // What the server has need not take the phone's room.
        await change((photos, store) => {
            if (report === null) photos.delete(row.id);
            else photos.put({ ...row, state });
            store.delete(row.id);
        });
    }
}

let running;
let asked = false;

/** Sends what waits, one tab at a time; asked again meanwhile, it looks again. */
function begin(rows) {
    asked = true;
    running ??= (async () => {
        while (asked) {
            asked = false;
            const work = (lock) => (lock === null ? undefined : sendAll(rows));
            await (navigator.locks ? navigator.locks.request(NAME, { ifAvailable: true }, work) : work());
        }
    })()
        .catch(() => {})
        .finally(() => (running = undefined));
}

/** Sends photographs from now on, each when the server has its report. */
export function startPhotos(rows) {
    const again = () => begin(rows);
    rows.outcomes.find().$.subscribe(again);
    rows.statuses.find().$.subscribe(again);
    rows.figures.find().$.subscribe(again);
    onSession(again);
    addEventListener('online', again);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && again());
    setInterval(again, RETRY);
}
