// What every page needs around htmx: focus, busy marks, errors in words, dialogs, popovers.

const alertBar = () => document.getElementById("alert");
const ASKED = new Set(["click", "submit", "change"]);

/** True when a person asked for this request, false for fragments that load by themselves. */
const wasAsked = (config) => ASKED.has(config?.triggeringEvent?.type);

/** True for what a page asks for by itself when a signal comes: it fails in silence. */
const isOfSignal = (config) => Boolean(config?.triggeringEvent?.type.startsWith("c360:"));

function complain(kind, { id, seconds } = {}) {
  const bar = alertBar();
  const text = bar.dataset[kind].replace("%s", seconds);
  bar.textContent = text + (id ? ` (${bar.dataset.id} ${id})` : "");
}

/** Where the focus belongs in what has just come: its mark, else what it complains about. */
const placeIn = (part) =>
  part.matches?.("[data-focus]")
    ? part
    : part.querySelector?.("[data-focus]") ?? part.querySelector?.("[role=alert], [aria-invalid=true]");

/** Focus an element, also one that takes no focus by itself. */
function focusOn(element, options) {
  element.focus(options);
  if (document.activeElement === element) return;
  element.tabIndex = -1;
  element.focus(options);
}

let pressed = null; // what had the focus; a button is off while its request runs, and loses it

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.target?.setAttribute("aria-busy", "true");
  if (!wasAsked(detail.requestConfig)) return;
  alertBar().textContent = "";
  pressed = document.activeElement;
});

// A request that was refused, or did not arrive, changes nothing: not where the focus is either.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  detail.target?.removeAttribute("aria-busy");
  // A value shown for a while asks if its time is over: without an answer it is gone.
  if (!detail.successful && detail.elt.matches("[data-until]"))
    for (const value of detail.elt.querySelectorAll(".value")) value.textContent = "••••";
  if (!wasAsked(detail.requestConfig)) return;
  const isLost = document.activeElement === document.body;
  if (isLost && pressed?.isConnected) pressed.focus({ preventScroll: true });
  pressed = null;
});

// An answer for a part that was replaced meanwhile is about a page that is no longer there. The
// listener is on the element: from outside the page no event comes up to the document.
const dropLost = (event) => event.detail.target.isConnected || event.preventDefault();
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  detail.elt.addEventListener("htmx:beforeOnLoad", dropLost);
});

// Only what we answered becomes a part of a page, not what a proxy says in our place.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.getResponseHeader("X-Customer-360")) return;
  detail.shouldSwap = false;
  detail.isError = true;
});

// What was asked for gets the focus where it says so. If the swap took away what had it, the new
// part has it; nothing that comes by itself ever moves it.
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (!wasAsked(detail.requestConfig)) return;
  const isPopover = target.hasAttribute?.("popover");
  if (isPopover) {
    nameByTitle(target);
    target.showPopover({ source: detail.requestConfig.elt });
  }
  const place = placeIn(target);
  if (place) focusOn(place, { preventScroll: isPopover });
  else if (document.activeElement === document.body) focusOn(target, { preventScroll: true });
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  if (isOfSignal(detail.requestConfig)) return;
  const { status } = detail.xhr;
  const unsaved = detail.requestConfig.verb === "get" ? "load" : "save";
  const kind = { 403: "denied", 404: "missing", 429: "wait" }[status] ?? unsaved;
  complain(kind, {
    id: status >= 500 && detail.xhr.getResponseHeader("X-Request-ID"),
    seconds: detail.xhr.getResponseHeader("Retry-After") ?? 10,
  });
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    if (isOfSignal(detail.requestConfig)) return;
    complain(detail.requestConfig.verb === "get" ? "load" : "save");
  });
}

// The search box needs its script once somebody is in it; every page has a search box.
document.addEventListener("focusin", ({ target }) => {
  if (target.id === "q") import("./combobox.js");
});

/** A popover is called what its own title says, where it has one. */
function nameByTitle(popover) {
  const title = popover.querySelector("[id$='-title']");
  if (title) popover.setAttribute("aria-labelledby", title.id);
  else popover.removeAttribute("aria-labelledby");
}

/** Copy what a link of `data-copy` answers as plain text; where that fails, follow the link. */
async function copyFrom(link) {
  try {
    const answer = await fetch(link.dataset.copy, { headers: { Accept: "text/plain" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    await navigator.clipboard.writeText(await answer.text());
  } catch {
    location.assign(link.href);
    return;
  }
  const [label, said] = [link.querySelector("[data-copy-label]"), document.getElementById("say")];
  const before = label.textContent;
  said.textContent = label.textContent = link.dataset.copied;
  setTimeout(() => {
    said.textContent = "";
    label.textContent = before;
  }, 2000);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-copy]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.querySelector("[data-copy-label]").textContent !== link.dataset.copied) copyFrom(link);
});

// Browsers without `command`: the same buttons open and close dialogs through this.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button[commandfor]");
    if (!button) return;
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "show-modal") dialog?.showModal();
    else dialog?.close();
  });
}

// Printing shows everything a reader folded away, and says when it was.
window.addEventListener("beforeprint", () => {
  const printed = document.getElementById("printed-at");
  if (printed) printed.textContent = new Date().toLocaleString(
    document.documentElement.lang,
    { dateStyle: "long", timeStyle: "short", timeZone: printed.dataset.zone },
  );
  for (const part of document.querySelectorAll("details:not([open])")) {
    part.open = true;
    part.dataset.opened = "";
  }
});
window.addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-opened]")) {
    part.open = false;
    delete part.dataset.opened;
  }
});
