// The wall of pictures: measures what fits into a row, marks the month one is in, keeps the place for who comes back.

const SMALLEST = 176;
const GAP = 12;

// A page asked for by its address begins at the top; who goes back or reloads returns to where they were.
let returning = ['back_forward', 'reload'].includes(performance.getEntriesByType('navigation')[0]?.type);
addEventListener('popstate', () => { returning = true; });

const keyOf = address => {
  const url = new URL(address);
  url.searchParams.delete('picture');
  return `wall:${url.pathname}${url.search}`;
};

/** Tells the page how many pictures fit; `page` is its .NET side. */
export function watch(wall, page) {
  const key = keyOf(location.href);
  const stopped = new AbortController();
  let rowHeight = 0;
  let atTop = true;
  let restored = false;

  const begin = () => wall.getBoundingClientRect().top + scrollY;

  async function measure() {
    const width = wall.clientWidth;
    if (width === 0) {
      return;
    }
    const least = width < 480 ? (width - GAP) / 2 : SMALLEST;
    const columns = Math.max(2, Math.floor((width + GAP) / (least + GAP)));
    rowHeight = (width - GAP * (columns - 1)) / columns + GAP;
    wall.style.setProperty('--wall-columns', columns);
    wall.style.setProperty('--wall-row', `${rowHeight}px`);
    await page.invokeMethodAsync('OnMeasured', columns, rowHeight, -new Date().getTimezoneOffset());
    if (!restored) {
      restored = true;
      const kept = Number(sessionStorage.getItem(key));
      if (returning && kept > 0) {
        // The wall has its height once its rows are counted.
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        scrollTo(0, kept);
      }
      returning = false;
    }
    mark();
  }

  function mark() {
    const row = Math.max(0, Math.floor((scrollY + innerHeight / 3 - begin()) / rowHeight));
    let current = null;
    for (const button of wall.querySelectorAll('.wall-months button')) {
      if (Number(button.dataset.firstRow) <= row) {
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
    sessionStorage.setItem(key, scrollY);
    const isAtTop = scrollY < rowHeight;
    if (isAtTop !== atTop) {
      atTop = isAtTop;
      page.invokeMethodAsync('OnAtTop', atTop).catch(() => {});
    }
    mark();
  }

  const size = new ResizeObserver(() => measure().catch(() => {}));
  size.observe(wall);
  addEventListener('scroll', scrolled, { passive: true, signal: stopped.signal });
  return {
    jump: row => scrollTo({ top: row === 0 ? 0 : begin() + row * rowHeight - GAP, behavior: 'instant' }),
    stop: () => {
      size.disconnect();
      stopped.abort();
    },
  };
}
