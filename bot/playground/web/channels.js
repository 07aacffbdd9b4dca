// The list of channels, with threads and posts under theirs, and dots for what is new.

import { el, icon, fill, said, plain, visible, walkable } from "./dom.js";
import * as store from "./store.js";
import * as acts from "./acts.js";
import * as unread from "./unread.js";

const ICONS = { text: "hash", announcement: "megaphone", forum: "forum", thread: "thread", dm: "at" };
const THREADS_SHOWN = 6;

export const channelIcon = (channel) => (channel.locked ? "lock" : ICONS[channel.kind]);

export function channelTitle(channel) {
  return said(channel.name);
}

export function drawChannels(root) {
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
  const all = [...store.state.channels.values()];
  const places = all
    .filter((channel) => !["thread", "dm"].includes(channel.kind))
    .sort((a, b) => a.position - b.position);
  const entries = places.flatMap((place) => [entry(place), ...threadsOf(place).map(entry)]);
  const talk = all.find((channel) => channel.kind === "dm");
  fill(
    root,
    el("h2", { id: "channels-title" }, said(store.state.guild.name)),
    el("div", { class: "list", "aria-labelledby": "channels-title", role: "group" }, entries),
    el("h2", { id: "dm-title" }, "Direct messages"),
    el("div", { class: "list", "aria-labelledby": "dm-title", role: "group" }, talk ? entry(talk) : newTalk()),
  );
  if (focused) root.querySelector(`[data-channel="${focused}"]`)?.focus();
}

export function setUpChannels(root) {
  walkable(root, ".entry");
  const draw = () => store.state.ready && drawChannels(root);
  store.on("state channels channel unread people", draw);
  store.on("message", ({ message }) => {
    // A redraw for each message of the open channel would be work for nothing.
    if (message.channel_id !== store.state.channelId) draw();
  });
}

/** The newest threads that are open, the one we are in, and those with news. */
export function threadsOf(place) {
  const threads = [...store.state.channels.values()].filter(
    (channel) => channel.parent_id === place.id && channel.kind === "thread",
  );
  threads.sort((a, b) => (store.isNewer(newest(a), newest(b)) ? -1 : 1));
  const kept = threads.filter((thread) => !thread.archived).slice(0, THREADS_SHOWN);
  return threads.filter(
    (thread) => kept.includes(thread) || thread.id === store.state.channelId || unread.level(thread.id),
  );
}

export const newest = (channel) => store.state.messages.get(channel.id)?.at(-1)?.id ?? channel.id;

function entry(channel) {
  const open = channel.id === store.state.channelId;
  const news = open ? null : unread.level(channel.id);
  const nested = channel.kind === "thread" ? " nested" : "";
  return el(
    "button",
    {
      class: `entry${nested}${open ? " on" : ""}${news ? " news" : ""}`,
      type: "button",
      "data-channel": channel.id,
      title: nested ? plain(channel.name) : null,
      "aria-current": open ? "page" : null,
      onclick: () => store.open(channel.id),
    },
    icon(channelIcon(channel)),
    el("bdi", { class: "cut" }, visible(channel.name)),
    news
      ? el(
          "span",
          { class: `dot ${news}` },
          el("span", { class: "unseen" }, news === "me" ? "new, for you" : "new messages"),
        )
      : null,
  );
}

function newTalk() {
  return el(
    "button",
    { class: "entry", type: "button", onclick: acts.talkToBot },
    icon("at"),
    said(store.bot().name),
  );
}
