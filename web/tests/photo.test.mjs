// Photographs from the app: taken without a network, cut off in the middle, the browser killed, the server killed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { headsPhone, stored, token, until } from './support.mjs';

let server;
let mobile;
let page;
let context;

before(async () => ({ server, mobile, page, context } = await headsPhone()));

// Both end even where one of them fails.
after(() => Promise.all([mobile?.close(), server?.close()]));

/** A picture of noise, which no compression makes small; the same for the same seed. */
function picture(width, height, seed) {
    const row = 1 + width * 3;
    const pixels = Buffer.alloc(row * height);
    let state = seed;
    for (let at = 0; at < pixels.length; at += 1) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        pixels[at] = at % row === 0 ? 0 : state >>> 24;
    }
    const chunk = (name, data) => {
        const body = Buffer.concat([Buffer.from(name), data]);
        const whole = Buffer.alloc(body.length + 8);
        whole.writeUInt32BE(data.length);
        body.copy(whole, 4);
        whole.writeUInt32BE(crc(body), body.length + 4);
        return whole;
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 2, 0, 0, 0], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]);
}

function crc(bytes) {
    let sum = 0xffffffff;
    for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
    return (sum ^ 0xffffffff) >>> 0;
}

const at = (path) => page.goto(`${server.base}/app/#${path}`);
const file = (name, buffer) => ({ name, mimeType: 'image/png', buffer });
const add = (...files) => page.locator('input[type=file]').setInputFiles(files);
const card = (text) => page.locator('[data-report]', { hasText: text });
/** Waits until the photographs of a card are so many that wait, went and were refused. */
const photos = (text, counts) => card(text).locator(`[data-photos="${counts}"]`).waitFor();

/** The photographs that the server has of the one report with these figures. */
async function kept(period, values) {
    const { items } = await stored(page, `/reports?unit=03847001&period=${period}`);
    const found = items.filter((one) => JSON.stringify(one.values) === JSON.stringify(values));
    assert.equal(found.length, 1, JSON.stringify(items));
    const list = await stored(page, `/reports/${found[0].id}/photos`);
    return { report: found[0], photos: list.items, path: `/api/v1/reports/${found[0].id}/photos` };
}

/** The pieces that were sent, by where each began. */
function countPieces() {
    const pieces = [];
    const watch = (request) => request.method() === 'PATCH' && pieces.push(Number(request.headers()['upload-offset']));
    page.on('request', watch);
    return pieces;
}

test('a photograph taken without a network is cut off twice, outlives the browser and arrives once, as it was', async () => {
    await context.setOffline(true);
    await at('/incident/TC');
    await page.reload();
    await add(file('hien-truong.png', picture(2000, 1500, 1)), file('hai.png', picture(200, 150, 2)));
    await page.getByRole('img', { name: 'Ảnh 2' }).waitFor();
    assert.equal(await page.getByRole('img').count(), 2);
    // A phone with little memory ends the browser while the camera is open: what was taken before is still there.
    await mobile.kill();
    ({ page, context } = await mobile.open());
    await context.setOffline(true);
    await at('/incident/TC');
    await page.getByRole('img', { name: 'Ảnh 2' }).waitFor();
    await page.getByRole('button', { name: 'Lưu, có mạng máy tự gửi' }).click();
    await photos('Trộm cắp', '2 0 0');
    await card('Trộm cắp').getByText('2 ảnh, gửi sau báo cáo').waitFor();
    await mobile.kill();

    // The network is back, and gone again in the middle of the first picture.
    ({ page, context } = await mobile.open());
    const first = countPieces();
    let cut = false;
    await page.route('**/api/v1/attachments/*', async (route) => {
        if (first.length > 3 && !cut) {
            cut = true;
            await context.setOffline(true);
        }
        return cut ? route.abort().catch(() => {}) : route.continue();
    });
    await at('/sent');
    await until('the network is gone', () => cut);
    await card('Trộm cắp').locator('[data-photos="2 0 0"]', { hasText: /đã được [1-9]/ }).waitFor();
    assert.equal(await page.locator('[data-state="recorded"]').count(), 1, 'the report went before its photographs');
    await mobile.kill();
    await server.stop();
    await server.start();

    ({ page, context } = await mobile.open());
    const rest = countPieces();
    await at('/sent');
    await photos('Trộm cắp', '0 2 0');
    await page.getByText('Không còn gì chờ gửi').waitFor();
    const sent = await kept('2026-04', { TC: 1 });
    assert.deepEqual(sent.photos.map(({ complete, media_type }) => [complete, media_type]), [[true, 'image/jpeg'], [true, 'image/jpeg']]);
    const [large, small] = sent.photos;
    assert.ok(large.size > 300_000 && large.size < 3_000_000, `${large.size} bytes`);
    // What was on the server's disk was not sent again.
    const resumed = rest.filter((offset) => offset > 0);
    assert.ok(resumed.length > 0 && Math.min(...resumed) >= 3 * 65_536, `${first} then ${rest}`);
    assert.equal(new Set(rest.slice(0, -1)).size, rest.length - 1, `${rest}`);

    const headers = { Authorization: `Bearer ${await token(page)}` };
    for (const photo of [large, small]) {
        const bytes = Buffer.from(await (await fetch(`${server.base}${sent.path}/${photo.id}`, { headers })).arrayBuffer());
        assert.equal(createHash('sha256').update(bytes).digest('hex'), photo.sha256);
        const size = await page.evaluate(async (base64) => {
            const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]));
            return [picture.width, picture.height];
        }, bytes.toString('base64'));
        assert.deepEqual(size, photo === large ? [1600, 1200] : [200, 150]);
    }
    const left = await page.evaluate(async () => {
        const opened = await new Promise((resolve) => {
            const request = indexedDB.open('binhyen-photos');
            request.onsuccess = () => resolve(request.result);
        });
        const count = opened.transaction('bytes').objectStore('bytes').count();
        return new Promise((resolve) => (count.onsuccess = () => resolve(count.result)));
    });
    assert.equal(left, 0, 'what the server has takes no room of the phone');
});

test('a meeting with its topic and a photograph; what is no picture is told so, and what was added can be taken away', async () => {
    await at('/');
    await page.getByRole('link', { name: 'Buổi họp dân, tuyên truyền' }).click();
    await page.getByText('Hôm nay').click();
    await page.getByLabel('Số người dự').fill('45');
    await page.getByText('An toàn giao thông').click();
    await add({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await page.getByRole('alert').getByText('không đọc được ảnh này').waitFor();
    await add(file('1.png', picture(60, 40, 3)), file('2.png', picture(60, 40, 4)));
    await page.getByRole('button', { name: 'Bỏ ảnh 2' }).click();
    await until('one is left', async () => (await page.getByRole('img').count()) === 1);
    await add(...[5, 6, 7, 8, 9].map((seed) => file(`${seed}.png`, picture(60, 40, seed))));
    await page.getByRole('alert').getByText('Nhiều nhất 5 ảnh').waitFor();
    assert.equal(await page.getByRole('img').count(), 5);
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await photos('Buổi họp', '0 5 0');
    const { report, photos: there } = await kept('2026-04', { TTB: 1, TTN: 45 });
    assert.equal(report.note, 'Nội dung: An toàn giao thông');
    assert.equal(there.filter(({ complete }) => complete).length, 5);
});

test('an incident that went as a text keeps its photograph for the incident that the server has', async () => {
    await context.setOffline(true);
    await at('/incident/CYGT');
    await page.reload();
    await add(file('1.png', picture(60, 40, 10)));
    await page.getByRole('img').waitFor();
    const words = await page.locator('.sms code').textContent();
    // The phone's own program for texts would open; the test sends what stands there.
    await page.evaluate(() => addEventListener('click', (event) => event.target.closest('[data-sms]') && event.preventDefault()));
    await page.locator('[data-sms]').click();
    await photos('Cố ý gây thương tích', '1 0 0');
    await server.text('+84912345678', words);
    await context.setOffline(false);
    await photos('Cố ý gây thương tích', '0 1 0');
    const { report, photos: there } = await kept('2026-04', { CYGT: 1 });
    assert.equal(report.source, 'sms');
    assert.deepEqual(there.map(({ complete }) => complete), [true]);
});

test('who insists that it is another incident sends its photograph with that one', async () => {
    await at('/incident/CYGT');
    await add(file('1.png', picture(60, 40, 11)));
    await page.getByRole('img').waitFor();
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await page.getByRole('link', { name: 'Xem và quyết định' }).click();
    await page.getByRole('button', { name: 'Vụ khác, cứ ghi' }).click();
    await until('two incidents with a photograph each', async () => {
        const { items } = await stored(page, '/reports?unit=03847001&period=2026-04');
        const crimes = items.filter(({ values }) => values.CYGT);
        if (crimes.length < 2) return false;
        const lists = await Promise.all(crimes.map(({ id }) => stored(page, `/reports/${id}/photos`)));
        return lists.every(({ items: [only] }) => only?.complete);
    });
});

test('logging out warns of a photograph that has not gone, and takes it from the phone', async () => {
    await page.route('**/api/v1/attachments', (route) => route.abort());
    await at('/incident/VCGT');
    await add(file('1.png', picture(60, 40, 12)));
    await page.getByRole('img').waitFor();
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    await page.locator('[data-state="recorded"]', { hasText: 'Va chạm' }).locator('[data-photos="1 0 0"]').waitFor();
    await at('/me');
    await page.getByRole('button', { name: 'Đăng xuất khỏi máy này' }).click();
    await page.getByText('Còn 1 báo cáo chưa gửi').waitFor();
    await page.getByRole('button', { name: 'Đăng xuất', exact: true }).click();
    await page.getByLabel('Số điện thoại').waitFor();
    const names = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    await until('its databases are gone', async () => (await names()).join() === 'binhyen-keep');
});
