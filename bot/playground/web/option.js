// One option of a command: a small field, and for most kinds a list of what can be chosen.

import { el, newId, icon } from "./dom.js";
import { entitiesFor, filtered, exactly } from "./entities.js";
import { asBase64 } from "./fields.js";
import * as acts from "./acts.js";

const ASK_AFTER_MS = 150;
const ENTITIES = ["user", "role", "mentionable", "channel"];
const NUMBERS = ["integer", "number"];

/** hooks: {command, others(), onFocus(), onChosen(), list} */
export function optionField(option, hooks) {
  return option.kind === "attachment" ? new FileField(option, hooks) : new Field(option, hooks);
}

const choiceEntry = ({ name, value }) => ({ key: String(value), label: String(name), value });

class Field {
  constructor(option, hooks) {
    Object.assign(this, { option, hooks, chosen: null, error: null, asked: 0 });
    this.strict = ENTITIES.includes(option.kind) || option.kind === "boolean" || option.choices.length > 0;
    this.offers = this.strict || option.autocomplete;
    const id = newId("option-input");
    this.input = el("input", {
      id,
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      dir: "auto",
      size: "1",
      inputmode: { integer: "numeric", number: "decimal" }[option.kind],
      role: this.offers ? "combobox" : null,
      "aria-expanded": this.offers ? "true" : null,
      "aria-autocomplete": this.offers ? "list" : null,
      "aria-required": option.required ? "true" : null,
      "data-option": option.name,
      oninput: () => this.typed(),
      onfocus: () => this.focused(),
      onkeydown: (event) => this.key(event),
      onblur: () => this.settle(),
    });
    // A field grows with what stands in it; the mirror measures.
    this.mirror = el("span", { class: "mirror", "aria-hidden": "true" });
    const mark = option.required ? el("span", { class: "required", "aria-hidden": "true" }, "*") : null;
    this.node = el(
      "span",
      { class: "option-field" },
      el("label", { for: id }, option.name, mark),
      el("span", { class: "grow" }, this.mirror, this.input),
    );
    this.measure();
  }

  measure() {
    this.mirror.textContent = this.input.value || "  ";
  }

  isEmpty() {
    return this.input.value === "";
  }

  focus() {
    this.input.focus();
  }

  kept() {
    return { written: this.input.value, chosen: this.chosen };
  }

  restore({ written, chosen }) {
    this.input.value = written;
    this.chosen = chosen;
    this.measure();
  }

  focused() {
    this.hooks.onFocus();
    this.hooks.list.attach(this.input);
    this.offer();
  }

  typed() {
    this.chosen = null;
    this.show(null);
    this.measure();
    this.offer();
  }

  // what can be chosen

  entries() {
    const { kind, choices, channel_types } = this.option;
    if (choices.length) return choices.map(choiceEntry);
    if (kind === "boolean")
      return [choiceEntry({ name: "True", value: true }), choiceEntry({ name: "False", value: false })];
    return entitiesFor(kind, channel_types).map((entry) => ({ ...entry, value: entry.key }));
  }

  offer() {
    if (this.option.autocomplete) return this.ask();
    if (!this.strict) return this.hooks.list.show([]);
    const written = this.chosen ? "" : this.input.value;
    const found = filtered(this.entries(), written);
    const active = this.chosen ? found.findIndex((entry) => entry.key === this.chosen.key) : written ? 0 : -1;
    return this.hooks.list.show(found, { active, empty: "Nothing matches" });
  }

  /** Autocomplete: asked when the typing pauses; an answer that comes too late is dropped. */
  ask() {
    const turn = (this.asked += 1);
    clearTimeout(this.timer);
    this.hooks.list.show([], { empty: "Loading options…" });
    this.timer = setTimeout(async () => {
      let words = "No options match your search.";
      const found = await acts.suggestions(this.hooks.command, this.soFar(), this.option.name).catch((refused) => {
        words = refused.message;
        return [];
      });
      if (turn !== this.asked || document.activeElement !== this.input) return;
      const active = found.length && this.input.value && !this.chosen ? 0 : -1;
      this.hooks.list.show(found.map(choiceEntry), { active, empty: words });
    }, ASK_AFTER_MS);
  }

  /** The options that are already good enough to be sent along, and this one as it stands. */
  soFar() {
    const options = { [this.option.name]: this.input.value };
    for (const field of this.hooks.others()) {
      if (field !== this && !(field instanceof FileField) && !field.isEmpty() && !field.problem())
        options[field.option.name] = field.value();
    }
    return options;
  }

  choose(entry) {
    this.chosen = entry;
    this.input.value = entry.label;
    this.measure();
    this.show(null);
    this.hooks.list.show([]);
    this.hooks.onChosen();
  }

  key(event) {
    const { list } = this.hooks;
    if (list.key(event)) return;
    const active = list.entries[list.active];
    const fresh = active && !(this.chosen && this.chosen.key === active.key);
    if (event.key === "Enter" && fresh) {
      event.preventDefault();
      this.choose(active);
    } else if (event.key === "Tab" && !event.shiftKey && fresh) {
      this.chosen = active;
      this.input.value = active.label;
      this.measure();
    } else if (event.key === "Escape" && list.entries.length && this.offers && !this.isEmpty()) {
      event.preventDefault();
      list.show([]);
    }
  }

  /** A name typed out in full counts as chosen. */
  settle() {
    if (!this.strict || this.chosen || this.isEmpty()) return;
    this.chosen = exactly(this.entries(), this.input.value);
    if (this.chosen) this.input.value = this.chosen.label;
    this.measure();
  }

  // what is sent

  value() {
    if (this.isEmpty()) return null;
    if (this.chosen) return this.chosen.value;
    return NUMBERS.includes(this.option.kind) ? Number(this.input.value.trim()) : this.input.value;
  }

  problem() {
    const { required, kind, min, max, min_length: least, max_length: most } = this.option;
    if (this.isEmpty()) return required ? "This option is required." : null;
    if (this.chosen) return null;
    if (this.strict) return "Choose one from the list.";
    if (NUMBERS.includes(kind)) return numberProblem(this.input.value.trim(), kind, min, max);
    const letters = [...this.input.value].length;
    if (least !== null && letters < least) return `At least ${least} letters; there are ${letters}.`;
    return most !== null && letters > most ? `At most ${most} letters; there are ${letters}.` : null;
  }

  show(problem) {
    this.error = problem;
    this.input.setAttribute("aria-invalid", problem ? "true" : "false");
    this.node.classList.toggle("wrong", Boolean(problem));
    if (document.activeElement === this.input) this.hooks.onFocus();
  }
}

function numberProblem(written, kind, min, max) {
  const whole = kind === "integer";
  if (!(whole ? /^[+-]?\d+$/ : /^[+-]?(\d+\.?\d*|\.\d+)$/).test(written))
    return whole ? "This must be a whole number." : "This must be a number.";
  const number = Number(written);
  if (min !== null && number < min) return `This must be at least ${min}.`;
  return max !== null && number > max ? `This must be at most ${max}.` : null;
}

class FileField {
  constructor(option, hooks) {
    Object.assign(this, { option, hooks, error: null });
    this.input = el("input", {
      type: "file",
      class: "unseen",
      tabindex: "-1",
      "aria-hidden": "true",
      "data-option": option.name,
      onchange: () => this.show(null),
    });
    this.button = el("button", {
      type: "button",
      class: "pick-file",
      onclick: () => this.input.click(),
      onfocus: () => this.focused(),
    });
    this.node = el(
      "span",
      { class: "option-field" },
      el("span", { class: "label" }, option.name, option.required ? el("span", { class: "required" }, "*") : null),
      this.button,
      this.input,
    );
    this.draw();
  }

  draw() {
    const [file] = this.input.files;
    this.button.replaceChildren(icon("file"), file ? file.name : "Choose a file");
    this.button.setAttribute("aria-label", `${this.option.name}: ${file ? file.name : "choose a file"}`);
  }

  focused() {
    this.hooks.onFocus();
    this.hooks.list.show([]);
  }

  isEmpty() {
    return !this.input.files.length;
  }

  focus() {
    this.button.focus();
  }

  kept() {
    return this.input.files;
  }

  restore(files) {
    this.input.files = files;
    this.draw();
  }

  settle() {}

  value() {
    return this.isEmpty() ? null : asBase64(this.input.files[0]);
  }

  problem() {
    return this.option.required && this.isEmpty() ? "This option is required." : null;
  }

  show(problem) {
    this.error = problem;
    this.draw();
    this.node.classList.toggle("wrong", Boolean(problem));
    if (document.activeElement === this.button) this.hooks.onFocus();
  }
}
