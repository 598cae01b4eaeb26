// The viewport transform from picture to screen: x' = x * zoom + left.

const smallestZoom = 0.05;
const largestZoom = 32;
const margin = 24;

export class Viewport {
  constructor() {
    this.zoom = 1;
    this.left = 0;
    this.top = 0;
  }

  /** Fits a rectangle of the picture into the viewport, centred, enlarged at most twice. */
  fit(area, width, height) {
    const zoom = Math.min((width - 2 * margin) / area.width, (height - 2 * margin) / area.height, 2);
    this.zoom = Math.max(smallestZoom, zoom);
    this.left = (width - area.width * this.zoom) / 2 - area.x * this.zoom;
    this.top = (height - area.height * this.zoom) / 2 - area.y * this.zoom;
  }

  /** Zooms around a screen point, which stays fixed. */
  zoomAt(point, factor) {
    const zoom = Math.min(largestZoom, Math.max(smallestZoom, this.zoom * factor));
    this.left = point.x - (point.x - this.left) * (zoom / this.zoom);
    this.top = point.y - (point.y - this.top) * (zoom / this.zoom);
    this.zoom = zoom;
  }

  pan(x, y) {
    this.left += x;
    this.top += y;
  }

  toPicture(point) {
    return { x: (point.x - this.left) / this.zoom, y: (point.y - this.top) / this.zoom };
  }

  toScreen(point) {
    return { x: point.x * this.zoom + this.left, y: point.y * this.zoom + this.top };
  }
}
