// What the app must know to work without a network: forms, months, the number for texts, the state of the review.
import { keep, kept } from './keep.js';
import { request, session, updatePerson } from './session.js';
import { today } from './time.js';

const listeners = new Set();
/** Calls `listener` when something new came; answers how to stop. */
export function onBasics(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

/** Forms by code. */
export const forms = () => kept('basics')?.forms ?? {};
/** The number that texts go to, or null. */
export const smsNumber = () => kept('basics')?.sms_number ?? null;
/** What is known of the yearly review of a unit. */
export const reviewOf = (unit) => kept('reviews')?.[unit];

let under;
/** Fetches all of it; what cannot be had stays as it was. */
export function refresh() {
    under ??= fetchAll().finally(() => (under = undefined));
    return under;
}

async function fetchAll() {
    const me = await request('GET', '/me');
    await updatePerson({ name: me.name, role: me.role, units: me.units, practice: me.practice });
    const [app, list] = await Promise.all([request('GET', '/app'), request('GET', '/forms')]);
    const known = forms();
    const fetched = await Promise.all(
        list.items.map(({ code, version }) => (known[code]?.version === version ? known[code] : request('GET', `/forms/${code}`))),
    );
    await keep('basics', {
        skew: Date.parse(app.now) - Date.now(),
        periods: app.periods,
        sms_number: app.sms_number,
        forms: Object.fromEntries(fetched.map((form) => [form.code, form])),
    });
    listeners.forEach((listener) => listener());
    await fetchReviews(me.units);
    listeners.forEach((listener) => listener());
}

/** Fetches the state of the reviews anew. */
export async function refreshReviews() {
    await fetchReviews(session().person.units);
    listeners.forEach((listener) => listener());
}

async function fetchReviews(units) {
    const year = Number(today().slice(0, 4));
    const reviews = {};
    for (const { code, kind } of units) {
        const { items } = await request('GET', `/reviews?unit=${code}&year=${year}`);
        const listed = items.find((item) => item.unit === code);
        if (!listed) continue;
        const { kinds } = await request('GET', `/reviews/schemes/${listed.scheme}?year=${year}`);
        const rules = kinds.find((one) => one.kind === kind);
        const assessment = listed.review && (await request('GET', `/reviews/${listed.review}/assessment`));
        reviews[code] = { year, listed, rules, assessment: assessment || null };
    }
    await keep('reviews', reviews);
}
