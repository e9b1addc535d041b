// Single keys press the button or link that names them in data-key. Off by <body data-keys="off">.

const HOLD_MS = 250; // a double press must not answer the pair that has just appeared
const SEQUENCE_MS = 1000;
let heldUntil = 0;
let goUntil = 0;
let running = 0;

// Of `requestConfig`, because `detail.elt` is another element once the swap has removed it.
const isOurs = ({ detail }) =>
  detail.requestConfig.verb !== "get" || detail.requestConfig.elt.hasAttribute("data-key");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isOurs(event)) running += 1;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (isOurs(event)) running = Math.max(0, running - 1);
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.querySelector?.("[data-key]")) heldUntil = performance.now() + HOLD_MS;
});

/** True while a key belongs to something else: typing, a dialog, a chord, a running request. */
function isTaken(event) {
  return (
    event.defaultPrevented || event.repeat || event.isComposing ||
    event.ctrlKey || event.metaKey || event.altKey ||
    event.target.closest?.("input, textarea, select, [contenteditable]") ||
    document.querySelector("dialog[open]") ||
    document.body.dataset.keys === "off"
  );
}

const isVisible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

function findKey(name) {
  const places = document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`);
  return [...places].find((place) => isVisible(place) && !place.disabled);
}

function label(element) {
  const bare = element.cloneNode(true);
  for (const extra of bare.querySelectorAll("kbd, .count")) extra.remove();
  return element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? bare.textContent.trim();
}

function row(key, text) {
  const term = document.createElement("dt");
  const kbd = term.appendChild(document.createElement("kbd"));
  kbd.textContent = key;
  const meaning = document.createElement("dd");
  meaning.textContent = text;
  term.dataset.found = meaning.dataset.found = "";
  return [term, meaning];
}

function showList() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl");
  for (const old of list.querySelectorAll("[data-found]")) old.remove();
  for (const place of document.querySelectorAll("[data-go]")) {
    list.append(...row(`g ${place.dataset.go}`, label(place)));
  }
  for (const place of document.querySelectorAll("[data-key]")) {
    if (isVisible(place)) list.append(...row(place.dataset.key, label(place)));
  }
  dialog.showModal();
}

function answer(key) {
  const now = performance.now();
  const going = now < goUntil;
  goUntil = 0;
  if (going) {
    document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
    return true;
  }
  if (key === "/") {
    document.getElementById("q")?.select();
    document.getElementById("q")?.focus();
    return true;
  }
  if (key === "?") {
    showList();
    return true;
  }
  if (key === "g") {
    goUntil = now + SEQUENCE_MS;
    return true;
  }
  if (running || now < heldUntil) return Boolean(findKey(key));
  const place = findKey(key);
  place?.click();
  return Boolean(place);
}

document.addEventListener("keydown", (event) => {
  if (isTaken(event) || event.key.length !== 1) return;
  if (event.key === " " && event.target.closest?.("button, a, summary")) return;
  if (answer(event.key.toLowerCase())) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest?.('[commandfor="keys"]')) document.getElementById("user-menu")?.hidePopover();
});
