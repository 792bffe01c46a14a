// The app in a real browser against the real server: from log-in to what the server has at the end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { headsPhone, rows, stored, token, until } from './support.mjs';

let server;
let mobile;
let page;
let context;

before(async () => {
    ({ server, mobile, page, context } = await headsPhone());
    watch();
});

// Both end even where one of them fails.
after(() => Promise.all([mobile?.close(), server?.close()]));

/** Where the app posted to, as the browser saw it. */
const posted = [];

/** Opens the phone again, which was off. */
async function open() {
    ({ page, context } = await mobile.open());
    watch();
}

const watch = () => page.on('request', (request) => request.method() === 'POST' && posted.push(new URL(request.url()).pathname));

const at = (path) => page.goto(`${server.base}/app/#${path}`);
/** The return of March that counts, and whatever waits for an officer beside it. */
const march = async () => {
    const { items } = await stored(page, '/reports?unit=03847001&period=2026-03');
    return { counts: items.filter(({ proposal }) => !proposal), proposals: items.filter(({ proposal }) => proposal) };
};
const state = (name) => page.locator(`[data-state="${name}"]`);

/** Sets the figure of an indicator on the month's form. */
async function fill(code, figure) {
    const input = page.locator(`#field-${code}`);
    const group = page.locator('details', { has: input });
    if (!(await group.evaluate((details) => details.open))) await group.locator('summary').click();
    await input.fill(String(figure));
}

test('it can be installed: manifest, icons, a worker that has every file', async () => {
    const manifest = await (await fetch(`${server.base}/app/manifest.webmanifest`)).json();
    assert.equal(manifest.start_url, '/app/');
    assert.equal(manifest.display, 'standalone');
    assert.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
    for (const { src, type } of manifest.icons) {
        const icon = await fetch(`${server.base}/app/${src}`);
        assert.deepEqual([icon.status, icon.headers.get('content-type')], [200, type]);
    }
    const devtools = await context.newCDPSession(page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), []);
});

test('a return that was filled in without a network arrives once, although the browser died', async () => {
    await server.stop();
    await context.setOffline(true);
    await at(`/month/03847001/2026-03`);
    await page.reload();
    await page.getByRole('heading', { name: 'Báo cáo tháng 3/2026' }).waitFor();
    await fill('TC', 2);
    await fill('TTB', 1);
    await page.getByText('Đã lưu trong máy').waitFor();
    await mobile.kill();

    // What was begun is still there.
    await open();
    await context.setOffline(true);
    await at(`/month/03847001/2026-03`);
    await until('the draft', async () => (await page.locator('#field-TC').inputValue()) === '2');
    await page.getByRole('link', { name: 'Xem lại' }).click();
    await page.getByText('Các mục để trống đều không có').click();
    await page.getByRole('button', { name: 'Lưu, có mạng máy tự gửi' }).click();
    await state('waiting').waitFor();
    await mobile.kill();

    // So is what was sent; and the network comes back.
    await server.start();
    await open();
    await at('/sent');
    await state('recorded').waitFor();
    assert.equal(await state('waiting').count(), 0);
    const { counts: [report, ...others], proposals } = await march();
    assert.deepEqual([others, proposals], [[], []]);
    assert.deepEqual([report.values, report.rest_zero, report.version, report.source], [{ TC: 2, TTB: 1 }, true, 1, 'app']);
});

test('what another person said meanwhile is shown, decided, and both are kept', async () => {
    await at('/month/03847001/2026-03');
    await page.reload();
    await fill('TC', 4);
    await page.getByRole('link', { name: 'Xem lại' }).click();
    // The other member of the team corrects the same figure by SMS, before this phone hears of it.
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Lưu, có mạng máy tự gửi' }).click();
    await state('waiting').waitFor();
    await server.text('0912345679', 'SUA T3 TC3');
    await context.setOffline(false);
    await state('conflict').waitFor();
    assert.equal((await march()).counts[0].values.TC, 3, 'nothing was overwritten');
    assert.equal((await march()).proposals[0].values.TC, 4, 'nothing was lost');

    await page.getByRole('link', { name: 'Xem và quyết định' }).click();
    await page.getByRole('radio', { name: 'Máy chủ: 3 vụ' }).waitFor();
    await page.getByRole('radio', { name: 'Máy này: 4 vụ' }).check();
    await page.getByRole('button', { name: 'Gửi quyết định này' }).click();
    await until('the decision', async () => (await march()).counts[0].values.TC === 4);
    await until('no conflict is left', async () => (await state('conflict').count()) === 0);
    const history = await stored(page, `/reports/${(await march()).counts[0].id}`);
    assert.deepEqual(history.versions.map(({ values }) => values.TC), [2, 3, 4]);
});

test('where there is no data network the same return goes as a text, and the later sync knows it again', async () => {
    await at('/month/03847001/2026-02');
    await page.reload();
    await fill('TC', 1);
    await fill('THTS', 15000000);
    await fill('TNV', 2);
    await page.getByRole('link', { name: 'Xem lại' }).click();
    await page.getByText('Các mục để trống đều không có').click();
    await context.setOffline(true);
    const link = new URL(await page.locator('[data-sms]').getAttribute('href'));
    assert.equal(link.pathname, '+84900000000');
    const words = link.searchParams.get('body');
    const line = JSON.stringify({ id: '1', received: '2026-03-16T08:00:00+07:00', text: words });
    const read = JSON.parse(server.run(['sms', 'read'], `${line}\n`));
    assert.deepEqual([read.outcome, read.period, read.values], ['accept', '2026-02', { TC: 1, THTS: 15000000, TNV: 2 }]);

    // One touch: the phone's program for texts opens, and the report waits here for the network.
    await page.locator('[data-sms]').evaluate((element) => element.addEventListener('click', (event) => event.preventDefault()));
    await page.locator('[data-sms]').click();
    await state('waiting').waitFor();
    assert.match(await server.text('0912345678', words), /^Da ghi thang 2/);
    await context.setOffline(false);
    await state('unchanged').waitFor();
    const { items } = await stored(page, '/reports?unit=03847001&period=2026-02');
    assert.deepEqual(items.map(({ version, source, values, rest_zero }) => [version, source, values, rest_zero]), [[1, 'sms', { TC: 1, THTS: 15000000, TNV: 2 }, true]]);
});

test('two changes made without a network are no conflict with each other', async () => {
    await context.setOffline(true);
    for (const figure of [1, 2]) {
        await at('/month/03847001/2025-11');
        await fill('MTTC', figure);
        await page.getByRole('link', { name: 'Xem lại' }).click();
        await page.getByRole('button', { name: 'Lưu, có mạng máy tự gửi' }).click();
        await page.getByRole('heading', { name: 'Đã gửi và đang chờ' }).waitFor();
    }
    await context.setOffline(false);
    await until('both', async () => (await stored(page, '/reports?unit=03847001&period=2025-11')).items[0]?.version === 2);
    await until('nothing waits', async () => (await state('waiting').count()) === 0);
    const { items } = await stored(page, '/reports?unit=03847001&period=2025-11');
    assert.deepEqual(items.map(({ values, proposal }) => [values, proposal]), [[{ MTTC: 2 }, false]]);
    assert.equal(await state('conflict').count(), 0);
});

test('an incident takes three taps', async () => {
    await at('/');
    await page.getByRole('link', { name: 'Báo một vụ việc' }).click();
    await page.getByRole('link', { name: 'Va chạm giao thông' }).click();
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await page.locator('[data-state="recorded"]', { hasText: 'Va chạm giao thông, ngày 16/03/2026' }).waitFor();
    const { items } = await stored(page, '/reports?unit=03847001&period=2026-04');
    assert.deepEqual(items.map(({ kind, day, values }) => [kind, day, values]), [['incident', '2026-03-16', { VCGT: 1 }]]);
});

/** Reports a month as quiet while there is no network. */
async function reportQuiet(period) {
    await at(`/month/03847001/${period}`);
    await page.getByRole('button', { name: 'Cả tháng không có gì' }).click();
    await page.getByRole('button', { name: 'Lưu, có mạng máy tự gửi' }).click();
    await page.getByRole('heading', { name: 'Đã gửi và đang chờ' }).waitFor();
}

test('the same incident again is asked about, and not counted when it is the same', async () => {
    const crash = async () => {
        await at('/incident/VCGT');
        await page.getByRole('button', { name: 'Gửi', exact: true }).click();
        await page.getByRole('heading', { name: 'Đã gửi và đang chờ' }).waitFor();
    };
    await crash();
    await page.getByRole('link', { name: 'Xem và quyết định' }).click();
    await page.getByText('giống hệt đã được báo').waitFor();
    await page.getByRole('button', { name: 'Bỏ, không gửi báo cáo này' }).click();
    await page.getByRole('heading', { name: 'Đã gửi và đang chờ' }).waitFor();
    assert.equal(await state('conflict').count(), 0);
    const counted = async () => (await stored(page, '/reports?unit=03847001&period=2026-04')).items.length;
    assert.equal(await counted(), 1);
    await crash();
    await page.getByRole('link', { name: 'Xem và quyết định' }).click();
    await page.getByRole('button', { name: 'Vụ khác, cứ ghi' }).click();
    await until('another one', async () => (await counted()) === 2);
});

test('what the server cannot take holds up nothing behind it', async () => {
    await context.setOffline(true);
    // Nobody reports a month any more that is so long ago.
    await reportQuiet('2025-02');
    await reportQuiet('2026-01');
    await context.setOffline(false);
    await state('refused').getByText('đã quá 12 tháng').waitFor();
    await until('the next one', async () => (await stored(page, '/reports?unit=03847001&period=2026-01')).items.length === 1);
});

test('the yearly review: registration with its households', async () => {
    await at('/review');
    await page.getByRole('link', { name: 'Đăng ký cho thôn' }).click();
    await page.getByLabel('Số hộ đã đăng ký').fill('85');
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await until('the registration', async () => (await stored(page, '/reviews?unit=03847001&year=2026')).items[0].state === 'registered');
    await until('the households', async () => (await march()).counts[0].values.HDK === 85);
    await at('/review');
    await page.getByText('Tự đánh giá từng tiêu chí từ ngày 01/11/2026').waitFor();
});

test('an answer that was lost on the way is asked for again, and counts once', async () => {
    await context.setOffline(true);
    await reportQuiet('2025-09');
    let lost = 0;
    let losing = true;
    // Whatever would tell the phone that it arrived is lost.
    await page.route('**/api/v1/sync/**', async (route) => {
        if (!losing) return route.continue();
        if (route.request().method() === 'POST') {
            await route.fetch();
            lost += 1;
        }
        return route.abort();
    });
    await context.setOffline(false);
    await until('the first answer is lost', () => lost > 0);
    const before = lost;
    await page.getByRole('button', { name: 'Gửi ngay' }).click();
    await until('it is tried again', () => lost > before);
    assert.equal(await state('waiting').count(), 1);
    losing = false;
    await context.setOffline(true);
    await context.setOffline(false);
    await until('nothing waits', async () => (await state('waiting').count()) === 0);
    await page.unroute('**/api/v1/sync/**');
    const { items } = await stored(page, '/reports?unit=03847001&period=2025-09');
    assert.deepEqual(items.map(({ version }) => version), [1]);
});

test('a server that is killed in the middle of a push takes each report once', async () => {
    await context.setOffline(true);
    for (const period of ['2025-05', '2025-06', '2025-07']) await reportQuiet(period);
    await at('/incident/TNV');
    await page.getByRole('button', { name: 'Lưu, có mạng máy tự gửi' }).click();
    await page.getByRole('heading', { name: 'Đã gửi và đang chờ' }).waitFor();
    let killed;
    await page.route('**/api/v1/sync/reports', async (route) => {
        // While the request is on its way.
        killed ??= new Promise((resolve) => setTimeout(resolve, 5)).then(() => server.kill());
        await route.continue().catch(() => {});
    });
    await context.setOffline(false);
    await until('the push', () => Boolean(killed));
    await killed;
    await page.unroute('**/api/v1/sync/reports');
    await server.start();
    await page.getByRole('button', { name: 'Gửi ngay' }).click().catch(() => {});
    await until('nothing waits', async () => (await state('waiting').count()) === 0);
    for (const period of ['2025-05', '2025-06', '2025-07']) {
        const { items } = await stored(page, `/reports?unit=03847001&period=${period}`);
        assert.deepEqual(items.map(({ version, source }) => [version, source]), [[1, 'app']], period);
    }
    const { items } = await stored(page, '/reports?unit=03847001&period=2026-04');
    assert.equal(items.filter(({ values }) => values.TNV).length, 1);
    await server.stop();
    assert.match(server.run(['verify']), /./);
    await server.start();
});

test('an access token that is no longer good is exchanged, and the report goes', async () => {
    await context.setOffline(true);
    await reportQuiet('2025-10');
    const spoilt = await page.evaluate(async () => {
        const opened = await new Promise((resolve) => {
            const request = indexedDB.open('binhyen-keep');
            request.onsuccess = () => resolve(request.result);
        });
        const store = opened.transaction('kept', 'readwrite').objectStore('kept');
        const read = store.get('session');
        await new Promise((resolve) => (read.onsuccess = resolve));
        const access = `${read.result.access}x`;
        const put = store.put({ ...read.result, access }, 'session');
        await new Promise((resolve) => (put.onsuccess = resolve));
        return access;
    });
    await page.reload();
    await context.setOffline(false);
    await until('the exchange', async () => (await token(page)) !== spoilt);
    await until('the report', async () => (await stored(page, '/reports?unit=03847001&period=2025-10')).items.length === 1);
    await until('nothing waits', async () => (await state('waiting').count()) === 0);
});

test('reports went by sync and nowhere else', () => {
    assert.deepEqual([...new Set(posted)].filter((path) => !path.startsWith('/api/v1/auth/')).sort(), ['/api/v1/reviews', '/api/v1/sync/reports']);
});

test('a device that an officer ended sends no more, says so, and keeps what was not sent but not what others reported', async () => {
    assert.ok((await rows(page, 'figures')) > 5);
    await context.setOffline(true);
    await reportQuiet('2025-12');
    server.run(['user', 'add', '--username', 'officer', '--role', 'commune', '--unit', '03847'], 'a-long-password\n');
    const officer = await server.officer('officer', 'a-long-password');
    const { items } = await officer('GET', '/devices');
    assert.equal(items.length, 1);
    await officer('DELETE', `/devices/${items[0].id}`);
    await context.setOffline(false);
    await page.getByRole('alert').getByText('Những gì chưa gửi vẫn giữ trong máy').waitFor();
    assert.equal(await state('waiting').count(), 1);
    await until('the figures are gone', async () => (await rows(page, 'figures')) === 0);
    assert.deepEqual((await officer('GET', '/reports?unit=03847001&period=2025-12')).items, []);
});

test('who logs out leaves nothing on the phone', async () => {
    await at('/me');
    await page.getByRole('button', { name: 'Đăng xuất khỏi máy này' }).click();
    await page.getByText('Còn 1 báo cáo chưa gửi').waitFor();
    await page.getByRole('button', { name: 'Đăng xuất', exact: true }).click();
    await page.getByLabel('Số điện thoại').waitFor();
    const names = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    await until('its databases are gone', async () => (await names()).join() === 'binhyen-keep');
    assert.equal(await token(page), null);
});
