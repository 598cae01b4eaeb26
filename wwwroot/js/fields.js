// Keeps what was typed and chosen when the page loses its connection: the circuit that knew it is gone, and the page loads again.

const key = 'promptcanvas.fields';

// These have their own memory, or none on purpose.
const excluded = '[data-prompt], [data-draft-seed], [data-making], [type=password], [type=file], [type=hidden]:not([data-kept])';
const touched = new WeakSet();
const address = () => location.pathname + location.search;
const begun = address();
const waiting = new Map(read());

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    sessionStorage.removeItem(key);
    return kept?.address === address() ? kept.fields : [];
  } catch {
    return [];
  }
}

const isChoice = field => field.type === 'checkbox' || field.type === 'radio';

function nameOf(field) {
  const label = field.labels?.[0];
  const words = label?.querySelector('span')?.textContent ?? label?.firstChild?.textContent ?? '';
  return [field.localName, field.type, field.id, field.name, isChoice(field) ? field.value : '', field.ariaLabel ?? '', field.dataset.kept ?? '', words.trim()].join('|');
}

/** The page's fields with names that are the same after it was loaded again. */
function namedFields() {
  const counts = new Map();
  const named = [];
  for (const field of document.querySelectorAll('.studio :is(input, textarea, select)')) {
    if (!field.matches(excluded)) {
      const name = nameOf(field);
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      named.push([`${name}|${count}`, field]);
    }
  }
  return named;
}

/** Call before the page is loaded again. */
export function keepFields() {
  const now = namedFields().filter(([, field]) => touched.has(field) || field.matches('[data-kept]'));
  const fields = new Map([...waiting, ...now.map(([name, field]) => [name, isChoice(field) ? field.checked : field.value])]);
  try {
    sessionStorage.setItem(key, JSON.stringify({ address: address(), fields: [...fields] }));
  } catch {
    // Without storage the fields are lost.
  }
}

function fill(field, value) {
  if (isChoice(field)) {
    if (field.checked !== value) {
      field.checked = value;
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }
    return true;
  }
  const shown = field.value;
  if (shown === value) {
    return true;
  }
  field.value = value;
  if (field.value !== value) {
    // A choice that is not offered, or not yet.
    field.value = shown;
    return false;
  }
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}

/** Fills in what was kept, as soon as the page answers; fields that appear later are filled in then. */
export function restoreFields() {
  if (waiting.size === 0 || document.querySelector('.studio[data-live]') === null) {
    return;
  }
  if (address() !== begun) {
    waiting.clear();
    return;
  }
  for (const [name, field] of namedFields()) {
    if (waiting.has(name)) {
      const value = waiting.get(name);
      waiting.delete(name);
      if (!touched.has(field) && !fill(field, value)) {
        waiting.set(name, value);
      }
    }
  }
}

for (const happening of ['input', 'change']) {
  document.addEventListener(happening, event => { touched.add(event.target); }, true);
}
