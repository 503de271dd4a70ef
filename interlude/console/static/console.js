// Keeps the queue and an open case up to date. Everything works without it.
//
// Only elements named live-… are replaced; forms lie outside of them, so typed text is never touched. An
// element the reader is selecting in, or stands in with the keyboard, waits for the next round.

const PATIENCE = 3; // rounds that may fail before the page says that it is out of date

const main = document.querySelector("main[data-live]");
const announcer = document.getElementById("announce");
const every = Number(main?.dataset.every ?? 5) * 1000;
const title = document.title;
let version = main?.dataset.version ?? "";
let failed = 0;
let said = sayings();
const pending = new Map();

function sayings() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-say-key]")) {
    found.set(element.dataset.sayKey, element.dataset.say);
  }
  return found;
}

function announce() {
  const now = sayings();
  const news = [...now].filter(([key, text]) => said.get(key) !== text).map(([, text]) => text);
  said = now;
  if (news.length > 3) news.splice(3, news.length, "and more");
  if (news.length) announcer.textContent = news.join(". ");
}

function showWaiting() {
  const waiting = Number(document.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
  document.title = waiting ? `(${waiting}) ${title}` : title;
}

function showState(text) {
  const place = document.querySelector("[data-fresh]");
  if (place) place.textContent = text;
}

function busy(place) {
  const selection = document.getSelection();
  const selecting = selection && !selection.isCollapsed && place.contains(selection.anchorNode);
  return selecting || (place.contains(document.activeElement) && document.activeElement !== document.body);
}

function replace(place, fresh) {
  const open = new Set([...place.querySelectorAll("details[open][id]")].map((element) => element.id));
  place.replaceChildren(...fresh.childNodes);
  for (const element of place.querySelectorAll("details[id]")) element.open = open.has(element.id);
}

function loggedOff() {
  // An unattended screen must not go on showing a patient's words; what was typed stays.
  for (const place of document.querySelectorAll("[id^='live-'], main section, main .scroll")) {
    if (!place.querySelector("textarea")) place.replaceChildren();
  }
  const note = document.createElement("p");
  note.className = "banner";
  note.append("You were logged off. ");
  const link = document.createElement("a");
  link.href = location.pathname;
  link.target = "_blank";
  link.textContent = "Log in again in a new tab";
  note.append(link, "; what you typed here stays.");
  main.prepend(note);
  showState("");
  announcer.textContent = "You were logged off.";
}

async function look() {
  const answer = await fetch(`${main.dataset.live}?seen=${version}`, { cache: "no-store", redirect: "error" });
  if (answer.status === 401) {
    loggedOff();
    return false;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  if (answer.status !== 204) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of fresh.querySelectorAll("[id^='live-']")) pending.set(part.id, part);
    version = answer.headers.get("X-Interlude-Version") ?? version;
  }
  for (const [id, part] of pending) {
    const place = document.getElementById(id);
    if (!place || busy(place)) continue;
    replace(place, part);
    pending.delete(id);
  }
  announce();
  showWaiting();
  failed = 0;
  showState(pending.size ? "New below; it appears when you leave that part" : "Up to date");
  return true;
}

async function round() {
  let goOn = true;
  try {
    goOn = await look();
  } catch {
    failed += 1;
    if (failed === PATIENCE) announcer.textContent = "This page can't be brought up to date.";
    if (failed >= PATIENCE) showState("▲ Can't be brought up to date; what you see may be old.");
  }
  if (goOn) setTimeout(round, every);
}

// A double click must not send a form twice. aria-disabled keeps the focus where it is.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.querySelector("button")?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.forms) {
    delete form.dataset.sent;
    form.querySelector("button")?.removeAttribute("aria-disabled");
  }
});

document.getElementById("errors")?.focus();

if (main) {
  showWaiting();
  showState("Up to date");
  setTimeout(round, every);
}
