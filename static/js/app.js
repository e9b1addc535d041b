// What every page needs around htmx: focus, busy marks, errors in words, dialogs, popovers.

const alertBar = () => document.getElementById("alert");
const ASKED = new Set(["click", "submit", "change"]);

/** True when a person asked for this request, false for fragments that load by themselves. */
const wasAsked = (config) => ASKED.has(config?.triggeringEvent?.type);

function complain(kind, id) {
  const bar = alertBar();
  bar.textContent = bar.dataset[kind] + (id ? ` (${bar.dataset.id} ${id})` : "");
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.target?.setAttribute("aria-busy", "true");
  if (wasAsked(detail.requestConfig)) alertBar().textContent = "";
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  detail.target?.removeAttribute("aria-busy");
});

// A new element may carry [data-focus]: it gets the focus only if the swap was asked for.
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const asked = wasAsked(detail.requestConfig);
  if (target.hasAttribute?.("popover") && asked) {
    target.showPopover({ source: detail.requestConfig.elt });
  }
  const place = target.matches?.("[data-focus]") ? target : target.querySelector?.("[data-focus]");
  if (asked && place) place.focus({ preventScroll: target.hasAttribute("popover") });
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  const unsaved = detail.requestConfig.verb === "get" ? "load" : "save";
  const kind = { 403: "denied", 404: "missing", 429: "wait" }[status] ?? unsaved;
  complain(kind, status >= 500 && detail.xhr.getResponseHeader("X-Request-ID"));
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail }) => {
    complain(detail.requestConfig.verb === "get" ? "load" : "save");
  });
}

// The search box needs its script once somebody is in it; every page has a search box.
document.addEventListener("focusin", ({ target }) => {
  if (target.id === "q") import("./combobox.js");
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

// Printing shows everything a reader folded away.
window.addEventListener("beforeprint", () => {
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
