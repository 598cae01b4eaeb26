// A drop zone for a picture: chosen, dropped anywhere on the page, or pasted.

import { promptOf } from '../settings.js';
import { pictureAmong, upload } from './upload.js';

/** Uploads the first picture received and reports its id to the page. */
export function accept(zone, token, page) {
  const stopped = new AbortController();
  const on = (target, type, handler) => target.addEventListener(type, handler, { signal: stopped.signal });

  async function take(files) {
    const picture = pictureAmong(files);
    if (!picture) {
      return;
    }
    zone.dataset.busy = '';
    const answer = await upload(picture, picture.name, token).catch(error => ({ error: error.message }));
    delete zone.dataset.busy;
    if (answer.error) {
      await page.invokeMethodAsync('OnRefused', answer.error);
    } else {
      await page.invokeMethodAsync('OnUploaded', answer.id, await promptOf(picture), answer.note ?? null);
    }
  }

  on(zone, 'change', event => take(event.target.files));
  on(document, 'paste', event => take(event.clipboardData.files));
  on(document, 'dragover', event => {
    event.preventDefault();
    zone.dataset.over = '';
  });
  on(document, 'dragleave', event => {
    if (event.relatedTarget === null) {
      delete zone.dataset.over;
    }
  });
  on(document, 'drop', event => {
    event.preventDefault();
    delete zone.dataset.over;
    take(event.dataTransfer.files);
  });
  // A file may have been chosen before the page was interactive.
  const chosen = zone.querySelector('input[type=file]').files;
  if (chosen.length > 0) {
    take(chosen);
  }
  return { stop: () => stopped.abort() };
}
