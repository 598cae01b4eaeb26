// A node that leaves asks its pages to move: the state of the circuit travels through the browser, encrypted with the keys that all nodes share, to another node.

import { keepFields } from './fields.js';

// The balancer's cookie, which names the node of this browser (deploy/haproxy.cfg).
const cookie = 'studio-node=; path=/; max-age=0; samesite=lax';
const firstPause = 300;
const longestPause = 5000;

const pause = time => new Promise(done => setTimeout(done, time));

async function resumeElsewhere() {
  for (let wait = firstPause; wait < longestPause; wait *= 2) {
    await pause(wait);
    if (await Blazor.resumeCircuit()) {
      return true;
    }
  }
  return false;
}

// What is pressed from now on is kept as before the page was interactive; the next circuit draws these elements again.
function suspend() {
  for (const element of document.querySelectorAll('[data-live]')) {
    element.removeAttribute('data-live');
  }
}

async function move() {
  let moved = false;
  try {
    suspend();
    // A page that reconnected before cannot be paused in .NET 10.
    const paused = await Blazor.pauseCircuit();
    document.cookie = cookie;
    moved = paused && await resumeElsewhere();
  } catch {
    // Reload below.
  }
  if (!moved) {
    keepFields();
    location.reload();
  }
}

// Returns at once: the circuit that calls it is paused meanwhile.
globalThis.moveToAnotherNode = () => { setTimeout(move); };
