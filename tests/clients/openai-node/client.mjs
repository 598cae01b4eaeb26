// The official Node client against a studio: node client.mjs ADDRESS KEY FOLDER. Prints "ok" or fails with what differed.
import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';

const [address, apiKey, folder] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${address}v1`, apiKey, maxRetries: 0 });
const file = name => createReadStream(join(folder, name));
const isPng = base64 => Buffer.from(base64, 'base64').subarray(1, 4).toString() === 'PNG';

const generated = await client.images.generate({ model: 'dall-e-2', prompt: 'a red cube', n: 2, size: '256x256' });
assert.equal(generated.data.length, 2);
const fetched = await fetch(generated.data[0].url);
assert.equal(fetched.headers.get('content-type'), 'image/png');
assert.ok(Math.abs(generated.created - Date.now() / 1000) < 300);

const edited = await client.images.edit({
  image: file('image.png'), mask: file('mask.png'), prompt: 'a red cube', size: '256x256', response_format: 'b64_json',
});
assert.ok(isPng(edited.data[0].b64_json));

// A list is sent as image[]; a buffer has no name of its own.
const listed = await client.images.edit({
  image: [await toFile(readFileSync(join(folder, 'mask.png')))], prompt: 'a red cube', size: '256x256', response_format: 'b64_json',
});
assert.ok(isPng(listed.data[0].b64_json));

const varied = await client.images.createVariation({ image: file('image.png'), n: 2, size: '256x256', response_format: 'b64_json' });
assert.equal(varied.data.length, 2);

const types = [];
for await (const event of await client.images.generate({ prompt: 'a red cube', size: '256x256', stream: true, partial_images: 2 })) {
  types.push(event.type);
  assert.ok(isPng(event.b64_json));
}
assert.equal(types.at(-1), 'image_generation.completed');

// The calls of the client's own suite (tests/api-resources/images.test.ts), which are written for a mock server: here with pictures, and with a size that the model has.
for (const make of [
  () => client.images.createVariation({ image: file('image.png') }),
  () => client.images.edit({ image: file('image.png'), prompt: 'A cute baby sea otter wearing a beret' }),
  () => client.images.generate({ prompt: 'A cute baby sea otter' }),
]) {
  const promise = make();
  const raw = await promise.asResponse();
  assert.ok(raw instanceof Response);
  const parsed = await promise;
  const both = await promise.withResponse();
  assert.equal(both.data, parsed);
  assert.equal(both.response, raw);
  assert.equal(parsed.data.length, 1);
}
const shared = { n: 1, output_compression: 100, output_format: 'png', partial_images: 1, response_format: 'url', stream: false, user: 'user-1234', background: 'transparent' };
for (const made of [
  await client.images.createVariation({ image: file('image.png'), model: 'gpt-image-1', n: 1, response_format: 'url', size: '1024x1024', user: 'user-1234' }),
  await client.images.edit({
    ...shared, image: file('image.png'), mask: file('mask.png'), prompt: 'A cute baby sea otter wearing a beret', input_fidelity: 'high', model: 'gpt-image-2', quality: 'high', size: '1024x1024',
  }),
  await client.images.generate({ ...shared, prompt: 'A cute baby sea otter', model: 'gpt-image-2', moderation: 'low', quality: 'medium', size: 'auto', style: 'vivid' }),
]) {
  assert.ok(isPng(made.data[0].b64_json));
}

// Modern edits, as a stream.
const edits = [];
for await (const event of await client.images.edit({ model: 'gpt-image-1', image: [file('image.png'), file('mask.png')], prompt: 'both in one', stream: true, partial_images: 1 })) {
  edits.push(event.type);
}
assert.equal(edits.at(-1), 'image_edit.completed');

const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert.ok(models.includes('dall-e-2'));

await assert.rejects(client.images.generate({ model: 'dall-e-4', prompt: 'a red cube' }), fault => {
  assert.ok(fault instanceof OpenAI.NotFoundError);
  assert.equal(fault.code, 'model_not_found');
  assert.match(fault.requestID, /^req_/);
  return true;
});
await assert.rejects(client.images.generate({ prompt: 'a red cube', size: '64x64' }), fault => {
  assert.ok(fault instanceof OpenAI.BadRequestError);
  assert.equal(fault.param, 'size');
  return true;
});
await assert.rejects(new OpenAI({ baseURL: `${address}v1`, apiKey: 'sk-wrong' }).models.list(), OpenAI.AuthenticationError);
console.log('ok');
