// The browser's offer to put the app on the home screen, and the worker that makes it work without a network.
let offer = null;

addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event;
});

/** The offer, or null. */
export const installer = () => offer;

/** Registers the worker; calls `onUpdate` with a function that takes the new version over, when there is one. */
export async function register(onUpdate) {
    if (!('serviceWorker' in navigator)) return;
    const registration = await navigator.serviceWorker.register('/app/service-worker.js', { scope: '/app/', updateViaCache: 'none' }).catch(() => null);
    // Without it (a private window, say) the app still works while there is a network.
    if (!registration) return;
    const offerUpdate = (worker) => {
        if (!worker || !navigator.serviceWorker.controller) return;
        onUpdate(() => {
            navigator.serviceWorker.addEventListener('controllerchange', () => location.reload());
            worker.postMessage('take-over');
        });
    };
    offerUpdate(registration.waiting);
    registration.addEventListener('updatefound', () => {
        const worker = registration.installing;
        worker?.addEventListener('statechange', () => worker.state === 'installed' && offerUpdate(worker));
    });
    // The browser must not throw away what has not been sent.
    navigator.storage?.persist?.();
}
