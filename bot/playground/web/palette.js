// Which commands what was typed after "/" may mean.

import * as store from "./store.js";

/** "/wal gi" finds "/wallet give"; names that begin so stand first, then words within, then descriptions. */
export function findCommands(commands, written) {
  const words = written.slice(1).toLowerCase().split(/\s+/).filter(Boolean);
  const slash = commands.filter((command) => command.kind === "slash");
  const ranked = slash.map((command) => [rank(command, words), command]).filter(([value]) => value < 4);
  return ranked
    .sort(([one, a], [other, b]) => one - other || a.name.localeCompare(b.name))
    .map(([, command]) => command);
}

function rank(command, words) {
  const parts = command.name.slice(1).toLowerCase().split(" ");
  if (!words.length) return 0;
  if (words.length <= parts.length && words.every((word, at) => parts[at].startsWith(word))) return 0;
  if (words.every((word) => parts.some((part) => part.startsWith(word)))) return 1;
  if (words.every((word) => command.name.includes(word))) return 2;
  return words.every((word) => command.description.toLowerCase().includes(word)) ? 3 : 4;
}

export const commandCalled = (commands, name) =>
  commands.find((command) => command.kind === "slash" && command.name === name) ?? null;

export const commandEntry = (command) => ({
  key: command.name,
  command,
  label: command.name,
  description: command.description,
});

/** Entries of the menu on a message or on a person. */
export const menuCommands = (kind) => store.state.commands.filter((command) => command.kind === kind);
