/**
 * The server's events, read with `fetch` and not `EventSource`: only `fetch` can name the last
 * event on the first connection, after a 401 or a 502, and sees a line that died without a word.
 */

import { backOff } from "./outbox.js";

/** No byte for so long (ms) and the line counts as dead; servers ping more often than that. */
const SILENCE = 60_000;

export class Stream {
  #address;
  #on;
  #last = null;
  #failures = 0;
  #running = false;
  #abort = null;
  #timer = 0;

  /**
   * `on` holds the listeners: event(name, data), up(), down(), ended() for a session that is over,
   * lost() when the server no longer knows the last event and history must be read again.
   */
  constructor(address, on) {
    this.#address = address;
    this.#on = on;
  }

  /** Follows the events after `last`, an event id or null for from now on. */
  start(last) {
    this.stop();
    this.#last = last;
    this.#failures = 0;
    this.#running = true;
    this.#connect();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  /** Tries at once if it was waiting to try again. */
  wake() {
    if (!this.#running || this.#abort) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Gives up a line that may be dead (the device slept or changed networks) and connects anew. */
  renew() {
    if (this.#abort) this.#abort.abort();
    else this.wake();
  }

  async #connect() {
    const abort = new AbortController();
    this.#abort = abort;
    let opened = false;
    let watch = 0;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => abort.abort(), SILENCE);
    };
    try {
      alive();
      const headers = { Accept: "text/event-stream" };
      if (this.#last !== null) headers["Last-Event-ID"] = this.#last;
      const response = await fetch(this.#address, { headers, cache: "no-store", signal: abort.signal });
      if (response.status === 401) {
        this.#running = false;
        this.#on.ended();
        return;
      }
      if ([400, 404, 409, 410, 412].includes(response.status) && this.#last !== null) {
        this.#running = false;
        this.#on.lost();
        return;
      }
      if (!response.ok) throw new Error(`events answered ${response.status}`);
      opened = true;
      this.#failures = 0;
      this.#on.up();
      for await (const event of parse(response.body, alive)) {
        if (!this.#running || this.#abort !== abort) return;
        if (event.id !== null) this.#last = event.id;
        this.#on.event(event.name, event.data);
      }
    } catch {
      // Every failure is one thing here, a line that is down; the reason changes nothing.
    } finally {
      clearTimeout(watch);
      if (this.#abort === abort) {
        this.#abort = null;
        if (this.#running) this.#again(opened);
      }
    }
  }

  #again(opened) {
    // A line the server closed is not news; one that can't be opened is.
    if (!opened) {
      this.#failures += 1;
      this.#on.down();
    }
    this.#timer = setTimeout(() => this.#connect(), opened ? 300 : backOff(this.#failures));
  }
}

/**
 * The events in a `text/event-stream` body: {name, id or null, data from JSON}. `alive` is called
 * for every chunk, pings included. An event whose data is not JSON is left out.
 */
async function* parse(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let event = { name: "message", id: null, lines: [] };
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      rest += value;
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          const data = decode(event.lines);
          if (data !== undefined) yield { name: event.name, id: event.id, data };
          event = { name: "message", id: null, lines: [] };
          continue;
        }
        const [, field, text] = /^([^:]*):? ?(.*)$/s.exec(line);
        if (field === "event") event.name = text;
        else if (field === "data") event.lines.push(text);
        else if (field === "id") event.id = text;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function decode(lines) {
  if (!lines.length) return undefined;
  try {
    return JSON.parse(lines.join("\n"));
  } catch {
    return undefined;
  }
}
