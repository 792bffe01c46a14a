// What must hold for every screen: size, accessibility, touch targets, headers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { installation, installed, logIn, phone } from './support.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Bytes that all files of the app may have together, compressed; what shows first needs far fewer. */
const BUDGET = 200_000;
const FIRST_SCREEN = 40_000;

let server;
let mobile;
let page;
let devtools;
const first = [];

before(async () => {
    server = await installation();
    mobile = phone();
    let context;
    ({ page, context, devtools } = await mobile.open());
    await devtools.send('Network.enable');
    const names = new Map();
    devtools.on('Network.responseReceived', ({ requestId, response }) => names.set(requestId, response.url));
    devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => first.push({ url: names.get(requestId), bytes: encodedDataLength }));
    await page.goto(`${server.base}/app/`);
    await page.getByLabel('Số điện thoại').waitFor();
});

// Both end even where one of them fails.
after(() => Promise.all([mobile?.close(), server?.close()]));

test('the first screen needs few bytes, and everything together less than the budget', async () => {
    const shown = first.filter(({ url }) => url?.startsWith(server.base)).reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(shown > 5_000 && shown < FIRST_SCREEN, `first screen: ${shown} bytes of ${first.map(({ url }) => url)}`);
    await installed(page);
    const files = await page.evaluate(async () => {
        const [name] = (await caches.keys()).filter((key) => key.startsWith('binhyen-'));
        return (await (await caches.open(name)).keys()).map(({ url }) => url);
    });
    let all = 0;
    for (const url of [...files, `${server.base}/app/service-worker.js`]) {
        const answer = await fetch(url, { headers: { 'Accept-Encoding': 'br' } });
        assert.equal(answer.status, 200, url);
        if (!url.endsWith('.png')) assert.equal(answer.headers.get('content-encoding'), 'br', url);
        all += Number(answer.headers.get('content-length'));
    }
    assert.ok(files.length >= 8 && all < BUDGET, `${files.length} files, ${all} bytes`);
});

test('names with a digest are kept for good, page and worker asked for each time, scripts come from here only', async () => {
    const page = await fetch(`${server.base}/app/`);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    assert.match(page.headers.get('content-security-policy'), /default-src 'none'; script-src 'self';/);
    const again = await fetch(`${server.base}/app/`, { headers: { 'If-None-Match': page.headers.get('etag') } });
    assert.equal(again.status, 304);
    const script = /src="(main-[^"]+)"/.exec(await page.text())[1];
    assert.match((await fetch(`${server.base}/app/${script}`)).headers.get('cache-control'), /immutable/);
    assert.equal((await fetch(`${server.base}/app/service-worker.js`)).headers.get('cache-control'), 'no-cache');
    assert.equal((await fetch(`${server.base}/`)).status, 200);
});

/** What axe finds that is serious, and what is too small for a finger. */
async function look(name) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
    const serious = found.violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], name);
    const small = await page.evaluate(() => {
        const wanted = 'a, button, summary, select, textarea, input:not([type=radio]):not([type=checkbox]), label:has(input[type=radio]), label:has(input[type=checkbox])';
        const boxes = [...document.querySelectorAll(wanted)].map((element) => ({ element, box: element.getBoundingClientRect() }));
        return boxes.filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44)).map(({ element, box }) => `${element.outerHTML.slice(0, 80)} ${box.width}×${box.height}`);
    });
    assert.deepEqual(small, [], name);
    const tiny = await page.evaluate(() => {
        const words = [...document.querySelectorAll('body *')].filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
        return words.filter((element) => element.offsetParent && parseFloat(getComputedStyle(element).fontSize) < 17.9).map((element) => element.outerHTML.slice(0, 80));
    });
    assert.deepEqual(tiny, [], name);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `${name} is ${wide} wide`);
    // What is fixed at an edge makes the page no wider, but can be cut off by it.
    const cut = await page.evaluate(() => [...document.querySelectorAll('nav a')].filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5 || element.scrollWidth > element.clientWidth + 1).map(({ textContent }) => textContent));
    assert.deepEqual(cut, [], name);
}

test('every screen can be read, touched and heard', async () => {
    await look('log-in');
    await logIn(page, server);
    const unit = '03847001';
    const screens = ['/', `/months/${unit}`, `/month/${unit}/2026-03`, `/month/${unit}/2026-03/check`, '/incident', '/incident/TC', '/form/meeting', '/review', `/register/${unit}`, '/sent', '/me'];
    for (const screen of screens) {
        await page.goto(`${server.base}/app/#${screen}`);
        await page.locator('main > *:not([role=status])').first().waitFor();
        await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
        await look(screen);
    }
    // A photograph before it goes, and while it waits.
    await page.goto(`${server.base}/app/#/incident/TC`);
    const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
    await page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') });
    await page.getByRole('img').waitFor();
    await look('/incident/TC with a photograph');
    await page.route('**/api/v1/attachments', (route) => route.abort());
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await page.getByText('Chờ gửi 1 ảnh').waitFor();
    await look('/sent with a photograph');
});
