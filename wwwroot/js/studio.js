// Page behaviour that does not need the circuit: theme, tile size, prompt draft and history, local times, loading on scroll.

import './confirm.js';
import './disk.js';
import { restoreFields } from './fields.js';
import './hand-over.js';
import { locale } from './locale.js';
import './session.js';

const draftKey = 'promptcanvas.draft';
const seedKey = 'promptcanvas.draft.seed';
const pressedKey = 'promptcanvas.pressed';

function remember(text, key = draftKey) {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // Without storage a draft does not survive a reload.
  }
}

function remembered(key = draftKey) {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

// Whether Generate was pressed while nothing answered, also on the page that this one replaces.
let pressed = remembered(pressedKey) !== '';
remember('', pressedKey);

addEventListener('pagehide', () => {
  if (pressed && document.documentElement.dataset.connection === 'lost') {
    remember('yes', pressedKey);
  }
});

document.addEventListener('live-again', () => {
  if (pressed) {
    pressed = false;
    document.querySelector('[data-composer][data-live]')?.requestSubmit();
  }
});

/** The reader's time from UTC, for days. */
export const minutesFromUtc = () => -new Date().getTimezoneOffset();

/** Puts the text from before the page was interactive into an empty box, returns it if Enter was pressed, and restores the focus. */
export function takeDraft(box) {
  // Before a press that was kept is answered.
  restoreFields();
  const typed = remembered();
  const draft = { prompt: pressed ? typed : null, seed: remembered(seedKey), drafts: draftsAreWanted() };
  pressed = false;
  // Here and not by the server, whose answer would come later and replace what was typed meanwhile.
  if (box.value === '' && typed !== '') {
    box.value = typed;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  }
  const nothingElseFocused = document.activeElement === null || document.activeElement === document.body;
  if (nothingElseFocused && matchMedia('(pointer: fine)').matches) {
    box.focus({ preventScroll: true });
  }
  return draft;
}

// Whether Create makes drafts; stored per browser.
const makingKey = 'promptcanvas.making';

function draftsAreWanted() {
  try {
    return localStorage.getItem(makingKey) === 'drafts';
  } catch {
    return false;
  }
}

document.addEventListener('change', event => {
  if (event.target.matches?.('[data-making]')) {
    try {
      localStorage.setItem(makingKey, event.target.value);
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
  }
});

// The circuit receives the seed only when the field loses focus, and loses it when the server restarts.
document.addEventListener('input', event => {
  if (event.target.matches('[data-draft-seed]')) {
    remember(event.target.value, seedKey);
  }
});

document.addEventListener('input', event => {
  if (event.target.matches?.('[data-prompt]')) {
    remember(event.target.value);
  }
});

const historyKey = 'promptcanvas.history';
const historyLength = 50;
let historyAt = -1;

function promptHistory() {
  try {
    return JSON.parse(localStorage.getItem(historyKey) ?? '[]');
  } catch {
    return [];
  }
}

function keepInHistory(prompt) {
  historyAt = -1;
  const others = promptHistory().filter(other => other !== prompt);
  try {
    localStorage.setItem(historyKey, JSON.stringify([prompt, ...others].slice(0, historyLength)));
  } catch {
    // Without storage there is no history.
  }
}

/** The Up key at the start of the box recalls older prompts, Down at its end newer ones. */
function walkHistory(event) {
  const box = event.target;
  const step = event.key === 'ArrowUp' && box.selectionEnd === 0 ? 1
    : event.key === 'ArrowDown' && box.selectionStart === box.value.length && historyAt >= 0 ? -1
      : 0;
  const prompts = promptHistory();
  if (step === 0 || historyAt + step >= prompts.length) {
    return;
  }
  event.preventDefault();
  historyAt += step;
  box.value = historyAt < 0 ? '' : prompts[historyAt];
  const caret = step > 0 ? 0 : box.value.length;
  box.setSelectionRange(caret, caret);
  box.dispatchEvent(new Event('input', { bubbles: true }));
}

document.addEventListener('keydown', event => {
  if (event.target.matches?.('[data-prompt]') && ['ArrowUp', 'ArrowDown'].includes(event.key)) {
    walkHistory(event);
  }
});

document.addEventListener('keydown', event => {
  if (!event.target.matches?.('[data-prompt]') || event.key !== 'Enter' || event.shiftKey || event.isComposing) {
    return;
  }
  event.preventDefault();
  const form = event.target.form;
  if (form.hasAttribute('data-live')) {
    form.requestSubmit();
  } else {
    remember(event.target.value);
    pressed = true;
  }
});

// Before the page is interactive a submission is recorded, not sent.
document.addEventListener('submit', event => {
  const prompt = event.target.querySelector?.('[data-prompt]')?.value.trim();
  if (prompt) {
    keepInHistory(prompt);
  }
  if (event.target.matches?.('[data-composer]:not([data-live])')) {
    event.preventDefault();
    pressed = true;
  }
});

// Forms that put filters into the URL: empty fields are omitted, and dates are in the reader's time zone.
document.addEventListener('submit', event => {
  const form = event.target;
  if (!form.matches?.('[data-to-address]')) {
    return;
  }
  event.preventDefault();
  const parts = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
  if ((parts.has('from') || parts.has('to')) && !parts.has('zone')) {
    parts.set('zone', Intl.DateTimeFormat().resolvedOptions().timeZone);
  }
  const address = `${form.getAttribute('action')}?${parts}`;
  close(form.closest('details[data-popover]'));
  if (document.querySelector('.studio[data-live]')) {
    Blazor.navigateTo(address);
  } else {
    location.assign(address);
  }
});

// Popovers close on Esc and on a press outside.
function close(details) {
  if (details?.open) {
    details.open = false;
    details.querySelector('summary').focus();
  }
}

document.addEventListener('keydown', event => {
  const open = event.key === 'Escape' ? event.target.closest?.('details[data-popover][open]') : null;
  if (open) {
    // A dialog around it stays open.
    event.preventDefault();
    close(open);
  }
});

document.addEventListener('pointerdown', event => {
  for (const details of document.querySelectorAll('details[data-popover][open]')) {
    details.open = details.contains(event.target);
  }
});

// Whether to play a sound when a job ends; stored per browser.
const soundKey = 'promptcanvas.sound';

function showSound(on) {
  document.documentElement.dataset.sound = on ? 'on' : 'off';
  for (const button of document.querySelectorAll('[data-sound][aria-pressed]')) {
    button.setAttribute('aria-pressed', String(on));
  }
}

function soundIsWanted() {
  try {
    return localStorage.getItem(soundKey) === 'on';
  } catch {
    return false;
  }
}

document.addEventListener('click', event => {
  if (event.target.closest?.('[data-sound][aria-pressed]')) {
    const on = document.documentElement.dataset.sound !== 'on';
    try {
      localStorage.setItem(soundKey, on ? 'on' : 'off');
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
    showSound(on);
  }
});
showSound(soundIsWanted());

function currentTheme() {
  return document.documentElement.dataset.theme
    || (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
}

function toggleTheme() {
  const system = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  const chosen = currentTheme() === 'dark' ? 'light' : 'dark';
  // Choosing the system's theme removes the override.
  if (chosen === system) {
    delete document.documentElement.dataset.theme;
    document.cookie = 'theme=; path=/; max-age=0; samesite=lax';
  } else {
    document.documentElement.dataset.theme = chosen;
    document.cookie = `theme=${chosen}; path=/; max-age=31536000; samesite=lax`;
  }
}

document.addEventListener('click', event => {
  if (event.target.closest?.('[data-theme-toggle]')) {
    toggleTheme();
  }
});

// The size of the gallery's tiles, per browser. The cookie lets the server send the page in that size.
function showTileSize() {
  const size = document.documentElement.dataset.tiles ?? 'm';
  for (const button of document.querySelectorAll('[data-tile-size]')) {
    const pressed = String(button.dataset.tileSize === size);
    if (button.getAttribute('aria-pressed') !== pressed) {
      button.setAttribute('aria-pressed', pressed);
    }
  }
}

document.addEventListener('click', event => {
  const button = event.target.closest?.('[data-tile-size]');
  if (button) {
    document.documentElement.dataset.tiles = button.dataset.tileSize;
    document.cookie = `tiles=${button.dataset.tileSize}; path=/; max-age=31536000; samesite=lax`;
    showTileSize();
    document.dispatchEvent(new Event('tile-size'));
  }
});

document.addEventListener('click', async event => {
  const button = event.target.closest?.('[data-copy]');
  if (button) {
    await navigator.clipboard?.writeText(button.dataset.copy).then(() => { button.textContent = button.dataset.copied; }, () => {});
  }
});

// Shows a password while it is typed; the form still submits it as a password.
document.addEventListener('click', event => {
  const button = event.target.closest?.('[data-show-password]');
  if (button) {
    const shows = button.getAttribute('aria-pressed') !== 'true';
    button.previousElementSibling.type = shows ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(shows));
  }
});

function arrive(image) {
  image.classList.add('is-here');
}

document.addEventListener('load', event => {
  if (event.target.matches?.('.tile-picture, .thumb img')) {
    arrive(event.target);
  }
}, true);

const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const sight = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (entry.isIntersecting) {
      entry.target.click();
    }
  }
}, { rootMargin: '600px' });

function dress(root) {
  restoreFields();
  if (root.querySelector('[data-passkey]')) {
    import('./passkeys.js');
  }
  for (const image of root.querySelectorAll('.tile-picture, .thumb img')) {
    if (image.complete && image.naturalWidth > 0) {
      arrive(image);
    }
  }
  for (const time of root.querySelectorAll('time[data-local], time[data-local-day]')) {
    const words = ('localDay' in time.dataset ? day : moment).format(new Date(time.dateTime));
    if (time.textContent !== words) {
      time.textContent = words;
    }
  }
  for (const button of root.querySelectorAll('[data-sound][aria-pressed]')) {
    const on = String(document.documentElement.dataset.sound === 'on');
    if (button.getAttribute('aria-pressed') !== on) {
      button.setAttribute('aria-pressed', on);
    }
  }
  showTileSize();
  for (const button of root.querySelectorAll('[data-when-visible]')) {
    sight.observe(button);
  }
}

new MutationObserver(() => dress(document)).observe(document.documentElement, { childList: true, subtree: true });
dress(document);
document.documentElement.dataset.scripted = '';
