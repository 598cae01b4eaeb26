// The frame of a picture that is extended: its extension beyond each side, in pixels of the picture.

const step = 8;
const largestSide = 4096;
const reach = 14; // hit area around an edge, in screen pixels

export const sides = ['left', 'right', 'up', 'down'];

export class Extension {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.by = { left: 0, right: 0, up: 0, down: 0 };
  }

  get area() {
    const { left, right, up, down } = this.by;
    return { x: -left, y: -up, width: this.width + left + right, height: this.height + up + down };
  }

  get isEmpty() {
    return sides.every(side => this.by[side] === 0);
  }

  set(side, pixels) {
    const across = side === 'left' || side === 'right';
    const others = across ? this.width + this.by.left + this.by.right : this.height + this.by.up + this.by.down;
    const free = largestSide - (others - this.by[side]);
    this.by[side] = Math.max(0, Math.min(Math.round(pixels / step) * step, free));
  }

  /** The sides that a screen point can grab. */
  grip(point, viewport) {
    const { x, y, width, height } = this.area;
    const from = viewport.toScreen({ x, y });
    const to = viewport.toScreen({ x: x + width, y: y + height });
    const inside = point.x > from.x - reach && point.x < to.x + reach && point.y > from.y - reach && point.y < to.y + reach;
    if (!inside) {
      return [];
    }
    return sides.filter(side => ({
      left: Math.abs(point.x - from.x) < reach,
      right: Math.abs(point.x - to.x) < reach,
      up: Math.abs(point.y - from.y) < reach,
      down: Math.abs(point.y - to.y) < reach,
    })[side]);
  }

  /** Moves the grabbed sides to a point of the picture. */
  drag(gripped, point) {
    const asked = { left: -point.x, right: point.x - this.width, up: -point.y, down: point.y - this.height };
    for (const side of gripped) {
      this.set(side, asked[side]);
    }
  }
}
