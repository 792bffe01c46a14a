// Fills in a form of the server with the engine of ODK Web Forms, as a person would, and sends it.
//
// usage: node xforms.mjs BASE FORM '{"field":"value", "photo": {"name": "a.png", "type": "image/png", "base64": "…"}}'
// prints one line of JSON: {"shown": {"field": "its label"}, "status": …, "message": "…"}

import { JSDOM } from 'jsdom';

// The engine is made for browsers.
const { window } = new JSDOM('<!doctype html>', { url: 'http://localhost/' });
const needed = /^(DOM|XML|XPath|Node|Element|Document|Attr|Text|CDATA|Comment|window|document)/;
for (const name of Object.getOwnPropertyNames(window)) {
    if (!(name in globalThis) && needed.test(name)) globalThis[name] = window[name];
}
globalThis.window ??= window;
globalThis.document ??= window.document;
globalThis.localStorage ??= window.localStorage;
globalThis.File ??= (await import('node:buffer')).File;
globalThis.__dirname ??= import.meta.dirname;

const { loadForm } = await import('@getodk/xforms-engine');
const [base, code, wanted] = process.argv.slice(2);

const answered = async (path) => {
    const response = await fetch(`${base}/${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response;
};
const definition = await (await answered(`forms/${code}`)).text();
const loaded = await loadForm(definition, {
    fetchFormAttachment: (url) => answered(`forms/${code}/media/${String(url).split('/').pop()}`),
});
if (loaded.status !== 'success') throw loaded.error ?? new Error(`the engine says ${loaded.status} of the form`);
const { root } = loaded.createInstance();

/** What can be answered, by name. */
const fields = new Map();
const collect = (node) => {
    const children = node.currentState.children ?? [];
    if (children.length === 0) fields.set(node.definition.qualifiedName.localName, node);
    children.forEach(collect);
};
collect(root);

const answers = new Map(Object.entries(JSON.parse(wanted)));
const unknown = [...answers.keys()].filter((name) => !fields.has(name));
if (unknown.length > 0) throw new Error(`no field ${unknown}; there are: ${[...fields.keys()].join(', ')}`);

// In the order of the form, since one answer may make another question appear.
for (const [name, node] of fields) {
    if (!answers.has(name)) continue;
    const value = answers.get(name);
    if (node.nodeType === 'select') {
        const choices = node.currentState.valueOptions.map((option) => option.value);
        if (!choices.includes(value)) throw new Error(`${name}: ${value} is none of ${choices.join(', ')}`);
        node.selectValue(value);
    } else if (node.nodeType === 'upload') {
        node.setValue(new File([Buffer.from(value.base64, 'base64')], value.name, { type: value.type }));
    } else {
        node.setValue(value);
    }
}

const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
const violations = (payload.violations ?? []).map((v) => `${v.nodeId} ${v.message?.asString ?? v.condition ?? ''}`);
if (payload.status !== 'ready') throw new Error(`the form is not valid: ${violations.join('; ')}`);

/** The FormData may be that of the page, and its files too: what they hold is sent by that of Node. */
const content = (file) =>
    new Promise((resolve, reject) => {
        if (typeof file === 'string') return resolve(file);
        if (file.arrayBuffer) return file.arrayBuffer().then(resolve, reject);
        const reader = new window.FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => reject(reader.error);
        reader.readAsArrayBuffer(file);
    });
const form = new FormData();
for (const [name, file] of payload.data[0].entries()) {
    form.append(name, new Blob([await content(file)], { type: file.type ?? 'text/xml' }), file.name ?? name);
}
const response = await fetch(`${base}/submission`, {
    method: 'POST',
    headers: { 'X-OpenRosa-Version': '1.0' },
    body: form,
});
const said = /<message>(.*)<\/message>/.exec(await response.text());
const shown = [...fields].map(([name, node]) => [name, node.currentState.label?.asString]);
console.log(JSON.stringify({ shown: Object.fromEntries(shown), status: response.status, message: said?.[1] }));
process.exit(0);
