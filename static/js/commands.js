// What one can do on this page, as a list of keys and as a palette. Loaded when first asked for.
//
// Both read the page: links of the menu (data-go), actions with a key (data-key) and pages that
// only the palette names (data-command).

const isVisible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const words = new Intl.Collator(document.documentElement.lang, { sensitivity: "base" });

function label(element) {
  const bare = element.cloneNode(true);
  for (const extra of bare.querySelectorAll("kbd, .count")) extra.remove();
  const text = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? bare.textContent;
  return text.replace(/\s+/g, " ").trim();
}

/** Every command here: what it is called, its key, and the element that is pressed. */
function commands() {
  const found = [];
  const add = (selector, key) => {
    for (const place of document.querySelectorAll(selector)) {
      const isUseless = place.disabled || !label(place) || place.closest("dialog");
      if (!isUseless) found.push({ text: label(place), key: key(place), place });
    }
  };
  add("[data-key]", (place) => place.dataset.key);
  add("[data-go]", (place) => `g ${place.dataset.go}`);
  add("[data-command]", () => "");
  return found.filter(({ place }) => isVisible(place) || !("key" in place.dataset));
}

function keycap(key) {
  const cap = document.createElement("kbd");
  cap.textContent = key;
  return cap;
}

/** Open the list of keys, with those of this page. */
export function keys() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("dl");
  for (const old of list.querySelectorAll("[data-found]")) old.remove();
  for (const part of list.querySelectorAll("[data-needs]")) {
    part.hidden = !document.querySelector(part.dataset.needs);
  }
  // Where several parts have one key, the first stands for them.
  const isFirst = ({ key }, at, all) => key && all.findIndex((each) => each.key === key) === at;
  for (const { text, key } of commands().filter(isFirst)) {
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    term.append(keycap(key));
    meaning.textContent = text;
    term.dataset.found = meaning.dataset.found = "";
    list.append(term, meaning);
  }
  dialog.showModal();
}

let offered = []; // the commands of the palette while it is open

/** The words typed, each at the beginning of a word of `text`, in any order. */
function fits(text, typed) {
  const parts = text.split(/[\s,–-]+/);
  const begins = (word) => parts.some((part) => !words.compare(part.slice(0, word.length), word));
  return typed.split(/\s+/).filter(Boolean).every(begins);
}

function option({ text, key, place }, at) {
  const line = document.createElement("li");
  line.id = `command-${at}`;
  line.role = "option";
  line.className = "command";
  line.append(text);
  if (key) line.append(keycap(key));
  line.addEventListener("click", () => run(place));
  return line;
}

function run(place) {
  document.getElementById("palette").close();
  place.click();
}

function choose(line) {
  const list = document.getElementById("commands");
  for (const each of list.children) each.setAttribute("aria-selected", String(each === line));
  document.getElementById("command").setAttribute("aria-activedescendant", line?.id ?? "");
  line?.scrollIntoView({ block: "nearest" });
}

/** Show the commands that fit what is typed; a search for it is always the last. */
function refill() {
  const list = document.getElementById("commands");
  const typed = document.getElementById("command").value.trim();
  const found = offered.filter(({ text }) => fits(text, typed));
  if (typed && document.getElementById("q")) {
    found.push({ text: list.dataset.find.replace("%s", typed), key: "", place: finder(typed) });
  }
  list.replaceChildren(...found.map(option));
  document.getElementById("no-command").hidden = found.length > 0;
  choose(list.firstElementChild);
}

/** Something to press that sends `typed` through the search box, by POST as always. */
function finder(typed) {
  const search = document.createElement("button");
  search.addEventListener("click", () => {
    const box = document.getElementById("q");
    box.value = typed;
    box.form.requestSubmit();
  });
  return search;
}

function typedKey(event) {
  const lines = [...document.getElementById("commands").children];
  const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.isComposing || !lines.length) return;
  if (by) choose(lines[(at + by + lines.length) % lines.length]);
  else if (event.key === "Enter") lines[at]?.click();
  else return;
  event.preventDefault();
}

/** Open the palette with everything that can be done here. */
export function palette() {
  const box = document.getElementById("command");
  offered = commands();
  box.value = "";
  box.oninput = refill;
  box.onkeydown = typedKey;
  refill();
  document.getElementById("palette").showModal();
}
