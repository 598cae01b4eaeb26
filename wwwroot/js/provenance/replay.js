// Replays how a picture was made: fetches all steps, then a slider scrubs through them.

import { SoftCanvas } from '../soft-canvas.js';

const pause = 160;
const retryAfter = 800;
const retries = 5;

/** Retries on 204, which means that a newer request of the same person replaced this one. */
export async function ask(address, signal) {
  for (let tried = 0; tried < retries; tried++) {
    const answer = await fetch(address, { signal });
    if (answer.status !== 204) {
      return answer;
    }
    await new Promise(done => setTimeout(done, retryAfter));
  }
  return null;
}

const toBlob = frame => new Blob([Uint8Array.from(atob(frame.bytes), letter => letter.charCodeAt(0))], { type: frame.contentType });

class Replay {
  constructor(root, imageId, words) {
    this.words = words;
    this.stopped = new AbortController();
    this.canvas = new SoftCanvas(root.querySelector('.replay-stage canvas'));
    this.range = root.querySelector('input');
    this.where = root.querySelector('output');
    this.play = root.querySelector('[data-play]');
    this.wait = root.querySelector('.replay-wait');
    this.root = root;
    const options = { signal: this.stopped.signal };
    this.range.addEventListener('input', () => {
      this.rest();
      this.show(Number(this.range.value));
    }, options);
    this.play.addEventListener('click', () => (this.playing ? this.rest() : this.run()), options);
    this.load(imageId);
  }

  async load(imageId) {
    const answer = await ask(`api/images/${imageId}/replay`, this.stopped.signal).catch(() => null);
    const body = await answer?.json().catch(() => null);
    if (!answer?.ok || !body?.frames?.length) {
      this.wait.textContent = body?.detail ?? this.words.failed;
      return;
    }
    this.frames = body.frames.map(frame => ({ ...frame, blob: toBlob(frame) }));
    this.wait.hidden = true;
    this.range.max = this.frames.length - 1;
    this.range.disabled = false;
    this.play.disabled = false;
    this.root.dataset.ready = '';
    this.stations();
    this.range.value = this.range.max;
    await this.show(this.frames.length - 1);
  }

  // Show the last frame of each stage in its station.
  stations() {
    for (const canvas of document.querySelectorAll('.station canvas[data-stage]')) {
      const last = this.frames.filter(frame => frame.stage === canvas.dataset.stage).at(-1);
      if (last) {
        new SoftCanvas(canvas).show(last.blob);
        canvas.dataset.drawn = '';
      }
    }
  }

  show(index) {
    const frame = this.frames[index];
    const words = `${this.words[frame.stage] ?? frame.stage} · ${frame.step} / ${frame.steps}`;
    this.where.textContent = words;
    this.range.setAttribute('aria-valuetext', words);
    return this.canvas.show(frame.blob);
  }

  run() {
    if (Number(this.range.value) >= this.frames.length - 1) {
      this.range.value = 0;
    }
    this.show(Number(this.range.value));
    this.playing = setInterval(() => {
      const next = Number(this.range.value) + 1;
      if (next >= this.frames.length) {
        this.rest();
        return;
      }
      this.range.value = next;
      this.show(next);
    }, pause);
  }

  rest() {
    clearInterval(this.playing);
    this.playing = null;
  }

  stop() {
    this.rest();
    this.stopped.abort();
  }
}

/** Fetches the steps and initializes the controls. */
export const open = (root, imageId, words) => new Replay(root, imageId, words);
