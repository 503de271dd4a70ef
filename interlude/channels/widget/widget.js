/**
 * `<interlude-chat>`: the patient's chat. Defines the element and puts the parts together.
 *
 * Attributes: `base`, the address of the patients' API (default: the folder this file came from);
 * `exit-url`, where the fast way out leads (default `about:blank`).
 */

import { Composer } from "./composer.js";
import { Connection, Refusal } from "./connection.js";
import { Crisis, alerting } from "./crisis.js";
import { element } from "./element.js";
import { Exit } from "./exit.js";
import { LogOut } from "./logout.js";
import { backOff } from "./outbox.js";
import { SignIn, takeCode } from "./signin.js";
import { Transcript } from "./transcript.js";
import { words } from "./words.js";

const HERE = new URL(".", import.meta.url);

class InterludeChat extends HTMLElement {
  #connection;
  #session = null;
  #attempts = 0;
  #timer = 0;
  #try = () => {};
  #exit = new Exit(() => this.#leavePage(), (text) => this.#announce(text));
  #crisis = new Crisis(this.#exit.button);
  #composer = new Composer((text) => this.#send({ text, choice: null }));
  #signIn = new SignIn(async (code) => this.#open(await this.#connection.enter(code)));
  #logOut = new LogOut(() => this.#leaveSession(), () => this.#connection.unsent.length);
  #transcript = new Transcript({
    answer: (given) => this.#send(given),
    retry: (id) => this.#connection.retry(id),
    link: (text) => this.#crisis.link(text),
    earlier: () => this.#earlier(),
    crisis: (said) => {
      this.#crisis.open();
      this.#announce(said.text, true);
    },
  });

  #who = element("p", { class: "whose" });
  #title = element("h1", { tabindex: "-1" }, words.product);
  #line = element("p", { class: "line", role: "status" });
  #stage = element("div", { class: "stage" });
  #foot = element("div", { class: "foot" }, this.#line, this.#composer.node);
  #status = element("div", { class: "spoken", role: "status" });
  #alert = element("div", { class: "spoken", role: "alert" });
  #wake = () => {
    this.#try();
    if (this.#session) this.#connection.wake();
  };
  // A phone that slept often holds a line that is dead and doesn't know it.
  #look = () => document.visibilityState === "visible" && this.#wake();
  #guard = (event) => {
    // Words are kept in memory only: closing the page would lose what is not sent yet.
    if (this.#connection.unsent.length) event.preventDefault();
  };

  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    this.#exit.listen();
    addEventListener("online", this.#wake);
    addEventListener("beforeunload", this.#guard);
    document.addEventListener("visibilitychange", this.#look);
    this.#begin(takeCode());
  }

  disconnectedCallback() {
    this.#exit.ignore();
    removeEventListener("online", this.#wake);
    removeEventListener("beforeunload", this.#guard);
    document.removeEventListener("visibilitychange", this.#look);
    clearTimeout(this.#timer);
    this.#connection.stop();
  }

  #build() {
    const root = this.attachShadow({ mode: "open" });
    const style = element("link", { rel: "stylesheet", href: new URL("widget.css", HERE).href });
    const shell = element(
      "div",
      { class: "shell" },
      this.#crisis.node,
      element(
        "div",
        { class: "head" },
        element("div", { class: "brand" }, this.#title, this.#who, this.#logOut.button),
        element("p", { class: "disclosure" }, words.disclosure),
      ),
      this.#stage,
      this.#status,
      this.#alert,
    );
    root.append(style, shell, this.#logOut.dialog);
    // Where the help numbers leave too little room, the heading scrolls away and not the conversation.
    new ResizeObserver(() => shell.scrollTo(0, shell.scrollHeight)).observe(this.#crisis.node);
    this.#connect(new Connection(new URL(this.getAttribute("base") ?? HERE, location.href)));
  }

  #connect(connection) {
    this.#connection = connection;
    const on = (type, act) => connection.addEventListener(type, ({ detail }) => act(detail));
    on("message", (said) => this.#transcript.receive(said));
    on("typing", (typing) => this.#transcript.typing(Boolean(typing.on)));
    on("case", (receipt) => this.#receipt(receipt));
    on("line", (up) => this.#lineIs(up));
    on("ended", () => this.#ended());
    on("lost", () => this.#load(true));
    on("sent", ({ id, state, status }) => {
      this.#transcript.state(id, state, status);
      if (state === "refused") this.#announce(words.unsentSpoken);
      if (state === "received" || state === "unsent") this.#lineIs();
    });
  }

  async #begin(code) {
    if (!this.#attempts) this.#show("starting", element("p", { class: "wait", role: "status" }, words.starting));
    try {
      this.#open(code ? await this.#connection.enter(code) : await this.#connection.current());
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) this.#unreachable(() => this.#begin(code));
      else if (code) this.#askCode(SignIn.reason(error), await this.#connection.current().catch(() => null));
      else this.#askCode(error.status === 401 ? "" : SignIn.reason(error));
    }
  }

  /** Shows the form; `known` is the session this device still has, offered and never just taken. */
  #askCode(said = "", known = null) {
    this.#attempts = 0;
    const title = known && words.continueAs(known.name ?? known.patient);
    this.#signIn.reset(said, known && { title, go: () => this.#open(known) });
    this.#show("signin", this.#signIn.node);
  }

  #unreachable(again) {
    this.#attempts += 1;
    clearTimeout(this.#timer);
    this.#try = () => {
      clearTimeout(this.#timer);
      this.#try = () => {};
      again();
    };
    this.#timer = setTimeout(() => this.#try(), backOff(this.#attempts));
    if (this.dataset.view === "unreachable") return;
    this.#crisis.open();
    this.#show(
      "unreachable",
      element(
        "div",
        { class: "wait" },
        element("p", { role: "status" }, words.unreachable),
        element("button", { type: "button", class: "primary", onclick: () => this.#try() }, words.tryNow),
      ),
    );
  }

  #open(session) {
    const typed = this.#signIn.node.isConnected;
    this.#attempts = 0;
    this.#session = session;
    if (this.#connection.belongTo(session.patient)) this.#composer.clear();
    this.#who.textContent = words.signedInAs(session.name ?? session.patient);
    this.#crisis.show(session.crisis, session.clinic);
    this.#transcript.clear();
    this.#show("chat", this.#transcript.node, this.#foot);
    this.#receipt(session.case);
    // On a phone the keyboard would cover the conversation before it was read.
    if (typed) (matchMedia("(hover: hover)").matches ? this.#composer : this.#title).focus();
    this.#load();
  }

  /** Reads the latest history and follows from there; `again` after a gap, when the case may have changed. */
  async #load(again = false) {
    const session = this.#session;
    if (!session) return;
    try {
      if (again) this.#receipt((await this.#connection.current()).case);
      const page = await this.#connection.history();
      if (this.#session !== session) return;
      this.#attempts = 0;
      this.#transcript.fill(page.messages, page.more);
      for (const { id, text } of this.#connection.unsent) this.#transcript.pending(id, text);
      this.#connection.follow(page.last_event ?? null);
    } catch (error) {
      if (this.#session !== session) return;
      if (error instanceof Refusal && error.status === 401) return this.#ended();
      this.#lineIs(false);
      this.#attempts += 1;
      this.#try = () => {
        clearTimeout(this.#timer);
        this.#try = () => {};
        this.#load(again);
      };
      this.#timer = setTimeout(() => this.#try(), backOff(this.#attempts));
    }
  }

  async #earlier() {
    try {
      const page = await this.#connection.history(this.#transcript.oldest);
      this.#transcript.prepend(page.messages, page.more);
    } catch {
      this.#announce(words.offline);
    }
  }

  #send({ text, choice }) {
    const id = this.#connection.send(text, choice);
    this.#transcript.pending(id, text);
  }

  #receipt(receipt) {
    const before = this.#crisis.pinned;
    this.#crisis.receipt(receipt ?? null);
    this.#transcript.receipt(receipt);
    if (!alerting(receipt)) return;
    this.#transcript.stop();
    const said = receipt.text || words.receipts[receipt.state];
    // The server says it again with every new line; a screen reader must not.
    if (before && said === this.#told) return;
    this.#told = said;
    this.#announce(before ? said : `${words.numbersShown(this.#crisis.number)} ${said}`, true);
  }

  #told = null;
  #up = true;

  /** Tells the truth about the line; without `up`, about the same line and what is unsent now. */
  #lineIs(up = this.#up) {
    const back = up && !this.#up;
    this.#up = up;
    if (!up) this.#transcript.typing(false);
    const call = this.#crisis.number ? ` ${words.offlineCall(this.#crisis.number)}` : "";
    const said = up ? "" : (this.#connection.unsent.length ? words.offlineUnsent : words.offline) + call;
    if (this.#line.textContent !== said) this.#line.textContent = said;
    this.#foot.classList.toggle("down", !up);
    if (back) this.#announce(words.backOnline);
  }

  #ended() {
    if (!this.#session) return;
    this.#close();
    this.#askCode(this.#connection.unsent.length ? words.signedOutUnsent : words.signedOut);
  }

  async #leaveSession() {
    await this.#connection.leave();
    this.#composer.clear();
    this.#close();
    this.#askCode(words.loggedOut);
  }

  #close() {
    this.#session = null;
    clearTimeout(this.#timer);
    this.#connection.stop();
    this.#transcript.clear();
    this.#crisis.clear();
    this.#who.textContent = "";
  }

  #leavePage() {
    removeEventListener("beforeunload", this.#guard);
    document.title = "";
    this.shadowRoot.replaceChildren();
    location.replace(this.getAttribute("exit-url") ?? "about:blank");
  }

  #show(view, ...nodes) {
    this.dataset.view = view;
    this.#logOut.button.hidden = view !== "chat";
    this.#stage.replaceChildren(...nodes);
  }

  /** Has a screen reader say something: at once and over everything when `urgent`. */
  #announce(text, urgent = false) {
    const region = urgent ? this.#alert : this.#status;
    // A new element each time: the same words twice must be said twice. Older ones go, or they'd be found again.
    const said = element("p", {}, text);
    region.append(said);
    setTimeout(() => said.remove(), 10_000);
  }
}

customElements.define("interlude-chat", InterludeChat);
// Keeps these files on the device, so that the help numbers open without a connection.
navigator.serviceWorker?.register(new URL("offline.js", HERE), { scope: HERE.pathname }).catch(() => {});
