// Checks whether this page's session is still valid, so that an ended session is not reported as a lost connection.

import { keepFields } from './fields.js';

// Together with the server's cache of two seconds, a tab notices within five seconds.
const pollInterval = 2500;
const patience = 2000;
const root = document.documentElement;

/** 'over', 'on', or 'unknown' when the server does not answer. */
async function sessionState(person) {
  try {
    const answer = await fetch(`account/session?of=${person}`, { cache: 'no-store', signal: AbortSignal.timeout(patience) });
    if (!answer.ok) {
      return 'unknown';
    }
    return await answer.json() === true ? 'on' : 'over';
  } catch {
    return 'unknown';
  }
}

function announce(notice) {
  root.dataset.session = 'over';
  const here = location.pathname + location.search + location.hash;
  const signIn = new URL('sign-in', document.baseURI);
  notice.querySelector('[data-session-return]').href = `${signIn.pathname}?returnUrl=${encodeURIComponent(here)}`;
  if (!notice.open) {
    // Above any other dialog, the picture viewer for example.
    notice.showModal();
  }
}

/** Asks the server once; true when the session has ended. */
export async function sessionIsOver() {
  const notice = document.getElementById('session-over');
  const person = notice?.dataset.person;
  if (!person) {
    return false;
  }
  const state = await sessionState(person);
  if (state === 'over') {
    announce(notice);
  } else if (state === 'on' && root.dataset.session === 'over') {
    // Signed in again in another tab.
    location.reload();
  }
  return state === 'over';
}

async function watch() {
  await sessionIsOver();
  setTimeout(watch, pollInterval);
}

// The circuit, which would handle the link otherwise, is gone.
document.addEventListener('click', event => {
  const link = event.target.closest?.('[data-session-return]');
  if (link) {
    event.preventDefault();
    event.stopPropagation();
    location.assign(link.href);
  }
}, true);

// The notice cannot be dismissed, because the page behind it no longer works.
document.addEventListener('cancel', event => {
  if (event.target.id === 'session-over') {
    event.preventDefault();
  }
}, true);

// Browsers slow the timers of hidden tabs down.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    sessionIsOver();
  }
});

let changes = 0;
let silent = [];

// Without a circuit nothing answers: what is pressed from now on is kept as before the page was interactive.
function suspend() {
  for (const element of document.querySelectorAll('[data-live]')) {
    element.removeAttribute('data-live');
    silent.push(element);
  }
}

function resume() {
  for (const element of silent.filter(element => element.isConnected)) {
    element.setAttribute('data-live', '');
  }
  if (silent.length > 0) {
    silent = [];
    document.dispatchEvent(new Event('live-again'));
  }
}

function loadAgainWhenPossible(earliest = 0) {
  const retry = setInterval(async () => {
    const answer = Date.now() < earliest ? null : await fetch('health/live').catch(() => null);
    if (answer?.ok) {
      clearInterval(retry);
      location.reload();
    }
  }, 3000);
}

async function onConnection(state) {
  const change = ++changes;
  if (state === 'hide') {
    delete root.dataset.connection;
    resume();
    return;
  }
  suspend();
  // The connection may be back before the server's answer.
  if (root.dataset.session === 'over' || await sessionIsOver() || change !== changes) {
    return;
  }
  root.dataset.connection = 'lost';
  if (state === 'rejected') {
    // The server has dropped the circuit (after a restart, for example): reload the page. Jobs are not affected.
    location.reload();
  } else if (state === 'failed') {
    loadAgainWhenPossible();
  }
}

const faultKey = 'promptcanvas.fault';
const faultInterval = 30_000;
let isDead = false;

// Nothing on the page works any more. It loads again at once, and from then on at most twice a minute.
async function onFault(faultSign) {
  const liveLine = document.getElementById('live-line');
  if (isDead || faultSign.style.display !== 'block' || liveLine?.hidden === false) {
    return;
  }
  isDead = true;
  suspend();
  if (await sessionIsOver()) {
    return;
  }
  root.dataset.connection = 'lost';
  document.getElementById('components-reconnect-modal').classList.add('components-reconnect-failed');
  let last = 0;
  try {
    last = Number(sessionStorage.getItem(faultKey));
    sessionStorage.setItem(faultKey, Math.max(Date.now(), last + faultInterval));
  } catch {
    // Without storage every fault is the first.
  }
  loadAgainWhenPossible(last + faultInterval);
}

// Same comparison as on the server: the scheme's default port equals none.
function isOwnHost(host) {
  try {
    const seen = new URL(`${location.protocol}//${host}`);
    return seen.host === location.host;
  } catch {
    return true;
  }
}

// This script may run before the page is there.
function whenThere(run) {
  if (document.readyState === 'loading') {
    document.addEventListener('DOMContentLoaded', run);
  } else {
    run();
  }
}

whenThere(() => {
  const liveLine = document.getElementById('live-line');
  if (liveLine?.dataset.host) {
    liveLine.hidden = isOwnHost(liveLine.dataset.host);
  }
});

const lostKey = 'promptcanvas.lost';
const noticeTime = 8000;

// A page that loads again because of a lost connection says so when it is back.
addEventListener('pagehide', () => {
  if (root.dataset.connection === 'lost') {
    keepFields();
    try {
      sessionStorage.setItem(lostKey, 'yes');
    } catch {
      // Without storage it says nothing.
    }
  }
});

function sayThatItIsBack() {
  try {
    if (sessionStorage.getItem(lostKey) === null) {
      return;
    }
    sessionStorage.removeItem(lostKey);
  } catch {
    return;
  }
  root.dataset.connection = 'back';
  setTimeout(() => {
    if (root.dataset.connection === 'back') {
      delete root.dataset.connection;
    }
  }, noticeTime);
}

sayThatItIsBack();
whenThere(() => {
  const faultSign = document.getElementById('blazor-error-ui');
  if (faultSign) {
    new MutationObserver(() => onFault(faultSign)).observe(faultSign, { attributes: true });
    onFault(faultSign);
  }
});
document.addEventListener('components-reconnect-state-changed', event => onConnection(event.detail.state), true);
watch();
