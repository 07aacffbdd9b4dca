// An emoji on a button, an option or a tag. Custom ones have no picture here: their name stands for them.

import { el } from "./dom.js";

export function emoji(about) {
  const known = typeof about === "string" ? { name: about } : about;
  if (known.id) return el("span", { class: "emoji-name" }, `:${known.name}:`);
  return el("span", { class: "emoji", "aria-hidden": "true" }, known.name ?? "");
}
