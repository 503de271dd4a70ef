/** A plain line of values over time, and the same as a table for whoever can't see or use the line. */

import { drawing, element } from "./element.js";
import { words } from "./words.js";

const WIDE = 300;
const TALL = 120;
const EDGE = 8;

/** {kind: "chart", title, points: [{at, value}], min, max, low, high}; `at` is an ISO date or time. */
export function chart({ title, points, min, max, low, high }) {
  const known = (Array.isArray(points) ? points : [])
    .map(({ at, value }) => ({ at: moment(at), value: Number(value) }))
    .filter(({ at, value }) => !Number.isNaN(at.getTime()) && Number.isFinite(value))
    .sort((one, other) => one.at - other.at);
  if (!known.length || !(max > min)) return null;
  const first = known[0].at;
  const last = known.at(-1).at;
  const x = (at) => (last > first ? EDGE + ((at - first) / (last - first)) * (WIDE - 2 * EDGE) : WIDE / 2);
  const y = (value) => TALL - EDGE - ((value - min) / (max - min)) * (TALL - 2 * EDGE);
  const values = known.map(({ value }) => value);
  const summary = words.chartSpoken(known.length, day(first), day(last), Math.min(...values), Math.max(...values));
  const name = title || words.chart;

  const line = drawing(
    "svg",
    { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", role: "img", "aria-label": `${name}. ${summary}` },
    ...[min, (min + max) / 2, max].map((value) =>
      drawing("line", { class: "grid", x1: 0, x2: WIDE, y1: y(value), y2: y(value) }),
    ),
    drawing("polyline", { class: "trend", points: known.map(({ at, value }) => `${x(at)},${y(value)}`).join(" ") }),
    // A line of no length with round ends stays a round dot however the picture is stretched.
    ...known.map(({ at, value }) =>
      drawing("line", { class: "dot", x1: x(at), x2: x(at), y1: y(value), y2: y(value) }),
    ),
  );
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, column(words.chartDate), column(words.chartValue))),
    element(
      "tbody",
      {},
      ...known.map(({ at, value }) => element("tr", {}, element("td", {}, day(at)), element("td", {}, String(value)))),
    ),
  );
  const node = element(
    "figure",
    { class: "chart" },
    element("figcaption", {}, name),
    element(
      "div",
      { class: "plot" },
      element("div", { class: "up", "aria-hidden": "true" }, edge(max, high), edge(min, low)),
      line,
    ),
    element("div", { class: "along", "aria-hidden": "true" }, element("span", {}, day(first)), element("span", {}, day(last))),
    element("details", {}, element("summary", {}, words.chartTable), table),
  );
  return { node, asks: false, stop() {} };
}

function column(text) {
  return element("th", { scope: "col" }, text);
}

function edge(value, meaning) {
  return element("span", {}, meaning ? `${value} ${meaning}` : String(value));
}

/** A bare date is a day where the patient is, not midnight in Greenwich. */
function moment(at) {
  return new Date(/^\d{4}-\d\d-\d\d$/.test(at) ? `${at}T12:00:00` : at);
}

function day(at) {
  return at.toLocaleDateString(undefined, { day: "numeric", month: "short" });
}
