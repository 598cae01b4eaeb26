// The area to repaint: a layer over the picture, opaque where it is repainted. Each undo step stores only the changed rectangle.

import { loadPicture } from '../picture.js';

const largestSide = 2048;
const longestHistory = 100;

// Threshold of the mask level: from here on a pixel is kept. The luma weights are Rec. 709's.
const keepFrom = 128;
const luma = [0.2126, 0.7152, 0.0722];

const layer = (width, height) => Object.assign(document.createElement('canvas'), { width, height });

export class Mask {
  /** @param width in pixels of the picture; @param height likewise. */
  constructor(width, height) {
    this.scale = Math.min(1, largestSide / Math.max(width, height));
    this.canvas = layer(Math.round(width * this.scale), Math.round(height * this.scale));
    this.context = this.canvas.getContext('2d', { willReadFrequently: true });
    this.before = layer(this.canvas.width, this.canvas.height);
    this.beforeContext = this.before.getContext('2d', { willReadFrequently: true });
    this.undone = [];
    this.done = [];
    this.touched = null;
  }

  get canUndo() {
    return this.done.length > 0;
  }

  get canRedo() {
    return this.undone.length > 0;
  }

  get isEmpty() {
    const { data } = this.context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    for (let at = 3; at < data.length; at += 4) {
      if (data[at] > 127) {
        return false;
      }
    }
    return true;
  }

  /** Draws a stroke with a round brush between two points of the picture. */
  stroke(from, to, diameter, adds) {
    const { context, scale } = this;
    context.globalCompositeOperation = adds ? 'source-over' : 'destination-out';
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = Math.max(1, diameter * scale);
    context.beginPath();
    context.moveTo(from.x * scale, from.y * scale);
    context.lineTo(to.x * scale + 0.001, to.y * scale); // zero-length lines draw nothing
    context.stroke();
    this.touch(from, to, diameter / 2);
  }

  /** Fills the polygon through these points of the picture. */
  fill(points, adds) {
    const { context, scale } = this;
    context.globalCompositeOperation = adds ? 'source-over' : 'destination-out';
    context.beginPath();
    for (const { x, y } of points) {
      context.lineTo(x * scale, y * scale);
    }
    context.closePath();
    context.fill();
    for (const point of points) {
      this.touch(point, point, 0);
    }
  }

  invert() {
    this.whole('xor');
  }

  clear() {
    this.whole('destination-out');
  }

  whole(operation) {
    this.context.globalCompositeOperation = operation;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    this.touched = { left: 0, top: 0, right: this.canvas.width, bottom: this.canvas.height };
    this.commit();
  }

  /** Uses a picture as the mask, scaled to the picture's size. Same rule as MaskReader on the server: transparent pixels are repainted, or black ones when nothing is transparent. Returns false and changes nothing when no pixel would be repainted. */
  take(picture) {
    const { width, height } = this.canvas;
    const seen = layer(width, height).getContext('2d', { willReadFrequently: true });
    seen.drawImage(picture, 0, 0, width, height);
    const pixels = seen.getImageData(0, 0, width, height);
    const { data } = pixels;
    let hasTransparency = false;
    for (let at = 3; at < data.length && !hasTransparency; at += 4) {
      hasTransparency = data[at] < 255;
    }
    let isEmpty = true;
    for (let at = 0; at < data.length; at += 4) {
      const level = hasTransparency ? data[at + 3] : luma[0] * data[at] + luma[1] * data[at + 1] + luma[2] * data[at + 2];
      const paints = level < keepFrom;
      isEmpty &&= !paints;
      data.set([0, 0, 0, paints ? 255 : 0], at);
    }
    if (isEmpty) {
      return false;
    }
    this.context.putImageData(pixels, 0, 0);
    this.touched = { left: 0, top: 0, right: width, bottom: height };
    this.commit();
    return true;
  }

  touch(from, to, radius) {
    const margin = radius * this.scale + 2;
    const box = this.touched ?? { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    const xs = [from.x * this.scale, to.x * this.scale];
    const ys = [from.y * this.scale, to.y * this.scale];
    this.touched = {
      left: Math.min(box.left, ...xs.map(x => x - margin)),
      top: Math.min(box.top, ...ys.map(y => y - margin)),
      right: Math.max(box.right, ...xs.map(x => x + margin)),
      bottom: Math.max(box.bottom, ...ys.map(y => y + margin)),
    };
  }

  /** Commits an action as one undo step. */
  commit() {
    const box = this.touched;
    this.touched = null;
    if (box === null) {
      return;
    }
    const left = Math.max(0, Math.floor(box.left));
    const top = Math.max(0, Math.floor(box.top));
    const width = Math.min(this.canvas.width, Math.ceil(box.right)) - left;
    const height = Math.min(this.canvas.height, Math.ceil(box.bottom)) - top;
    if (width <= 0 || height <= 0) {
      return;
    }
    this.done.push({
      left,
      top,
      before: this.beforeContext.getImageData(left, top, width, height),
      after: this.context.getImageData(left, top, width, height),
    });
    this.done.splice(0, this.done.length - longestHistory);
    this.undone = [];
    this.beforeContext.putImageData(this.done.at(-1).after, left, top);
  }

  /** Discards an unfinished action. */
  cancel() {
    this.touched = null;
    this.context.putImageData(this.beforeContext.getImageData(0, 0, this.before.width, this.before.height), 0, 0);
  }

  undo() {
    this.move(this.done, this.undone, 'before');
  }

  redo() {
    this.move(this.undone, this.done, 'after');
  }

  move(from, to, side) {
    const act = from.pop();
    if (act === undefined) {
      return;
    }
    to.push(act);
    this.context.putImageData(act[side], act.left, act.top);
    this.beforeContext.putImageData(act[side], act.left, act.top);
  }

  /** The mask in the API's format: a PNG of the picture's size, transparent where to repaint. */
  async toPng(width, height) {
    const keep = layer(width, height);
    const context = keep.getContext('2d');
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = 'destination-out';
    context.drawImage(this.canvas, 0, 0, width, height);
    return new Promise(resolve => keep.toBlob(resolve, 'image/png'));
  }

  save() {
    return this.canvas.toDataURL('image/png');
  }

  /** Restores a mask from save(); clears the undo history. */
  async restore(saved) {
    const image = await loadPicture(saved);
    if (image.naturalWidth !== this.canvas.width || image.naturalHeight !== this.canvas.height) {
      return;
    }
    this.context.globalCompositeOperation = 'copy';
    this.context.drawImage(image, 0, 0);
    this.touched = { left: 0, top: 0, right: this.canvas.width, bottom: this.canvas.height };
    this.commit();
  }
}
