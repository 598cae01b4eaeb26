// The AI SDK (Vercel) against a studio: node ai-sdk.mjs ADDRESS KEY FOLDER. Prints "ok" or fails with what differed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOpenAI } from '@ai-sdk/openai';
import { generateImage } from 'ai';

const [address, apiKey, folder] = process.argv.slice(2);
const openai = createOpenAI({ baseURL: `${address}v1`, apiKey });
const widthOf = png => Buffer.from(png).readUInt32BE(16);
const heightOf = png => Buffer.from(png).readUInt32BE(20);

for (const [model, size, width, height] of [['dall-e-2', '256x256', 256, 256], ['dall-e-3', '1792x1024', 1792, 1024], ['gpt-image-1', '1536x1024', 1536, 1024]]) {
  const { images } = await generateImage({ model: openai.image(model), prompt: 'a red cube', size, n: model === 'dall-e-2' ? 2 : 1 });
  assert.equal(images.length, model === 'dall-e-2' ? 2 : 1);
  assert.equal(images[0].mediaType, 'image/png');
  assert.deepEqual([widthOf(images[0].uint8Array), heightOf(images[0].uint8Array)], [width, height]);
}

// Without a mask, as most programs ask.
const picture = readFileSync(join(folder, 'photo.jpg'));
const changed = await generateImage({ model: openai.image('gpt-image-1'), prompt: { text: 'make the cube blue', images: [picture] } });
assert.deepEqual([widthOf(changed.image.uint8Array), heightOf(changed.image.uint8Array)], [1024, 683]);

const masked = await generateImage({
  model: openai.image('gpt-image-1'),
  prompt: { text: 'a blue cube', images: [readFileSync(join(folder, 'image.png'))], mask: readFileSync(join(folder, 'mask.png')) },
});
assert.equal(masked.images.length, 1);

await assert.rejects(generateImage({ model: openai.image('gpt-image-1'), prompt: 'a red cube', size: '64x64', maxRetries: 0 }), /Supported values are/);
console.log('ok');
