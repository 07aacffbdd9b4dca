// A select: a button that opens a list. In messages a choice is sent when the list closes, in forms it is only kept.

import { el, icon, visible } from "./dom.js";
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
 * options: {chosen, onChoose(values), busy, key, label}; `onChoose` is called once, when the choosing is over
 * and the values differ from before.
 */
export function select(component, { chosen, onChoose, busy = false, key, label, labelledBy, within }) {
  const { least, most } = limitsOf(component);
  const entries = entriesOf(component);
  const names = entries.filter((entry) => chosen.includes(entry.key)).map((entry) => entry.label);
  const placeholder = component.placeholder || "Make a choice";
  const open = () =>
    !busy &&
    openList(button, { component, entries, chosen, least, most, label: label ?? placeholder, onChoose, within });
  const button = el(
    "button",
    {
      class: `select${names.length ? " chosen" : ""}`,
      type: "button",
      "data-key": key,
      "data-custom-id": component.custom_id,
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "aria-labelledby": labelledBy,
      "aria-busy": busy ? "true" : null,
      disabled: component.disabled,
      onclick: open,
      onkeydown: (event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        open();
      },
    },
    el("bdi", { class: "select-value" }, names.length ? names.join(", ") : placeholder),
    busy ? el("span", { class: "spinner", "aria-hidden": "true" }) : icon("down"),
  );
  return button;
}

function openList(button, { component, entries, chosen, least, most, label, onChoose, within }) {
  const multi = most > 1;
  const picked = new Set(chosen);
  const before = [...picked].join("\n");
  let shown = entries;
  const list = new Listbox({ label, multi, onPick: pick });
  const wantsFilter = component.type !== 3 || entries.length >= FILTER_FROM;
  const filter = el("input", {
    class: "filter",
    type: "text",
    placeholder: "Search",
    role: "combobox",
    "aria-label": `Search: ${label}`,
    "aria-expanded": "true",
    autocomplete: "off",
  });
  const holder = wantsFilter ? filter : list.node;
  if (!wantsFilter) list.node.tabIndex = 0;
  list.attach(holder);
  const done = el("button", { class: "button primary", type: "button", onclick: () => finish(true) });
  const count = el("span", { class: "count" });
  const foot = multi ? el("div", { class: "over-foot" }, count, done) : null;
  const body = el("div", { class: "select-list" }, wantsFilter ? filter : null, list.node, foot);

  function draw(active) {
    list.show(
      shown.map((entry) => ({ ...entry, after: picked.has(entry.key) ? icon("check") : null })),
      { active, chosen: picked, empty: "Nothing matches" },
    );
    count.textContent = `${picked.size} of ${least === most ? most : `${least} to ${most}`} chosen`;
    done.disabled = !valid();
    done.textContent = "Done";
  }
  const valid = () => picked.size >= least && picked.size <= most;
  function pick(entry) {
    const was = picked.has(entry.key);
    if (!multi) picked.clear();
    if (was && (multi || least === 0)) picked.delete(entry.key);
    else if (picked.size < most) picked.add(entry.key);
    if (multi) draw(shown.indexOf(shown.find((one) => one.key === entry.key)));
    else finish(true);
  }
  function finish(keep) {
    close(!keep);
    button.focus({ preventScroll: true });
  }
  const firstPicked = entries.findIndex((entry) => picked.has(entry.key));
  draw(Math.max(0, firstPicked));
  const close = openOver(body, button, { onClose: closed, within });
  function closed(byEscape) {
    button.setAttribute("aria-expanded", "false");
    if (byEscape) button.focus({ preventScroll: true });
    const values = entries.filter((entry) => picked.has(entry.key)).map((entry) => entry.key);
    if (!byEscape && valid() && [...picked].join("\n") !== before) onChoose(values);
  }
  let typed = "";
  let typedAt = 0;
  body.addEventListener("keydown", (event) => {
    if (list.key(event)) return;
    if (event.key === "Tab" && !multi) finish(false);
    if (event.target === done) return;
    if (event.key === "Enter" || (event.key === " " && holder === list.node)) {
      event.preventDefault();
      if (event.ctrlKey && multi && valid()) finish(true);
      else list.pick();
    } else if (holder === list.node && event.key.length === 1) {
      typed = performance.now() - typedAt < 800 ? typed + event.key.toLowerCase() : event.key.toLowerCase();
      typedAt = performance.now();
      const at = shown.findIndex((entry) => entry.label.toLowerCase().startsWith(typed));
      if (at >= 0) list.activate(at);
    }
  });
  filter.addEventListener("input", () => {
    shown = filtered(entries, filter.value);
    draw(0);
  });
  button.setAttribute("aria-expanded", "true");
  holder.focus({ preventScroll: true });
}
