// The official Node client with its own retries: node retries.mjs SCENE ADDRESS KEY. The studio, or the line to it, fails once; run by RealPortTests.
// Prints "ok" and how many pictures came, or fails with what differed.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const [scene, address, apiKey] = process.argv.slice(2);
const mostRounds = 50;
let attempts = [];
let pictures = 0;
const client = new OpenAI({
  baseURL: `${address}v1`,
  apiKey,
  fetch: async (url, init) => {
    const retries = new Headers(init.headers).get('x-stainless-retry-count');
    try {
      const answer = await fetch(url, init);
      attempts.push({ retries, status: answer.status, wait: answer.headers.get('retry-after'), retry: answer.headers.get('x-should-retry') });
      return answer;
    } catch (fault) {
      attempts.push({ retries, status: 'cut' });
      throw fault;
    }
  },
});
const draw = async () => {
  const made = await client.images.generate({ prompt: `a red cube, ${scene}`, size: '256x256', response_format: 'b64_json' });
  assert.equal(Buffer.from(made.data[0].b64_json, 'base64').subarray(1, 4).toString(), 'PNG');
  pictures += made.data.length;
};

switch (scene) {
  case 'dropped':
    await draw();
    assert.deepEqual(attempts.map(one => [one.retries, one.status]), [['0', 'cut'], ['1', 200]]);
    break;
  case 'overloaded':
    await draw();
    assert.deepEqual(attempts.map(one => [one.retries, one.status, one.wait]), [['0', 503, '5'], ['1', 200, null]]);
    break;
  case 'limited': {
    // Requests that ask for nothing, until there is nothing left to ask. One a second grows back: the client must come before it.
    for (let round = 0; attempts[0]?.status !== 429; round++) {
      assert.ok(round < mostRounds, 'the allowance grew back in between each time: nothing was limited');
      let status = 0;
      while (status !== 429) {
        status = (await fetch(`${address}v1/images/generations`, { method: 'POST', headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, body: '{}' })).status;
        assert.ok(status === 400 || status === 429, `${status}`);
      }
      attempts = [];
      await draw();
    }
    assert.ok(Number(attempts[0].wait) >= 1);
    assert.deepEqual([attempts.at(-1).retries, attempts.at(-1).status], [`${attempts.length - 1}`, 200]);
    break;
  }
  case 'spent':
    await assert.rejects(draw, fault => {
      assert.ok(fault instanceof OpenAI.RateLimitError);
      assert.equal(fault.code, 'insufficient_quota');
      return true;
    });
    assert.deepEqual(attempts.map(one => [one.status, one.retry]), [[429, 'false']]);
    break;
  default:
    throw new Error(`There is no scene ${scene}.`);
}
console.log(`ok ${pictures}`);
