/**
 * The service worker: keeps the widget's own files for when there is no connection, so that the
 * help numbers still open. Never touches a session, a message or anything else of a patient.
 */

const STORE = "interlude-widget";
const FILES = [
  "./",
  "chart.js",
  "composer.js",
  "connection.js",
  "crisis.js",
  "custom.js",
  "element.js",
  "exit.js",
  "logout.js",
  "message.js",
  "outbox.js",
  "pace.js",
  "page.css",
  "signin.js",
  "stream.js",
  "transcript.js",
  "widget.css",
  "widget.js",
  "words.js",
];
const KEPT = new Set(FILES.map((file) => new URL(file, self.location.href).href));

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(FILES)));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const address = event.request.url.split(/[?#]/)[0];
  if (event.request.method === "GET" && KEPT.has(address)) event.respondWith(fresh(event.request, address));
});

/** From the network, so that a new version shows at once; from the device when there is none. */
async function fresh(request, address) {
  const store = await caches.open(STORE);
  try {
    const response = await fetch(request);
    if (response.ok) await store.put(address, response.clone());
    return response;
  } catch (error) {
    const kept = await store.match(address);
    if (kept) return kept;
    throw error;
  }
}
