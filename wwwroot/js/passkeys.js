// Forms with a passkey: gets it from the browser, puts the response into the form, and submits the form.

async function optionsOf(form) {
  const token = form.querySelector('[name=__RequestVerificationToken]').value;
  const answer = await fetch(form.dataset.passkeyOptions, { method: 'POST', headers: { RequestVerificationToken: token } });
  if (!answer.ok) {
    throw new Error(`${answer.status}`);
  }
  return answer.json();
}

async function ask(form) {
  const options = await optionsOf(form);
  return form.dataset.passkey === 'create'
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

document.addEventListener('submit', async event => {
  const form = event.target;
  const field = form.querySelector?.('[data-passkey-credential]');
  if (!field || field.value) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  const problem = form.querySelector('[data-passkey-problem]');
  problem.hidden = true;
  try {
    field.value = JSON.stringify(await ask(form));
    form.requestSubmit();
  } catch {
    // The person cancelled, or the browser has no passkey for this site.
    problem.hidden = false;
  }
}, true);

document.documentElement.dataset.passkeys = '';
