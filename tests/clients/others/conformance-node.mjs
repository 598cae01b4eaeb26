// The conformance suite imports fs.globSync, which Node has from version 22 on; its server scenarios do not call it. Loaded with --import.
import { register } from 'node:module';

const module = code => `data:text/javascript,${encodeURIComponent(code)}`;
const fs = module("export * from 'node:fs'; export { default } from 'node:fs'; export function globSync() { throw new Error('This Node has no globSync.'); }");

if (!('globSync' in await import('node:fs'))) {
  register(module(`
    export const resolve = (name, context, next) =>
      name === 'fs' && context.parentURL?.includes('/conformance/') ? { url: ${JSON.stringify(fs)}, shortCircuit: true } : next(name, context);
  `));
}
