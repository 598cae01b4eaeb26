// Hides the disk notice for a day after it was dismissed in this browser.

const key = 'promptcanvas.disk';
const minute = 60 * 1000;
const day = 24 * 60 * minute;

function dismissedAt() {
  try {
    return Number(localStorage.getItem(key) ?? 0);
  } catch {
    return 0;
  }
}

function show() {
  document.documentElement.toggleAttribute('data-disk-dismissed', Date.now() - dismissedAt() < day);
}

document.addEventListener('click', event => {
  if (event.target.closest?.('[data-disk-dismiss]')) {
    try {
      localStorage.setItem(key, Date.now());
    } catch {
      // Without storage it reappears on the next page.
    }
    document.documentElement.toggleAttribute('data-disk-dismissed', true);
  }
});
show();
// A page may stay open longer than a day. A timer of a whole day would lose the time that the computer sleeps.
setInterval(show, minute);
