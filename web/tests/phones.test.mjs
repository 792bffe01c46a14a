// What the phones of a hamlet do to each other's figures, and what becomes of a phone that held the rows of an older app.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { installation, installed, logIn, phone, rows, stored, until } from './support.mjs';

let server;
/** The head's, and that of another member of the team. */
let head;
let second;
/** That of somebody with two units. */
let third;
const phones = [];

/** A phone on which somebody has logged in. */
async function open(number, prepare = () => {}) {
    const mobile = phone();
    phones.push(mobile);
    const opened = await mobile.open();
    await prepare(opened.page);
    await logIn(opened.page, server, number);
    await installed(opened.page);
    const { page } = opened;
    return { ...opened, at: (path) => page.goto(`${server.base}/app/#${path}`), state: (name) => page.locator(`[data-state="${name}"]`) };
}

before(async () => {
    server = await installation();
    server.load('people', PEOPLE);
    server.run(['user', 'add', '--username', 'officer', '--role', 'commune', '--unit', '03847'], 'a-long-password\n');
    head = await open('0912345678');
    second = await open('0912345679');
});
after(() => Promise.all([...phones, server].map((each) => each?.close())));

const PEOPLE = `name,phone,role,unit,from,to,practice
Vì Văn Tâm,0912345680,team,03847001,2026-01-01,,
Vì Văn Tâm,0912345680,team,03847002,2026-01-01,,
Hà Thị Nga,0912345683,team,03847002,2026-01-01,,
Tòng Thị Mai,0912345681,team,03847001,2026-01-01,,yes
Lường Văn Hạnh,0912345682,team,03847001,2026-01-01,,
`;

/** Reports figures of a month, now or when there is a network. */
async function report({ page, at }, period, figures, button = 'Gửi') {
    await at(`/month/03847001/${period}`);
    for (const [code, figure] of Object.entries(figures)) {
        const input = page.locator(`#field-${code}`);
        const group = page.locator('details', { has: input });
        await input.waitFor({ state: 'attached' });
        if (!(await group.evaluate((details) => details.open))) await group.locator('summary').click();
        await input.fill(String(figure));
    }
    await page.getByRole('link', { name: 'Xem lại' }).click();
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('heading', { name: 'Đã gửi và đang chờ' }).waitFor();
}
const LATER = 'Lưu, có mạng máy tự gửi';

/** The return that counts. */
async function counts(period) {
    const { items } = await stored(head.page, `/reports?unit=03847001&period=${period}`);
    return items.find(({ proposal, kind }) => !proposal && kind === 'month');
}

/** Waits until the form of a month shows a figure. */
async function shows({ page, at }, period, code, figure) {
    await at(`/months/03847001`);
    await until(`${code} ${figure}`, async () => {
        await at(`/month/03847001/${period}`);
        const input = page.locator(`#field-${code}`);
        await input.waitFor({ state: 'attached' });
        const there = await input.inputValue();
        if (there === String(figure)) return true;
        await at(`/months/03847001`);
        await page.getByRole('heading', { name: 'Tháng nào?' }).waitFor();
        return false;
    });
}

test('two phones of a hamlet edit one month offline: other figures are brought together, the same one is decided', async () => {
    await report(head, '2026-02', { TC: 1, CG: 1 });
    await head.state('recorded').waitFor();
    await shows(second, '2026-02', 'TC', 1);
    const both = (value) => Promise.all([head, second].map(({ context }) => context.setOffline(value)));
    await both(true);
    await report(head, '2026-02', { TC: 2 }, LATER);
    await report(second, '2026-02', { CG: 4 }, LATER);
    await both(false);
    await until('both figures', async () => JSON.stringify((await counts('2026-02')).values) === JSON.stringify({ CG: 4, TC: 2 }));
    for (const each of [head, second]) {
        await each.at('/sent');
        await until('nothing waits', async () => (await each.state('waiting').count()) + (await each.state('pushed').count()) === 0);
        assert.equal(await each.state('conflict').count(), 0);
        await shows(each, '2026-02', 'TC', 2);
        await shows(each, '2026-02', 'CG', 4);
    }

    await both(true);
    await report(head, '2026-02', { TC: 5, CG: 9 }, LATER);
    await report(second, '2026-02', { TC: 6 }, LATER);
    await head.context.setOffline(false);
    await until('the head was first', async () => (await counts('2026-02')).values.TC === 5);
    await second.context.setOffline(false);
    await second.state('conflict').waitFor();
    assert.equal((await counts('2026-02')).values.TC, 5, 'nothing was overwritten');
    await second.page.getByRole('link', { name: 'Xem và quyết định' }).click();
    await second.page.getByText('Máy chủ: từ ứng dụng').waitFor();
    await second.page.getByRole('radio', { name: 'Máy chủ: 5 vụ' }).waitFor();
    assert.equal(await second.page.getByRole('radio').count(), 2, 'what only one changed is not asked about');
    await second.page.getByRole('radio', { name: 'Máy này: 6 vụ' }).check();
    await second.page.getByRole('button', { name: 'Gửi quyết định này' }).click();
    await until('the decision', async () => JSON.stringify((await counts('2026-02')).values) === JSON.stringify({ CG: 9, TC: 6 }));
    await until('no conflict is left', async () => (await second.state('conflict').count()) === 0);
    await shows(head, '2026-02', 'TC', 6);
});

test('what was begun before another changed the month changes nothing of that', async () => {
    await report(head, '2025-12', { TC: 1, CG: 1 });
    await head.state('waiting').waitFor({ state: 'detached' });
    await shows(second, '2025-12', 'TC', 1);
    await second.page.locator('#field-CG').fill('2');
    await second.page.getByText('Đã lưu trong máy').waitFor();
    await report(head, '2025-12', { TC: 3 });
    await until('the change', async () => (await counts('2025-12')).values.TC === 3);
    await second.at('/months/03847001');
    await report(second, '2025-12', {});
    await until('both', async () => JSON.stringify((await counts('2025-12')).values) === JSON.stringify({ CG: 2, TC: 3 }));
    assert.equal(await second.state('conflict').count(), 0);
});

test('a return that was begun before anybody reported the month replaces nothing unseen', async () => {
    await second.at('/month/03847001/2026-01');
    const input = second.page.locator('#field-TC');
    const group = second.page.locator('details', { has: input });
    await input.waitFor({ state: 'attached' });
    if (!(await group.evaluate((details) => details.open))) await group.locator('summary').click();
    await input.fill('2');
    await second.page.getByText('Đã lưu trong máy').waitFor();
    await report(head, '2026-01', { TC: 1 });
    await second.at('/months/03847001');
    await second.page.getByRole('link', { name: 'tháng 1/2026' }).getByText('chưa báo').waitFor({ state: 'detached' });
    await report(second, '2026-01', {});
    await second.state('conflict').waitFor();
    assert.equal((await counts('2026-01')).values.TC, 1);
    await second.page.getByRole('link', { name: 'Xem và quyết định' }).click();
    await second.page.getByRole('radio', { name: 'Máy chủ: 1 vụ' }).check();
    await second.page.getByRole('button', { name: 'Gửi quyết định này' }).click();
    await second.page.getByRole('heading', { name: 'Đã gửi và đang chờ' }).waitFor();
});

test('what another person reports is there at once by the stream, also after the server was killed', async () => {
    const { page, at } = second;
    let pulls = 0;
    page.on('request', (request) => request.url().includes('/api/v1/sync/reports?') && (pulls += 1));
    await page.reload();
    // What listens anew is told to pull as well: one of a few comes without the phone asking.
    let told = false;
    for (const day of [2, 3, 4, 5, 6]) {
        const [had, asked] = [(await values(page)).length, pulls];
        await server.text('0912345678', `ANTT ${day}/3 VCGT1`);
        await until('the incident', async () => (await values(page)).length === had + 1);
        told = pulls === asked;
        if (told) break;
    }
    assert.ok(told, `${pulls} pulls`);

    await at('/months/03847001');
    const named = page.getByRole('link', { name: 'tháng 11/2025' });
    await named.getByText('chưa báo').waitFor();
    await server.kill();
    await server.start();
    await report(head, '2025-11', { TC: 1 });
    await named.getByText('chưa báo').waitFor({ state: 'detached' });
});

test('what a unit reported leaves the phone of a person who leaves it', async () => {
    third = await open('0912345680');
    const total = await rows(third.page, 'figures');
    await third.at('/month/03847002/2026-02');
    await third.page.getByRole('button', { name: 'Cả tháng không có gì' }).click();
    await third.page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await until('it is there', async () => (await rows(third.page, 'figures')) === total + 1);
    server.load('people', 'name,phone,role,unit,from,to\nVì Văn Tâm,0912345680,team,03847002,2026-01-01,2026-03-15\n');
    await third.page.reload();
    await third.at('/me');
    await until('the unit is gone', async () => (await third.page.getByText('Phụ trách: Bản Nà Mo').count()) === 1 && !(await third.page.getByText('Bản Pom Khốc').count()));
    await until('its figures are gone', async () => !(await values(third.page)).some(({ unit }) => unit === '03847002'));
    assert.equal((await values(third.page)).length, total, 'the others stay');
});

test('a phone on which another person logs in holds the figures of that person', async () => {
    const { page } = third;
    const sent = server.textsTo('0912345683').length;
    const ask = async (path, body) => (await fetch(`${server.base}/api/v1/auth/otp/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
    await ask('request', { phone: '0912345683' });
    const code = /\d{6}/.exec(await until('the code', () => server.textsTo('0912345683')[sent]))[0];
    const other = await ask('verify', { phone: '0912345683', code, device: { id: 'the-same-phone', name: 'x' } });
    // As if the log-in of the person before had ended by itself.
    await page.evaluate(async ({ access_token: access, refresh_token: refresh, device, person }) => {
        const opened = await new Promise((resolve) => {
            const request = indexedDB.open('binhyen-keep');
            request.onsuccess = () => resolve(request.result);
        });
        const put = opened.transaction('kept', 'readwrite').objectStore('kept').put({ access, refresh, device, person }, 'session');
        await new Promise((resolve) => (put.onsuccess = resolve));
    }, other);
    await page.reload();
    await until('the figures of that unit only', async () => JSON.stringify((await values(page)).map(({ id }) => id)) === JSON.stringify(['03847002:2026-02']));
});

/** The documents of the server that are on the phone. */
const values = (page) =>
    page.evaluate(async () => {
        const opened = await new Promise((resolve) => {
            const request = indexedDB.open('rxdb-dexie-binhyen--1--figures');
            request.onsuccess = () => resolve(request.result);
        });
        const read = opened.transaction('docs').objectStore('docs').getAll();
        await new Promise((resolve) => (read.onsuccess = resolve));
        opened.close();
        return read.result.filter((row) => row._deleted !== '1' && row._deleted !== true).map(({ id, unit }) => ({ id, unit }));
    });

test('who practises is told so, and the photographs are dropped without an error', async () => {
    const fourth = await open('0912345681');
    const { page, at } = fourth;
    await at('/incident/TC');
    const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';
    await page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') });
    await page.getByRole('img').waitFor();
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await fourth.state('practised').getByText('Bác đang tập').waitFor();
    const photos = () =>
        page.evaluate(async () => {
            const opened = await new Promise((resolve) => {
                const request = indexedDB.open('binhyen-photos');
                request.onsuccess = () => resolve(request.result);
            });
            const count = opened.transaction('bytes').objectStore('bytes').count();
            return new Promise((resolve) => (count.onsuccess = () => resolve(count.result)));
        });
    await until('it is dropped', async () => (await photos()) === 0);
    assert.equal(await page.locator('[data-photos]').count(), 0);
    await page.getByText('Không còn gì chờ gửi').waitFor();
    assert.equal((await stored(head.page, '/reports?unit=03847001&period=2026-04')).items.length, 0);
    // The yearly review too.
    await at('/register/03847001');
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await at('/sent');
    await until('both were practice', async () => (await fourth.state('practised').count()) === 2);
    assert.equal((await stored(head.page, '/reviews?unit=03847001&year=2026')).items[0].state, 'open');
});

test('an incident that was accepted into a closed month is on the phone once', async () => {
    const { page, at, state } = head;
    const officer = await server.officer('officer', 'a-long-password');
    await officer('POST', '/periods/03847/2026-03/close', {});
    await at('/incident/CYGT');
    await page.getByText('Ngày khác').click();
    await page.locator('input[type=date]').fill('2026-03-10');
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await state('proposed').waitFor();
    const before = await rows(page, 'figures');
    const { items } = await officer('GET', '/reports?unit=03847001&period=2026-03');
    await officer('POST', `/reports/${items.find(({ proposal }) => proposal).id}/accept`, {});
    await until('it came', async () => (await rows(page, 'figures')) === before + 1);
    const id = await page.locator('[data-state=proposed]').getAttribute('data-report');
    assert.deepEqual((await values(page)).filter((row) => row.id === id).length, 1);
});

/** What the app kept before it knew sync, as its own library writes it. */
const OLDER = `
    import { createRxDatabase } from 'rxdb/plugins/core';
    import { replicateRxCollection } from 'rxdb/plugins/replication';
    import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
    const text = (maxLength) => ({ type: 'string', maxLength });
    const schema = (properties, required = []) => ({ version: 0, primaryKey: 'id', type: 'object', properties: { id: text(100), ...properties }, required: ['id', ...required] });
    const figures = { unit: text(20), kind: text(20), period: text(7), day: text(10), values: { type: 'object' }, rest_zero: { type: 'boolean' } };
    const unit = '03847001';
    const incident = (n) => ({ id: 'older-' + n, unit, kind: 'incident', day: '2026-03-16', values: { TNV: n }, made_at: n });
    (async () => {
        const opened = await createRxDatabase({ name: 'binhyen', storage: getRxStorageDexie(), multiInstance: true, closeDuplicates: true });
        await opened.addCollections({
            drafts: { schema: schema({ form: text(40), answers: { type: 'object' }, at: { type: 'number' } }) },
            reports: { schema: schema({ ...figures, note: text(1000), base_version: { type: 'number' }, confirmed: { type: 'boolean' }, made_at: { type: 'number' }, texted_at: { type: 'number' } }, ['unit', 'kind', 'values', 'made_at']) },
            outcomes: { schema: schema({ state: text(20), version: { type: 'number' }, detail: text(1000), held: { type: 'array', items: { type: 'object' } }, at: { type: 'number' } }) },
            figures: { schema: schema({ ...figures, version: { type: 'number' }, source: text(20), author: text(200), at: text(40) }) },
        });
        await opened.reports.bulkInsert([incident(1), { id: 'older-2', unit, kind: 'month', period: '2026-02', values: { TC: 9 }, base_version: 1, made_at: 2 }]);
        await opened.outcomes.bulkInsert([
            { id: 'older-1', state: 'created', version: 1, at: 1 },
            { id: 'older-2', state: 'conflict', detail: 'version_conflict', held: [{ pointer: '/values/TC', code: 'conflict', detail: 'stored: 6; given: 9' }], at: 2 },
        ]);
        await opened.figures.insert({ id: '77', unit, kind: 'month', period: '2025-08', values: { TC: 1 }, rest_zero: false, version: 1, source: 'sms', author: 'Lò', at: '2026-01-01', day: '' });
        const sent = replicateRxCollection({ collection: opened.reports, replicationIdentifier: 'reports-v1', live: true, waitForLeadership: false, push: { handler: async () => [] } });
        await sent.awaitInSync();
        await sent.cancel();
        await opened.reports.bulkInsert([incident(3), { id: 'older-4', unit, kind: 'month', period: '2025-09', values: { TC: 2 }, rest_zero: true, base_version: 3, made_at: 4 }]);
        await opened.drafts.insert({ id: 'month:03847001:2025-10', form: 'month', answers: { TC: 8 }, at: 5 });
        await opened.close();
        globalThis.older = true;
    })();
`;

test('rows of an older app that were not sent go, those that were sent do not go again, and drafts stay', async () => {
    const made = await build({ stdin: { contents: OLDER, resolveDir: import.meta.dirname }, bundle: true, write: false, format: 'iife' });
    const fifth = await open('0912345682', async (page) => {
        await page.goto(`${server.base}/app/manifest.webmanifest`);
        await page.evaluate(made.outputFiles[0].text);
        await until('the older rows', () => page.evaluate(() => globalThis.older === true));
    });
    await fifth.at('/sent');
    const fate = (id, state) => fifth.page.locator(`[data-report="${id}"][data-state="${state}"]`).waitFor();
    await fate('older-3', 'recorded');
    await fate('older-4', 'recorded');
    await fate('older-1', 'recorded');
    await fate('older-2', 'conflict');
    const { items } = await stored(head.page, '/reports?unit=03847001&period=2026-04');
    assert.deepEqual(items.map(({ values }) => values), [{ TNV: 3 }]);
    assert.deepEqual((await counts('2025-09')).values, { TC: 2 });
    assert.ok(!(await values(fifth.page)).some(({ id }) => id === '77'), 'figures are fetched anew');
    await shows(fifth, '2025-10', 'TC', 8);
    await fifth.at('/sent');
    await fifth.page.getByRole('link', { name: 'Xem và quyết định' }).click();
    await fifth.page.getByRole('radio', { name: 'Máy này: 9 vụ' }).waitFor();
});
