// The dialog that asks what shall stand in a corner.

import { accept } from '../edit/drop.js';

/** Shows the dialog; pictures that are dropped, pasted or chosen meanwhile are uploaded and told to the page. */
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
