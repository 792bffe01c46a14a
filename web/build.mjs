// Builds the app into dist/, the same bytes from the same source: `node build.mjs`.
// `node build.mjs --check` builds in memory and fails where dist/ differs.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const read = (path) => readFileSync(join(here, path));
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

const TYPES = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.css': 'text/css; charset=utf-8',
    '.png': 'image/png',
    '.webmanifest': 'application/manifest+json',
};
/** What keeps its name when its content changes. */
const NAMED = ['index.html', 'start.html', 'manifest.webmanifest', 'service-worker.js'];
/** Pictures are compressed already. */
const compresses = (name) => extname(name) !== '.png';

const common = {
    absWorkingDir: here,
    bundle: true,
    minify: true,
    write: false,
    legalComments: 'none',
    // Browsers of five years ago.
    target: ['chrome92', 'firefox90', 'safari15.4'],
    define: { 'process.env.NODE_ENV': '"production"' },
};

/** Everything that is served, by name. */
async function files() {
    const made = new Map();
    const bundle = await build({
        ...common,
        entryPoints: ['src/main.jsx', 'src/style.css'],
        outdir: 'out',
        format: 'esm',
        splitting: true,
        entryNames: '[name]-[hash]',
        chunkNames: 'part-[hash]',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        metafile: true,
    });
    const named = new Map();
    for (const [path, output] of Object.entries(bundle.metafile.outputs)) {
        if (output.entryPoint) named.set(output.entryPoint, path.split('/').pop());
    }
    for (const file of bundle.outputFiles) made.set(file.path.split('/').pop(), Buffer.from(file.contents));
    for (const icon of readdirSync(join(here, 'icons')).sort()) {
        const bytes = read(`icons/${icon}`);
        made.set(icon.replace('.png', `-${digest(bytes)}.png`), bytes);
    }
    const icon = (name) => [...made.keys()].find((key) => key.startsWith(`${name}-`));
    const fill = (path) =>
        Buffer.from(
            read(path)
                .toString()
                .replace(/\{\{icon:([a-z0-9_]+)\}\}/g, (_, name) => icon(name))
                .replace(/\{\{file:([^}]+)\}\}/g, (_, name) => named.get(name)),
        );
    made.set('manifest.webmanifest', fill('src/manifest.webmanifest'));
    made.set('index.html', fill('src/index.html'));
    made.set('start.html', fill('src/start.html'));
    // The worker carries the names of all files, and with them the version: another file makes another worker.
    const kept = [...made.keys()].filter((name) => !name.endsWith('.html')).sort();
    const version = digest(Buffer.concat([...made.keys()].sort().map((name) => Buffer.from(name + digest(made.get(name))))));
    const worker = await build({
        ...common,
        entryPoints: ['src/service-worker.js'],
        format: 'iife',
        define: { ...common.define, FILES: JSON.stringify(kept), VERSION: JSON.stringify(version) },
    });
    made.set('service-worker.js', Buffer.from(worker.outputFiles[0].contents));
    return new Map([...made].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const brotli = (bytes) =>
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });

/** What the server includes: a list of its type `File` (src/http/app_files.rs). */
function list(made) {
    const rows = [...made].map(([name, bytes]) => {
        const compressed = compresses(name) ? `Some(include_bytes!("${name}.br"))` : 'None';
        return (
            `    File { name: "${name}", kind: "${TYPES[extname(name)]}", tag: "W/\\"${digest(bytes)}\\"", fixed: ${!NAMED.includes(name)},\n` +
            `        bytes: include_bytes!("${name}"), brotli: ${compressed} },\n`
        );
    });
    return `// Written by web/build.mjs.\n&[\n${rows.join('')}]\n`;
}

/** Differences between what is in dist/ and what would be written. */
function differences(made) {
    const wanted = new Map(made);
    wanted.set('files.in', Buffer.from(list(made)));
    const there = readdirSync(dist);
    const wrong = [];
    for (const [name, bytes] of wanted) {
        if (!there.includes(name) || !read(`dist/${name}`).equals(bytes)) wrong.push(name);
        // Another version of the compressor writes other bytes; what they say must be the same.
        if (name !== 'files.in' && compresses(name)) {
            const packed = `${name}.br`;
            if (!there.includes(packed) || !brotliDecompressSync(read(`dist/${packed}`)).equals(bytes)) wrong.push(packed);
        }
    }
    const known = new Set([...wanted.keys(), ...[...made.keys()].filter(compresses).map((name) => `${name}.br`)]);
    return wrong.concat(there.filter((name) => !known.has(name)));
}

const made = await files();
if (process.argv.includes('--check')) {
    const wrong = differences(made);
    if (wrong.length > 0) {
        console.error(`web/dist is not what the source gives: ${wrong.join(', ')}. Run: cd web && npm ci && npm run build`);
        process.exit(1);
    }
} else {
    rmSync(dist, { recursive: true, force: true });
    mkdirSync(dist, { recursive: true });
    for (const [name, bytes] of made) {
        writeFileSync(join(dist, name), bytes);
        if (compresses(name)) writeFileSync(join(dist, `${name}.br`), brotli(bytes));
    }
    writeFileSync(join(dist, 'files.in'), list(made));
}
let total = 0;
for (const [name, bytes] of made) {
    const size = compresses(name) ? brotli(bytes).length : bytes.length;
    total += size;
    console.log(`${String(size).padStart(8)}  ${name}`);
}
console.log(`${String(total).padStart(8)}  compressed, in all`);
