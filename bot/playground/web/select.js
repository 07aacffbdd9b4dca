// A select: a button that opens a list. In messages a choice is sent when the list closes, in forms it is only kept.

import { el, icon, newId, spinner, visible } from "./dom.js";
import { Listbox } from "./listbox.js";
import { openOver } from "./popover.js";
import { entitiesFor, filtered } from "./entities.js";
import { emoji } from "./emoji.js";

const KINDS = { 5: "user", 6: "role", 7: "mentionable", 8: "channel" };
const FILTER_FROM = 8; // entries; fewer are seen at a glance

export function entriesOf(component) {
  if (component.type !== 3) return entitiesFor(KINDS[component.type], component.channel_types);
  return component.options.map((option) => ({
    key: option.value,
    label: visible(option.label),
    description: option.description,
    before: option.emoji ? emoji(option.emoji) : null,
  }));
}

export function defaultsOf(component) {
  if (component.type === 3) return component.options.filter((option) => option.default).map((option) => option.value);
  return (component.default_values ?? []).map((value) => value.id);
}

export function limitsOf(component) {
  const most = component.max_values ?? 1;
  return { least: component.required === false ? 0 : (component.min_values ?? 1), most };
}

/**
 * about: {chosen, onChoose(values), busy, blocked, key, label, labelledBy, within}; `onChoose` is called once, when the
 * choosing is over and the values differ from before.
 */
export function select(component, about) {
  const entries = entriesOf(component);
  const names = entries.filter((entry) => about.chosen.includes(entry.key)).map((entry) => entry.label);
  const placeholder = component.placeholder || "Make a choice";
  const open = () => !about.blocked && new OpenList(button, component, entries, { label: placeholder, ...about });
  const openByArrow = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open();
  };
  const valueId = newId("value");
  const button = el(
    "button",
    {
      class: `select${names.length ? " chosen" : ""}`,
      type: "button",
      "data-key": about.key,
      "data-custom-id": component.custom_id,
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-labelledby": about.labelledBy ? `${about.labelledBy} ${valueId}` : null,
      "aria-busy": about.busy ? "true" : null,
      "aria-disabled": about.blocked ? "true" : null,
      disabled: component.disabled,
      onclick: open,
      onkeydown: openByArrow,
    },
    el("bdi", { class: "select-value", id: valueId }, names.length ? names.join(", ") : placeholder),
    about.busy ? spinner() : icon("down"),
  );
  return button;
}

/** The list while it is open. Escape leaves everything as it was; any other way out keeps what was chosen, if it fits. */
class OpenList {
  constructor(button, component, entries, { chosen, onChoose, label, within }) {
    Object.assign(this, limitsOf(component), { button, entries, shown: entries, onChoose, typed: "", typedAt: 0 });
    this.multi = this.most > 1;
    this.picked = new Set(chosen);
    this.before = [...chosen].sort().join("\n");
    this.list = new Listbox({ label, multi: this.multi, onPick: (entry) => this.pick(entry) });
    this.filter = component.type !== 3 || entries.length >= FILTER_FROM ? this.makeFilter(label) : null;
    // What keeps the focus: the filter, or the list itself.
    this.holder = this.filter ?? this.list.node;
    this.holder.tabIndex = 0;
    this.list.attach(this.holder);
    this.done = el("button", { class: "button primary", type: "button", onclick: () => this.finish() }, "Done");
    this.count = el("span", { class: "count" });
    const foot = this.multi ? el("div", { class: "over-foot" }, this.count, this.done) : null;
    const body = el(
      "div",
      { class: "select-list", onkeydown: (event) => this.key(event) },
      this.filter,
      this.list.node,
      foot,
    );
    const first = entries.findIndex((entry) => this.picked.has(entry.key));
    this.draw(Math.max(0, first));
    button.setAttribute("aria-expanded", "true");
    this.close = openOver(body, button, { onClose: (byEscape) => this.closed(byEscape), within });
    this.holder.focus({ preventScroll: true });
  }

  makeFilter(label) {
    const search = () => {
      this.shown = filtered(this.entries, this.filter.value);
      this.draw(0);
    };
    return el("input", {
      class: "filter",
      type: "text",
      placeholder: "Search",
      role: "combobox",
      "aria-label": `Search: ${label}`,
      "aria-expanded": "true",
      autocomplete: "off",
      oninput: search,
    });
  }

  draw(active) {
    const marked = this.shown.map((entry) => ({
      ...entry,
      after: this.picked.has(entry.key) ? icon("check") : null,
    }));
    this.list.show(marked, { active, chosen: this.picked, empty: "Nothing matches" });
    const wanted = this.least === this.most ? this.most : `${this.least} to ${this.most}`;
    this.count.textContent = `${this.picked.size} of ${wanted} chosen`;
    this.done.disabled = !this.fits();
  }

  fits() {
    return this.picked.size >= this.least && this.picked.size <= this.most;
  }

  pick({ key }) {
    const was = this.picked.has(key);
    if (!this.multi) this.picked.clear();
    if (was && (this.multi || this.least === 0)) this.picked.delete(key);
    else if (this.picked.size < this.most) this.picked.add(key);
    if (this.multi) this.draw(this.shown.findIndex((entry) => entry.key === key));
    else this.finish();
  }

  finish() {
    this.button.focus({ preventScroll: true });
    this.close(false);
  }

  closed(byEscape) {
    this.button.setAttribute("aria-expanded", "false");
    if (byEscape) return this.button.focus({ preventScroll: true });
    const values = this.entries.map((entry) => entry.key).filter((key) => this.picked.has(key));
    return this.fits() && [...values].sort().join("\n") !== this.before && this.onChoose(values);
  }

  key(event) {
    if (this.list.key(event) || event.target === this.done) return;
    const chooses = event.key === "Enter" || (event.key === " " && !this.filter);
    if (chooses) {
      event.preventDefault();
      this.list.pick();
    } else if (event.key === "Tab" && !this.multi) {
      event.preventDefault();
      this.finish();
    } else if (!this.filter && event.key.length === 1) this.search(event.key.toLowerCase());
  }

  /** Letters typed one after another go to the entry that begins so. */
  search(letter) {
    this.typed = performance.now() - this.typedAt < 800 ? this.typed + letter : letter;
    this.typedAt = performance.now();
    const at = this.shown.findIndex((entry) => entry.label.toLowerCase().startsWith(this.typed));
    if (at >= 0) this.list.activate(at);
  }
}
