// Signals of what changed. One tab of a browser holds the stream and tells the others; whoever
// holds the lock is it. Elements name what they follow: hx-trigger="c360:queue from:body".

const PAUSED_MS = 60_000;
const POLL_MS = 30_000;
const SILENT_MS = 45_000; // the server sends something every 15 s
const HOLD_MS = 2_000; // the same signal again within this time is passed on at its end
const HOLD_REFRESH_MS = 30_000; // comes in rows while very much changes at once
const LONGEST_MS = 30_000;
const MOST = 50;
const address = document.body.dataset.live;
const me = Math.random().toString(36).slice(2);
// Without a secure context there are no locks: each tab has a stream while it can be seen.
const channel = navigator.locks && new BroadcastChannel("c360-live");

const wanted = new Map(); // in the tab that leads: tab to topics
const held = new Map(); // signal to whether it came again
let leads = false;
let source = null;
let asked = [];
let last = ""; // the id heard last, also by those who follow: one of them may lead next
let tries = 0;
let wasRefused = false;
let opening, silence, pause, poll;

function topics() {
  const places = [...document.querySelectorAll('[hx-trigger*="c360:"]')];
  const named = places.flatMap((place) =>
    [...place.getAttribute("hx-trigger").matchAll(/c360:([\w:-]+)/g)].map(([, topic]) => topic));
  return [...new Set(named)].filter((topic) => topic !== "refresh");
}

const dispatch = (signal) => document.body.dispatchEvent(new CustomEvent(`c360:${signal}`));

function pass(signal) {
  if (held.has(signal)) {
    held.set(signal, true);
    return;
  }
  held.set(signal, false);
  dispatch(signal);
  setTimeout(() => {
    const again = held.get(signal);
    held.delete(signal);
    if (again) pass(signal);
  }, signal === "refresh" ? HOLD_REFRESH_MS : HOLD_MS);
}

function isUp() {
  clearTimeout(pause);
  pause = 0;
  if (!poll) return;
  clearInterval(poll);
  poll = 0;
  document.getElementById("live").hidden = true;
  dispatch("refresh");
}

function isDown() {
  pause ||= setTimeout(() => {
    document.getElementById("live").hidden = false;
    poll = setInterval(dispatch, POLL_MS, "refresh");
  }, PAUSED_MS);
}

function hear({ signal, up, id }) {
  if (id) last = id;
  if (signal) pass(signal);
  if (up === true) isUp();
  if (up === false) isDown();
}

function share(message) {
  channel?.postMessage(message);
  hear(message);
}

function lost() {
  const isRefused = source.readyState === EventSource.CLOSED;
  stop();
  if (isRefused && !wasRefused) share({ signal: "refresh" }); // signed out: pages go to sign in
  wasRefused = isRefused;
  share({ up: false });
  tries += 1;
  openIn(Math.min(LONGEST_MS, 1000 * 2 ** tries) * (0.5 + Math.random() / 2));
}

function stop() {
  clearTimeout(opening);
  clearTimeout(silence);
  source?.close();
  source = null;
}

function openIn(milliseconds) {
  clearTimeout(opening);
  opening = setTimeout(open, milliseconds);
}

function note({ lastEventId, data, type }) {
  clearTimeout(silence);
  silence = setTimeout(lost, SILENT_MS);
  if (type === "hello") {
    tries = 0;
    wasRefused = false;
    share({ up: true, id: lastEventId });
  }
  if (type === "message") share({ signal: data, id: lastEventId });
}

function open() {
  stop();
  asked = [...new Set([...wanted.values()].flat())].slice(-MOST);
  if (!asked.length) return;
  const query = new URLSearchParams(asked.map((topic) => ["on", topic]));
  if (last) query.set("after", last);
  source = new EventSource(`${address}?${query}`);
  for (const type of ["hello", "beat", "message"]) source.addEventListener(type, note);
  source.addEventListener("error", lost);
}

function take({ from, want }) {
  wanted.delete(from); // what was named last comes last
  if (want.length) wanted.set(from, want);
  if (!want.every((topic) => asked.includes(topic))) openIn(100);
  else if (source?.readyState === EventSource.OPEN) channel?.postMessage({ up: true, id: last });
}

function want() {
  const message = { from: me, want: topics() };
  if (message.want.length) isDown(); // until somebody says that it is up
  if (leads) take(message);
  else channel?.postMessage(message);
}

function lead() {
  leads = true;
  channel?.postMessage({ who: true });
  want();
}

if (channel) {
  channel.addEventListener("message", ({ data }) => {
    if (data.who) want();
    else if (data.want) leads && take(data);
    else hear(data);
  });
  addEventListener("pagehide", () => leads || channel.postMessage({ from: me, want: [] }));
  navigator.locks.request("c360-live", () => (lead(), new Promise(() => {})));
  if (!leads) want();
} else {
  const follow = () => (document.hidden ? stop() : (asked = [], lead()));
  document.addEventListener("visibilitychange", follow);
  follow();
}

let known = String(topics());
document.addEventListener("htmx:afterSettle", () => {
  if (known === (known = String(topics()))) return;
  want();
});

// A page that asks by itself must not keep anybody signed in.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.triggeringEvent?.type.startsWith("c360:")) detail.headers["X-Unasked"] = "1";
});
