// Joins the parts: who looks, what is shown, and what the keys do.

import { el, fill, icon } from "./dom.js";
import { refresh } from "./time.js";
import { Stream } from "./socket.js";
import { Log, announce } from "./log.js";
import { Forum } from "./forum.js";
import { Composer } from "./composer.js";
import { openModal } from "./modal.js";
import { setUpChannels } from "./channels.js";
import { setUpPeople } from "./people.js";
import { setUpMenus } from "./menus.js";
import { setUpPanel } from "./clock.js";
import { closeAll } from "./popover.js";
import { Drawers } from "./drawers.js";
import { drawHead } from "./head.js";
import { recall, remember } from "./memory.js";
import * as store from "./store.js";
import * as unread from "./unread.js";

const $ = (id) => document.getElementById(id);

const log = new Log();
const forum = new Forum();
const composer = new Composer($("composer"));
const drawers = new Drawers($("side"), $("panel"), $("main"), $("veil"));

setUpChannels($("channels"));
setUpPeople($("people"), become);
setUpMenus(become);
setUpPanel($("panel"));

// The messages are drawn after everybody else has heard of a change.
store.on("state", () => show(log.channelId !== store.state.channelId || log.reader !== store.state.me.id));
store.on("channel", ({ left }) => {
  remember("channel", store.state.channelId);
  drawers.close();
  closeAll();
  if (left && store.channel(left)) unread.read(left);
  show(true);
  if (matchMedia("(pointer: fine)").matches) composer.focus();
});
store.on("message", ({ message, how }) => heard(message, how));
store.on("press sent history people clock", () => redraw());
store.on("channels unread", () => store.here()?.kind === "forum" && forum.draw());
store.on("channels people connection", () => drawHead(drawers));
store.on("to-end", () => log.toEnd());
store.on("goto", (id) => log.goTo(id));
store.on("focus-last", () => log.last()?.focus());
store.on("modal", ({ modal, origin }) =>
  openModal(modal, () => (log.find(origin) ?? { focus: () => composer.focus() }).focus()),
);
store.on("notice", notice);
store.on("connection", connection);
setInterval(refresh, 1000);
setInterval(redraw, 10_000); // a deferred answer may have become hopeless

store.state.channelId = recall("channel");
const stream = new Stream({
  as: new URLSearchParams(location.search).get("as") ?? recall("as") ?? "Ada",
  onEvent: store.apply,
  onStatus: store.setConnected,
});

function become(personId) {
  remember("as", personId);
  drawers.close();
  closeAll();
  stream.become(personId);
}

function show(anew) {
  const channel = store.here();
  if (!channel) return;
  const view = channel.kind === "forum" ? forum : log;
  if (view.node.parentNode !== $("view")) fill($("view"), view.node);
  drawHead(drawers);
  log.reader = store.state.me.id;
  if (anew) view.open();
  else view.draw();
  if (view === log && document.hasFocus() && log.stuck) unread.read(channel.id);
}

function redraw() {
  if (store.here() && store.here().kind !== "forum" && log.channelId) log.draw();
}

function heard(message, how) {
  const own = message.author.id === store.state.me.id;
  if (how === "created" && !own) announce(message);
  if (how === "updated" && message.channel_id === store.state.channelId && !message.thinking) announce(message);
  if (message.channel_id === store.state.channelId) {
    log.draw();
    if (log.stuck && document.hasFocus()) unread.read(message.channel_id);
  } else if (store.here()?.kind === "forum") forum.draw();
  else if (store.channel(message.channel_id)?.parent_id === store.state.channelId) log.draw(); // a thread grew
}

window.addEventListener("focus", () => store.here() && log.stuck && unread.read(store.state.channelId));

// notices

let noticeTimer;
function notice(sentence) {
  clearTimeout(noticeTimer);
  const close = () => ($("notice").hidden = true);
  fill(
    $("notice"),
    icon("warn"),
    el("span", {}, sentence),
    el("button", { class: "icon-button", type: "button", "aria-label": "Close", onclick: close }, icon("close")),
  );
  $("notice").hidden = false;
  $("notice").dataset.kind = "notice";
  noticeTimer = setTimeout(close, 8000);
}

function connection() {
  document.body.classList.toggle("offline", !store.state.connected);
  const node = $("notice");
  if (store.state.connected) {
    if (node.dataset.kind === "connection") node.hidden = true;
    return;
  }
  clearTimeout(noticeTimer);
  fill(
    node,
    el("span", { class: "spinner" }),
    el("span", {}, "The playground doesn't answer. The page comes back by itself when it does."),
  );
  node.dataset.kind = "connection";
  node.hidden = false;
}

// keys that work everywhere

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  composer.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const entries = [...$("channels").querySelectorAll(".entry[data-channel]")];
    const at = entries.findIndex((entry) => entry.dataset.channel === store.state.channelId);
    const next = entries.at((at + (event.key === "ArrowDown" ? 1 : -1)) % entries.length);
    if (next) store.open(next.dataset.channel);
    return;
  }
  // Who begins to type means the message box.
  const free = !event.target.closest(
    "input, textarea, button, a, [role=button], [role=listbox], [role=menu], summary, pre, .command-name",
  );
  if (free && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey)
    composer.focus();
});
