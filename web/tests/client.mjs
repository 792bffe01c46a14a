import { replicateRxCollection } from 'rxdb/plugins/replication';
import { Subject } from 'rxjs';

/** Revisions tell documents apart, not their fields; where they differ the server's document holds: it has kept both. */
export const conflictHandler = { isEqual: (a, b) => a.rev === b.rev && a._deleted === b._deleted, resolve: ({ realMasterState }) => realMasterState };

/** Changes a document: another revision, which names those that it grew from. */
export const edit = (document, change) =>
    document.incrementalModify((old) => ({ ...old, ...change(old), rev: crypto.randomUUID(), before: [old.rev, ...(old.before ?? [])].slice(0, 20) }));

/** Keeps a collection and the server together. `ask(method, path, body)` is a fetch with the token; it throws unless it gets 2xx. */
export function sync(collection, name, ask) {
    const live = new Subject();
    const pull = (checkpoint, limit) => ask('GET', `/api/v1/sync/${name}?limit=${limit}${checkpoint ? `&after=${checkpoint.after}` : ''}`);
    const replication = replicateRxCollection({
        collection,
        replicationIdentifier: `binhyen-${name}`,
        retryTime: 1000,
        pull: { batchSize: 200, handler: pull, stream$: live.asObservable() },
        push: name === 'reports' ? { batchSize: 50, handler: (rows) => ask('POST', '/api/v1/sync/reports', rows) } : undefined,
    });
    return { replication, live };
}

/** Hears at once what changes, until `signal` ends it. `open(path, signal)` is a fetch with the token that answers the body's stream. */
export async function listen(lives, open, signal) {
    while (!signal.aborted) {
        try {
            let text = '';
            for await (const part of (await open('/api/v1/sync/stream', signal)).pipeThrough(new TextDecoderStream())) {
                const events = (text + part).split('\n\n');
                text = events.pop();
                for (const event of events.filter((event) => event.startsWith('data: '))) {
                    const { collection, resync, documents, checkpoint } = JSON.parse(event.slice(6));
                    lives[collection]?.next(resync ? 'RESYNC' : { documents: documents ?? [], checkpoint });
                }
            }
        } catch {
            // No network, or the token has ended: again, with a new one, and everything is pulled then.
        }
        await new Promise((resolve) => setTimeout(resolve, 1000));
    }
}
