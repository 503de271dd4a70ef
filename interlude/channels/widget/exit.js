/** The fast way out, for whoever must not be seen here: a button, or Escape pressed three times. */

import { element, spoken } from "./element.js";
import { words } from "./words.js";

const PRESSES = 3;
/** The presses must follow one another within so many milliseconds; slow hands count too. */
const WITHIN = 5_000;

export class Exit {
  #leave;
  #announce;
  #presses = [];
  #listener = (event) => this.#press(event);

  /** `leave()` clears the view and goes; `announce(text)` tells a screen reader how many presses are left. */
  constructor(leave, announce) {
    this.#leave = leave;
    this.#announce = announce;
    this.button = element(
      "button",
      { type: "button", class: "exit", title: words.exitHint, onclick: () => leave() },
      element("span", { "aria-hidden": "true" }, "✕ "),
      words.exit,
      spoken(` ${words.exitHint}`),
    );
  }

  /** Listens on the whole page: the way out works wherever the focus is. */
  listen() {
    document.addEventListener("keydown", this.#listener, true);
  }

  ignore() {
    document.removeEventListener("keydown", this.#listener, true);
  }

  #press(event) {
    if (event.key !== "Escape") {
      this.#presses = [];
      return;
    }
    if (event.repeat) return;
    this.#presses = [...this.#presses.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
    const left = PRESSES - this.#presses.length;
    if (left > 0) this.#announce(words.exitPresses(left));
    else this.#leave();
  }
}
