// LangChain.js against a studio: node langchain.mjs ADDRESS KEY. Prints "ok" or fails with what differed.
import assert from 'node:assert/strict';
import { DallEAPIWrapper } from '@langchain/openai';

const [address, apiKey] = process.argv.slice(2);
const isPng = bytes => Buffer.from(bytes).subarray(1, 4).toString() === 'PNG';

const url = await new DallEAPIWrapper({ apiKey, baseUrl: `${address}v1` }).invoke('a red cube');
const fetched = await fetch(url);
assert.ok(isPng(await fetched.arrayBuffer()));

const bytes = await new DallEAPIWrapper({ apiKey, baseUrl: `${address}v1`, model: 'dall-e-2', size: '256x256', dallEResponseFormat: 'b64_json' }).invoke('a red cube');
assert.ok(isPng(Buffer.from(bytes, 'base64')));

const several = await new DallEAPIWrapper({ apiKey, baseUrl: `${address}v1`, n: 2, size: '1024x1792', quality: 'hd', style: 'natural' }).invoke('a red cube');
assert.equal(several.length, 2);
console.log('ok');
