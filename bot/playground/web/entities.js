// People, roles and channels as entries of a list.

import { face, icon, el, colour, visible } from "./dom.js";
import * as store from "./store.js";
import { channelIcon } from "./channels.js";

const TYPES = { text: 0, dm: 1, announcement: 5, thread: 11, forum: 15 };

export const personEntry = (person) => ({
  key: person.id,
  label: visible(person.name),
  description: person.bot ? "app" : person.kind,
  before: face(person),
});

export const roleEntry = (role) => ({
  key: role.id,
  label: `@${visible(role.name)}`,
  description: "role",
  before: el("span", {
    class: "role-dot",
    style: { "--role": role.color ? colour(role.color) : "currentColor" },
    "aria-hidden": "true",
  }),
});

export const channelEntry = (channel) => ({
  key: channel.id,
  label: visible(channel.name),
  before: icon(channelIcon(channel)),
});

/** Entries for an option or a select of this kind: user, role, mentionable, channel. */
export function entitiesFor(kind, channelTypes = []) {
  if (kind === "user") return store.everybody().map(personEntry);
  if (kind === "role") return store.state.guild.roles.map(roleEntry);
  if (kind === "mentionable")
    return [...store.everybody().map(personEntry), ...store.state.guild.roles.map(roleEntry)];
  return [...store.state.channels.values()]
    .filter(
      (channel) => channel.kind !== "dm" && (!channelTypes.length || channelTypes.includes(TYPES[channel.kind])),
    )
    .map(channelEntry);
}

/** "bo", "@Bo" and "#predictions" all find their entry; better matches stand first. */
export function filtered(entries, written) {
  const wanted = bare(written);
  if (!wanted) return entries;
  const ranked = entries.map((entry) => [rank(bare(entry.label), wanted), entry]);
  return ranked
    .filter(([value]) => value < 3)
    .sort(([one], [other]) => one - other)
    .map(([, entry]) => entry);
}

export const exactly = (entries, written) => entries.find((entry) => bare(entry.label) === bare(written)) ?? null;

const bare = (text) => text.trim().toLowerCase().replace(/^[@#]/, "");

function rank(label, wanted) {
  if (label === wanted) return 0;
  if (label.startsWith(wanted)) return 1;
  return label.includes(wanted) ? 2 : 3;
}
