/** Makes elements. Strings become text nodes, so nothing a server says is ever read as HTML. */

/**
 * One element: attributes (null, undefined and false are left out, true is the bare attribute,
 * `onclick` and its like are listeners) and children (strings or nodes; empty ones are left out).
 */
export function element(name, attributes = {}, ...children) {
  return dress(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function drawing(name, attributes = {}, ...children) {
  return dress(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function dress(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Text only a screen reader gets. */
export function spoken(text) {
  return element("span", { class: "spoken" }, text);
}

let made = 0;

/** An id unique in this page, to tie a label to its control. */
export function freshId(stem) {
  made += 1;
  return `${stem}-${made}`;
}
