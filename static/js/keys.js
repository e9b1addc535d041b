// Single keys press the button or link that names them in data-key. Off by <body data-keys="off">.
//
// j and k move through the rows of lists marked data-rows (its value selects them, else they are
// the children), Enter opens one: what it marks data-open, or its first link. Ctrl+K (⌘K) opens
// the palette whether keys are on or off. Of several with one key, that beside the focus
// (within data-near) is pressed, else the first.

const HOLD_MS = 250; // a double press must not answer the pair that has just appeared
const SEQUENCE_MS = 1000;
const heldUntil = new WeakMap(); // by what was swapped in; keys of everything else still act
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
  if (target.querySelector?.("[data-key]")) heldUntil.set(target, performance.now() + HOLD_MS);
});

const MOVES = new Set(["j", "k"]); // these may be held down

/** True while a key belongs to something else: typing (a tick takes no letters), a dialog, a
 * chord, a running request. */
function isTaken(event) {
  return (
    event.defaultPrevented || event.isComposing || (event.repeat && !MOVES.has(event.key)) ||
    event.ctrlKey || event.metaKey || event.altKey ||
    event.target.closest?.("input:not([type='checkbox']), textarea, select, [contenteditable]") ||
    document.querySelector("dialog[open]") ||
    document.body.dataset.keys === "off"
  );
}

const isVisible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

function findKey(name) {
  const all = `[data-key="${CSS.escape(name)}"]`;
  const near = document.activeElement?.closest("[data-near]")?.querySelector(all);
  return [near, ...document.querySelectorAll(all)].find((place) => place && isVisible(place) && !place.disabled);
}

const rows = () =>
  [...document.querySelectorAll("[data-rows]")]
    .flatMap((list) => [...list.querySelectorAll(list.dataset.rows || ":scope > *")])
    .filter(isVisible);

/** Move the focus to the row after where it is, or to the one before; stop at the ends. */
function step(forward) {
  const here = document.activeElement ?? document.body;
  const side = forward ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
  const beyond = rows().filter(
    (row) => here.compareDocumentPosition(row) & side && !row.contains(here),
  );
  const row = forward ? beyond[0] : beyond.at(-1);
  if (!row) return false;
  if (!row.matches("a, button, summary")) row.tabIndex = -1;
  row.focus();
  return true;
}

/** Open the row that has the focus; links and buttons do that by themselves. */
function openRow(row) {
  if (row.matches("a, button, summary") || !rows().includes(row)) return false;
  const place = row.querySelector("[data-open]") ?? row.querySelector("a, summary, button");
  place?.click();
  return Boolean(place);
}

/** Show what one can do here: the list of keys, or the palette. */
const show = async (what) => (await import("./commands.js"))[what]();

/** True while what a place stands in has only just appeared. */
function isHeld(place) {
  for (let around = place; around; around = around.parentElement) {
    if (performance.now() < heldUntil.get(around)) return true;
  }
  return false;
}

function press(name) {
  const place = findKey(name);
  if (place && !running && !isHeld(place)) {
    if (place.matches("summary")) place.focus(); // what it unfolds is the next stop of Tab
    place.click();
  }
  return Boolean(place);
}

const ALWAYS = {
  "/": () => {
    document.getElementById("q")?.focus();
    document.getElementById("q")?.select();
  },
  "?": () => void show("keys"),
  g: () => void (goUntil = performance.now() + SEQUENCE_MS),
};

/** Do what a key stands for; false when it stands for nothing here. */
function answer(key) {
  const going = performance.now() < goUntil;
  goUntil = 0;
  if (going) {
    document.querySelector(`[data-go="${CSS.escape(key)}"]`)?.click();
    return true;
  }
  if (key in ALWAYS) {
    ALWAYS[key]();
    return true;
  }
  return (MOVES.has(key) && step(key === "j")) || press(key);
}

document.addEventListener("keydown", (event) => {
  if (isTaken(event)) return;
  if (event.key === "Enter" && openRow(event.target)) event.preventDefault();
  if (event.key.length !== 1) return;
  if (event.key === " " && event.target.closest?.("button, a, summary")) return;
  if (answer(event.key.toLowerCase())) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  const isChord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (!isChord || event.key.toLowerCase() !== "k" || !document.getElementById("palette")) return;
  event.preventDefault();
  if (!event.repeat && !document.querySelector("dialog[open]")) show("palette");
});

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-shows]");
  if (!opener) return;
  opener.closest("[popover]")?.hidePopover();
  show(opener.dataset.shows);
});
