// A form that the bot asks to be filled in. Whatever goes wrong, what was typed stays.

import { el, icon, spinner, visible, newId } from "./dom.js";
import { formParts } from "./fields.js";
import * as acts from "./acts.js";
import * as store from "./store.js";

const TRY_AGAIN = "Nothing you wrote is lost; you can send it again.";

/** `onClose` gives the focus back to where it came from. */
export function openModal(modal, onClose) {
  document.querySelector("dialog.modal")?.close();
  const titleId = newId("title");
  const dialog = el("dialog", { class: "modal", "aria-labelledby": titleId });
  const parts = formParts(modal.components, dialog);
  const fields = parts.filter((part) => part.value);
  const failure = el("div", { class: "failure", role: "alert" });
  const submit = el("button", { class: "button primary", type: "submit" }, "Submit");
  const cancel = el("button", { class: "button secondary", type: "button", onclick: () => dialog.close() }, "Cancel");
  const form = el(
    "form",
    { novalidate: true, onsubmit: send, onkeydown: sendByKey },
    el(
      "header",
      {},
      el("h2", { id: titleId, dir: "auto" }, visible(modal.title)),
      el("p", { class: "about" }, `This form goes to ${visible(store.bot().name)}.`),
      closeButton(),
    ),
    el(
      "div",
      { class: "modal-body" },
      parts.map((part) => part.node),
    ),
    el("footer", {}, failure, cancel, submit),
  );

  function closeButton() {
    return el(
      "button",
      { class: "icon-button", type: "button", "aria-label": "Close", onclick: () => dialog.close() },
      icon("close"),
    );
  }

  /** Enter in a single line sends, as everywhere; in a paragraph it takes Ctrl. */
  function sendByKey(event) {
    if (event.key === "Enter" && event.ctrlKey && event.target.matches("textarea")) form.requestSubmit();
  }

  async function send(event) {
    event.preventDefault();
    if (form.ariaBusy === "true" || !check()) return;
    busy(true);
    const answers = {};
    for (const field of fields) answers[field.customId] = await field.value();
    const error = await acts.submit(modal, answers);
    busy(false);
    if (error) return refused(error);
    dialog.close();
  }

  function check() {
    const problems = fields.map((field) => [field, field.problem()]);
    for (const [field, problem] of problems) field.show(problem);
    const first = problems.find(([, problem]) => problem);
    first?.[0].focusable().focus();
    return !first;
  }

  function busy(is) {
    form.ariaBusy = is ? "true" : "false";
    submit.setAttribute("aria-disabled", is ? "true" : "false");
    submit.replaceChildren(...(is ? ["Sending…", spinner()] : ["Submit"]));
    failure.replaceChildren();
  }

  /** The playground begins such a sentence with the field's label: then it belongs beside that field. */
  function refused(error) {
    const field = fields.find((one) => error.startsWith(`${one.label} `) || error.startsWith(`${one.label}:`));
    if (field) {
      field.show(error);
      field.focusable().focus();
    } else {
      failure.replaceChildren(icon("warn"), el("span", {}, `${error.replace(/\.$/, "")}. ${TRY_AGAIN}`));
    }
  }

  dialog.append(form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose();
  });
  document.body.append(dialog);
  dialog.showModal();
  fields[0]?.focusable().focus();
}
