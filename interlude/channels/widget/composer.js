/** Where the patient writes: Enter sends, Shift and Enter makes a new line, the field grows. */

import { LONGEST } from "./connection.js";
import { element, freshId } from "./element.js";
import { words } from "./words.js";

export class Composer {
  #send;
  #field;
  #notice = element("p", { class: "toolong", role: "alert" });

  /** `send(text)` takes what was written; never called with nothing or with more than the server takes. */
  constructor(send) {
    this.#send = send;
    const id = freshId("message");
    this.#field = element("textarea", {
      id,
      rows: "1",
      placeholder: words.composeHint,
      enterkeyhint: "send",
      // What a patient writes is not for the browser's memory.
      autocomplete: "off",
      oninput: () => this.#grow(),
      onkeydown: (event) => this.#key(event),
    });
    this.node = element(
      "form",
      { class: "composer", onsubmit: (event) => this.#submit(event) },
      this.#notice,
      element("label", { class: "spoken", for: id }, words.composeLabel),
      this.#field,
      element("button", { type: "submit", class: "primary send" }, words.send),
    );
  }

  focus() {
    this.#field.focus();
  }

  clear() {
    this.#field.value = "";
    this.#notice.textContent = "";
    this.#grow();
  }

  #key(event) {
    // While letters are being composed, Enter belongs to the input method.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (!text) return;
    if (new TextEncoder().encode(text).length > LONGEST) {
      this.#notice.textContent = words.tooLong;
      return;
    }
    this.clear();
    this.#send(text);
  }

  #grow() {
    this.#field.style.height = "auto";
    if (this.#field.value) this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }
}
