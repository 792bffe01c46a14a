// Whether the server can be reached, as the last request saw it.
let reach = navigator.onLine;
const listeners = new Set();

const tell = () => listeners.forEach((listener) => listener());

/** Notes whether the last request reached the server. */
export function setReach(value) {
    if (reach === value) return;
    reach = value;
    tell();
}

/** `online`, `offline` (the phone says so), or `unreachable`. */
export const net = () => (!navigator.onLine ? 'offline' : reach ? 'online' : 'unreachable');

/** Calls `listener` on every change; answers how to stop. */
export function onNet(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

addEventListener('online', () => {
    reach = true;
    tell();
});
addEventListener('offline', tell);
