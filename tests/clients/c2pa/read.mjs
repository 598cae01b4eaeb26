// Reads pictures with two independent implementations of C2PA and prints what they found, one line of JSON per file and reader.
//   node read.mjs FILE…
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';
import initRust, { WasmReader } from '@contentauth/c2pa-wasm';

// The Rust build expects a browser's worker. It reads a Blob by slices, synchronously.
class Slice {
    constructor(bytes, type) { this.bytes = bytes; this.type = type; this.size = bytes.length; }
    slice(from, to) { return new Slice(this.bytes.subarray(from, to), this.type); }
}
globalThis.FileReaderSync = class {
    readAsArrayBuffer(blob) { return blob.bytes.slice().buffer; }
};

const types = { '.png': 'image/png', '.jpg': 'image/jpeg', '.webp': 'image/webp' };

async function typescript(bytes) {
    // It does not read WebP.
    const asset = PNG.canRead(bytes) ? new PNG(bytes) : JPEG.canRead(bytes) ? new JPEG(bytes) : null;
    if (!asset) return null;
    const jumbf = asset.getManifestJUMBF();
    if (!jumbf) return { valid: false, codes: ['no manifest'] };
    const manifests = ManifestStore.read(SuperBox.fromBuffer(jumbf));
    const result = await manifests.validate(asset);
    return {
        valid: result.isValid,
        codes: result.statusEntries.map(entry => entry.code),
        assertions: manifests.getActiveManifest().assertions.assertions.map(assertion => assertion.fullLabel ?? assertion.label),
    };
}

async function rust(bytes, type) {
    try {
        const reader = await WasmReader.fromBlob(type, new Slice(bytes, type));
        const store = JSON.parse(reader.json());
        const active = store.manifests[store.active_manifest];
        const results = store.validation_results.activeManifest;
        return {
            valid: store.validation_state !== 'Invalid',
            state: store.validation_state,
            codes: [...results.success, ...results.informational, ...results.failure].map(status => status.code),
            failures: results.failure.map(status => status.code),
            assertions: active.assertions,
            ingredients: active.ingredients,
            generator: active.claim_generator_info,
            signer: active.signature_info,
        };
    } catch (fault) {
        return { valid: false, codes: [String(fault)] };
    }
}

const wasm = createRequire(import.meta.url).resolve('@contentauth/c2pa-wasm/c2pa.wasm');
await initRust({ module_or_path: await readFile(wasm) });
for (const file of process.argv.slice(2)) {
    const bytes = new Uint8Array(await readFile(file));
    for (const [reader, read] of [['c2pa-ts', () => typescript(bytes)], ['c2pa-rs', () => rust(bytes, types[extname(file)])]]) {
        const found = await read();
        if (found) console.log(JSON.stringify({ file, reader, ...found }));
    }
}
