// The weight of a style on the Create page, and a preview of the prompt with it.

import { locale } from '../locale.js';
import { Sketches } from '../sketches.js';

const restAfter = 260;
const restAfterTyping = 800;
const percent = new Intl.NumberFormat(locale, { style: 'percent', signDisplay: 'exceptZero' });

class Slider {
  constructor(root, options, token, page) {
    this.page = page;
    this.range = root.querySelector('input[type=range]');
    this.said = root.querySelector('output');
    this.prompt = document.querySelector('[data-prompt]');
    this.stopped = new AbortController();
    this.sketches = new Sketches(root, token, () => this.request(), reason => page.invokeMethodAsync('OnRefused', reason));
    const { signal } = this.stopped;
    this.range.addEventListener('input', () => this.move(), { signal });
    this.prompt.addEventListener('input', () => this.later(restAfterTyping), { signal });
    this.update(options);
  }

  /** Sets another style, seed or model, or has noticed another prompt. */
  update(options) {
    Object.assign(this, options);
    this.range.value = Math.round(options.weight * 100);
    this.tell();
    this.sketches.ask(false);
  }

  stop() {
    this.stopped.abort();
    this.sketches.stop();
    clearTimeout(this.resting);
  }

  move() {
    this.weight = this.range.value / 100;
    this.tell();
    this.sketches.ask(true);
    this.later(restAfter);
  }

  later(pause) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.sketches.ask(false), pause);
  }

  tell() {
    this.said.textContent = percent.format(this.weight);
    this.range.setAttribute('aria-valuetext', this.said.textContent);
  }

  request() {
    const prompt = this.prompt.value.trim();
    return prompt === '' ? null : {
      address: `api/styles/${this.style}/sketches`,
      body: { prompt, negativePrompt: this.negativePrompt ?? undefined, weight: this.weight, seed: this.seed, model: this.model ?? undefined },
    };
  }
}

/** Initializes the slider. */
export const open = (root, options, token, page) => new Slider(root, options, token, page);
