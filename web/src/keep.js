// Small things that must survive the phone: the log-in, the forms, what the server said last. In a database of their
// own, so that the log-in page needs no large library.
const NAME = 'binhyen-keep';
let opened;
const known = new Map();

function database() {
    opened ??= new Promise((resolve, reject) => {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => request.result.createObjectStore('kept');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    return opened;
}

async function change(work) {
    const transaction = (await database()).transaction('kept', 'readwrite', { durability: 'strict' });
    work(transaction.objectStore('kept'));
    await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
}

/** Reads everything that is kept; afterwards `kept` answers at once. */
export async function open() {
    const store = (await database()).transaction('kept').objectStore('kept');
    const cursor = store.openCursor();
    await new Promise((resolve, reject) => {
        cursor.onerror = () => reject(cursor.error);
        cursor.onsuccess = () => {
            if (!cursor.result) return resolve();
            known.set(cursor.result.key, cursor.result.value);
            cursor.result.continue();
        };
    });
}

/** What is kept under `name`. */
export const kept = (name) => known.get(name);

/** Keeps `value` under `name`; on disk when it answers. */
export async function keep(name, value) {
    known.set(name, value);
    await change((store) => store.put(value, name));
}

/** Reads `name` anew: another tab may have changed it. */
export async function fresh(name) {
    const request = (await database()).transaction('kept').objectStore('kept').get(name);
    await new Promise((resolve, reject) => {
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
    });
    known.set(name, request.result);
    return request.result;
}

/** Forgets everything but the device's own id. */
export async function forget() {
    const device = known.get('device');
    known.clear();
    await change((store) => store.clear());
    if (device) await keep('device', device);
}
