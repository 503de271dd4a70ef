/**
 * Draws what a message carries besides its text: buttons, and the shared vocabulary of `custom`.
 *
 * Everything drawn is {node, asks, stop}: `asks` when it waits for an answer and so ends with the
 * next question, `stop` to end what is running. A kind or a shape that isn't known draws nothing:
 * the text of a message stands by itself.
 */

import { chart } from "./chart.js";
import { element, freshId, spoken } from "./element.js";
import { breathing, timer } from "./pace.js";
import { words } from "./words.js";

/** More radio buttons than this can't be read, on any screen. */
const MOST_STEPS = 101;

const KINDS = { breathing, card, chart, choices, scale, timer };

/** The drawing of one `custom` object, or null. `answer({text, choice})` takes the patient's answer. */
export function draw(custom, answer) {
  const kind = custom && Object.hasOwn(KINDS, custom.kind) ? KINDS[custom.kind] : null;
  return kind ? kind(custom, answer) : null;
}

/** A message's own choices: one tap answers. */
export function buttons(choices, answer) {
  const node = element(
    "div",
    { class: "choices", role: "group", "aria-label": words.choose },
    ...choices.map(({ title, value }) =>
      element("button", { type: "button", class: "choice", onclick: () => answer({ text: title, choice: value }) }, title),
    ),
  );
  return { node, asks: true, stop() {} };
}

/** One number, as radio buttons: arrow keys, touch and screen readers work without a line of ours. */
function scale({ min, max, step = 1, low, high }, answer) {
  const count = Math.floor((max - min) / step) + 1;
  if (!(step > 0 && count >= 2 && count <= MOST_STEPS)) return null;
  const name = freshId("scale");
  const send = element("button", { type: "submit", class: "primary", disabled: true }, words.sendNumber(null));
  const values = Array.from({ length: count }, (_, place) => Number((min + place * step).toFixed(6)));
  const meaning = (value) => (value === min && low ? ` is ${low}` : value === max && high ? ` is ${high}` : "");
  let chosen = null;
  const node = element(
    "form",
    {
      class: "scale",
      onsubmit: (event) => {
        event.preventDefault();
        if (chosen !== null) answer({ text: String(chosen), choice: null });
      },
      onchange: (event) => {
        chosen = Number(event.target.value);
        send.disabled = false;
        send.textContent = words.sendNumber(chosen);
      },
    },
    element(
      "fieldset",
      { role: "radiogroup" },
      element("legend", { class: "spoken" }, words.scale(min, max, low, high)),
      element(
        "div",
        { class: "steps" },
        ...values.map((value) =>
          element(
            "label",
            { class: "step" },
            element("input", { type: "radio", name, value: String(value) }),
            element("span", {}, String(value), spoken(meaning(value))),
          ),
        ),
      ),
      (low || high) &&
        element(
          "div",
          { class: "ends", "aria-hidden": "true" },
          element("span", {}, low ? `${min} is ${low}` : ""),
          element("span", {}, high ? `${max} is ${high}` : ""),
        ),
    ),
    send,
  );
  return { node, asks: true, stop() {} };
}

/** Several answers at once; sent together, titles as the text and values as the choice. */
function choices({ options, multiple = false, max = null }, answer) {
  if (!Array.isArray(options) || !options.length) return null;
  if (!multiple) return buttons(options, answer);
  const send = element("button", { type: "submit", class: "primary", disabled: true }, words.sendChosen(0));
  const boxes = options.map(({ value }) => element("input", { type: "checkbox", value }));
  const chosen = () => options.filter((_, place) => boxes[place].checked);
  const node = element(
    "form",
    {
      class: "several",
      onsubmit: (event) => {
        event.preventDefault();
        const join = (key) => chosen().map((option) => option[key]).join(", ");
        if (chosen().length) answer({ text: join("title"), choice: join("value") });
      },
      onchange: () => {
        const count = chosen().length;
        const full = max !== null && count >= max;
        for (const box of boxes) box.disabled = full && !box.checked;
        send.disabled = count === 0;
        send.textContent = words.sendChosen(count);
      },
    },
    element(
      "fieldset",
      {},
      element("legend", {}, words.chooseSome(max)),
      ...options.map(({ title }, place) => element("label", { class: "option" }, boxes[place], element("span", {}, title))),
    ),
    send,
  );
  return { node, asks: true, stop() {} };
}

/** Something to keep: a title, the patient's own words, lines. It says all the message's text does. */
function card({ title, lines = [], quote }) {
  const node = element(
    "div",
    { class: "card", role: "group", "aria-label": title ?? null },
    title && element("p", { class: "title" }, title),
    quote && element("blockquote", {}, quote),
    lines.length === 1 && element("p", { class: "line" }, String(lines[0])),
    lines.length > 1 && element("ul", {}, ...lines.map((line) => element("li", {}, String(line)))),
  );
  return { node, asks: false, whole: true, stop() {} };
}
