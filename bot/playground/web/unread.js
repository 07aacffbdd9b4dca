// What each person has read, channel by channel: for the dots in the list and the line "New".

import { recall, remember } from "./memory.js";
import * as store from "./store.js";

let marks = JSON.parse(recall("read") ?? "{}"); // person id -> {channel id: id of the last message read}
let since = null; // everything older than the page itself counts as read

store.on("state", () => {
  if (since !== null) return;
  const ids = [...store.state.messages.values()].flat().map((message) => message.id);
  since = ids.reduce((newest, id) => (store.isNewer(id, newest) ? id : newest), "0");
});

function markOf(channelId) {
  return marks[store.state.me.id]?.[channelId] ?? since ?? "0";
}

function unreadIn(channelId) {
  const mark = markOf(channelId);
  const list = store.state.messages.get(channelId) ?? [];
  return list.filter((message) => message.author.id !== store.state.me.id && store.isNewer(message.id, mark));
}

/** null, "some" or "me": nothing new, something new, somebody means you. */
export function level(channelId) {
  const fresh = unreadIn(channelId);
  if (!fresh.length) return null;
  return fresh.some((message) => message.mentions_me) || store.channel(channelId)?.kind === "dm" ? "me" : "some";
}

export const firstUnread = (channelId) => unreadIn(channelId)[0]?.id ?? null;

export function read(channelId) {
  const last = store.state.messages.get(channelId)?.at(-1);
  if (!last || !store.isNewer(last.id, markOf(channelId))) return;
  marks = { ...marks, [store.state.me.id]: { ...marks[store.state.me.id], [channelId]: last.id } };
  remember("read", JSON.stringify(marks));
  store.tell("unread");
}
