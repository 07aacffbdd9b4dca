// What a form can ask for. Each field: {node, focusable, value(), problem()}; `problem` is a sentence or null.

import { el, newId, icon, visible } from "./dom.js";
import { markdown } from "./markdown.js";
import { select, entriesOf, defaultsOf, limitsOf } from "./select.js";
import { size } from "./media.js";

const makers = {
  4: textInput,
  3: chooser,
  5: chooser,
  6: chooser,
  7: chooser,
  8: chooser,
  19: upload,
  21: radios,
  22: checkboxes,
  23: checkbox,
};

/** The parts of a modal, in order: fields, and text between them. */
export function formParts(components, dialog) {
  return components.map((part) => {
    if (part.type === 10) return { node: markdown(part.content) };
    if (part.type === 1) return labelled(part.components[0], part.components[0].label, null, dialog);
    if (part.type === 18) return labelled(part.component, part.label, part.description, dialog);
    return { node: el("p", { class: "lost" }, `A part of type ${part.type}, which this page doesn't know.`) };
  });
}

function labelled(component, label, description, dialog) {
  const ids = { label: newId("label"), about: newId("about"), error: newId("error") };
  const required = component.required !== false && component.type !== 23;
  const title = [
    el("bdi", {}, visible(label)),
    required ? el("span", { class: "required", title: "required" }, "*") : null,
  ];
  const about = description ? el("div", { class: "about", id: ids.about, dir: "auto" }, description) : null;
  const error = el("div", { class: "failure", id: ids.error, role: "alert" });
  const described = [description ? ids.about : null, ids.error].filter(Boolean).join(" ");
  const field = makers[component.type](component, {
    labelledBy: ids.label,
    describedBy: described,
    required,
    dialog,
    label,
  });
  const group = field.inputId === undefined;
  const heading = el(group ? "div" : "label", { class: "label", id: ids.label, for: field.inputId }, title);
  const parts = component.type === 23 ? [field.node, error] : [heading, about, field.node, error];
  return {
    ...field,
    customId: component.custom_id,
    label,
    node: el("div", { class: "field", "data-field": component.custom_id }, parts),
    show(problem) {
      error.replaceChildren(...(problem ? [icon("warn"), problem] : []));
      field.focusable().setAttribute("aria-invalid", problem ? "true" : "false");
    },
  };
}

function textInput(component, { labelledBy, describedBy, required }) {
  const id = newId("input");
  const long = component.style === 2;
  const least = component.min_length ?? 0;
  const most = component.max_length ?? 4000;
  const counter = el("span", { class: "counter", "aria-hidden": "true" });
  const input = el(long ? "textarea" : "input", {
    id,
    class: "text",
    value: component.value ?? "",
    placeholder: component.placeholder,
    "aria-labelledby": labelledBy,
    "aria-describedby": describedBy,
    "aria-required": required ? "true" : null,
    rows: long ? 4 : null,
    dir: "auto",
    autocomplete: "off",
    oninput: count,
  });
  function count() {
    const letters = [...input.value].length;
    const said = component.max_length || least ? `${letters}/${most}` : "";
    counter.textContent = said;
    counter.classList.toggle("too-many", letters > most);
  }
  count();
  return {
    inputId: id,
    node: el("div", { class: "text-field" }, input, counter),
    focusable: () => input,
    value: () => input.value,
    problem() {
      const letters = [...input.value].length;
      if (!letters) return required ? "This must be filled in." : null;
      if (letters < least) return `At least ${least} letters; there are ${letters}.`;
      return letters > most ? `At most ${most} letters; there are ${letters}.` : null;
    },
  };
}

function counted(number, { least, most }, required) {
  if (number === 0 && !required) return null;
  if (number >= least && number <= most) return null;
  return least === most ? `Choose ${least}.` : `Choose ${least} to ${most}.`;
}

function chooser(component, { labelledBy, required, dialog, label }) {
  const limits = limitsOf(component);
  let chosen = defaultsOf(component);
  const holder = el("div", {});
  const draw = () =>
    holder.replaceChildren(select(component, { chosen, onChoose: choose, labelledBy, label, within: dialog }));
  function choose(values) {
    chosen = values;
    draw();
    holder.firstChild.focus();
  }
  draw();
  return {
    node: holder,
    focusable: () => holder.firstChild,
    value: () => chosen,
    problem: () => counted(chosen.length, limits, required),
  };
}

function option(type, name, entry, checked, onchange) {
  const input = el("input", { type, name, value: entry.value, checked, onchange });
  const words = el(
    "span",
    {},
    el("bdi", {}, visible(entry.label)),
    entry.description ? el("small", { dir: "auto" }, entry.description) : null,
  );
  return el("label", { class: "check" }, input, words);
}

function radios(component, { labelledBy, describedBy, required }) {
  const name = newId("radio");
  const options = component.options.map((entry) => option("radio", name, entry, entry.default));
  const node = el(
    "div",
    { class: "checks", role: "radiogroup", "aria-labelledby": labelledBy, "aria-describedby": describedBy },
    options,
  );
  const picked = () => node.querySelector("input:checked")?.value ?? null;
  return {
    node,
    focusable: () => node.querySelector("input:checked") ?? node.querySelector("input"),
    value: picked,
    problem: () => (required && picked() === null ? "Choose one." : null),
  };
}

function checkboxes(component, { labelledBy, describedBy, required }) {
  const options = component.options.map((entry) => option("checkbox", null, entry, entry.default));
  const node = el(
    "div",
    { class: "checks", role: "group", "aria-labelledby": labelledBy, "aria-describedby": describedBy },
    options,
  );
  const limits = {
    least: required ? (component.min_values ?? 1) : (component.min_values ?? 0),
    most: component.max_values ?? component.options.length,
  };
  const picked = () => [...node.querySelectorAll("input:checked")].map((input) => input.value);
  return {
    node,
    focusable: () => node.querySelector("input"),
    value: picked,
    problem: () => counted(picked().length, limits, required),
  };
}

/** Its label stands beside the box, and a box may always stay empty. */
function checkbox(component, { label }) {
  const node = option("checkbox", null, { value: "yes", label }, component.default);
  return {
    node,
    focusable: () => node.querySelector("input"),
    value: () => node.querySelector("input").checked,
    problem: () => null,
  };
}

function upload(component, { labelledBy, describedBy, required }) {
  const id = newId("input");
  const { least, most } = limitsOf(component);
  const names = el("div", { class: "about" });
  const show = () =>
    names.replaceChildren(
      ...[...input.files].map((file) => el("div", {}, el("bdi", {}, file.name), ` · ${size(file.size)}`)),
    );
  const input = el("input", {
    id,
    type: "file",
    class: "text",
    multiple: most > 1,
    onchange: show,
    "aria-labelledby": labelledBy,
    "aria-describedby": describedBy,
  });
  return {
    inputId: id,
    node: el("div", {}, input, names),
    focusable: () => input,
    value: () => Promise.all([...input.files].map(asBase64)),
    problem: () => counted(input.files.length, { least, most }, required),
  };
}

/** {"filename", "base64"}, as the playground takes a file. */
export async function asBase64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 32_768) binary += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return { filename: file.name, base64: btoa(binary) };
}

export { entriesOf };
