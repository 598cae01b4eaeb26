// A canvas that fades small pictures in over each other.

const softness = 0.75;
const fadeFrames = 8;
const fadeAlpha = 0.34;
const still = matchMedia('(prefers-reduced-motion: reduce)');

export class SoftCanvas {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { alpha: false });
    this.context.imageSmoothingQuality = 'high';
    this.isEmpty = true;
  }

  /** Decodes and shows a picture; a result is dropped if a newer call exists. */
  async show(blob) {
    const turn = this.turn = {};
    const bitmap = await createImageBitmap(blob).catch(() => null);
    if (bitmap === null || turn !== this.turn) {
      bitmap?.close();
      return false;
    }
    this.bitmap?.close();
    this.bitmap = bitmap;
    this.fade(this.isEmpty || still.matches ? 1 : fadeFrames);
    this.isEmpty = false;
    return true;
  }

  fade(left) {
    cancelAnimationFrame(this.request);
    const { width, height } = this.canvas;
    this.context.globalAlpha = left > 1 ? fadeAlpha : 1;
    this.context.drawImage(this.bitmap, 0, 0, width, height);
    if (this.bitmap.width < width) {
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
