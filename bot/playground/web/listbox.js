// The list behind every choice: a select in a message or a form, a command's options, the commands themselves.

import { el, newId } from "./dom.js";

/**
 * entries: [{key, label, description, before}]; `active` moves with the arrow keys while the focus stays in the input,
 * as aria-activedescendant wants it.
 */
export class Listbox {
  constructor({ label, multi = false, onPick, onActive = () => {} }) {
    this.node = el("div", { class: "listbox", role: "listbox", id: newId("list"), "aria-label": label });
    if (multi) this.node.setAttribute("aria-multiselectable", "true");
    Object.assign(this, { onPick, onActive, entries: [], active: -1, chosen: new Set(), input: null });
    // Pressing an entry must not take the focus out of the input.
    this.node.addEventListener("pointerdown", (event) => event.preventDefault());
    this.node.addEventListener("pointermove", (event) => {
      const at = this.indexOf(event.target);
      if (at >= 0 && at !== this.active) this.activate(at, { scroll: false });
    });
    this.node.addEventListener("click", (event) => {
      const at = this.indexOf(event.target);
      if (at >= 0) this.pick(at);
    });
  }

  /** The element that keeps the focus: an input, or the list itself. */
  attach(input) {
    this.input = input;
    input.setAttribute("aria-controls", this.node.id);
    return this;
  }

  show(entries, { active = -1, chosen = new Set(), empty = null } = {}) {
    this.entries = entries;
    this.chosen = chosen;
    this.node.replaceChildren(...entries.map((entry) => this.option(entry)));
    if (!entries.length && empty) this.node.append(el("div", { class: "empty" }, empty));
    this.activate(Math.min(active, entries.length - 1));
  }

  option(entry) {
    const picked = this.chosen.has(entry.key);
    return el(
      "div",
      {
        role: "option",
        id: newId("option"),
        class: "option",
        "aria-selected": picked ? "true" : "false",
        "data-key": entry.key,
      },
      entry.before ?? null,
      el(
        "span",
        { class: "option-text" },
        el("bdi", { class: "option-label" }, entry.label),
        entry.description ? el("bdi", { class: "option-about" }, entry.description) : null,
      ),
      entry.after ?? null,
    );
  }

  indexOf(target) {
    const node = target.closest?.("[role=option]");
    return node ? [...this.node.querySelectorAll("[role=option]")].indexOf(node) : -1;
  }

  activate(at, { scroll = true } = {}) {
    const options = this.node.querySelectorAll("[role=option]");
    options[this.active]?.classList.remove("active");
    this.active = at;
    const node = options[at];
    node?.classList.add("active");
    if (scroll) node?.scrollIntoView({ block: "nearest" });
    if (node) this.input?.setAttribute("aria-activedescendant", node.id);
    else this.input?.removeAttribute("aria-activedescendant");
    this.onActive(this.entries[at] ?? null);
  }

  pick(at = this.active) {
    const entry = this.entries[at];
    if (entry) this.onPick(entry);
    return Boolean(entry);
  }

  /** Arrow keys; true where the key was meant for the list. */
  key(event) {
    const count = this.entries.length;
    if (!count) return false;
    const moves = { ArrowDown: (this.active + 1) % count, ArrowUp: this.active <= 0 ? count - 1 : this.active - 1 };
    moves.PageDown = Math.min(this.active + 8, count - 1);
    moves.PageUp = Math.max(this.active - 8, 0);
    if (!(event.key in moves)) return false;
    event.preventDefault();
    this.activate(moves[event.key]);
    return true;
  }
}
