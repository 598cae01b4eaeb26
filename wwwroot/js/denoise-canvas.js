// Draws a job's preview frames from the hub directly to the canvases, without Blazor renders.

import { stream } from './generation-hub.js';

const stages = ['prior', 'decoder', 'superResolution256', 'superResolution1024'];
const largestSide = 1024;
const softUpTo = 64;
const softness = 0.75;
const fadeFrames = 8;
const fadeAlpha = 0.34;
const still = matchMedia('(prefers-reduced-motion: reduce)');

const rankOf = frame => stages.indexOf(frame.stage) * 10000 + frame.step;

/** The picture of a frame from the hub. */
export function toBlob(frame) {
  const bytes = typeof frame.bytes === 'string' ? Uint8Array.from(atob(frame.bytes), letter => letter.charCodeAt(0)) : frame.bytes;
  return new Blob([bytes], { type: frame.contentType });
}

/** One tile: keeps the most advanced frame and fades it in over the previous one. */
class Tile {
  constructor(element) {
    this.element = element;
    this.canvas = element.querySelector('canvas');
    this.context = this.canvas.getContext('2d', { alpha: false });
    this.rank = -1;
    this.drawn = -1;
    this.progress = 0;
  }

  show(frame, labels) {
    const rank = rankOf(frame);
    const isPicture = frame.bytes?.length > 0;
    if (rank < this.rank || (rank === this.rank && !isPicture)) {
      return;
    }
    this.rank = rank;
    this.progress = Math.max(this.progress, frame.progress ?? 0);
    this.element.dataset.stage = frame.stage;
    this.element.style.setProperty('--progress', this.progress);
    this.element.querySelector('.tile-stage').textContent = labels[frame.stage] ?? '';
    if (isPicture) {
      this.decode(frame, rank);
    }
  }

  // Decoding is asynchronous: drop outdated results.
  async decode(frame, rank) {
    const bitmap = await createImageBitmap(toBlob(frame)).catch(() => null);
    if (bitmap === null || rank <= this.drawn) {
      bitmap?.close();
      return;
    }
    const first = this.drawn < 0;
    this.drawn = rank;
    this.bitmap?.close();
    this.bitmap = bitmap;
    if (first) {
      this.fit();
    }
    this.fade(first || still.matches ? 1 : fadeFrames);
    this.element.dataset.frame = '';
  }

  fit() {
    const side = Math.min(largestSide, Math.max(64, Math.round(this.canvas.clientWidth * devicePixelRatio)));
    const longest = Math.max(this.bitmap.width, this.bitmap.height);
    this.canvas.width = Math.round(side * this.bitmap.width / longest);
    this.canvas.height = Math.round(side * this.bitmap.height / longest);
    this.context.imageSmoothingEnabled = true;
    this.context.imageSmoothingQuality = 'high';
  }

  fade(left) {
    cancelAnimationFrame(this.request);
    const { width, height } = this.canvas;
    this.context.globalAlpha = left > 1 ? fadeAlpha : 1;
    this.context.drawImage(this.bitmap, 0, 0, width, height);
    if (this.bitmap.width <= softUpTo) {
      // Blur the blocks of a small frame; the sharp frame below keeps the borders, where the blur would fade out.
      this.context.filter = `blur(${(width / this.bitmap.width) * softness}px)`;
      this.context.drawImage(this.bitmap, 0, 0, width, height);
      this.context.filter = 'none';
    }
    if (left > 1) {
      this.request = requestAnimationFrame(() => this.fade(left - 1));
    }
  }
}

function title(tiles) {
  const share = tiles.reduce((sum, tile) => sum + (tile.element.dataset.state === 'done' ? 1 : tile.progress), 0) / tiles.length;
  return Math.min(99, Math.floor(share * 100));
}

/** Draws a job's frames into the canvases of its tiles and its progress into the tab's title, until stopped. */
export function watch(element, jobId, labels) {
  const tiles = [...element.querySelectorAll('.tile')].map(tile => new Tile(tile));
  const byIndex = new Map(tiles.map(tile => [Number(tile.element.dataset.index), tile]));
  const percent = /^\d+% · /;

  const source = stream('Watch', jobId, frame => {
    byIndex.get(frame.imageIndex)?.show(frame, labels);
    document.title = `${title(tiles)}% · ${document.title.replace(percent, '')}`;
  });

  return {
    stop() {
      source.stop();
      document.title = document.title.replace(percent, '');
    },
  };
}
