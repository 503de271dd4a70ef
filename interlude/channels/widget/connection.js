/**
 * Everything the widget says to the server: session, history, messages out, events in. The one
 * place that knows addresses and status codes.
 *
 * Dispatches `message`, `typing` and `case` (detail: the event's data), `sent` (detail: id, state,
 * status), `line` (detail: true for up, false for down), `ended` and `lost` (see stream.js).
 */

import { Outbox } from "./outbox.js";
import { Stream } from "./stream.js";

/** Bodies up to this many characters outlive the page; browsers cap such requests at 64 KB in all. */
const KEEPALIVE = 10_000;
const PATIENCE = 20_000;

/** The largest text the server takes, in bytes of UTF-8. */
export const LONGEST = 64 * 1024;

/** The server answered, and the answer was no. */
export class Refusal extends Error {
  constructor(status) {
    super(`the server answered ${status}`);
    this.status = status;
  }
}

export class Connection extends EventTarget {
  #base;
  #outbox;
  #stream;
  #patient = null;

  /** `base`: the address of the patients' API, with a slash at its end. */
  constructor(base) {
    super();
    this.#base = base;
    const ended = () => this.#tell("ended");
    this.#outbox = new Outbox(
      (entry) => this.#post(entry),
      (id, state, status) => this.#tell("sent", { id, state, status }),
      ended,
    );
    this.#stream = new Stream(new URL("events", base), {
      event: (name, data) => this.#receive(name, data),
      up: () => {
        this.#tell("line", true);
        this.#outbox.wake();
      },
      down: () => this.#tell("line", false),
      ended,
      lost: () => this.#tell("lost"),
    });
  }

  /** The messages the server has not confirmed, as {id, text, choice}. */
  get unsent() {
    return this.#outbox.entries;
  }

  /** Opens a session with an invitation code. Throws Refusal, or TypeError without a line. */
  enter(token) {
    return this.#ask("session", { method: "POST", body: JSON.stringify({ token }) });
  }

  /** The session the cookie stands for. Throws as `enter` does. */
  current() {
    return this.#ask("session");
  }

  /** Ends the session on the server. Throws as `enter` does; then the session goes on. */
  async leave() {
    await this.#ask("session", { method: "DELETE" }).catch((error) => {
      if (!(error instanceof Refusal && error.status === 401)) throw error;
    });
    this.stop();
    this.#outbox.clear();
    this.#patient = null;
  }

  /** A page of messages, oldest first: {messages, last_event, more}. */
  history(before = null) {
    const address = new URL("history", this.#base);
    if (before !== null) address.searchParams.set("before", before);
    return this.#ask(address);
  }

  /**
   * Says who the messages to send belong to. What another patient left unsent on this device is
   * dropped, never sent under a wrong name; true when that patient is another than before.
   */
  belongTo(patient) {
    const changed = this.#patient !== null && this.#patient !== patient;
    if (changed) this.#outbox.clear();
    this.#patient = patient;
    return changed;
  }

  /** Follows the events after `last`; also sends what waited. */
  follow(last) {
    this.#stream.start(last);
    this.#outbox.wake();
  }

  stop() {
    this.#stream.stop();
  }

  /** Takes one message of the patient and gives its id; `choice` is the value of a tapped button. */
  send(text, choice = null) {
    const id = uuid();
    queueMicrotask(() => this.#outbox.add({ id, text, choice }));
    return id;
  }

  retry(id) {
    this.#outbox.retry(id);
    this.#stream.wake();
  }

  /** Tries everything at once: the device says that it is back. */
  wake() {
    this.#stream.renew();
    this.#outbox.wake();
  }

  #receive(name, data) {
    if (name === "message" && data.client_id) this.#outbox.confirm(data.client_id);
    if (["message", "typing", "case"].includes(name)) this.#tell(name, data);
  }

  #post({ id, text, choice }) {
    const body = JSON.stringify(choice === null ? { id, text } : { id, choice, text });
    return this.#fetch("messages", { method: "POST", body, keepalive: body.length < KEEPALIVE });
  }

  async #ask(address, options = {}) {
    const response = await this.#fetch(address, options);
    if (!response.ok) throw new Refusal(response.status);
    return response.status === 204 ? null : response.json();
  }

  #fetch(address, options) {
    return fetch(new URL(address, this.#base), {
      ...options,
      cache: "no-store",
      credentials: "same-origin",
      headers: { Accept: "application/json", ...(options.body && { "Content-Type": "application/json" }) },
      signal: AbortSignal.timeout(PATIENCE),
    });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** A random UUID v4; `crypto.randomUUID` is missing where a page came over plain HTTP. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
