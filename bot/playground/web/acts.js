// What the person does, sent to the playground; and what the page shows until the bot has answered.

import { post, Refused } from "./socket.js";
import * as store from "./store.js";
import { newId } from "./dom.js";

/** "person:message:custom id" -> {busy} or {error}; a whole message waits while one of its parts does, as on Discord. */
const presses = new Map();

/**
 * Commands sent and not answered, or failed: [{key, channelId, personId, what, after, error}]. `after` is the newest
 * message of the moment they were sent.
 */
let sent = [];

/** What was chosen in a select, until the bot changes the message. */
const choices = new Map();

const part = (messageId, customId = "") => `${store.state.me.id}:${messageId}:${customId}`;
export const pressOf = (messageId, customId) => presses.get(part(messageId, customId)) ?? {};
export const choiceOf = (messageId, customId) => choices.get(part(messageId, customId));
export const sentIn = (channelId) =>
  sent.filter((entry) => entry.channelId === channelId && entry.personId === store.state.me.id);

const pressesOn = (messageId) => [...presses].filter(([key]) => key.startsWith(part(messageId)));

export const isBusy = (messageId) => pressesOn(messageId).some(([, press]) => press.busy);
export const failureOf = (messageId) => pressesOn(messageId).find(([, press]) => press.error)?.[1].error ?? null;

store.on("message", ({ message, how }) => {
  if (how === "created") return arrived(message);
  for (const table of [choices, presses]) {
    for (const [key, value] of table) if (key.startsWith(part(message.id)) && !value.busy) table.delete(key);
  }
});

/** The answer is often here before the playground has said that there is one: the note "Sending…" goes at once. */
function arrived({ used, channel_id }) {
  const answers = (entry) =>
    entry.what === used?.what && entry.personId === used.person_id && entry.channelId === channel_id;
  const at = sent.findIndex((entry) => !entry.error && answers(entry));
  if (at >= 0) sent = sent.toSpliced(at, 1);
}

store.on("state", () => {
  for (const [key, press] of presses) if (!press.busy) presses.delete(key);
});

const as = () => store.state.me.id;

// buttons and selects

export function click(message, customId) {
  return press(message, customId, () => post("click", { as: as(), message: message.id, button: customId }));
}

export function choose(message, customId, values) {
  choices.set(part(message.id, customId), values);
  return press(message, customId, () => post("select", { as: as(), message: message.id, select: customId, values }));
}

async function press(message, customId, send) {
  if (isBusy(message.id)) return;
  for (const [key] of pressesOn(message.id)) presses.delete(key);
  const key = part(message.id, customId);
  presses.set(key, { busy: true });
  store.tell("press", message.id);
  const error = await outcome(send(), `${message.id}:${customId}`);
  if (error) presses.set(key, { error });
  else presses.delete(key);
  store.tell("press", message.id);
}

/** The error to show, or null. A form that the bot asks for is opened. */
async function outcome(answering, origin) {
  const reader = as();
  try {
    const { answer } = await answering;
    if (answer.kind === "failed") return answer.error;
    if (answer.kind === "modal" && as() === reader) store.tell("modal", { modal: answer.modal, origin });
    return null;
  } catch (refused) {
    if (refused instanceof Refused) return refused.message;
    throw refused;
  }
}

// commands

/** `onRefused(sentence)` where the playground did not even pass it on: the person can mend it. */
export function run(command, options, onRefused) {
  const body = { as: as(), channel: store.state.channelId, command: command.name, options };
  return send(command.name, () => post("run", body), onRefused);
}

/** target: {message} or {user}, an id. */
export function menu(command, target) {
  const body = { as: as(), channel: store.state.channelId, command: command.name, ...target };
  return send(command.name, () => post("menu", body));
}

async function send(what, act, onRefused) {
  const channelId = store.state.channelId;
  const after = store.messagesOf(channelId).at(-1)?.id ?? "0";
  const entry = { key: newId("sent"), channelId, personId: as(), what, after, error: null };
  sent.push(entry);
  store.tell("sent");
  try {
    const error = await outcome(
      act().catch((refused) => (onRefused ? refuse(refused) : Promise.reject(refused))),
      "composer",
    );
    if (error) entry.error = error;
    else forget(entry.key);
  } catch (refused) {
    forget(entry.key);
    if (!(refused instanceof Unsent)) throw refused;
    onRefused(refused.message);
  }
  store.tell("sent");
}

class Unsent extends Error {}

function refuse(refused) {
  throw refused instanceof Refused ? new Unsent(refused.message) : refused;
}

export function forget(key) {
  sent = sent.filter((entry) => entry.key !== key);
  store.tell("sent");
}

export async function suggestions(command, options, focused) {
  const body = { as: as(), channel: store.state.channelId, command: command.name, options, focused };
  const { choices: found, answer } = await post("autocomplete", body);
  if (answer?.kind === "failed") throw new Refused("Loading options failed");
  return found;
}

// forms

/** null when it went well, else what to show in the form. */
export function submit(modal, fields) {
  return outcome(post("submit", { as: as(), modal: modal.interaction, fields }), "composer");
}

// without the bot

export const say = (content, replyTo) =>
  post("say", { as: as(), channel: store.state.channelId, content, ...(replyTo ? { reply_to: replyTo } : {}) });

export const dismiss = (messageId) => quietly(post("dismiss", { as: as(), message: messageId }));
export const remove = (messageId) => quietly(post("delete", { as: as(), message: messageId }));

export async function talkToBot() {
  const told = await quietly(post("dm", { as: as() }));
  if (!told) return;
  store.apply({
    type: store.channel(told.channel.id) ? "channel_updated" : "channel_created",
    channel: told.channel,
  });
  store.open(told.channel.id);
}

/** For what has no place of its own to show a refusal: a line at the top. */
export async function quietly(asking) {
  try {
    return await asking;
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    store.tell("notice", refused.message);
    return null;
  }
}
