// The picture viewer: opens as a dialog, zooms to the picture's own pixels, pans, and follows swipes and pinches.

import { locale } from './locale.js';

const MOST_ZOOM = 8;
const WHEEL_STEP = 1.2;
const SWIPE = 48;
const TAP_MS = 300;

const percent = new Intl.NumberFormat(locale, { style: 'percent' });

// As in gallery.css.
const sideBySide = matchMedia('(min-width: 900px)');
const TAP_SLIP = 8;

/** Opens the viewer as a modal dialog; Esc follows its close link. */
export function openViewer(dialog) {
  const opener = document.activeElement;
  if (!dialog.open) {
    dialog.showModal();
    dialog.focus();
  }
  const view = zoomable(dialog);
  dialog.addEventListener('cancel', event => {
    event.preventDefault();
    dialog.querySelector('[data-viewer-close]')?.click();
  });
  dialog.addEventListener('click', event => {
    if (event.target === dialog || (event.target.matches('[data-stage]') && view.pressedBeside())) {
      dialog.querySelector('[data-viewer-close]')?.click();
    } else if (event.target.closest('[data-viewer-close]')) {
      // Closing the dialog returns the focus to the picture that opened it, unless the wall was drawn again meanwhile.
      dialog.close();
      if (!opener.isConnected) {
        linkLike(opener)?.focus();
      }
    }
  });
}

/** The link that replaced one that is no longer on the page; undefined if there is none. */
function linkLike(gone) {
  const address = gone.getAttribute('href');
  return address === null ? undefined : [...document.querySelectorAll('main a')].find(link => link.getAttribute('href') === address);
}

/** Zoom and position of the picture; reset for every picture. */
function zoomable(dialog) {
  const stage = dialog.querySelector('[data-stage]');
  const image = stage.querySelector('img');
  const button = stage.querySelector('[data-zoom]');
  const now = button.querySelector('[data-zoom-now]');
  const fingers = new Map();
  let scale = 1;
  let x = 0;
  let y = 0;
  let start = null;
  let moved = false;
  let pressed = null;
  let tapped = { at: 0, x: 0, y: 0 };

  // Layout sizes, which the transform does not change.
  const shown = () => ({ width: image.offsetWidth, height: image.offsetHeight });

  // Scale at which one pixel of the picture is one CSS pixel; a picture that is already shown larger is doubled.
  const full = () => {
    const own = image.naturalWidth / Math.max(1, shown().width);
    return own > 1.05 ? own : 2;
  };

  function draw() {
    const { width, height } = shown();
    const spareX = Math.max(0, (width * scale - stage.clientWidth) / 2);
    const spareY = Math.max(0, (height * scale - stage.clientHeight) / 2);
    if (scale > 1) {
      x = Math.min(spareX, Math.max(-spareX, x));
      y = Math.min(spareY, Math.max(-spareY, y));
    }
    image.style.transform = scale === 1 && x === 0 ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    stage.toggleAttribute('data-zoomed', scale > 1);
    button.setAttribute('aria-pressed', String(scale > 1));
    now.textContent = image.naturalWidth > 0 ? percent.format(scale * width / image.naturalWidth) : '';
  }

  /** Zooms so that the point under the pointer stays in place. */
  function zoom(to, clientX, clientY) {
    const box = stage.getBoundingClientRect();
    const left = (clientX ?? box.left + box.width / 2) - box.left - box.width / 2;
    const top = (clientY ?? box.top + box.height / 2) - box.top - box.height / 2;
    const next = Math.min(Math.max(MOST_ZOOM, full()), Math.max(1, to));
    x = next === 1 ? 0 : left - (left - x) * next / scale;
    y = next === 1 ? 0 : top - (top - y) * next / scale;
    scale = next;
    draw();
  }

  const toggle = (clientX, clientY) => zoom(scale > 1 ? 1 : full(), clientX, clientY);

  const spread = () => {
    const [one, two] = [...fingers.values()];
    return { size: Math.hypot(one.x - two.x, one.y - two.y), x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 };
  };

  function begin() {
    const [one] = fingers.values();
    start = fingers.size === 2 ? { ...spread(), scale } : { left: one.x, top: one.y, x, y };
  }

  stage.addEventListener('pointerdown', event => {
    // A swipe may start on the arrows at the edges.
    if (event.target.closest(event.pointerType === 'touch' ? 'button' : 'a, button') || event.button !== 0) {
      return;
    }
    (moved = false, pressed = event.target);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    begin();
  });

  stage.addEventListener('pointermove', event => {
    if (!fingers.has(event.pointerId)) {
      return;
    }
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (moved && !stage.hasPointerCapture(event.pointerId)) {
      stage.setPointerCapture(event.pointerId);
    }
    if (fingers.size === 2) {
      const { size, x: middleX, y: middleY } = spread();
      moved = true;
      zoom(start.scale * size / Math.max(1, start.size), middleX, middleY);
      return;
    }
    const dx = event.clientX - start.left;
    const dy = event.clientY - start.top;
    moved ||= Math.hypot(dx, dy) > TAP_SLIP;
    if (scale > 1) {
      (x = start.x + dx, y = start.y + dy);
      stage.toggleAttribute('data-panning', true);
      draw();
    } else if (event.pointerType === 'touch' && moved) {
      x = dx;
      draw();
    }
  });

  function end(event, cancelled) {
    if (!fingers.delete(event.pointerId)) {
      return;
    }
    stage.removeAttribute('data-panning');
    if (fingers.size > 0) {
      begin();
      return;
    }
    if (scale === 1) {
      const [dx, dy] = [event.clientX - start.left, event.clientY - start.top];
      x = 0;
      draw();
      if (!cancelled && event.pointerType === 'touch' && Math.abs(dx) > SWIPE && Math.abs(dx) > 2 * Math.abs(dy)) {
        stage.querySelector(dx > 0 ? '.viewer-newer' : '.viewer-older')?.click();
        return;
      }
    }
    if (!cancelled && !moved) {
      const again = event.timeStamp - tapped.at < TAP_MS && Math.hypot(event.clientX - tapped.x, event.clientY - tapped.y) < 4 * TAP_SLIP;
      if (again && pressed === image) {
        toggle(event.clientX, event.clientY);
      }
      tapped = { at: again ? 0 : event.timeStamp, x: event.clientX, y: event.clientY };
    }
  }

  stage.addEventListener('pointerup', event => end(event, false));
  stage.addEventListener('pointercancel', event => end(event, true));
  stage.addEventListener('dragstart', event => event.preventDefault());
  stage.addEventListener('wheel', event => {
    // If the sidebar is below the picture, the wheel scrolls.
    if (!event.ctrlKey && !sideBySide.matches) {
      return;
    }
    event.preventDefault();
    zoom(scale * (event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP), event.clientX, event.clientY);
  }, { passive: false });
  button.addEventListener('click', () => toggle());
  dialog.addEventListener('keydown', event => {
    if (event.key.toLowerCase() === 'z' && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && !event.target.closest('input, textarea, select')) {
      toggle();
    }
  });

  const reset = () => {
    (scale = 1, x = 0, y = 0);
    draw();
  };
  new MutationObserver(reset).observe(image, { attributes: true, attributeFilter: ['src'] });
  image.addEventListener('load', draw);
  new ResizeObserver(draw).observe(stage);
  draw();

  // The click of a captured pointer always has the stage as its target.
  return { pressedBeside: () => pressed === stage && !moved };
}
