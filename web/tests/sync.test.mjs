// Sync with the real RxDB: two phones and the real server, which is killed, behind a network that fails. The client is the one
// of docs/mobile.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { conflictHandler, edit, listen, sync } from './client.mjs';
import { installation, until } from './support.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const FEBRUARY = '03847001:2026-02';
const MARCH = '03847001:2026-03';

let server;
let phones;

before(async () => {
    server = await installation();
    server.run(['user', 'add', '--username', 'nam', '--role', 'commune', '--unit', '03847'], 'mật khẩu dài\n');
    phones = [await phone('0912345678'), await phone('0912345679')];
});
after(async () => {
    for (const { database } of phones ?? []) await database.close();
    await server?.close();
});

async function post(path, body) {
    const response = await fetch(`${server.base}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
}

const text = (maxLength) => ({ type: 'string', maxLength });
const schema = (properties) => ({ version: 0, primaryKey: 'id', type: 'object', properties: { id: text(100), ...properties }, required: ['id'] });
const REPORTS = schema({
    rev: text(70), kind: text(10), unit: text(20), period: text(7), day: text(10), values: { type: 'object' }, rest_zero: { type: 'boolean' },
    note: text(1000), confirmed: { type: 'boolean' }, before: { type: 'array', items: text(70) },
});
const STATUS = schema({ document: text(100), state: text(20), code: text(40), detail: text(300), at: text(40), about: { type: 'object' } });

let opened = 0;

/** A phone with a database of its own, whose network can be taken away, and can lose answers. */
async function phone(number) {
    const sent = server.textsTo(number).length;
    await post('/api/v1/auth/otp/request', { phone: number });
    const code = /\d{6}/.exec(await until('the code', () => server.textsTo(number)[sent]))[0];
    const { access_token } = await post('/api/v1/auth/otp/verify', { phone: number, code, device: { id: `rxdb-${number}`, name: 'RxDB' } });
    const network = { flight: false, requests: 0, /** Called after the server has answered; throws to lose the answer. */ onAnswer: () => {}, onRequest: () => {} };
    const ask = async (method, path, body) => {
        if (network.flight) throw new Error('flight mode');
        network.requests += 1;
        await network.onRequest(method, path);
        const headers = { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' };
        const response = await fetch(`${server.base}${path}`, { method, headers, body: body && JSON.stringify(body) });
        if (response.status === 429) await new Promise((resolve) => setTimeout(resolve, 1000 * Number(response.headers.get('Retry-After'))));
        const answer = await response.json();
        await network.onAnswer(method, path);
        if (!response.ok) throw new Error(`${response.status} ${answer.code}`);
        return answer;
    };
    opened += 1;
    const database = await createRxDatabase({ name: `phone${opened}`, storage: getRxStorageMemory(), multiInstance: false });
    await database.addCollections({ reports: { schema: REPORTS, conflictHandler }, report_status: { schema: STATUS } });
    const running = [sync(database.reports, 'reports', ask), sync(database.report_status, 'report_status', ask)];
    const errors = [];
    const open = async (path, signal) => {
        if (network.flight) throw new Error('flight mode');
        const response = await fetch(`${server.base}${path}`, { headers: { Authorization: `Bearer ${access_token}` }, signal });
        if (!response.ok) throw new Error(`${response.status}`);
        return response.body;
    };
    for (const { replication } of running) replication.error$.subscribe((error) => errors.push(error));
    return {
        ask,
        network,
        database,
        errors,
        reports: database.reports,
        /** Listens to what changes until the signal ends it. */
        listen: (signal) => listen({ reports: running[0].live, report_status: running[1].live }, open, signal),
        /** Until nothing waits on this phone and it has what the server has. */
        async settle() {
            for (const { replication, live } of running) {
                await replication.awaitInitialReplication();
                live.next('RESYNC');
                await replication.awaitInSync();
            }
        },
        async month(unit, period, values) {
            return this.reports.insert({ id: `${unit}:${period}`, rev: crypto.randomUUID(), kind: 'month', unit, period, values, rest_zero: false });
        },
        async incident(day, values) {
            const id = crypto.randomUUID();
            return this.reports.insert({ id, rev: id, kind: 'incident', unit: '03847001', day, values, rest_zero: false });
        },
        /** What it holds, as the server writes it. */
        async held() {
            const rows = await this.reports.find().exec();
            const plain = ({ id, rev, values }) => ({ id, rev, values: Object.fromEntries(Object.entries(values).sort()) });
            return rows.map((row) => plain(row.toJSON())).sort((a, b) => (a.id < b.id ? -1 : 1));
        },
        async state(rev) {
            const row = await until(`what became of ${rev}`, () => database.report_status.findOne(rev).exec());
            return row.toJSON();
        },
    };
}

/** Everything that the server has, fetched by somebody who holds nothing. */
async function onServer() {
    const documents = [];
    for (let after = '', full = true; full; ) {
        const page = await phones[0].ask('GET', `/api/v1/sync/reports?limit=50${after}`);
        documents.push(...page.documents);
        full = page.documents.length === 50;
        after = `&after=${page.checkpoint.after}`;
    }
    return documents.map(({ id, rev, values }) => ({ id, rev, values })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function allEqual() {
    // What one brings the other fetches.
    for (const each of [...phones, ...phones]) await each.settle();
    const expected = await onServer();
    for (const each of phones) assert.deepEqual(await each.held(), expected);
    return expected;
}

test('the client is the one of the documentation', () => {
    const pages = readFileSync(join(here, '..', '..', 'docs', 'mobile.md'), 'utf8');
    assert.ok(pages.includes(readFileSync(join(here, 'client.mjs'), 'utf8').trim()), 'docs/mobile.md holds client.mjs as it is');
});

test('edits that were made offline on two phones are brought together, and conflicts are seen on both sides', async () => {
    const [head, second] = phones;
    const march = await head.month('03847001', '2026-03', { TC: 1, CG: 1 });
    await allEqual();
    for (const { network } of phones) network.flight = true;
    await edit(march, () => ({ values: { TC: 2, CG: 1 } }));
    const lost = await edit(march.getLatest(), () => ({ values: { TC: 3, CG: 1 } }));
    const theirs = await second.reports.findOne(MARCH).exec();
    await edit(theirs, () => ({ values: { TC: 1, CG: 4 } }));
    await head.incident('2026-03-10', { TC: 1 });
    await second.month('03847001', '2026-02', { TTRA: 2 });
    for (const { network } of phones) network.flight = false;
    const together = await allEqual();
    assert.equal(together.length, 3);
    assert.deepEqual(together.find(({ id }) => id === MARCH).values, { CG: 4, TC: 3 });
    assert.equal((await head.state(lost.rev)).state === 'taken' || (await head.state(lost.rev)).state === 'merged', true);

    for (const { network } of phones) network.flight = true;
    const a = await edit(await head.reports.findOne(MARCH).exec(), ({ values }) => ({ values: { ...values, TC: 5 } }));
    const b = await edit(await second.reports.findOne(MARCH).exec(), ({ values }) => ({ values: { ...values, TC: 6 } }));
    head.network.flight = false;
    await head.settle();
    second.network.flight = false;
    const after = await allEqual();
    assert.equal(after.find(({ id }) => id === MARCH).values.TC, 5);
    assert.equal((await head.state(a.rev)).state, 'taken');
    const conflict = await second.state(b.rev);
    assert.equal(conflict.state, 'conflict');
    assert.deepEqual(conflict.about.conflicts, [{ code: 'TC', stored: 5, given: 6 }]);
    // Both versions are kept, and deciding is another edit.
    const officer = await server.officer('nam', 'mật khẩu dài');
    const kept = await officer('GET', `/reports/${b.rev}`);
    assert.equal(kept.versions[0].values.TC, 6);
    const decided = await edit(await second.reports.findOne(MARCH).exec(), ({ values }) => ({ values: { ...values, TC: 6 } }));
    const last = await allEqual();
    assert.equal(last.find(({ id }) => id === MARCH).rev, decided.rev);
});

test('an answer that is lost and flight mode in the middle of a push lose nothing and double nothing', async () => {
    const [head, second] = phones;
    const before = (await onServer()).length;
    head.network.flight = true;
    const made = [];
    // Told one after the other, so that none is like another.
    for (let n = 0; n < 120; n += 1) made.push(await head.incident(`2026-03-${String(1 + (n % 14)).padStart(2, '0')}`, { TC: 1 + Math.floor(n / 14) % 4, CG: 1 + Math.floor(n / 56) }));
    let pushes = 0;
    head.network.onAnswer = (method) => {
        if (method !== 'POST') return;
        pushes += 1;
        if (pushes === 1) throw new Error('the answer was lost');
        if (pushes === 2) {
            head.network.flight = true;
            throw new Error('flight mode in the middle of a push');
        }
    };
    head.network.flight = false;
    await until('the second push', () => pushes >= 2);
    // The person goes on with what may have arrived.
    const changed = await edit(made[0].getLatest(), () => ({ values: { TC: 4, CG: 3 } }));
    head.network.onAnswer = () => {};
    head.network.flight = false;
    const together = await allEqual();
    assert.equal(together.length, before + 120);
    assert.deepEqual(together.find(({ id }) => id === changed.id).values, { CG: 3, TC: 4 });
    assert.equal((await head.state(changed.rev)).state, 'taken');
    assert.equal((await second.held()).length, before + 120);
});

test('a server that is killed in the middle of a push loses nothing that it acknowledged, and all end equal', async () => {
    const [head, second] = phones;
    const before = (await onServer()).length;
    const periods = ['2025-04', '2025-05', '2025-06', '2025-07', '2025-08', '2025-09', '2025-10', '2025-11', '2025-12', '2026-01'];
    for (const { network } of phones) network.flight = true;
    for (const period of periods) {
        await head.month('03847001', period, { TC: 1 });
        await second.month('03847001', period, { CG: 2 });
    }
    let killed;
    head.network.onRequest = (method) => {
        if (method !== 'POST' || killed) return;
        // While the request is on its way.
        killed = new Promise((resolve) => setTimeout(resolve, 2)).then(() => server.kill());
    };
    for (const { network } of phones) network.flight = false;
    await until('the push', () => Boolean(killed));
    await killed;
    await server.start();
    const together = await allEqual();
    assert.equal(together.length, before + periods.length);
    for (const period of periods) {
        assert.deepEqual(together.find(({ id }) => id === `03847001:${period}`).values, { CG: 2, TC: 1 }, period);
    }
    await server.stop();
    assert.match(server.run(['verify']), /./);
    await server.start();
});

test('a row that cannot be taken holds up no other, and one that is asked about is taken when it is confirmed', async () => {
    const [head] = phones;
    const foreign = await head.month('03847002', '2026-03', { TC: 1 });
    const ahead = await head.month('03847001', '2027-03', { TC: 1 });
    const good = await head.incident('2026-03-15', { TTRA: 1 });
    const doubtful = await edit(await head.reports.findOne(FEBRUARY).exec(), () => ({ values: { TTRA: 40 } }));
    await head.settle();
    assert.equal((await head.state(foreign.rev)).code, 'not_your_unit');
    assert.equal((await head.state(ahead.rev)).code, 'too_far_ahead');
    assert.equal((await head.state(good.rev)).state, 'taken');
    assert.equal((await head.state(doubtful.rev)).code, 'jump');
    assert.equal((await onServer()).find(({ id }) => id === FEBRUARY).values.TTRA, 2);
    const sure = await edit(doubtful.getLatest(), () => ({ confirmed: true }));
    await head.settle();
    assert.equal((await head.state(sure.rev)).state, 'taken');
    assert.equal((await onServer()).find(({ id }) => id === FEBRUARY).values.TTRA, 40);
    // What can never be taken the person throws away.
    for (const row of [foreign, ahead]) await row.getLatest().remove();
    await allEqual();
});

test('what one phone reports the other one has at once, also after the server was killed', async () => {
    const [head, second] = phones;
    await allEqual();
    const end = new AbortController();
    const listening = second.listen(end.signal);
    const begun = second.network.requests;
    const told = await head.incident('2026-03-16', { CG: 2 });
    await until('the other phone has it', async () => (await second.reports.findOne(told.id).exec()) !== null);
    assert.ok(second.network.requests - begun < 20, 'nobody asks again and again');
    await server.kill();
    await server.start();
    const later = await head.incident('2026-03-16', { CG: 3 });
    await until('the other phone has this one too', async () => (await second.reports.findOne(later.id).exec()) !== null);
    end.abort();
    await listening;
    await allEqual();
});
