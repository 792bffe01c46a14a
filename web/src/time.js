// Days and months. The phone's clock may be wrong: what the server said last about today corrects it.
import { kept } from './keep.js';

const DAY = 86_400_000;
const VIETNAM = 7 * 3_600_000;

/** Today in Vietnam, `YYYY-MM-DD`. */
export const today = () => dayOf(Date.now() + (kept('basics')?.skew ?? 0));

/** The day in Vietnam of a moment. */
export const dayOf = (moment) => new Date(moment + VIETNAM).toISOString().slice(0, 10);

/** `days` after `day`. */
export const plus = (day, days) => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** `15/03/2026` */
export const dayText = (day) => `${day.slice(8, 10)}/${day.slice(5, 7)}/${day.slice(0, 4)}`;

/** `15/03` */
export const shortDay = (day) => `${day.slice(8, 10)}/${day.slice(5, 7)}`;

/** `15/03, 08:05` of a moment on the phone. */
export function momentText(moment) {
    const local = new Date(moment + VIETNAM).toISOString();
    return `${local.slice(11, 16)} ngày ${shortDay(local)}`;
}

const months = () => kept('basics')?.periods ?? [];

/** The month with that label: `{period, from, to, due}`. */
export const month = (period) => months().find((known) => known.period === period);

/** The month before. */
export function before(period) {
    const at = months().findIndex((known) => known.period === period);
    return at > 0 ? months()[at - 1].period : undefined;
}

/** The month that is reported now: the latest that has ended or ends within five days. */
export const reportable = () => months().filter((known) => plus(known.to, -5) <= today()).at(-1);

/** Months that may be reported now, the latest first. */
export const reportables = () => months().filter((known) => known.from <= today()).slice(-6).reverse();
