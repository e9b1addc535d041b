// The search box: arrows walk through the suggestions, Enter opens one, Escape closes the list.

const boxOf = (target) => target.closest?.('.searchbox input[role="combobox"]');
const listOf = (box) => document.getElementById(box.getAttribute("aria-controls"));
const optionsOf = (box) => [...listOf(box).querySelectorAll('[role="option"]')];

function activate(box, option) {
  for (const other of optionsOf(box)) other.setAttribute("aria-selected", String(other === option));
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function show(box, open) {
  const isOpen = open && optionsOf(box).length > 0;
  listOf(box).hidden = !isOpen;
  box.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) activate(box, null);
}

function step(box, by) {
  const options = optionsOf(box);
  if (!options.length) return;
  const at = options.findIndex((option) => option.id === box.getAttribute("aria-activedescendant"));
  const next = at < 0 ? (by > 0 ? 0 : options.length - 1) : (at + by + options.length) % options.length;
  show(box, true);
  activate(box, options[next]);
}

function open(box, event) {
  const inNewTab = event.ctrlKey || event.metaKey;
  const options = optionsOf(box);
  const active = document.getElementById(box.getAttribute("aria-activedescendant"));
  const option = active ?? (inNewTab && options.length === 1 ? options[0] : null);
  if (!option) {
    show(box, false); // the form is submitted and shows all results
    return;
  }
  event.preventDefault();
  if (inNewTab) window.open(option.href, "_blank", "noopener");
  else window.location.assign(option.href);
}

document.addEventListener("keydown", (event) => {
  const box = boxOf(event.target);
  if (!box || event.isComposing) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(box, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") open(box, event);
  else if (event.key === "Escape") show(box, false);
});

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.getAttribute?.("role") !== "listbox") return;
  const box = document.querySelector(`input[aria-controls="${target.id}"]`);
  if (box) show(box, box === document.activeElement);
});

// Suggestions must not come after Enter: neither what is on its way nor what waits for a pause.
// Nothing is aborted: htmx tells the console of each abort as if it were an error.
document.addEventListener("submit", ({ target }) => {
  const box = target.querySelector('input[role="combobox"]');
  if (box) {
    box.dataset.sent = "";
    show(box, false);
  }
});
document.addEventListener("input", ({ target }) => {
  const box = boxOf(target);
  if (box) delete box.dataset.sent;
});
for (const name of ["htmx:confirm", "htmx:beforeOnLoad"]) {
  document.addEventListener(name, (event) => {
    if (event.target.dataset && "sent" in event.target.dataset) event.preventDefault();
  });
}
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const box = boxOf(target);
  if (box && !listOf(box).contains(relatedTarget)) show(box, false);
});
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.('[role="listbox"]')) event.preventDefault(); // keep focus in the box
});
