/**
 * What the patient wrote and the server has not confirmed. Kept in memory only: words of a patient
 * are never left on a device. Sent one at a time, in order, each under the id it was written with,
 * so that sending again after a lost answer changes nothing.
 */

/** Milliseconds to wait after the nth failure: 1 s doubling to 30 s, less up to a quarter by chance. */
export function backOff(failures) {
  return Math.min(1000 * 2 ** (failures - 1), 30_000) * (0.75 + Math.random() / 4);
}

export class Outbox {
  #post;
  #report;
  #ended;
  #waiting = [];
  #refused = new Map();
  #failures = 0;
  #busy = false;
  #timer = 0;

  /**
   * `post(entry)` sends one {id, text, choice} and gives the Response; `report(id, state, status)`
   * is told `sending`, `received`, `unsent` (will be tried again by itself) or `refused` (won't be);
   * `ended()` is told when the session is over.
   */
  constructor(post, report, ended) {
    this.#post = post;
    this.#report = report;
    this.#ended = ended;
  }

  /** What the server has not confirmed, refused messages included. */
  get entries() {
    return [...this.#refused.values(), ...this.#waiting];
  }

  add(entry) {
    this.#waiting.push(entry);
    this.#work();
  }

  /** The patient asks for another try of one message. */
  retry(id) {
    const entry = this.#refused.get(id);
    if (entry) {
      this.#refused.delete(id);
      this.#waiting.push(entry);
    }
    this.wake();
  }

  /** The server has shown that it holds this message, whatever became of our request. */
  confirm(id) {
    this.#waiting = this.#waiting.filter((entry) => entry.id !== id);
    this.#refused.delete(id);
  }

  /** Tries at once instead of when the back-off says. */
  wake() {
    this.#failures = 0;
    this.#work();
  }

  /** Forgets everything: another person is using the widget now. */
  clear() {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#refused.clear();
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#timer);
    try {
      while (this.#waiting.length && (await this.#attempt(this.#waiting[0])));
    } finally {
      this.#busy = false;
    }
  }

  /** One try of one message; true when the next may follow. */
  async #attempt(entry) {
    this.#report(entry.id, "sending");
    let response = null;
    try {
      response = await this.#post(entry);
    } catch {
      // No answer: the message may or may not have arrived, and its id makes another try harmless.
    }
    if (!this.#waiting.includes(entry)) return true;
    if (response?.ok) {
      this.confirm(entry.id);
      this.#failures = 0;
      this.#report(entry.id, "received");
      return true;
    }
    const status = response?.status ?? 0;
    if (status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status)) {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
      this.#refused.set(entry.id, entry);
      this.#report(entry.id, "refused", status);
      return true;
    }
    for (const other of this.#waiting) this.#report(other.id, "unsent", status);
    if (status === 401) {
      this.#ended();
      return false;
    }
    this.#failures += 1;
    const asked = Number(response?.headers.get("Retry-After")) * 1000 || 0;
    this.#timer = setTimeout(() => this.#work(), Math.max(asked, backOff(this.#failures)));
    return false;
  }
}
