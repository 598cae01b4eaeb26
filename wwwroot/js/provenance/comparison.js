// Draws the same caption and noise in several conditioning modes, on demand, one after the other.

import { locale } from '../locale.js';
import { SoftCanvas } from '../soft-canvas.js';
import { ask } from './replay.js';

const decimals = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

async function draw(mode, imageId, failed, signal) {
  mode.dataset.working = '';
  const answer = await ask(`api/images/${imageId}/ways/${mode.dataset.mode}`, signal).catch(() => null);
  delete mode.dataset.working;
  if (!answer?.ok) {
    const body = await answer?.json().catch(() => null);
    mode.querySelector('.comparison-problem').textContent = body?.detail ?? failed;
    return;
  }
  await new SoftCanvas(mode.querySelector('canvas')).show(await answer.blob());
  mode.dataset.drawn = '';
  const similarity = answer.headers.get('Clip-Similarity');
  if (similarity !== null) {
    const bar = mode.querySelector('.bar');
    bar.hidden = false;
    bar.style.setProperty('--share', Math.max(0, Number(similarity)));
    bar.querySelector('output').textContent = decimals.format(Number(similarity));
  }
}

/** Initializes the button. */
export function open(root, imageId, failed) {
  const stopped = new AbortController();
  const button = root.querySelector('[data-draw]');
  button.addEventListener('click', async () => {
    button.hidden = true;
    for (const mode of root.querySelectorAll('.comparison-mode')) {
      await draw(mode, imageId, failed, stopped.signal);
    }
  }, { signal: stopped.signal });
  return { stop: () => stopped.abort() };
}
