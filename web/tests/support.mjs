// The real server with a database of its own, the phone behind a gateway, and a real browser of a phone's size.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
/** The program; BINHYEN names another build of it. */
export const program = process.env.BINHYEN ?? join(target, 'debug', 'binhyen');
const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Generous: the machine may be slow. */
const PATIENCE = Number(process.env.PATIENCE_SECONDS ?? 60) * 1000;

/** Waits until `ask` answers something true. */
export async function until(what, ask) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const answer = await ask();
        if (answer) return answer;
        assert.ok(Date.now() < end, `waited in vain: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

/** A phone's texts: what the server sends goes here. */
async function startGateway() {
    const texts = [];
    const server = createServer(async (request, response) => {
        let body = '';
        for await (const part of request) body += part;
        texts.push(JSON.parse(body));
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { texts, url: `http://127.0.0.1:${server.address().port}/send`, close: () => server.close() };
}

async function freePort() {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
}

const UNITS = 'code,kind,parent,name,households\n03847001,hamlet,03847,Bản Nà Mo,85\n03847002,hamlet,03847,Bản Pom Khốc,60\n';
const PEOPLE = 'name,phone,role,unit\nLò Văn Ún,0912345678,head,03847001\nCà Thị Hoa,0912345679,team,03847001\n';
const TOKEN = 'secret-of-the-browser-tests';

/** An installation, at a moment of its own: two hamlets, a head and a member of his team. */
export async function installation(clock = '2026-03-16T08:00:00+07:00') {
    const folder = mkdtempSync(join(tmpdir(), 'binhyen-app-'));
    const gateway = await startGateway();
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const env = {
        PATH: process.env.PATH,
        BINHYEN__DATABASE__URL: `sqlite://${join(folder, 'data.db')}`,
        BINHYEN__KEYS__FILE: join(folder, 'data.key'),
        BINHYEN__INTAKE__SPOOL_DIR: join(folder, 'spool'),
        BINHYEN__EVIDENCE__DIR: join(folder, 'evidence'),
        BINHYEN__HTTP__LISTEN: `127.0.0.1:${port}`,
        BINHYEN__METRICS__LISTEN: 'off',
        BINHYEN__LOG__LEVEL: 'warn',
        BINHYEN__CLOCK__FIXED: clock,
        BINHYEN__OUTBOUND__REMINDERS: 'false',
        BINHYEN__INTAKE__SMS_NUMBER: '+84900000000',
        BINHYEN__GATEWAYS__TEST__KIND: 'generic',
        BINHYEN__GATEWAYS__TEST__INBOUND_TOKEN: TOKEN,
        BINHYEN__GATEWAYS__TEST__SEND_URL: gateway.url,
    };
    const run = (args, input) => execFileSync(program, args, { cwd: folder, env, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] });
    const load = (what, table) => {
        writeFileSync(join(folder, `${what}.csv`), table);
        run(['import', what, join(folder, `${what}.csv`)]);
    };
    load('units', UNITS);
    load('people', PEOPLE);
    let server;
    const start = async () => {
        server = spawn(program, ['serve'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
        for await (const line of createInterface({ input: server.stdout })) if (line.startsWith('listening on')) break;
        server.stdout.resume();
    };
    const stop = async () => {
        if (!server || server.exitCode !== null || server.signalCode !== null) return;
        server.kill('SIGTERM');
        await once(server, 'exit');
    };
    const kill = async () => {
        const ended = once(server, 'exit');
        server.kill('SIGKILL');
        await ended;
    };
    await start();
    let texted = 0;
    return {
        base,
        run,
        /** Imports a table of units or people. */
        load,
        start,
        stop,
        /** Ends the server without a word. */
        kill,
        /** Texts to a number, the oldest first. */
        textsTo: (number) => gateway.texts.filter(({ to }) => to.endsWith(number.slice(1))).map(({ text }) => text),
        /** A text from a number, as the gateway brings it; answers the reply. */
        async text(from, words) {
            const before = gateway.texts.length;
            texted += 1;
            const body = JSON.stringify({ id: `t${texted}`, from, to: '+84900000000', text: words });
            const response = await fetch(`${base}/gateways/test/inbound?token=${TOKEN}`, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
            assert.equal(response.status, 202);
            return (await until('the reply', () => gateway.texts[before])).text;
        },
        /** Asks as an account of the police. */
        async officer(username, password) {
            const ask = async (method, path, body, token) => {
                const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
                const response = await fetch(`${base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
                assert.ok(response.ok, `${method} ${path}: ${response.status}`);
                return response.status === 204 ? null : response.json();
            };
            const { access_token } = await ask('POST', '/auth/token', { username, password });
            return (method, path, body) => ask(method, path, body, access_token);
        },
        async close() {
            await stop();
            gateway.close();
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** A phone: a browser with a memory that outlives it. */
export function phone() {
    const memory = mkdtempSync(join(tmpdir(), 'binhyen-phone-'));
    let process_;
    let connected;
    return {
        /** Starts the browser; answers its one page. */
        async open() {
            const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
            const quiet = ['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--remote-debugging-port=0'];
            process_ = spawn(browser, [...flags, ...quiet, `--user-data-dir=${memory}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
            let address;
            for await (const line of createInterface({ input: process_.stderr })) {
                address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
                if (address) break;
            }
            process_.stderr.resume();
            connected = await chromium.connectOverCDP(address);
            const [context] = connected.contexts();
            const page = context.pages()[0] ?? (await context.newPage());
            page.setDefaultTimeout(PATIENCE);
            const devtools = await context.newCDPSession(page);
            await devtools.send('Emulation.setDeviceMetricsOverride', { width: 360, height: 640, deviceScaleFactor: 2, mobile: true });
            await devtools.send('Emulation.setTouchEmulationEnabled', { enabled: true });
            return { page, context, devtools };
        },
        /** Ends it like a battery that dies, with all its helpers. */
        async kill() {
            const ended = once(process_, 'exit');
            process.kill(-process_.pid, 'SIGKILL');
            await ended;
            await connected.close().catch(() => {});
        },
        async close() {
            if (process_ && process_.exitCode === null && process_.signalCode === null) await this.kill();
            // A helper that left the group may still write while it notices that its browser is gone.
            await until('the memory is thrown away', () => {
                try {
                    rmSync(memory, { recursive: true, force: true });
                    return true;
                } catch (error) {
                    if (error.code !== 'ENOTEMPTY') throw error;
                    return false;
                }
            });
        },
    };
}

/** Logs in with the code that the server texts. */
export async function logIn(page, server, number = '0912345678') {
    await page.goto(`${server.base}/app/`);
    const before = server.textsTo(number).length;
    await page.getByLabel('Số điện thoại').fill(number);
    await page.getByRole('button', { name: 'Nhận mã' }).click();
    const text = await until('the text with the code', () => server.textsTo(number)[before]);
    await page.getByLabel('Mã 6 chữ số').fill(/\d{6}/.exec(text)[0]);
    await page.getByRole('button', { name: 'Vào', exact: true }).click();
    await page.getByRole('heading', { name: /tháng\s\d/ }).first().waitFor();
    await page.getByRole('link', { name: 'Xét năm' }).click();
    await page.getByText('Chưa đăng ký').first().waitFor();
    await page.getByRole('link', { name: 'Báo cáo', exact: true }).click();
}

/** An installation and a phone on which a head has logged in: `{server, mobile, page, context}`. Where that fails, what had begun ends. */
export async function headsPhone() {
    const server = await installation();
    const mobile = phone();
    try {
        const opened = await mobile.open();
        await logIn(opened.page, server);
        await installed(opened.page);
        return { server, mobile, ...opened };
    } catch (error) {
        await Promise.all([mobile.close(), server.close()]);
        throw error;
    }
}

/** Waits until the worker of the app is in charge of the page, so that it opens without a network. */
export async function installed(page) {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await until('the worker is in charge', () => page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
}

/** The access token of the phone, or null. */
export async function token(page) {
    return page.evaluate(async () => {
        const opened = await new Promise((resolve) => {
            const request = indexedDB.open('binhyen-keep');
            request.onsuccess = () => resolve(request.result);
        });
        const read = opened.transaction('kept').objectStore('kept').get('session');
        await new Promise((resolve) => (read.onsuccess = resolve));
        return read.result?.access ?? null;
    });
}

/** How many rows of a collection are on the phone's disk, deleted ones too. */
export const rows = (page, collection) =>
    page.evaluate(async (collection) => {
        const names = (await indexedDB.databases()).map(({ name }) => name);
        const wanted = new RegExp(`^rxdb-dexie-binhyen--\\d+--${collection}$`);
        let count = 0;
        for (const name of names.filter((name) => wanted.test(name))) {
            const opened = await new Promise((resolve) => {
                const request = indexedDB.open(name);
                request.onsuccess = () => resolve(request.result);
            });
            const read = opened.transaction('docs').objectStore('docs').getAll();
            await new Promise((resolve) => (read.onsuccess = resolve));
            count += read.result.length;
            opened.close();
        }
        return count;
    }, collection);

/** What the server has, read with the token of the phone. */
export async function stored(page, query) {
    const headers = { Authorization: `Bearer ${await token(page)}` };
    return (await fetch(new URL(`/api/v1${query}`, page.url()), { headers })).json();
}
