// Notifies a person in another tab that a job has ended: in the tab's title, and with a sound if enabled.

const mark = /^[✓!] [^·]* · /;
const high = 880;
const low = 330;

function play(frequency, at, context) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.5);
}

function sound(good) {
  const context = new AudioContext();
  play(good ? high * 0.75 : low, context.currentTime, context);
  play(good ? high : low * 0.75, context.currentTime + 0.16, context);
  setTimeout(() => context.close(), 1500);
}

/** Call when a job has ended. */
export function jobEnded(good, words) {
  if (document.documentElement.dataset.sound === 'on') {
    sound(good);
  }
  if (document.hidden) {
    document.title = `${good ? '✓' : '!'} ${words} · ${document.title.replace(mark, '')}`;
  }
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    document.title = document.title.replace(mark, '');
  }
});
