// Previews that are drawn while a control is moved: drafts on the way, a full one when it rests.

import { SoftCanvas } from './soft-canvas.js';

export class Sketches {
  /**
   * @param root Shows the state in data-working and data-drawn; contains the canvas.
   * @param token The antiforgery token.
   * @param ask Gives the address and the body of a request now; null = there is nothing to draw.
   * @param refuse Receives the reason why a preview was refused.
   */
  constructor(root, token, ask, refuse) {
    this.root = root;
    this.token = token;
    this.request = ask;
    this.refuse = refuse;
    this.picture = new SoftCanvas(root.querySelector('canvas'));
  }

  stop() {
    this.isStopped = true;
    this.asked?.abort();
  }

  // One request at a time: while a draft is running, only the newest request waits. Moving the control cancels a running full preview.
  ask(draft) {
    this.pending = { draft };
    if (this.asked && (this.askedDraft || !draft)) {
      return;
    }
    this.asked?.abort();
    this.next();
  }

  async next() {
    const { draft } = this.pending;
    this.pending = null;
    const asked = this.asked = new AbortController();
    this.askedDraft = draft;
    this.root.dataset.working = draft ? 'draft' : 'rest';
    try {
      await this.draw(draft, asked.signal);
    } catch (fault) {
      if (fault.name !== 'AbortError') {
        this.refuse(fault.message);
      }
    }
    if (asked !== this.asked || this.isStopped) {
      return;
    }
    this.asked = null;
    if (this.pending) {
      this.next();
    } else {
      delete this.root.dataset.working;
    }
  }

  async draw(draft, signal) {
    const wanted = this.request();
    if (wanted === null) {
      return;
    }
    const answer = await fetch(wanted.address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', RequestVerificationToken: this.token },
      body: JSON.stringify({ ...wanted.body, draft }),
      signal,
    });
    if (answer.status === 204) {
      return;
    }
    if (!answer.ok) {
      const body = await answer.json().catch(() => ({}));
      this.refuse(body.detail ?? body.title ?? `${answer.status}`);
      this.isRefused = true;
      return;
    }
    if (this.isRefused) {
      this.isRefused = false;
      this.refuse(null);
    }
    if (await this.picture.show(await answer.blob())) {
      this.root.dataset.drawn = draft ? 'draft' : 'rest';
    }
  }
}
