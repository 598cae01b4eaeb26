// A button with data-confirm asks first: pressing it opens the dialog, and confirming presses the button again.

let asking = null;
let confirmed = null;

function dialog() {
  return document.getElementById('confirm');
}

function ask(button) {
  asking = button;
  const box = dialog();
  box.querySelector('h2').textContent = button.dataset.confirm;
  box.querySelector('p').textContent = button.dataset.confirmText ?? '';
  box.querySelector('[data-confirm-yes]').textContent = button.dataset.confirmYes ?? button.textContent.trim();
  box.showModal();
}

// In the capture phase, before the page's own handlers.
document.addEventListener('click', event => {
  const button = event.target.closest?.('button[data-confirm]');
  if (button && button !== confirmed) {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(button);
  }
}, true);

document.addEventListener('click', event => {
  const box = dialog();
  if (!box?.open) {
    return;
  }
  if (event.target.closest('[data-confirm-yes]')) {
    box.close();
    confirmed = asking;
    confirmed.click();
    confirmed = null;
  } else if (event.target.closest('[data-confirm-no]') || event.target === box) {
    box.close();
  }
});
