// The dialog that chooses the content of a corner.

import { accept } from '../edit/drop.js';

/** Opens the dialog; while it is open, pictures that are dropped, pasted or chosen are uploaded and reported to the page. */
export function open(dialog, zone, token, page) {
  const stopped = new AbortController();
  const drop = accept(zone, token, page);
  dialog.showModal();
  dialog.querySelector('input')?.focus();
  dialog.addEventListener('click', event => {
    if (event.target === dialog || event.target.closest('[data-picker-close]')) {
      dialog.close();
    }
  }, { signal: stopped.signal });
  dialog.addEventListener('close', () => {
    stopped.abort();
    drop.stop();
  }, { signal: stopped.signal });
  return {
    stop() {
      dialog.close();
      stopped.abort();
      drop.stop();
    },
  };
}
