// The official client of the Model Context Protocol against a studio: node mcp.mjs ADDRESS KEY FOLDER. Prints "ok" or fails with what differed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [address, key, folder] = process.argv.slice(2);
const transport = new StreamableHTTPClientTransport(new URL('mcp', address), { requestInit: { headers: { authorization: `Bearer ${key}` } } });
const client = new Client({ name: 'promptcanvas-tests', version: '1.0.0' });
await client.connect(transport);

const { tools } = await client.listTools();
assert.deepEqual(tools.map(tool => tool.name).sort(), ['blend_images', 'describe_image', 'edit_image', 'generate_image', 'get_job', 'search_gallery', 'vary_image']);
const { resourceTemplates } = await client.listResourceTemplates();
assert.deepEqual(resourceTemplates.map(template => template.uriTemplate), ['promptcanvas://pictures/{id}']);

const progress = [];
const made = await client.callTool(
  { name: 'generate_image', arguments: { prompt: 'a red cube', size: 256, count: 2, seed: 7 } },
  undefined,
  { onprogress: value => progress.push(value), resetTimeoutOnProgress: true });
assert.ok(!made.isError, JSON.stringify(made.content[0]));
const pictures = made.content.filter(block => block.type === 'image');
assert.deepEqual(pictures.map(block => block.mimeType), ['image/webp', 'image/webp']);
assert.ok(progress.length > 0);
assert.ok(progress.some(value => value._meta?.['promptcanvas/preview']?.mimeType === 'image/webp'));
assert.ok(progress.every((value, at) => at === 0 || value.progress >= progress[at - 1].progress));

const [link] = made.content.filter(block => block.type === 'resource_link');
const { contents } = await client.readResource({ uri: link.uri });
assert.equal(Buffer.from(contents[0].blob, 'base64').subarray(1, 4).toString(), 'PNG');

const file = readFileSync(join(folder, 'image.png')).toString('base64');
const mask = readFileSync(join(folder, 'mask.png')).toString('base64');
for (const [name, args] of [
  ['edit_image', { image: file, prompt: 'a blue cube' }],
  ['edit_image', { image: file, mask, prompt: 'a blue cube' }],
  ['vary_image', { image: link.uri, strength: 0.4 }],
  ['blend_images', { images: [link.name, file], texts: ['a fox'] }],
]) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content[0])}`);
  const job = await client.callTool({ name: 'get_job', arguments: { id: result.content[0].text.split(' ')[1] } });
  assert.equal(job.content[0].text, result.content[0].text);
}
const described = await client.callTool({ name: 'describe_image', arguments: { image: link.uri } });
assert.equal(described.content[0].text, 'a red cube');

const found = await client.callTool({ name: 'search_gallery', arguments: { words: 'red' } });
assert.ok(found.content.some(block => block.uri === link.uri));
const refused = await client.callTool({ name: 'generate_image', arguments: { prompt: ' ' } });
assert.ok(refused.isError);
await client.close();
console.log('ok');
