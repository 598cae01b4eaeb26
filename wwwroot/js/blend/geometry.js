// Corner positions of the pad and blend weights at a position, in the pad's unit square with (0, 0) at the top left.

const near = 0.13;
const far = 1 - near;

export const anchors = {
  2: [[near, 0.5], [far, 0.5]],
  3: [[0.5, near], [near, far], [far, far]],
  4: [[near, near], [far, near], [near, far], [far, far]],
};

const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));
const share = value => clamp((value - near) / (far - near));

/** Weights of the corners at a position; they sum to 1. */
export function weightsAt(count, x, y) {
  const u = share(x);
  const v = share(y);
  if (count === 2) {
    return [1 - u, u];
  }
  if (count === 4) {
    return [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v];
  }
  // Barycentric coordinates; points outside the triangle are clamped to its edge.
  const [[ax, ay], [bx, by], [cx, cy]] = anchors[3];
  const area = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy);
  const a = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / area;
  const b = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / area;
  const inside = [a, b, 1 - a - b].map(weight => Math.max(0, weight));
  const sum = inside.reduce((total, weight) => total + weight, 0);
  return inside.map(weight => weight / sum);
}

/** The position at which the corners have these weights. */
export function placeOf(weights) {
  return anchors[weights.length].reduce(
    ([x, y], [ax, ay], corner) => [x + weights[corner] * ax, y + weights[corner] * ay], [0, 0]);
}
