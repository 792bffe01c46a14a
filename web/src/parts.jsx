// The pieces that all screens are made of.
import { useEffect, useReducer, useState } from 'preact/hooks';
import { onBasics } from './basics.js';
import { net, onNet } from './net.js';
import { onSession } from './session.js';
import { T } from './texts.js';

/** The large part, loaded while the first screen already shows. */
export const store = () => import('./store.js');

/** The rows of a collection, or null until the phone has read them. */
export function useRows(name) {
    const [rows, setRows] = useState(null);
    useEffect(() => {
        let stop;
        let gone = false;
        store().then(({ watch }) => {
            if (!gone) stop = watch(name, setRows);
        });
        return () => {
            gone = true;
            stop?.();
        };
    }, [name]);
    return rows;
}

/** Draws again when the connection, the log-in or what the server said changes. */
export function useWorld() {
    const [, again] = useReducer((count) => count + 1, 0);
    useEffect(() => {
        const stops = [onNet(again), onSession(again), onBasics(again)];
        return () => stops.forEach((stop) => stop());
    }, []);
    return net();
}

/** Goes to a screen. */
export const go = (path, { replace = false } = {}) => {
    if (replace) location.replace(`#${path}`);
    else location.hash = path;
};

export function Screen({ title, up, children, foot }) {
    useEffect(() => {
        document.title = `${title} – ${T.app}`;
        scrollTo(0, 0);
        document.querySelector('h1')?.focus();
    }, [title]);
    return (
        <>
            <header class="top">
                {up && (
                    <a class="up" href={`#${up}`}>
                        {T.back}
                    </a>
                )}
                <h1 tabIndex={-1}>{title}</h1>
            </header>
            <main class={foot ? 'footed' : ''}>{children}</main>
            {foot && <div class="foot">{foot}</div>}
        </>
    );
}

export function Button({ kind = 'main', children, ...rest }) {
    return (
        <button type="button" class={`button ${kind}`} {...rest}>
            {children}
        </button>
    );
}

export function LinkButton({ kind = 'main', to, href, children, ...rest }) {
    return (
        <a class={`button ${kind}`} href={href ?? `#${to}`} {...rest}>
            {children}
        </a>
    );
}

/** A framed piece; `tone` is plain, good, wait or bad. */
export function Card({ tone = 'plain', title, children, ...rest }) {
    return (
        <section class={`card ${tone}`} {...rest}>
            {title && <h2>{title}</h2>}
            {children}
        </section>
    );
}

/** A word about a state, told by words first and by colour second. */
export const Badge = ({ tone, children }) => <span class={`badge ${tone}`}>{children}</span>;

/** One of several, as large buttons. */
export function Choose({ label, name, options, value, onChange }) {
    return (
        <fieldset class="choose">
            <legend>{label}</legend>
            {options.map((option) => (
                <label key={option.value} class={option.value === value ? 'chosen' : ''}>
                    <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
                    <span>{option.label}</span>
                </label>
            ))}
        </fieldset>
    );
}

/** A count with − and +; empty is “not stated”. */
export function Stepper({ id, label, value, max, onChange, empty = true }) {
    const set = (text) => {
        const digits = text.replace(/\D/g, '');
        onChange(digits === '' ? undefined : Math.min(Number(digits), max));
    };
    const less = () => onChange(value === undefined || value > 0 ? Math.max(0, (value ?? 1) - 1) : empty ? undefined : 0);
    const shown = value === undefined ? T.none : value;
    return (
        <div class="stepper">
            <button type="button" aria-label={T.send.less(label, shown)} onClick={less}>
                −
            </button>
            <input id={id} inputMode="numeric" autocomplete="off" placeholder="–" value={value ?? ''} onInput={(event) => set(event.target.value)} />
            <button type="button" aria-label={T.send.more(label, shown)} onClick={() => onChange(Math.min((value ?? 0) + 1, max))}>
                +
            </button>
        </div>
    );
}

/** `15.000.000` */
export const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, '.');

/** A figure with its unit: `2 vụ`. */
export const figure = (field, value) => (value === undefined ? '–' : `${grouped(value)} ${field.unit ?? ''}`.trim());

/** What the connection means for the person. */
export function Connection() {
    const state = useWorld();
    if (state === 'online') return null;
    return (
        <p class="strip wait" role="status">
            {state === 'offline' ? T.net.offline : T.net.unreachable}
        </p>
    );
}
