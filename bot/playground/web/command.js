// A command being written: its name, then its options one after another, as a line of small fields.

import { el, icon, newId } from "./dom.js";
import { optionField } from "./option.js";

const EXTRA_HINT = "optional";

export class CommandForm {
  /** hooks: {onSend(options), onCancel(), onFocus(field or null), list}; `list` is the box above that shows what can be chosen. */
  constructor(command, hooks) {
    this.command = command;
    this.hooks = hooks;
    this.fields = [];
    this.more = el("span", { class: "more-options" });
    this.line = el("div", { class: "command-line" });
    this.nameId = newId("command");
    this.node = el("div", { class: "command", role: "group", "aria-labelledby": this.nameId }, this.line);
    // It takes the focus where there is no option to write: Enter sends from there too.
    this.name = el(
      "span",
      {
        class: "command-name",
        id: this.nameId,
        tabindex: command.options.length ? "-1" : "0",
        onfocus: () => hooks.onFocus(null),
      },
      command.name,
    );
    this.line.append(this.name, this.more);
    this.node.addEventListener("keydown", (event) => this.key(event));
    for (const option of command.options) if (option.required) this.add(option);
    this.drawMore();
  }

  /** Fields with what was typed before, after the playground refused it. */
  restore(written) {
    for (const option of this.command.options) {
      if (!written.has(option.name)) continue;
      const field = this.fieldOf(option.name) ?? this.add(option);
      field.restore(written.get(option.name));
    }
    this.drawMore();
  }

  written() {
    return new Map(this.fields.map((field) => [field.option.name, field.kept()]));
  }

  fieldOf(name) {
    return this.fields.find((field) => field.option.name === name);
  }

  add(option) {
    const field = optionField(option, {
      command: this.command,
      others: () => this.fields,
      onFocus: () => this.hooks.onFocus(field),
      onChosen: () => this.onward(field),
      list: this.hooks.list,
    });
    const order = this.command.options.indexOf(option);
    const after = this.fields.findIndex(
      (other) => !option.required && this.command.options.indexOf(other.option) > order,
    );
    this.fields.splice(after < 0 ? this.fields.length : after, 0, field);
    this.line.insertBefore(field.node, this.fields[this.fields.indexOf(field) + 1]?.node ?? this.more);
    return field;
  }

  drop(field) {
    const at = this.fields.indexOf(field);
    this.fields.splice(at, 1);
    field.node.remove();
    this.drawMore();
    const near = this.fields[at - 1] ?? this.fields[0];
    if (near) near.focus();
    else this.focus();
  }

  /** What may still be added: one small button each. */
  drawMore() {
    const left = this.command.options.filter((option) => !this.fieldOf(option.name));
    this.more.replaceChildren(...left.map((option) => this.moreButton(option)));
  }

  moreButton(option) {
    const add = () => {
      const field = this.add(option);
      this.drawMore();
      field.focus();
    };
    const attributes = {
      class: "more",
      type: "button",
      title: option.description,
      "aria-label": `Add ${option.name} (${EXTRA_HINT}): ${option.description}`,
      onclick: add,
      "data-option": option.name,
    };
    return el("button", attributes, icon("plus"), option.name);
  }

  focus() {
    const first = this.fields.find((field) => field.isEmpty()) ?? this.fields[0];
    (first ?? this.name).focus();
  }

  /** After a choice: the next required field that is still empty. */
  onward(field) {
    const after = this.fields.slice(this.fields.indexOf(field) + 1);
    const next = after.find((other) => other.option.required && other.isEmpty());
    (next ?? field).focus();
  }

  key(event) {
    const field = this.fields.find((one) => one.node.contains(event.target));
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      this.hooks.onCancel();
    } else if (event.key === "Enter" && !event.defaultPrevented && !this.isToPress(event.target, field)) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Backspace" && field?.isEmpty() && !event.target.value) {
      event.preventDefault();
      if (field.option.required && field === this.fields[0]) this.hooks.onCancel();
      else if (field.option.required) this.fields[this.fields.indexOf(field) - 1].focus();
      else this.drop(field);
    }
  }

  /** A button takes Enter for itself; the one that chooses a file only until there is one. */
  isToPress(target, field) {
    return target.matches("button") && (!field || field.isEmpty());
  }

  async send() {
    for (const field of this.fields) field.settle();
    const problems = this.fields.map((field) => [field, field.problem()]);
    for (const [field, problem] of problems) field.show(problem);
    const first = problems.find(([, problem]) => problem);
    if (first) return first[0].focus();
    const options = {};
    for (const field of this.fields) {
      const value = await field.value();
      if (value !== null) options[field.option.name] = value;
    }
    return this.hooks.onSend(options);
  }
}
