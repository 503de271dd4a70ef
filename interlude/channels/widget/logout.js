/** Logging out, asked twice: the way back needs a code, and what is not sent would be lost. */

import { element, freshId } from "./element.js";
import { words } from "./words.js";

export class LogOut {
  #leave;
  #unsent;
  #warning = element("p", { class: "problem", role: "alert" });

  /** `leave()` ends the session or throws; `unsent()` says how many messages would be lost. */
  constructor(leave, unsent) {
    this.#leave = leave;
    this.#unsent = unsent;
    const title = freshId("logout");
    this.button = element("button", { type: "button", class: "quiet", hidden: true, onclick: () => this.#ask() }, words.logout);
    this.dialog = element(
      "dialog",
      { "aria-labelledby": title },
      element("h2", { id: title }, words.logoutTitle),
      element("p", {}, words.logoutHint),
      this.#warning,
      element(
        "div",
        { class: "actions" },
        element("button", { type: "button", class: "choice", onclick: () => this.dialog.close() }, words.stay),
        element("button", { type: "button", class: "primary", onclick: () => this.#go() }, words.logout),
      ),
    );
  }

  #ask() {
    this.#warning.textContent = this.#unsent() ? words.logoutUnsent : "";
    this.dialog.showModal();
  }

  async #go() {
    try {
      await this.#leave();
      this.dialog.close();
    } catch {
      this.#warning.textContent = words.logoutFailed;
    }
  }
}
