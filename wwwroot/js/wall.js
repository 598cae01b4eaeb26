// The wall of pictures: measures how many fit into a row, marks the current month, restores the scroll position.

// Minimum width of a tile, and on a phone the tiles per row, by chosen size.
const SMALLEST = { s: 112, m: 176, l: 288 };
const PHONE_COLUMNS = { s: 3, m: 2, l: 1 };
const GAP = 12;

// About the height of a day's heading: the wall is laid out in units of this size.
const UNIT = 44;
const PATIENCE_MS = 3000;

// A new navigation starts at the top; going back or reloading restores the scroll position.
let returning = ['back_forward', 'reload'].includes(performance.getEntriesByType('navigation')[0]?.type);
addEventListener('popstate', () => { returning = true; });

const keyOf = address => {
  const url = new URL(address);
  url.searchParams.delete('picture');
  return `wall:${url.pathname}${url.search}`;
};

/** Scrolls to a position. While the wall is still too short, retries until the reader scrolls or the timeout has passed. */
async function reach(place) {
  const end = performance.now() + PATIENCE_MS;
  const over = new AbortController();
  for (const hand of ['wheel', 'touchstart', 'pointerdown', 'keydown']) {
    addEventListener(hand, () => over.abort(), { passive: true, signal: over.signal });
  }
  while (!over.signal.aborted && performance.now() < end) {
    const top = place();
    scrollTo({ top, behavior: 'instant' });
    if (scrollY >= top - 1) {
      break;
    }
    await new Promise(done => requestAnimationFrame(done));
  }
  over.abort();
}

/** Reports the layout to the page; `page` is the .NET object. */
export function watch(wall, page) {
  const key = keyOf(location.href);
  // Read it before any scrolling: while the wall is short the browser scrolls by itself, and that position must not be stored.
  const kept = returning ? Number(sessionStorage.getItem(key)) : 0;
  returning = false;
  const stopped = new AbortController();
  let rowHeight = 0;
  let unit = 1;
  let atTop = true;
  let restoring = false;
  let restored = false;

  const begin = () => wall.getBoundingClientRect().top + scrollY;

  async function measure() {
    const width = wall.clientWidth;
    if (width === 0) {
      return;
    }
    const size = document.documentElement.dataset.tiles ?? 'm';
    const columns = width < 480 ? PHONE_COLUMNS[size] : Math.max(2, Math.floor((width + GAP) / (SMALLEST[size] + GAP)));
    rowHeight = (width - GAP * (columns - 1)) / columns + GAP;
    const perRow = Math.max(2, Math.round(rowHeight / UNIT));
    unit = rowHeight / perRow;
    wall.style.setProperty('--wall-columns', columns);
    wall.style.setProperty('--wall-row', `${rowHeight}px`);
    wall.style.setProperty('--wall-unit', `${unit}px`);
    await page.invokeMethodAsync('OnMeasured', columns, perRow, unit, -new Date().getTimezoneOffset());
    if (!restoring) {
      restoring = true;
      if (kept > 0) {
        await reach(() => kept);
      }
      restored = true;
    }
    mark();
  }

  function mark() {
    const at = Math.max(0, Math.floor((scrollY + innerHeight / 3 - begin()) / unit));
    let current = null;
    for (const button of wall.querySelectorAll('.wall-months button')) {
      if (Number(button.dataset.firstUnit) <= at) {
        current = button;
      }
      button.removeAttribute('aria-current');
    }
    current?.setAttribute('aria-current', 'date');
  }

  function scrolled() {
    if (!wall.isConnected || document.documentElement.matches(':has(.viewer[open])')) {
      return;
    }
    if (restored) {
      sessionStorage.setItem(key, scrollY);
    }
    const isAtTop = scrollY < rowHeight;
    if (isAtTop !== atTop) {
      atTop = isAtTop;
      page.invokeMethodAsync('OnAtTop', atTop).catch(() => {});
    }
    mark();
  }

  const jump = to => reach(() => (to === 0 ? 0 : begin() + to * unit - GAP));

  const size = new ResizeObserver(() => measure().catch(() => {}));
  size.observe(wall);
  document.addEventListener('tile-size', () => measure().catch(() => {}), { signal: stopped.signal });
  addEventListener('scroll', scrolled, { passive: true, signal: stopped.signal });
  return {
    jump,
    stop: () => {
      size.disconnect();
      stopped.abort();
    },
  };
}
