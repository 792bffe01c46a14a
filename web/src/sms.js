// The same return as a coded text, for where there is a voice signal and no data network.

/** `ANTT T3/2026 TC2 THTS 15000000d`: what the server's reader reads back as the same figures. */
export function composeReturn({ unit, period, values, rest_zero }, fields, severalUnits) {
    const money = new Set(fields.filter((field) => field.money).map((field) => field.name));
    const parts = ['ANTT', `T${Number(period.slice(5))}/${period.slice(0, 4)}`];
    if (severalUnits) parts.push(unit);
    for (const field of fields) {
        const value = values[field.name];
        if (value === undefined) continue;
        parts.push(money.has(field.name) && value > 0 ? `${field.name} ${value}d` : `${field.name}${value}`);
    }
    if (Object.keys(values).length === 0) parts.push('0');
    else if (rest_zero) parts.push('con lai khong');
    return parts.join(' ');
}

/** `ANTT 12/3 TNV1`: an incident with its day. */
export function composeIncident({ unit, day, values }, fields, severalUnits) {
    const parts = ['ANTT', `${Number(day.slice(8))}/${Number(day.slice(5, 7))}`];
    if (severalUnits) parts.push(unit);
    for (const field of fields) {
        const value = values[field.name];
        if (value !== undefined) parts.push(field.money && value > 0 ? `${field.name} ${value}d` : `${field.name}${value}`);
    }
    return parts.join(' ');
}

/** The address that opens the phone's own program for texts. */
export const smsLink = (number, text) => `sms:${number ?? ''}?body=${encodeURIComponent(text)}`;
