/**
 * What runs by the clock: the breathing guide and the timer. Nothing starts by itself, one thing
 * runs at a time, and all of it stops for a crisis. With reduced motion there are words and numbers
 * only; the circle is left out by the style sheet.
 */

import { element } from "./element.js";
import { words } from "./words.js";

/** The one that is running. */
let running = null;

/** {kind: "breathing", in, out, hold, minutes}: seconds, `hold` after the in and after the out. */
export function breathing(pacer) {
  const phases = [
    { word: words.breatheIn, seconds: pacer.in, full: true },
    { word: words.hold, seconds: pacer.hold ?? 0, full: true },
    { word: words.breatheOut, seconds: pacer.out, full: false },
    { word: words.hold, seconds: pacer.hold ?? 0, full: false },
  ].filter((phase) => phase.seconds > 0);
  const round = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  if (!(pacer.in > 0 && pacer.out > 0 && pacer.minutes > 0)) return null;

  const circle = element("div", { class: "circle", "aria-hidden": "true" }, element("div", { class: "breath" }));
  const breath = circle.firstChild;
  const word = element("p", { class: "word" }, words.ready);
  const count = element("p", { class: "count", "aria-hidden": "true" });
  let shown = null;
  return pace({
    name: words.breathing,
    hint: [words.pace(pacer), words.careful],
    // A breath is never cut off: the last round is finished.
    seconds: Math.ceil((pacer.minutes * 60) / round) * round,
    face: element("div", { class: "pacer" }, circle, element("div", { class: "says", role: "status" }, word), count),
    tick(elapsed) {
      let within = elapsed % round;
      const phase = phases.find(({ seconds }) => within < seconds || ((within -= seconds), false));
      count.textContent = String(Math.floor(within) + 1);
      if (phase === shown) return;
      shown = phase;
      word.textContent = phase.word;
      breath.style.transitionDuration = `${phase.seconds}s`;
      breath.classList.toggle("full", phase.full);
    },
    end(finished) {
      shown = null;
      word.textContent = finished ? words.finished : words.stopped;
      count.textContent = "";
      breath.style.transitionDuration = "1s";
      breath.classList.remove("full");
    },
  });
}

/** {kind: "timer", seconds, label}. */
export function timer({ seconds, label }) {
  if (!(seconds > 0)) return null;
  const said = element("p", { class: "said", role: "status" });
  return pace({
    name: label || words.timer,
    hint: [],
    seconds,
    face: element("div", { class: "timer" }, element("p", { class: "label" }, label || words.timer), said),
    tick() {
      said.textContent = "";
    },
    end(finished) {
      said.textContent = finished ? words.timeUp : words.stopped;
    },
  });
}

/** The clock, the button and the time left, around a face: `tick(seconds)` and `end(finished)` draw. */
function pace({ name, hint, seconds, face, tick, end }) {
  let clock = 0;
  let began = 0;
  const left = element("p", { class: "left", "aria-hidden": "true" }, minutes(seconds));
  const button = element("button", { type: "button", class: "primary", onclick: () => (clock ? stop() : start()) }, words.start);
  const node = element(
    "div",
    { class: "pace", role: "group", "aria-label": name },
    ...hint.map((line) => element("p", { class: "hint" }, line)),
    face,
    left,
    button,
  );

  function start() {
    running?.();
    running = stop;
    began = performance.now();
    clock = setInterval(step, 100);
    button.textContent = words.stop;
    step();
  }

  function step() {
    const elapsed = (performance.now() - began) / 1000;
    if (elapsed >= seconds) return finish(true);
    // A message redrawn or a view cleared takes its clock with it.
    if (!node.isConnected) return finish(false);
    left.textContent = words.left(minutes(Math.ceil(seconds - elapsed)));
    return tick(elapsed);
  }

  function finish(whole) {
    clearInterval(clock);
    clock = 0;
    if (running === stop) running = null;
    button.textContent = words.start;
    left.textContent = minutes(seconds);
    end(whole);
  }

  function stop() {
    if (clock) finish(false);
  }

  return { node, asks: false, stop };
}

function minutes(seconds) {
  return words.minutes(Math.floor(seconds / 60), Math.round(seconds % 60));
}
