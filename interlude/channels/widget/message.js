/** One message as the patient sees it: who, what, its buttons, when, and for the own ones their state. */

import { buttons, draw } from "./custom.js";
import { element, spoken } from "./element.js";
import { words } from "./words.js";

export class Message {
  #drawn = [];
  #state = element("span", { class: "state" });
  #time = element("time", {});
  #retry;

  /**
   * `said`: a message as the server sends it. `open`: whether its question may still be answered.
   * `on` holds answer({text, choice}), retry(clientId) and link(text), which gives a text's nodes.
   */
  constructor(said, open, on) {
    this.said = said;
    this.#drawn = [
      draw(said.custom, on.answer),
      said.choices?.length ? buttons(said.choices, on.answer) : null,
    ].filter((drawn) => drawn && (open || !drawn.asks));
    const own = said.from === "patient";
    const text = element("p", { class: "text" }, ...(said.kind === "crisis" ? on.link(said.text) : [said.text ?? ""]));
    this.node = element(
      "li",
      {
        class: `message from-${said.from} kind-${said.kind ?? "text"}`,
        tabindex: "-1",
        // Read out at once by the alert region; the log must not say it a second time.
        "aria-live": said.kind === "crisis" ? "off" : null,
      },
      element("p", { class: "who" }, ...sender(said), own ? "" : " · ", own ? "" : this.#time),
      !this.#drawn.some((drawn) => drawn.whole) && element("div", { class: "bubble" }, text),
      ...this.#drawn.map(({ node }) => node),
      own && element("p", { class: "meta" }, this.#time, this.#state),
    );
    // A change of state is told by the status region, when it matters.
    this.#state.setAttribute("aria-live", "off");
    this.#retry = () => on.retry(this.said.client_id);
    this.at(said.at);
  }

  get asks() {
    return this.#drawn.some((drawn) => drawn.asks);
  }

  /** Sets when it was said, an ISO time. */
  at(moment) {
    this.said.at = moment;
    this.#time.dateTime = moment;
    this.#time.textContent = new Date(moment).toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
  }

  /** Shows one of `sending`, `received`, `unsent`, `refused`, `seen`; `status` is the refusal's number. */
  state(name, status = 0) {
    const failed = name === "unsent" || name === "refused";
    const said = name === "refused" ? (status === 413 ? words.tooLong : words.refused) : words[name];
    this.node.dataset.state = name;
    this.#state.replaceChildren(
      said,
      // What is too long stays too long; every other failure may pass.
      failed && status !== 413
        ? element("button", { type: "button", class: "again", onclick: this.#retry }, words.again)
        : "",
    );
  }

  /** Takes the question away: it was answered, or a newer one came. True when the focus was in it. */
  retire() {
    const asking = this.#drawn.filter((drawn) => drawn.asks);
    const focused = this.node.getRootNode().activeElement;
    const held = asking.some(({ node }) => node.contains(focused));
    for (const { node } of asking) node.remove();
    this.#drawn = this.#drawn.filter((drawn) => !drawn.asks);
    return held;
  }

  /** Stops what runs by the clock. */
  stop() {
    for (const drawn of this.#drawn) drawn.stop();
  }
}

function sender({ from, author }) {
  if (from === "patient") return [spoken(words.you)];
  if (from !== "clinician") return [element("b", {}, words.product), `, ${words.program}`];
  return author ? [element("b", {}, author), `, ${words.careTeam}`] : [element("b", {}, words.aPerson)];
}
