// A slider through a row of pictures; in between, the next picture fades in over the previous one.

/** Initializes slider and row; call update() after pictures were added or removed. */
export function open(stage) {
  const stopped = new AbortController();
  const options = { signal: stopped.signal };

  function show(at) {
    const pictures = [...stage.querySelectorAll('.walk img[data-frame]')];
    pictures.forEach((picture, index) => {
      picture.style.opacity = index <= Math.floor(at) ? 1 : Math.max(0, 1 - (index - at));
    });
    stage.querySelectorAll('[data-walk-to]').forEach((button, index) => {
      button.toggleAttribute('data-here', index === Math.round(at));
    });
  }

  stage.addEventListener('input', event => {
    if (event.target.matches('input[type=range]')) {
      show(Number(event.target.value));
    }
  }, options);
  stage.addEventListener('click', event => {
    const button = event.target.closest('[data-walk-to]');
    const range = stage.querySelector('input[type=range]');
    if (button && range) {
      range.value = button.dataset.walkTo;
      show(Number(range.value));
    }
  }, options);

  return {
    update() {
      const range = stage.querySelector('input[type=range]');
      show(Number(range?.value ?? 0));
    },
    stop: () => stopped.abort(),
  };
}
