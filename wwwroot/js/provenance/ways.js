// Draws the same caption and noise in several conditioning modes, on demand, one after the other.

import { locale } from '../locale.js';
import { SoftCanvas } from '../soft-canvas.js';
import { ask } from './replay.js';

const decimals = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

async function draw(way, imageId, failed, signal) {
  way.dataset.working = '';
  const answer = await ask(`api/images/${imageId}/ways/${way.dataset.way}`, signal).catch(() => null);
  delete way.dataset.working;
  if (!answer?.ok) {
    const body = await answer?.json().catch(() => null);
    way.querySelector('.way-problem').textContent = body?.detail ?? failed;
    return;
  }
  await new SoftCanvas(way.querySelector('canvas')).show(await answer.blob());
  way.dataset.drawn = '';
  const similarity = answer.headers.get('Clip-Similarity');
  if (similarity !== null) {
    const bar = way.querySelector('.bar');
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
    for (const way of root.querySelectorAll('.way')) {
      await draw(way, imageId, failed, stopped.signal);
    }
  }, { signal: stopped.signal });
  return { stop: () => stopped.abort() };
}
