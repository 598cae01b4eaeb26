// The conformance suite of the Model Context Protocol against a studio: node conformance.mjs ADDRESS KEY. Prints "ok" or fails with what it found.
// Its other scenarios call tools, prompts and resources of the suite's own example server.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const scenarios = ['server-initialize', 'ping', 'tools-list', 'resources-list', 'dns-rebinding-protection'];
const [address, key] = process.argv.slice(2);
const target = new URL(address);
const path = name => fileURLToPath(new URL(name, import.meta.url));

// The suite sends no key, so a proxy adds it.
const proxy = createServer((incoming, outgoing) => {
  const headers = { ...incoming.headers, authorization: `Bearer ${key}` };
  const onward = request({ host: target.hostname, port: target.port, path: incoming.url, method: incoming.method, headers }, answer => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
});
await new Promise(resolve => proxy.listen(0, '127.0.0.1', resolve));

const suite = path('node_modules/@modelcontextprotocol/conformance/dist/index.js');
const url = `http://127.0.0.1:${proxy.address().port}/mcp`;
for (const scenario of scenarios) {
  try {
    await promisify(execFile)('node', ['--import', path('conformance-node.mjs'), suite, 'server', '--url', url, '--scenario', scenario]);
  } catch (failed) {
    assert.fail(`${scenario}: ${failed.stdout}${failed.stderr}`);
  }
}
proxy.close();
console.log('ok');
