// The line above the choices: what this option is, what it takes, and what is wrong with it.

import { el, icon } from "./dom.js";

const KINDS = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  user: "a person",
  role: "a role",
  channel: "a channel",
  mentionable: "a person or a role",
  attachment: "a file",
};

export function commandHint(command) {
  return el(
    "div",
    { class: "hint" },
    el("div", {}, el("b", {}, command.name), " ", el("bdi", {}, command.description)),
    el("small", {}, "Enter sends it"),
  );
}

export function hint(command, { option, error }) {
  const takes = option.choices.length ? "one of the list" : KINDS[option.kind];
  const about = [option.required ? "required" : "optional", takes, limits(option)].filter(Boolean).join(" · ");
  return el(
    "div",
    { class: "hint" },
    el("div", {}, el("b", {}, option.name), " ", el("bdi", {}, option.description)),
    el("small", {}, about),
    error ? el("div", { class: "failure", role: "alert" }, icon("warn"), error) : null,
  );
}

function limits({ min, max: highest, min_length: least, max_length: most }) {
  const max = highest === Number.MAX_SAFE_INTEGER ? null : highest; // as good as none
  if (min !== null && max !== null) return `${min} to ${max}`;
  if (min !== null) return `at least ${min}`;
  if (max !== null) return `at most ${max}`;
  if (most !== null) return `${least ?? 0} to ${most} letters`;
  return least === null ? null : `at least ${least} letters`;
}
