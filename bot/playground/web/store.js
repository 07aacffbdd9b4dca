// Everything the page knows, as the person it looks through sees it. Views listen; only this file writes.

import { setClock, now } from "./time.js";

export const state = {
  connected: false,
  ready: false,
  me: null,
  guild: null,
  people: new Map(),
  channels: new Map(),
  commands: [],
  messages: new Map(), // channel id -> messages, oldest first
  complete: new Set(), // channels whose first message is here
  clock: null,
  bot: null,
  channelId: null,
  typing: new Map(), // channel id -> {person id: until}
};

const listeners = new Map();

/** on("message channel", draw): called after each such change. */
export function on(names, listener) {
  for (const name of names.split(" ")) listeners.set(name, [...(listeners.get(name) ?? []), listener]);
}

export function tell(name, detail) {
  for (const listener of listeners.get(name) ?? []) listener(detail);
}

const byId = (entries) => new Map(entries.map((entry) => [entry.id, entry]));
const PAGE = 50;

const handlers = {
  state(event) {
    const sameReader = state.me?.id === event.me.id;
    state.me = event.me;
    state.guild = event.guild;
    state.people = byId(event.people);
    state.channels = byId(event.channels);
    state.commands = event.commands;
    state.messages = new Map(Object.entries(event.messages));
    state.complete = new Set(
      event.channels.filter((c) => (event.messages[c.id] ?? []).length < PAGE).map((c) => c.id),
    );
    state.typing.clear();
    state.clock = event.clock;
    state.bot = event.bot;
    state.ready = true;
    setClock(event.clock);
    tell("state", { sameReader });
    if (!state.channels.has(state.channelId)) open(firstChannel());
  },
  message_created({ message }) {
    const list = messagesOf(message.channel_id);
    if (list.some((known) => known.id === message.id)) return replace(message);
    list.push(message);
    state.typing.get(message.channel_id)?.delete(message.author.id);
    tell("message", { message, how: "created" });
  },
  message_updated: ({ message }) => replace(message),
  message_deleted({ id, channel_id }) {
    const list = messagesOf(channel_id);
    const at = list.findIndex((message) => message.id === id);
    if (at < 0) return;
    const [message] = list.splice(at, 1);
    tell("message", { message, how: "deleted" });
  },
  channel_created({ channel }) {
    state.complete.add(channel.id);
    keepChannel(channel);
  },
  channel_updated: ({ channel }) => keepChannel(channel),
  channel_deleted({ id }) {
    const parent = state.channels.get(id)?.parent_id;
    state.channels.delete(id);
    state.messages.delete(id);
    tell("channels");
    if (state.channelId === id) open(state.channels.has(parent) ? parent : firstChannel());
  },
  typing({ channel_id, person_id }) {
    if (person_id === state.me.id) return;
    if (!state.typing.has(channel_id)) state.typing.set(channel_id, new Map());
    state.typing.get(channel_id).set(person_id, performance.now() + 10_000);
    tell("typing");
  },
  people({ people }) {
    state.people = byId(people);
    tell("people");
  },
  guild({ guild }) {
    state.guild = guild;
    tell("people");
  },
  commands({ commands }) {
    state.commands = commands;
    tell("commands");
  },
  clock({ clock }) {
    state.clock = clock;
    setClock(clock);
    tell("clock");
  },
  bot({ bot }) {
    state.bot = bot;
    tell("bot");
  },
};

/** One event of the websocket. What this page doesn't know of is none of its business. */
export function apply(event) {
  if (event.type !== "state" && !state.ready) return;
  handlers[event.type]?.(event);
}

function keepChannel(channel) {
  state.channels.set(channel.id, channel);
  tell("channels");
}

function replace(message) {
  const list = messagesOf(message.channel_id);
  const at = list.findIndex((known) => known.id === message.id);
  if (at < 0) return;
  list[at] = message;
  tell("message", { message, how: "updated" });
}

export function setConnected(connected) {
  state.connected = connected;
  tell("connection");
}

export function messagesOf(channelId) {
  if (!state.messages.has(channelId)) state.messages.set(channelId, []);
  return state.messages.get(channelId);
}

/** Older messages, just read from the history. */
export function prepend(channelId, older) {
  const list = messagesOf(channelId);
  const known = new Set(list.map((message) => message.id));
  state.messages.set(channelId, [...older.filter((message) => !known.has(message.id)), ...list]);
  if (older.length < PAGE) state.complete.add(channelId);
  tell("history", { channelId });
}

// where we are

export function open(channelId) {
  if (!state.channels.has(channelId)) return;
  const left = state.channelId;
  state.channelId = channelId;
  tell("channel", { left });
}

export const here = () => state.channels.get(state.channelId) ?? null;

function firstChannel() {
  return [...state.channels.values()].find((channel) => channel.kind === "text")?.id ?? [...state.channels.keys()][0];
}

// finding things

export const person = (id) => state.people.get(id) ?? null;
export const role = (id) => state.guild.roles.find((found) => found.id === id) ?? null;
export const channel = (id) => state.channels.get(id) ?? null;
export const command = (id, name) =>
  state.commands.find((found) => found.id === id && found.name === `/${name}`) ?? null;
export const bot = () => [...state.people.values()].find((found) => found.bot) ?? { name: "Crux", color: "#4655d4" };
export const members = () => [...state.people.values()].filter((found) => found.in_guild && !found.bot);
export const everybody = () => [...state.people.values()].filter((found) => found.in_guild);
export const myself = () => person(state.me.id);
export const mayModerate = () => ["owner", "moderator"].includes(myself()?.kind);

/** How many messages a thread holds besides the one it hangs on. */
export function countIn(thread) {
  const here = (state.messages.get(thread.id) ?? []).filter(
    (message) => !message.ephemeral && message.id !== thread.id,
  );
  return Math.max(here.length, (state.channels.get(thread.id) ?? thread).message_count ?? 0);
}

/** The author of a message with the colour and the name that the page knows them by. */
export function author(message) {
  const known = person(message.author.id);
  return (
    known ?? {
      id: message.author.id,
      name: message.author.global_name ?? message.author.username,
      bot: message.author.bot,
    }
  );
}

/** Who is typing in a channel right now; a note older than ten seconds no longer counts. */
export function typingIn(channelId) {
  const notes = [...(state.typing.get(channelId) ?? [])].filter(([, until]) => until > performance.now());
  return notes.map(([id]) => person(id)?.name).filter(Boolean);
}

/** Ids are numbers of up to twenty digits, too long for a JavaScript number. */
export function isNewer(one, other) {
  return one.length === other.length ? one > other : one.length > other.length;
}

const TOKEN_MS = 15 * 60_000;

/** A deferred answer that can't come any more. */
export const gaveUp = (message) => message.thinking && now() - Date.parse(message.timestamp) > TOKEN_MS;
