// Keeps the app on the phone: every file of this version is stored at installation, and answered from there.
/* global FILES, VERSION */
const STORE = `binhyen-${VERSION}`;
const HOME = '/app/';

self.addEventListener('install', (event) => {
    event.waitUntil(
        caches.open(STORE).then((store) =>
            // Past the browser's cache: the page itself has one name in all versions.
            store.addAll([HOME, ...FILES.map((name) => HOME + name)].map((url) => new Request(url, { cache: 'no-cache' }))),
        ),
    );
});

self.addEventListener('activate', (event) => {
    const tidy = async () => {
        const names = await caches.keys();
        await Promise.all(names.filter((name) => name.startsWith('binhyen-') && name !== STORE).map((name) => caches.delete(name)));
        await self.clients.claim();
    };
    event.waitUntil(tidy());
});

// The page asks for it when the person wants the new version now.
self.addEventListener('message', (event) => {
    if (event.data === 'take-over') self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== 'GET' || url.origin !== self.location.origin || !url.pathname.startsWith(HOME)) return;
    const answer = async () => {
        const store = await caches.open(STORE);
        const wanted = event.request.mode === 'navigate' ? HOME : url.pathname;
        return (await store.match(wanted)) ?? fetch(event.request);
    };
    event.respondWith(answer());
});
