// The log-in and every request to the server.
import { fresh, keep, kept } from './keep.js';
import { T } from './texts.js';

const API = '/api/v1';
/** Longer than the server itself waits for anything. */
const PATIENCE = 40_000;

/** Why a request failed: `code` is the server's, or `offline`. */
export class Failed extends Error {
    constructor(code, status, body = {}, after = 0) {
        super(body.detail ?? code);
        Object.assign(this, { code, status, body, after });
    }
}

/** Throws what the server says against a request. */
async function refuse(response) {
    let problem = {};
    try {
        problem = await response.json();
    } catch {
        // Something between here and the server answered.
    }
    throw new Failed(problem.code ?? 'unknown', response.status, problem, Number(response.headers.get('Retry-After')) || 0);
}

const asked = (token, headers) => ({ ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers });

async function ask(method, path, body, token, headers = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
        const response = await fetch(API + path, {
            method,
            signal: stop.signal,
            cache: 'no-store',
            headers: asked(token, { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers }),
            body: body === undefined || body instanceof Blob ? body : JSON.stringify(body),
        });
        if (!response.ok) await refuse(response);
        const text = await response.text();
        return text === '' ? null : JSON.parse(text);
    } catch (error) {
        throw error instanceof Failed ? error : new Failed('offline', 0);
    } finally {
        clearTimeout(timer);
    }
}

/** Who is logged in: `{person, device, access, refresh, ended}`, or undefined. */
export const session = () => kept('session');

/** Whether this log-in can still send. */
export const canSend = () => Boolean(session()) && !session().ended;

const listeners = new Set();
/** Calls `listener` when the log-in changes; answers how to stop that. */
export function onSession(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

async function keepSession(value) {
    await keep('session', value);
    for (const listener of listeners) listener();
}

/** Asks for a code by SMS. */
export const requestCode = (phone) => ask('POST', '/auth/otp/request', { phone });

/** Exchanges the code. */
export async function logIn(phone, code, unit) {
    if (!kept('device')) await keep('device', crypto.randomUUID());
    const device = { id: kept('device'), name: T.me.deviceName(system()) };
    const answer = await ask('POST', '/auth/otp/verify', { phone, code, device, ...(unit ? { unit } : {}) });
    await keepSession({
        access: answer.access_token,
        refresh: answer.refresh_token,
        device: answer.device,
        person: answer.person,
    });
}

const system = () => /\(([^;)]+;)?\s*([^;)]+)/.exec(navigator.userAgent)?.[2]?.trim().slice(0, 40) ?? '';

/** One tab at a time changes the log-in, and from what is stored: another tab may have changed it. */
function changeSession(work) {
    const change = async () => work(await fresh('session'));
    return navigator.locks ? navigator.locks.request('binhyen-session', change) : change();
}

const ended = (session, why) => keepSession({ ...session, access: null, ended: why });

/** Ends the log-in here; what was not sent stays. */
const endSession = (why) => changeSession((current) => current && ended(current, why));

/** Notes what the server says about the person now. */
export const updatePerson = (person) => changeSession((current) => current && keepSession({ ...current, person: { ...current.person, ...person } }));

const ENDS = ['device_revoked', 'post_ended', 'refresh_refused'];

/** The pair of tokens is good for one exchange, and stored before it is used. */
function renew(used) {
    return changeSession(async (current) => {
        if (!current || current.ended) throw new Failed(current?.ended ?? 'unauthenticated', 401);
        if (current.access !== used) return current.access;
        try {
            const answer = await ask('POST', '/auth/refresh', { refresh_token: current.refresh });
            await keep('session', { ...current, access: answer.access_token, refresh: answer.refresh_token });
            return answer.access_token;
        } catch (error) {
            if (ENDS.includes(error.code)) await ended(current, error.code);
            throw error;
        }
    });
}

/** Does something with the token of the person who is logged in; renews it where it is needed. */
async function authorised(work) {
    if (!canSend()) throw new Failed(session()?.ended ?? 'unauthenticated', 401);
    const token = session().access;
    try {
        return await work(token);
    } catch (error) {
        if (ENDS.includes(error.code)) await endSession(error.code);
        if (error.code !== 'token_expired' && error.code !== 'invalid_token') throw error;
    }
    return work(await renew(token));
}

/** A request of the person who is logged in. */
export const request = (method, path, body, headers) => authorised((token) => ask(method, path, body, token, headers));

/** Opens an answer that has no end; answers its body. `signal` ends it. */
export const openStream = (path, signal) =>
    authorised(async (token) => {
        const response = await fetch(API + path, { signal, cache: 'no-store', headers: asked(token) }).catch(() => {
            throw new Failed('offline', 0);
        });
        if (!response.ok) await refuse(response);
        return response.body;
    });
