/**
 * The conversation: messages in order, each once, whether it came from history, from the stream or
 * from this very page; what has become of the patient's own; and one open question at most.
 */

import { element } from "./element.js";
import { Message } from "./message.js";
import { words } from "./words.js";

/** So near (px) to its end the conversation follows new messages. */
const NEAR = 80;
/** An indicator nobody takes back would lie for ever. */
const TYPING = 30_000;

export class Transcript {
  #on;
  #messages = [];
  #byId = new Map();
  #byClient = new Map();
  #seen = new Set();
  #question = null;
  #following = true;
  #height = 0;
  #timer = 0;
  #list = element("ol", { class: "messages", role: "list" });
  #empty = element("p", { class: "empty" }, words.empty);
  #earlier;
  #newest;
  #typing = element("p", { class: "typing", hidden: true, "aria-live": "off" }, element("span", { class: "dots", "aria-hidden": "true" }, "•••"), words.typing);
  #log;

  /** `on` holds answer({text, choice}), retry(clientId), link(text), earlier() and crisis(message). */
  constructor(on) {
    this.#on = on;
    this.#earlier = element("button", { type: "button", class: "earlier", hidden: true, onclick: () => on.earlier() }, words.earlier);
    this.#newest = element("button", { type: "button", class: "newest", hidden: true, onclick: () => this.#toEnd() }, words.newest);
    this.#log = element(
      "div",
      { class: "log", role: "log", "aria-label": words.log, "aria-relevant": "additions", tabindex: "0", onscroll: () => this.#scrolled() },
      this.#earlier,
      this.#empty,
      this.#list,
      this.#typing,
    );
    this.node = element("div", { class: "talk" }, this.#log, this.#newest);
    new ResizeObserver(() => this.#resized()).observe(this.#log);
  }

  /** The id of the oldest message held, or null. */
  get oldest() {
    return this.#messages.find((message) => message.said.id)?.said.id ?? null;
  }

  /** The latest page of history, oldest first; also called again after a gap. Nothing is read out. */
  fill(messages, more) {
    this.#log.setAttribute("aria-live", "off");
    for (const said of messages) this.receive(said, false);
    if (this.#messages.length <= messages.length) this.#earlier.hidden = !more;
    this.#toEnd();
    // Only after the browser has handed the old messages on may new ones be read out.
    setTimeout(() => this.#log.setAttribute("aria-live", "polite"), 200);
  }

  /** An older page of history, put before; what is in view stays where it is. */
  prepend(messages, more) {
    const height = this.#log.scrollHeight;
    const older = messages.filter((said) => !this.#byId.has(said.id)).map((said) => this.#keep(new Message(said, false, this.#on)));
    this.#messages.unshift(...older);
    this.#list.prepend(...older.map((message) => message.node));
    this.#earlier.hidden = !more;
    this.#arrange();
    this.#log.scrollTop += this.#log.scrollHeight - height;
    if (!more) older[0]?.node.focus({ preventScroll: true });
  }

  /** A message from the server; `live` when it was said just now. */
  receive(said, live = true) {
    const own = said.client_id && this.#byClient.get(said.client_id);
    if (own) {
      own.said.id = said.id;
      this.#byId.set(said.id, own);
      own.at(said.at);
      this.state(said.client_id, "received");
      // The server's clock decides, and may say another day.
      this.#arrange(this.#messages.indexOf(own));
      return;
    }
    if (this.#byId.has(said.id)) return;
    if (said.from !== "patient") this.typing(false);
    this.#append(this.#keep(new Message(said, true, this.#on)));
    if (live && said.kind === "crisis") this.#on.crisis(said);
  }

  /** A message just written here, not yet with the server. */
  pending(id, text) {
    if (this.#byClient.has(id)) return;
    const said = { id: null, client_id: id, from: "patient", text, at: new Date().toISOString() };
    const message = this.#keep(new Message(said, false, this.#on));
    message.state("sending");
    this.#append(message);
    this.#toEnd();
  }

  /** What became of an own message. Once a person has seen it, that stays true. */
  state(id, name, status) {
    this.#byClient.get(id)?.state(this.#seen.has(id) ? "seen" : name, status);
  }

  /** Marks what a clinician has seen: the messages a `seen` receipt names, and nothing else. */
  receipt(receipt) {
    if (receipt?.state !== "seen") return;
    for (const id of receipt.messages ?? []) {
      this.#seen.add(id);
      this.state(id, "seen");
    }
  }

  typing(on) {
    clearTimeout(this.#timer);
    const follow = this.#near();
    this.#typing.hidden = !on;
    if (on) this.#timer = setTimeout(() => this.typing(false), TYPING);
    if (follow) this.#toEnd();
  }

  /** Stops every breathing guide and timer. */
  stop() {
    for (const message of this.#messages) message.stop();
  }

  clear() {
    this.stop();
    this.typing(false);
    this.#messages = [];
    this.#byId.clear();
    this.#byClient.clear();
    this.#seen.clear();
    this.#question = null;
    this.#following = true;
    this.#earlier.hidden = true;
    this.#empty.hidden = false;
    this.#list.replaceChildren();
  }

  #keep(message) {
    const { id, client_id: client, from } = message.said;
    if (id) this.#byId.set(id, message);
    if (client) this.#byClient.set(client, message);
    if (from === "patient" && id) message.state(this.#seen.has(client) ? "seen" : "received");
    return message;
  }

  #append(message) {
    // Words about danger are brought into view whatever is being read.
    const follow = this.#near() || message.said.kind === "crisis";
    this.#messages.push(message);
    this.#list.append(message.node);
    this.#arrange(this.#messages.length - 1);
    if (message.said.from === "patient" || message.asks) {
      // The focus goes on to what took the question's place, so that Tab finds the next one.
      if (this.#question?.retire()) message.node.focus({ preventScroll: true });
      this.#question = message.asks ? message : null;
    }
    if (!follow) this.#newest.hidden = false;
    else if (message.said.kind !== "crisis" && message.node.offsetHeight > this.#log.clientHeight) this.#toTop(message.node);
    else this.#toEnd();
  }

  /** Puts days between messages and names above them, from one place on. */
  #arrange(from = 0) {
    this.#empty.hidden = this.#messages.length > 0;
    for (let place = from; place < this.#messages.length; place += 1) {
      const { node, said } = this.#messages[place];
      const before = this.#messages[place - 1]?.said;
      const sameDay = before && day(before.at) === day(said.at);
      if (node.previousElementSibling?.className === "day") node.previousElementSibling.remove();
      if (!sameDay) node.before(element("li", { class: "day" }, day(said.at)));
      const same = sameDay && before.from === said.from && before.author === said.author;
      node.classList.toggle("follows", Boolean(same));
    }
  }

  /** Whether the reader is at the end. A log that just changed its height moved nobody: as it was, then. */
  #near() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    if (clientHeight !== this.#height) return this.#following;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #resized() {
    this.#height = this.#log.clientHeight;
    if (this.#following) this.#toEnd();
  }

  #scrolled() {
    this.#following = this.#near();
    if (this.#following) this.#newest.hidden = true;
  }

  #toEnd() {
    this.#following = true;
    this.#newest.hidden = true;
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #toTop(node) {
    this.#log.scrollTop += node.getBoundingClientRect().top - this.#log.getBoundingClientRect().top - 8;
  }
}

function day(at) {
  const date = new Date(at);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return date.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
}
