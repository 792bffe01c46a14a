// Hearing at once what changes.
import { openStream } from './session.js';

/** Pauses before another try, in milliseconds. */
const FIRST = 1_000;
const LONGEST = 60_000;
/** The server says something every 20 seconds: after so much silence the connection is dead. */
const SILENCE = 60_000;

let heardAt = -Infinity;
/** Whether the server tells what changes. */
export const hears = () => performance.now() - heardAt < SILENCE;

/** Calls `tell` with each event, and `alive` whenever anything is heard, until `signal` ends it or the app is not in front any more. */
export async function listen(tell, alive, signal) {
    let pause = FIRST;
    while (!signal.aborted && document.visibilityState === 'visible') {
        const connection = new AbortController();
        const end = () => connection.abort();
        const hide = () => document.visibilityState === 'hidden' && end();
        signal.addEventListener('abort', end);
        document.addEventListener('visibilitychange', hide);
        try {
            await hear(tell, () => ((pause = FIRST), alive()), connection);
        } catch {
            // No network, or the server has no room for one more: later again, and everything is pulled then.
        }
        heardAt = -Infinity;
        signal.removeEventListener('abort', end);
        document.removeEventListener('visibilitychange', hide);
        await sleep(pause, signal);
        pause = Math.min(2 * pause, LONGEST);
    }
}

async function hear(tell, alive, connection) {
    const reader = (await openStream('/sync/stream', connection.signal)).getReader();
    const decoder = new TextDecoder();
    let text = '';
    let timer;
    try {
        for (;;) {
            timer = setTimeout(() => connection.abort(), SILENCE);
            const { done, value } = await reader.read();
            clearTimeout(timer);
            if (done) return;
            heardAt = performance.now();
            alive();
            const events = (text + decoder.decode(value, { stream: true })).split('\n\n');
            text = events.pop();
            for (const event of events) if (event.startsWith('data: ')) tell(JSON.parse(event.slice(6)));
        }
    } finally {
        clearTimeout(timer);
    }
}

const sleep = (pause, signal) =>
    new Promise((resolve) => {
        const timer = setTimeout(resolve, pause);
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
