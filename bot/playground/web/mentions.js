// "@Bo" and "#predictions" while writing: offered as they are typed, sent as Discord's tags.

import { personEntry, roleEntry, channelEntry, filtered } from "./entities.js";
import * as store from "./store.js";

const channels = () => [...store.state.channels.values()].filter((channel) => channel.kind !== "dm");

/** The mention that ends at the cursor: {sign, written, start}, or null. */
export function mentionAt(text, cursor) {
  const found = /(?:^|\s)([@#])([\p{L}\p{N}_-]{0,30})$/u.exec(text.slice(0, cursor));
  return found && { sign: found[1], written: found[2], start: cursor - found[2].length - 1 };
}

export function mentionEntries({ sign, written }) {
  const entries =
    sign === "#"
      ? channels().map(channelEntry)
      : [...store.everybody().map(personEntry), ...store.state.guild.roles.map(roleEntry)];
  const found = filtered(entries, written);
  // Typed out in full: Enter should send, not choose.
  return found.length === 1 && found[0].label.replace(/^[@#]/, "") === written ? [] : found.slice(0, 8);
}

export function withMentions(text) {
  const tags = [
    ...store.everybody().map((person) => [`@${person.name}`, `<@${person.id}>`]),
    ...store.state.guild.roles.map((role) => [`@${role.name}`, `<@&${role.id}>`]),
    ...channels().map((channel) => [`#${channel.name}`, `<#${channel.id}>`]),
  ].filter(([written]) => written.trim().length > 1);
  tags.sort(([one], [other]) => other.length - one.length); // "@Bob" before "@Bo"
  return tags.reduce((sofar, [written, tag]) => replaceWhole(sofar, written, tag), text);
}

function replaceWhole(text, written, tag) {
  const pattern = new RegExp(
    `(^|[\\s(])${RegExp.escape?.(written) ?? written.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}_])`,
    "gu",
  );
  return text.replace(pattern, (_, before) => before + tag);
}
