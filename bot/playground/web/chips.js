// <@1>, <@&2>, <#3>, </wallet give:4> and <t:5:R>: what a tag in a text stands for.

import { el, said, icon, visible } from "./dom.js";
import { timeNode } from "./time.js";
import * as store from "./store.js";
import { channelIcon } from "./channels.js";

const FURTHEST_SECONDS = 8.64e12; // where JavaScript's dates end

export function isKnownTag([, kind, id]) {
  return kind !== "t:" || Math.abs(Number(id)) <= FURTHEST_SECONDS;
}

/** The node for a tag: [all, kind, id, style]. */
export function chip([, kind, id, style]) {
  if (kind === "t:") return timeNode(Number(id) * 1000, style ?? "f", "moment");
  if (kind === "@" || kind === "@!") return personChip(id);
  if (kind === "@&") return roleChip(id);
  if (kind === "#") return channelChip(id);
  if (kind.startsWith("/")) return commandChip(kind.slice(1, -1), id);
  return el("span", { class: "emoji-name", title: kind }, kind.replace(/^a/, ""));
}

function personChip(id) {
  const person = store.person(id);
  const name = person ? `@${visible(person.name)}` : "@unknown person";
  // The menu on people is opened from here too; menus.js finds whom by data-person.
  const attributes = { class: "chip", type: "button", "data-person": person?.id, "aria-haspopup": "menu" };
  if (person?.id === store.state.me.id) attributes.class += " mine";
  return person ? el("button", attributes, el("bdi", {}, name)) : el("span", { class: "chip" }, name);
}

function roleChip(id) {
  const role = store.role(id);
  return el("span", { class: "chip" }, said(role ? `@${visible(role.name)}` : "@unknown role"));
}

function channelChip(id) {
  const channel = store.channel(id);
  if (!channel) return el("span", { class: "chip" }, "# unknown");
  const go = () => store.open(id);
  return el("button", { class: "chip", type: "button", onclick: go }, icon(channelIcon(channel)), said(channel.name));
}

function commandChip(name, id) {
  const command = store.command(id, name);
  const words = said(`/${name}`);
  if (!command) return el("span", { class: "chip" }, words);
  return el("button", { class: "chip", type: "button", onclick: () => store.tell("compose", { command }) }, words);
}
