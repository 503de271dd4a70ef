/** The way in: an invitation code, from the address of an invitation link or typed. */

import { Refusal } from "./connection.js";
import { element, freshId } from "./element.js";
import { words } from "./words.js";

/**
 * The code in the address (`#code=...`), or null. Removed from the address and the browser's
 * history before anything else happens: whoever uses the device next must not find it.
 */
export function takeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code !== null) history.replaceState(null, "", location.pathname + location.search);
  return code?.trim() || null;
}

export class SignIn {
  #enter;
  #field;
  #problem;
  #button = element("button", { type: "submit", class: "primary" }, words.codeSend);
  #others = element("div", { class: "others" });

  /** `enter(code)` opens the session or throws. */
  constructor(enter) {
    this.#enter = enter;
    const id = freshId("code");
    const hint = freshId("hint");
    const problem = freshId("problem");
    this.#problem = element("p", { class: "problem", id: problem, role: "alert" });
    this.#field = element("input", {
      id,
      type: "text",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "aria-describedby": `${hint} ${problem}`,
    });
    this.node = element(
      "form",
      { class: "signin", onsubmit: (event) => this.#submit(event) },
      element("h2", {}, words.codeTitle),
      element("p", { id: hint }, words.codeHint),
      element("label", { for: id }, words.codeLabel),
      this.#field,
      this.#problem,
      this.#button,
      this.#others,
    );
  }

  /** Shows a word on why the form is there; `offer` is {title, go} for a way in without a code. */
  reset(said = "", offer = null) {
    this.#problem.textContent = said;
    this.#field.removeAttribute("aria-invalid");
    this.#field.value = "";
    this.#others.replaceChildren(
      ...(offer ? [element("button", { type: "button", class: "choice", onclick: offer.go }, offer.title)] : []),
    );
  }

  /** What to say of a code that did not open a session. */
  static reason(error) {
    if (!(error instanceof Refusal)) return words.codeFailed;
    if (error.status === 429) return words.codeTooMany;
    return error.status < 500 ? words.codeUnknown : words.codeFailed;
  }

  async #submit(event) {
    event.preventDefault();
    const code = this.#field.value.trim();
    if (!code || this.#button.disabled) {
      if (!code) this.#fail(words.codeEmpty);
      return;
    }
    this.#button.disabled = true;
    try {
      await this.#enter(code);
    } catch (error) {
      this.#fail(SignIn.reason(error));
    } finally {
      this.#button.disabled = false;
    }
  }

  #fail(text) {
    this.#problem.textContent = text;
    this.#field.setAttribute("aria-invalid", "true");
    this.#field.focus();
  }
}
