// The blend pad: a handle between two to four corners, and a preview of the blend at its position.

import { locale } from '../locale.js';
import { Sketches } from '../sketches.js';
import { anchors, placeOf, weightsAt } from './geometry.js';

const restAfter = 260;
const step = 0.02;
const bigStep = 0.1;
const middle = [0.5, 0.5];
const percent = new Intl.NumberFormat(locale, { style: 'percent' });

class Pad {
  constructor(root, options, token, page) {
    this.page = page;
    this.pad = root.querySelector('.pad');
    this.handle = root.querySelector('.pad-handle');
    this.sketches = new Sketches(root, token, () => this.request(), reason => page.invokeMethodAsync('OnRefusedAsync', reason));
    this.stopped = new AbortController();
    this.listen();
    this.update(options);
  }

  /** Sets other corners or another seed. */
  update(options) {
    this.corners = options.corners;
    this.seed = options.seed;
    const at = (options.at ?? '').split(',').map(Number);
    const known = at.length === 2 && at.every(Number.isFinite);
    this.moveTo(...(known ? at : this.corners.length === 3 ? placeOf([1 / 3, 1 / 3, 1 / 3]) : middle));
    this.rest();
  }

  stop() {
    this.stopped.abort();
    this.sketches.stop();
    clearTimeout(this.resting);
  }

  listen() {
    const on = (type, handler) => this.pad.addEventListener(type, handler, { signal: this.stopped.signal });
    on('pointerdown', event => {
      if (event.button !== 0) {
        return;
      }
      this.pad.setPointerCapture(event.pointerId);
      this.dragging = event.pointerId;
      this.handle.focus({ preventScroll: true });
      this.toPointer(event);
      event.preventDefault();
    });
    on('pointermove', event => {
      if (this.dragging === event.pointerId) {
        this.toPointer(event);
      }
    });
    for (const type of ['pointerup', 'pointercancel']) {
      on(type, event => {
        if (this.dragging === event.pointerId) {
          this.dragging = null;
          this.rest();
        }
      });
    }
    on('keydown', event => this.press(event));
  }

  toPointer(event) {
    const box = this.pad.getBoundingClientRect();
    this.moveTo((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    this.later();
  }

  press(event) {
    const by = event.shiftKey ? bigStep : step;
    const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    const corner = Number(event.key) - 1;
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    if (moves[event.key]) {
      this.moveTo(this.x + moves[event.key][0], this.y + moves[event.key][1]);
    } else if (event.key === 'Home') {
      this.moveTo(...middle);
    } else if (Number.isInteger(corner) && corner >= 0 && corner < this.corners.length) {
      this.moveTo(...anchors[this.corners.length][corner]);
    } else {
      return;
    }
    event.preventDefault();
    this.later();
  }

  moveTo(x, y) {
    const count = this.corners.length;
    this.weights = weightsAt(count, x, y);
    [this.x, this.y] = placeOf(this.weights);
    this.handle.style.left = `${this.x * 100}%`;
    this.handle.style.top = `${this.y * 100}%`;
    const words = this.corners.map((corner, place) => `${corner.name} ${percent.format(this.weights[place])}`);
    this.handle.setAttribute('aria-valuenow', Math.round(this.weights[0] * 100));
    this.handle.setAttribute('aria-valuetext', words.join(', '));
    this.dress();
  }

  // Lines and shares that the script updates without a Blazor render.
  dress() {
    const places = anchors[this.corners.length];
    this.pad.querySelectorAll('line').forEach((line, place) => {
      if (places[place] === undefined) {
        return;
      }
      line.setAttribute('x1', this.x * 100);
      line.setAttribute('y1', this.y * 100);
      line.setAttribute('x2', places[place][0] * 100);
      line.setAttribute('y2', places[place][1] * 100);
      line.style.setProperty('--share', this.weights[place]);
    });
    this.pad.querySelectorAll('.pad-corner').forEach((corner, place) => {
      if (places[place] === undefined) {
        return;
      }
      corner.style.left = `${places[place][0] * 100}%`;
      corner.style.top = `${places[place][1] * 100}%`;
      corner.style.setProperty('--share', this.weights[place]);
      corner.querySelector('output').textContent = percent.format(this.weights[place]);
    });
    document.querySelectorAll('.corner[data-share]').forEach((corner, place) => {
      corner.style.setProperty('--share', this.weights[place] ?? 0);
      corner.querySelector('.corner-share').textContent = percent.format(this.weights[place] ?? 0);
    });
  }

  // Request a draft preview while dragging and a full one when the handle rests.
  later() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), restAfter);
    this.sketches.ask(true);
  }

  rest() {
    clearTimeout(this.resting);
    if (this.dragging === null || this.dragging === undefined) {
      this.page.invokeMethodAsync('OnRestAsync', this.x, this.y, this.weights);
    }
    this.sketches.ask(false);
  }

  request() {
    const inputs = this.corners.map((corner, place) => ({ image: corner.image ?? undefined, text: corner.text ?? undefined, weight: this.weights[place] }));
    return { address: 'api/sketches', body: { inputs, seed: this.seed } };
  }
}

/** Initializes the pad. */
export const open = (root, options, token, page) => new Pad(root, options, token, page);
