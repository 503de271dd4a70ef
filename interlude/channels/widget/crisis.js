/**
 * The help bar: always first on the page, numbers first in it. Folded while nothing is wrong,
 * opened and pinned while a case of the patient waits for a human.
 *
 * The numbers are kept on the device (they are no secret), so that they show without a connection.
 */

import { element, freshId, spoken } from "./element.js";
import { directories, words } from "./words.js";

const KEPT = "interlude.crisis-card";
const ALERTING = ["alerting", "seen", "unreached", "exhausted"];

/** True while a case waits for a human: only a known lower level is let off, never a missing one. */
export function alerting(receipt) {
  return Boolean(receipt) && ALERTING.includes(receipt.state) && !["none", "routine"].includes(receipt.level);
}

export class Crisis {
  #card = kept();
  #clinic = null;
  #receipt = null;
  #panel = element("div", { class: "panel", id: freshId("help"), hidden: true });
  #toggle = element("button", { type: "button", class: "help", onclick: () => this.#fold(!this.#panel.hidden) }, words.help);
  #title = element("h2", { class: "helptitle", hidden: true }, words.helpTitle);

  /** `exit`: the button that leaves the page, which lives in this bar. */
  constructor(exit) {
    this.#toggle.setAttribute("aria-controls", this.#panel.id);
    this.node = element(
      "section",
      { class: "crisis", "aria-label": words.helpTitle },
      this.#toggle,
      this.#title,
      this.#panel,
      exit,
    );
    this.#fold(true);
    this.#draw();
  }

  get pinned() {
    return alerting(this.#receipt);
  }

  /** The first number to call, as the patient reads it, or null. */
  get number() {
    return this.#card?.emergency?.number ?? null;
  }

  /** Takes the card of a session and keeps it; `clinic` is {name, phone, hours}. */
  show(card, clinic) {
    this.#clinic = clinic ?? null;
    if (card) {
      this.#card = card;
      try {
        localStorage.setItem(KEPT, JSON.stringify(card));
      } catch {
        // A browser that keeps nothing still shows the card while the page is open.
      }
    }
    this.#draw();
  }

  /** Takes what is true of the case now; null when there is none. */
  receipt(receipt) {
    const before = this.pinned;
    this.#receipt = receipt;
    this.node.classList.toggle("pinned", this.pinned);
    this.#toggle.hidden = this.pinned;
    this.#title.hidden = !this.pinned;
    this.#draw();
    if (this.pinned) this.#panel.hidden = false;
    else if (before) this.#fold(true);
  }

  /** Unfolds the bar, as when words about danger have just been said. */
  open() {
    this.#fold(false);
  }

  /** Forgets the patient, not the numbers; they stay in view for whoever needed them. */
  clear() {
    const before = this.pinned;
    this.#clinic = null;
    this.receipt(null);
    if (before) this.open();
  }

  /** The text with every number of the card in it made a link to call or text. */
  link(text) {
    const known = new Map();
    for (const { number, tel, sms } of this.#lines()) {
      if (number) known.set(number, tel ? `tel:${digits(tel)}` : sms ? `sms:${digits(sms)}` : null);
      if (sms && !known.has(sms)) known.set(sms, `sms:${digits(sms)}`);
    }
    const numbers = [...known.keys()].filter((number) => known.get(number)).sort((a, b) => b.length - a.length);
    if (!numbers.length) return [text];
    const any = numbers.map((number) => number.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
    return text
      .split(new RegExp(`(?<![\\d-])(${any})(?![\\d-])`))
      .map((part, place) => (place % 2 ? element("a", { href: known.get(part) }, part) : part));
  }

  #lines() {
    return [this.#card?.emergency, ...(this.#card?.lines ?? [])].filter(Boolean);
  }

  #fold(closed) {
    this.#panel.hidden = closed && !this.pinned;
    this.#toggle.setAttribute("aria-expanded", String(!this.#panel.hidden));
  }

  #draw() {
    // A number about to be tapped must not slip from under the finger or the focus.
    const held = this.#panel.getRootNode().activeElement?.getAttribute("href");
    const { emergency, lines = [], directories: places } = this.#card ?? {};
    // A line nobody has checked lately comes after the directories, and never with the first numbers.
    const [first, ...rest] = (lines ?? []).filter(({ certain }) => certain !== false);
    const unsure = (lines ?? []).filter(({ certain }) => certain === false);
    const find = finder(places?.length ? places : directories);
    const clinic = this.#clinic;
    const status = this.pinned ? this.#receipt.text || words.receipts[this.#receipt.state] : null;
    // The rest folds away so that a small screen keeps room for the conversation.
    const more = element(
      "details",
      { class: "more", open: this.#panel.querySelector("details")?.open },
      element("summary", {}, words.moreHelp),
      ...rest.map((line) => contact(line)),
      clinic?.phone && contact({ name: clinic.name ?? words.yourClinic, number: clinic.phone, tel: clinic.phone, hours: clinic.hours }),
      first && find,
      ...unsure.map((line) => contact(line)),
    );
    this.#panel.replaceChildren(
      ...[
        emergency?.number
          ? contact({ name: words.emergency, ...emergency }, true)
          : element("p", { class: "local" }, words.localEmergency),
        first ? contact(first, true) : find,
        status && element("p", { class: "status" }, status),
        emergency?.number && element("p", { class: "where" }, words.sayWhere),
        more,
      ].filter(Boolean),
    );
    if (held) [...this.#panel.querySelectorAll("a")].find((link) => link.getAttribute("href") === held)?.focus();
  }
}

/** One line: its name, when it is open, and links to call and to text. */
function contact({ name, number, tel, sms, keyword, hours, open }, strong = false) {
  const when = [hours, open === true && words.openNow, open === false && words.closedNow].filter(Boolean).join(" · ");
  const body = keyword ? `?body=${encodeURIComponent(keyword)}` : "";
  const shape = strong ? "dial strong" : "dial";
  return element(
    "div",
    { class: "contact" },
    element(
      "div",
      { class: "ways" },
      tel && element("a", { class: shape, href: `tel:${digits(tel)}` }, words.call(number ?? tel), spoken(` ${name}`)),
      sms && element("a", { class: shape, href: `sms:${digits(sms)}${body}` }, words.text(sms, keyword), spoken(` ${name}`)),
    ),
    element("p", { class: "line" }, element("b", {}, name), when && ` ${when}`),
  );
}

function finder(places) {
  const links = places
    .filter(({ url }) => /^https?:\/\//.test(url))
    .flatMap(({ name, url }) => [" ", element("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, name)]);
  return element("p", { class: "finder" }, words.findLine, ...links);
}

function digits(number) {
  return String(number).replace(/[^\d+*#]/g, "");
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}
