// Uploads: a picture is dragged onto a zone that names the action; when pasted, chosen, or dropped outside the zones, a dialog asks for the action.

import { mayBePicture, pictureAmong, upload } from './edit/upload.js';
import { promptOf, settingsOf } from './settings.js';

/** Receives files for the whole page; `page` is the .NET object of `dialog`. */
export function accept(dialog, token, page) {
  const stopped = new AbortController();
  const on = (target, type, handler) => target.addEventListener(type, handler, { signal: stopped.signal });
  const said = dialog.querySelector('[data-said]');
  const refused = dialog.querySelector('[data-refused]');
  let file = null;
  let busy = false;

  const say = (words = '', problem = '') => {
    said.textContent = words;
    refused.textContent = problem;
  };

  // Another open dialog handles its own files and keys.
  const elsewhere = () => document.querySelector('dialog[open]:not(.zones)') !== null;

  function hide() {
    delete dialog.dataset.dragging;
    mark(null);
    if (dialog.open) {
      dialog.close();
    }
  }

  function mark(zone) {
    for (const other of dialog.querySelectorAll('[data-zone]')) {
      other.toggleAttribute('data-over', other === zone);
    }
  }

  function ask(picture, problem = '') {
    hide();
    file = picture;
    say('', problem);
    dialog.showModal();
  }

  const acts = {
    async restore() {
      const settings = await settingsOf(file, dialog.dataset.sizes.split(' ').map(Number)).catch(() => null);
      if (!settings?.prompt) {
        return dialog.dataset.noSettings;
      }
      const wanted = Object.entries({ ...settings, count: 1 }).filter(([, value]) => value !== undefined);
      Blazor.navigateTo(`?${new URLSearchParams(wanted)}`);
      const note = document.querySelector('.composer-dropped');
      note.textContent = note.dataset.done;
      return null;
    },

    // The canvas reads the file itself: nothing is uploaded before the mask is used.
    async mask() {
      const use = new CustomEvent('picture-as-mask', { detail: { file, answer: Promise.resolve('noMask') } });
      document.dispatchEvent(use);
      const problem = await use.detail.answer;
      return problem && dialog.dataset[problem];
    },

    edit: () => send('edit'),
    vary: () => send('vary'),
  };

  async function send(zone) {
    const answer = await upload(file, file.name, token).catch(error => ({ error: error.message }));
    return answer.error ?? page.invokeMethodAsync('OnZoneUploaded', zone, answer.id, Math.max(answer.width, answer.height), await promptOf(file), answer.note ?? null);
  }

  async function act(zone) {
    if (busy || file === null) {
      return;
    }
    busy = true;
    say(dialog.dataset.working);
    const problem = mayBePicture(file) ? await acts[zone]() : dialog.dataset.noPicture;
    busy = false;
    say();
    if (stopped.signal.aborted || !problem) {
      hide();
    } else if (dialog.matches(':modal')) {
      say('', problem);
    } else {
      ask(file, problem);
    }
  }

  on(document, 'dragover', event => {
    if (!event.dataTransfer.types.includes('Files') || elsewhere()) {
      return;
    }
    event.preventDefault();
    if (!dialog.open) {
      say();
      dialog.dataset.dragging = '';
      dialog.show();
    }
    const zone = event.target.closest?.('[data-zone]') ?? null;
    event.dataTransfer.dropEffect = 'copy';
    mark(zone);
  });
  on(document, 'dragleave', event => {
    if (event.relatedTarget === null && 'dragging' in dialog.dataset) {
      hide();
    }
  });
  on(document, 'drop', event => {
    const [dropped] = event.dataTransfer.files;
    if (elsewhere()) {
      return;
    }
    event.preventDefault();
    const zone = event.target.closest?.('[data-zone]')?.dataset.zone;
    if (!dropped) {
      hide();
    } else if (zone) {
      file = dropped;
      mark(null);
      act(zone);
    } else {
      ask(dropped, mayBePicture(dropped) ? '' : dialog.dataset.noPicture);
    }
  });
  on(document, 'paste', event => {
    const picture = pictureAmong(event.clipboardData.files);
    // In text fields pasted content with text and pictures is inserted as text.
    const asText = event.clipboardData.types.includes('text/plain') && event.target.closest?.('input, textarea');
    if (picture && !asText && !elsewhere()) {
      event.preventDefault();
      ask(picture);
    }
  });
  on(document, 'change', event => {
    if (event.target.matches?.('input[data-bring-picture]') && event.target.files.length > 0) {
      const [chosen] = event.target.files;
      event.target.value = '';
      ask(chosen, mayBePicture(chosen) ? '' : dialog.dataset.noPicture);
    }
  });
  on(dialog, 'click', event => {
    const zone = event.target.closest('[data-zone]');
    if (zone) {
      act(zone.dataset.zone);
    } else if (event.target === dialog || event.target.closest('[data-zones-close]')) {
      hide();
    }
  });
  dialog.dataset.takesFiles = '';
  return {
    stop: () => {
      stopped.abort();
      hide();
    },
  };
}
