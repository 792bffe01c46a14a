// A form of the server as questions on the screen: what kinds of answers there are is here, what is asked is not.
import { T } from './texts.js';
import { Choose, grouped, Stepper } from './parts.jsx';
import { dayText, month, plus, reportables, today } from './time.js';

/** What is wrong with an answer, or null. */
export function wrong(field, value) {
    if (value === undefined || value === '') return field.required ? T.form.needed : null;
    if (field.kind === 'whole' && (value < field.min || value > field.max)) return T.form.number(field.min, field.max);
    if (field.kind === 'text' && value.length > field.max) return T.form.long(field.max);
    if (field.kind === 'day' && value > today()) return T.incident.future;
    return null;
}

/** Whether a form can be filled in by the person without being asked for the unit. */
export const asksUnit = (units) => units.length > 1;

export function Field({ field, value, onChange, units, problem }) {
    const id = `field-${field.name}`;
    if (field.kind === 'unit') {
        if (!asksUnit(units)) return null;
        return <Choose label={field.label} name={field.name} value={value} onChange={onChange} options={units.map((unit) => ({ value: unit.code, label: unit.name }))} />;
    }
    if (field.kind === 'period') {
        const options = reportables().map(({ period }) => ({ value: period, label: T.month.name(period) }));
        return <Choose label={field.label} name={field.name} value={value} onChange={onChange} options={options} />;
    }
    if (field.kind === 'choice') {
        const options = field.choices.map(({ name, label }) => ({ value: name, label }));
        return <Asked id={id} problem={problem}><Choose label={field.label} name={field.name} value={value} onChange={onChange} options={options} /></Asked>;
    }
    if (field.kind === 'yes_no') {
        return (
            <label class={`toggle ${value ? 'chosen' : ''}`}>
                <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked || undefined)} />
                <span>{field.label}</span>
            </label>
        );
    }
    if (field.kind === 'photo') return null;
    if (field.kind === 'day') return <Day field={field} id={id} value={value} onChange={onChange} problem={problem} />;
    const hint = field.hint && <small id={`${id}-hint`}>{field.hint}</small>;
    return (
        <Asked id={id} problem={problem}>
            <label for={id}>
                {field.label}
                {field.required || field.kind === 'indicator' ? '' : ` (${T.form.optional})`}
            </label>
            {hint}
            <Entry field={field} id={id} value={value} onChange={onChange} />
        </Asked>
    );
}

function Asked({ id, problem, children }) {
    return (
        <div class="asked">
            {children}
            {problem && (
                <p class="problem" id={`${id}-problem`}>
                    {problem}
                </p>
            )}
        </div>
    );
}

function Entry({ field, id, value, onChange }) {
    if (field.kind === 'text') {
        return <textarea id={id} rows={3} maxLength={field.max} value={value ?? ''} onInput={(event) => onChange(event.target.value || undefined)} />;
    }
    if (field.money) return <Money field={field} id={id} value={value} onChange={onChange} />;
    if (field.max > 1000 || field.kind === 'whole') {
        const set = (text) => onChange(text === '' ? undefined : Math.min(Number(text.replace(/\D/g, '')), field.max));
        return <input id={id} class="number" inputMode="numeric" autocomplete="off" value={value ?? ''} onInput={(event) => set(event.target.value)} />;
    }
    return <Stepper id={id} label={field.label} value={value} max={field.max} onChange={onChange} />;
}

/** Money as people write it, with points between thousands. */
export function Money({ field, id, value, onChange }) {
    const set = (event) => {
        const digits = event.target.value.replace(/\D/g, '');
        onChange(digits === '' ? undefined : Math.min(Number(digits), field.max));
    };
    return (
        <span class="money">
            <input id={id} class="number" inputMode="numeric" autocomplete="off" placeholder="–" value={value === undefined ? '' : grouped(value)} onInput={set} />
            <span>{field.unit}</span>
        </span>
    );
}

/** Today, yesterday, or a day of the calendar. */
export function Day({ field, id, value, onChange, problem }) {
    const now = today();
    const near = { [now]: 'today', [plus(now, -1)]: 'yesterday' }[value] ?? (value === undefined ? undefined : 'other');
    const choose = (which) => onChange({ today: now, yesterday: plus(now, -1), other: plus(now, -2) }[which]);
    return (
        <Asked id={id} problem={problem}>
            <Choose
                label={field.label}
                name={field.name}
                value={near}
                onChange={choose}
                options={[
                    { value: 'today', label: `${T.incident.today} (${dayText(now)})` },
                    { value: 'yesterday', label: `${T.incident.yesterday} (${dayText(plus(now, -1))})` },
                    { value: 'other', label: T.incident.otherDay },
                ]}
            />
            {near === 'other' && <input id={id} type="date" aria-label={field.label} max={now} value={value} onInput={(event) => event.target.value && onChange(event.target.value)} />}
        </Asked>
    );
}

/** The indicators of a form under their headings. */
export function groups(form) {
    const found = new Map();
    for (const field of form.fields.filter((one) => one.kind === 'indicator')) {
        const name = field.group ?? '';
        found.set(name, [...(found.get(name) ?? []), field]);
    }
    return [...found].map(([name, fields]) => ({ name, fields }));
}

/** The stated figures of answers, by code. */
export function figuresOf(form, answers) {
    const fields = form.fields.filter((field) => field.kind === 'indicator' && answers[field.name] !== undefined);
    return Object.fromEntries(fields.map((field) => [field.name, answers[field.name]]));
}

/** What was chosen or written and is no figure, as one note for the officer. */
export function noteOf(form, answers) {
    const parts = form.fields.map((field) => {
        const value = answers[field.name];
        if (value === undefined) return null;
        if (field.kind === 'text') return value;
        const chosen = field.kind === 'choice' && field.choices.find(({ name }) => name === value);
        return chosen ? `${field.label}: ${chosen.label}` : null;
    });
    return parts.filter(Boolean).join('\n').slice(0, 1000);
}

/** “15/02 – 14/03” of a month, where it is known. */
export const daysOf = (period) => {
    const known = month(period);
    return known ? T.month.days(dayText(known.from), dayText(known.to)) : '';
};
