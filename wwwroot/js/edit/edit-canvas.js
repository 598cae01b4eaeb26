// The canvas of the Edit page: a picture, the mask or the extension frame over it, and the results. The page's buttons call the object
// that open() returns; the canvas reports changes to the page.

import { toBlob } from '../denoise-canvas.js';
import { stream } from '../generation-hub.js';
import { loadPicture } from '../picture.js';
import { Extension } from './extension.js';
import { Mask } from './mask.js';
import { upload } from './upload.js';
import { Viewport } from './viewport.js';

const storeKey = 'promptcanvas.mask.';
const sizesKey = 'promptcanvas.tools';
const sizeSteps = [4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384];
const wheelZoom = 1.0015;
const keyStep = 8;
const painting = ['brush', 'eraser'];
const likeAspect = 0.05; // previews are rounded to whole pixels
const letters = { b: 'brush', e: 'eraser', l: 'lasso', r: 'rectangle', h: 'hand' };

function stored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // without storage a mask does not survive a reload
  }
}

function store(key, value) {
  try {
    if (value === null) {
      localStorage.removeItem(key);
    } else {
      localStorage.setItem(key, value);
    }
  } catch {
    // The storage is full or blocked: the mask is kept in memory only.
  }
}

class EditCanvas {
  constructor(stage, picture, key, page) {
    this.stage = stage;
    this.canvas = stage.querySelector('canvas');
    this.context = this.canvas.getContext('2d');
    this.picture = picture;
    this.key = storeKey + key;
    this.page = page;
    this.width = picture.naturalWidth;
    this.height = picture.naturalHeight;
    this.mask = new Mask(this.width, this.height);
    this.tint = Object.assign(document.createElement('canvas'), { width: this.mask.canvas.width, height: this.mask.canvas.height });
    this.extension = new Extension(this.width, this.height);
    this.viewport = new Viewport();
    this.intent = 'edit';
    this.tool = 'brush';
    this.opacity = 0.6;
    this.sizes = { brush: 64, eraser: 64, ...JSON.parse(stored(sizesKey) ?? '{}') };
    this.pointers = new Map();
    this.cursor = { x: this.width / 2, y: this.height / 2 };
    this.result = null;
    this.forming = null;
    this.comparing = false;
    this.hovering = false;
    this.stopped = new AbortController();
    this.listen();
  }

  listen() {
    const on = (target, type, handler, options) => target.addEventListener(type, handler, { signal: this.stopped.signal, ...options });
    on(this.canvas, 'pointerdown', event => this.down(event));
    on(this.canvas, 'pointermove', event => this.moveTo(event));
    on(this.canvas, 'pointerup', event => this.up(event));
    on(this.canvas, 'pointercancel', event => this.up(event));
    on(this.canvas, 'pointerleave', () => this.hover(false));
    on(this.canvas, 'wheel', event => this.wheel(event), { passive: false });
    on(this.canvas, 'keydown', event => this.press(event));
    on(this.canvas, 'keyup', event => this.released(event));
    on(this.canvas, 'blur', () => this.release());
    on(document, 'keydown', event => this.shortcut(event));
    on(document, 'picture-as-mask', event => { event.detail.answer = this.takeMask(event.detail.file); });
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.canvas);
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => this.draw(), { signal: this.stopped.signal });
  }

  // --- calls from the page -------------------------------------------------------------------------------------------

  setIntent(intent) {
    this.intent = intent;
    this.fit();
    this.tell();
  }

  setTool(tool) {
    this.tool = tool;
    this.tell();
    this.draw();
  }

  setSize(size) {
    this.sizes[this.sizedTool] = size;
    store(sizesKey, JSON.stringify(this.sizes));
    this.tell();
    this.draw();
  }

  setOpacity(opacity) {
    this.opacity = opacity;
    this.draw();
  }

  extend(side, pixels) {
    this.extension.set(side, pixels);
    this.fit();
    this.tell();
  }

  extendTo(left, right, up, down) {
    this.extension.by = { left, right, up, down };
    this.fit();
    this.tell();
  }

  undo() {
    this.mask.undo();
    this.changed();
  }

  redo() {
    this.mask.redo();
    this.changed();
  }

  invert() {
    this.mask.invert();
    this.changed();
  }

  clear() {
    this.mask.clear();
    this.changed();
  }

  /** Uses an uploaded picture as the mask. Returns null, or an error name (zones.js has the texts). */
  async takeMask(file) {
    const picture = await createImageBitmap(file).catch(() => null);
    if (picture === null) {
      return 'noPicture';
    }
    const taken = this.mask.take(picture);
    picture.close();
    if (!taken) {
      return 'noMask';
    }
    this.changed();
    await this.page.invokeMethodAsync('OnMaskTaken');
    return null;
  }

  fit() {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (width === 0 || height === 0) {
      return;
    }
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.viewport.fit(this.area, width, height);
    this.draw();
  }

  /** Shows a result over the canvas; null removes it. */
  async show(address) {
    const asked = this.asked = address;
    const result = address === null ? null : await loadPicture(address);
    if (this.asked === asked) {
      this.result = result;
      this.form(null);
    }
  }

  /** Shows a job's previews in place, until a result is shown or unfollow is called: those of the first picture that is not finished. */
  follow(jobId) {
    this.unfollow();
    const progress = new Map();
    const source = this.source = stream('Watch', jobId, async frame => {
      progress.set(frame.imageIndex, frame.progress);
      const first = Math.min(...[...progress].filter(([, done]) => done < 1).map(([index]) => index));
      if (frame.imageIndex === first && frame.bytes?.length > 0) {
        const bitmap = await createImageBitmap(toBlob(frame)).catch(() => null);
        if (this.source === source && this.result === null) {
          this.form(bitmap);
        }
      }
    });
  }

  unfollow() {
    this.source?.stop();
    this.source = null;
    this.form(null);
  }

  compare(original) {
    this.comparing = original;
    this.draw();
  }

  /** Uploads the mask. Returns its id, or the server's error. */
  async uploadMask(token) {
    const png = await this.mask.toPng(this.width, this.height);
    return upload(png, 'mask.png', token);
  }

  /** Deletes the mask that was stored for a reload. */
  forget() {
    clearTimeout(this.saving);
    store(this.key, null);
  }

  stop() {
    this.unfollow();
    this.stopped.abort();
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  // --- reports to the page -------------------------------------------------------------------------------------------

  get sizedTool() {
    return painting.includes(this.tool) ? this.tool : 'brush';
  }

  changed() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.keep(), 300);
    this.retint = true;
    this.tell();
    this.draw();
  }

  keep() {
    store(this.key, this.mask.isEmpty ? null : this.mask.save());
    this.stage.dataset.kept = this.mask.isEmpty ? '' : 'mask';
  }

  tell() {
    this.page.invokeMethodAsync('OnCanvasChanged', {
      tool: this.tool,
      size: this.sizes[this.sizedTool],
      hasMask: !this.mask.isEmpty,
      canUndo: this.mask.canUndo,
      canRedo: this.mask.canRedo,
      ...this.extension.by,
    });
  }

  // --- pointers ------------------------------------------------------------------------------------------------------

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.at(event));
    if (this.result !== null) {
      this.act = { kind: 'pan' };
    } else if (this.pointers.size === 2) {
      // A second finger pans and zooms instead of painting.
      this.mask.cancel();
      this.changed();
      this.act = { kind: 'pinch' };
    } else if (this.pointers.size === 1) {
      this.begin(event);
    }
  }

  begin(event) {
    const point = this.at(event);
    const picture = this.viewport.toPicture(point);
    const gripped = this.intent === 'extend' ? this.extension.grip(point, this.viewport) : [];
    if (event.button === 1 || this.spaceIsDown || this.tool === 'hand' || (this.intent === 'extend' && gripped.length === 0)) {
      this.act = { kind: 'pan' };
    } else if (this.intent === 'extend') {
      this.act = { kind: 'grip', sides: gripped };
    } else if (event.button === 0) {
      const adds = (this.tool !== 'eraser') !== event.ctrlKey;
      this.act = painting.includes(this.tool)
        ? { kind: 'paint', last: picture, adds }
        : { kind: this.tool, points: [picture], adds };
      if (this.act.kind === 'paint') {
        this.paint(event, picture);
      }
    }
  }

  moveTo(event) {
    const point = this.at(event);
    this.cursor = this.viewport.toPicture(point);
    this.hovering = true;
    const before = this.pointers.get(event.pointerId);
    if (before === undefined || !this.act) {
      this.aim(point);
      this.draw();
      return;
    }
    if (this.act.kind === 'pinch') {
      this.pinch(event.pointerId, point);
    } else if (this.act.kind === 'pan') {
      this.viewport.pan(point.x - before.x, point.y - before.y);
    } else if (this.act.kind === 'grip') {
      this.extension.drag(this.act.sides, this.cursor);
      this.tell();
    } else if (this.act.kind === 'paint') {
      for (const part of event.getCoalescedEvents?.() ?? [event]) {
        this.paint(part, this.viewport.toPicture(this.at(part)));
      }
    } else {
      this.act.points = this.act.kind === 'rectangle' ? [this.act.points[0], this.cursor] : [...this.act.points, this.cursor];
    }
    this.pointers.set(event.pointerId, point);
    this.draw();
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    const { act } = this;
    if (this.pointers.size > 0 || !act) {
      return;
    }
    this.act = null;
    if (act.kind === 'lasso' || act.kind === 'rectangle') {
      this.mask.fill(outline(act), act.adds);
    }
    if (act.kind === 'paint' || act.points) {
      this.mask.commit();
      this.changed();
    } else if (act.kind === 'grip') {
      this.fit();
    }
  }

  paint(event, point) {
    // A pen's pressure sets the width; a mouse reports 0.5.
    const pressure = event.pointerType === 'pen' ? Math.max(0.1, event.pressure) : 1;
    this.mask.stroke(this.act.last, point, this.sizes[this.sizedTool] * pressure, this.act.adds);
    this.act.last = point;
    this.retint = true;
  }

  pinch(id, point) {
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    const before = this.pointers.get(id);
    if (other) {
      const distance = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
      this.viewport.zoomAt(other, distance(point, other) / distance(before, other));
      this.viewport.pan((point.x - before.x) / 2, (point.y - before.y) / 2);
    }
  }

  wheel(event) {
    event.preventDefault();
    this.viewport.zoomAt(this.at(event), wheelZoom ** -event.deltaY);
    this.draw();
  }

  hover(isOver) {
    this.hovering = isOver;
    this.draw();
  }

  aim(point) {
    const gripped = this.intent === 'extend' ? this.extension.grip(point, this.viewport) : [];
    const across = gripped.some(side => side === 'left' || side === 'right');
    const along = gripped.some(side => side === 'up' || side === 'down');
    this.canvas.style.cursor = across && along ? 'move' : across ? 'ew-resize' : along ? 'ns-resize' : '';
  }

  // --- keys ----------------------------------------------------------------------------------------------------------

  // Keys while the canvas is focused: arrow keys move the cursor, Enter paints.
  press(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === ' ') {
      this.spaceIsDown = true;
      event.preventDefault();
    } else if (moves[event.key] && this.intent !== 'extend') {
      event.preventDefault();
      const by = keyStep * (event.shiftKey ? 8 : 1);
      const next = {
        x: Math.min(this.width, Math.max(0, this.cursor.x + moves[event.key][0] * by)),
        y: Math.min(this.height, Math.max(0, this.cursor.y + moves[event.key][1] * by)),
      };
      if (this.enterIsDown) {
        this.mask.stroke(this.cursor, next, this.sizes[this.sizedTool], this.tool !== 'eraser');
        this.retint = true;
      }
      this.cursor = next;
      this.hovering = true;
      this.draw();
    } else if (event.key === 'Enter' && this.intent !== 'extend' && !event.repeat) {
      event.preventDefault();
      this.enterIsDown = true;
      this.mask.stroke(this.cursor, this.cursor, this.sizes[this.sizedTool], this.tool !== 'eraser');
      this.retint = true;
      this.draw();
    }
  }

  released(event) {
    if (event.key === ' ' || event.key === 'Enter') {
      this.release();
    }
  }

  release() {
    this.spaceIsDown = false;
    if (this.enterIsDown) {
      this.enterIsDown = false;
      this.mask.commit();
      this.changed();
    }
  }

  // Keys anywhere on the page except in text fields.
  shortcut(event) {
    if (event.target.closest?.('input, textarea, select, [contenteditable]') || document.querySelector('dialog[open]')) {
      return;
    }
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === 'z' || key === 'y')) {
      event.preventDefault();
      if (key === 'y' || event.shiftKey) {
        this.redo();
      } else {
        this.undo();
      }
    } else if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    } else if (letters[key]) {
      this.setTool(letters[key]);
    } else if (key === '[' || key === ']') {
      const sizes = key === ']' ? sizeSteps : sizeSteps.toReversed();
      const now = this.sizes[this.sizedTool];
      this.setSize(sizes.find(size => (key === ']' ? size > now : size < now)) ?? now);
    } else if (key === 'i') {
      this.invert();
    } else if (key === '0') {
      this.fit();
    } else if (key === 'escape' && this.act) {
      this.act = null;
      this.mask.cancel();
      this.changed();
    }
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.retint) {
        this.retint = false;
        this.paintTint();
      }
      this.paintAll();
    });
  }

  paintTint() {
    const context = this.tint.getContext('2d');
    context.globalCompositeOperation = 'copy';
    context.drawImage(this.mask.canvas, 0, 0);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = getComputedStyle(this.stage).getPropertyValue('--pc-mask');
    context.fillRect(0, 0, this.tint.width, this.tint.height);
  }

  form(bitmap) {
    this.forming?.close();
    this.forming = bitmap;
    this.stage.toggleAttribute('data-forming', bitmap !== null);
    this.draw();
  }

  get area() {
    return this.intent === 'extend' ? this.extension.area : { x: 0, y: 0, width: this.width, height: this.height };
  }

  // After a reload the frame of an extended picture is not known; its previews then appear in the tiles only.
  get formsHere() {
    const { width, height } = this.area;
    return this.forming !== null && Math.abs(this.forming.width / this.forming.height / (width / height) - 1) < likeAspect;
  }

  // Clip to the painted part, so that the rest stays sharp.
  paintForming() {
    const { context } = this;
    if (this.intent === 'extend') {
      const { x, y, width, height } = this.area;
      context.drawImage(this.forming, x, y, width, height);
      context.drawImage(this.picture, 0, 0);
      return;
    }
    this.formed ??= Object.assign(document.createElement('canvas'), { width: this.tint.width, height: this.tint.height });
    const formed = this.formed.getContext('2d');
    formed.globalCompositeOperation = 'copy';
    formed.drawImage(this.mask.canvas, 0, 0);
    formed.globalCompositeOperation = 'source-in';
    formed.drawImage(this.forming, 0, 0, this.formed.width, this.formed.height);
    context.drawImage(this.formed, 0, 0, this.width, this.height);
  }

  paintAll() {
    const { context, viewport } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(viewport.zoom * devicePixelRatio, 0, 0, viewport.zoom * devicePixelRatio, viewport.left * devicePixelRatio, viewport.top * devicePixelRatio);
    context.imageSmoothingEnabled = viewport.zoom < 4;
    if (this.intent === 'extend') {
      this.paintGround();
    }
    context.drawImage(this.picture, 0, 0);
    if (this.result !== null) {
      if (!this.comparing) {
        const { area } = this;
        context.drawImage(this.result, area.x, area.y, area.width, area.height);
      }
    } else if (this.formsHere) {
      this.paintForming();
    } else if (this.intent === 'extend') {
      this.paintFrame();
    } else {
      context.globalAlpha = this.opacity;
      context.drawImage(this.tint, 0, 0, this.width, this.height);
      context.globalAlpha = 1;
      this.paintOutline();
      this.paintCursor();
    }
  }

  line(width) {
    this.context.lineWidth = width / this.viewport.zoom;
  }

  // White on black is visible on every picture.
  twice(path) {
    for (const [style, width] of [['#000', 3], ['#fff', 1.5]]) {
      this.context.strokeStyle = style;
      this.line(width);
      this.context.stroke(path);
    }
  }

  paintGround() {
    const { x, y, width, height } = this.extension.area;
    const style = getComputedStyle(this.stage);
    this.context.fillStyle = style.getPropertyValue('--pc-raised');
    this.context.fillRect(x, y, width, height);
  }

  paintFrame() {
    const { x, y, width, height } = this.extension.area;
    const frame = new Path2D();
    frame.rect(x, y, width, height);
    this.twice(frame);
    const handles = new Path2D();
    const side = 12 / this.viewport.zoom;
    for (const fx of [0, 0.5, 1]) {
      for (const fy of [0, 0.5, 1]) {
        if (fx !== 0.5 || fy !== 0.5) {
          handles.rect(x + width * fx - side / 2, y + height * fy - side / 2, side, side);
        }
      }
    }
    this.context.fillStyle = '#fff';
    this.context.fill(handles);
    this.context.strokeStyle = '#000';
    this.line(1);
    this.context.stroke(handles);
  }

  paintOutline() {
    if (this.act?.points?.length > 1) {
      const path = new Path2D();
      for (const { x, y } of outline(this.act)) {
        path.lineTo(x, y);
      }
      path.closePath();
      this.twice(path);
    }
  }

  paintCursor() {
    if (this.hovering && painting.includes(this.tool)) {
      const ring = new Path2D();
      ring.arc(this.cursor.x, this.cursor.y, this.sizes[this.sizedTool] / 2, 0, 2 * Math.PI);
      this.twice(ring);
    }
  }
}

function outline({ kind, points }) {
  if (kind !== 'rectangle') {
    return points;
  }
  const [from, to = from] = points;
  return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];
}

/** Opens a picture for editing; `key` names the mask that is stored for a reload. */
export async function open(stage, address, key, page) {
  const canvas = new EditCanvas(stage, await loadPicture(address), key, page);
  const saved = stored(canvas.key);
  if (saved !== null) {
    await canvas.mask.restore(saved).catch(() => store(canvas.key, null));
  }
  canvas.fit();
  canvas.changed();
  return canvas;
}
