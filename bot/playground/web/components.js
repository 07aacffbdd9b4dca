// A message's components: buttons, selects, and the layout of Components V2.

import { el, icon, spinner, colour, visible } from "./dom.js";
import { markdown } from "./markdown.js";
import { gallery, picture, fileCard, covered, sameOrigin } from "./media.js";
import { emoji } from "./emoji.js";
import { select, defaultsOf } from "./select.js";
import * as acts from "./acts.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "primary" };

const kinds = {
  1: row,
  2: button,
  3: picker,
  5: picker,
  6: picker,
  7: picker,
  8: picker,
  9: section,
  10: (part) => markdown(part.content),
  11: thumbnail,
  12: (part) => gallery(part.items),
  13: file,
  14: separator,
  17: container,
};

/** The nodes for a list of components of this message. */
export function components(list, message) {
  return list.map((part) => kinds[part.type]?.(part, message) ?? unknown(part));
}

function unknown(part) {
  return el("div", { class: "lost" }, `A component of type ${part.type}, which this page doesn't know.`);
}

function row(part, message) {
  return el("div", { class: "row" }, components(part.components, message));
}

function button(part, message) {
  const face = [part.emoji ? emoji(part.emoji) : null, part.label ? el("bdi", {}, visible(part.label)) : null];
  const name = part.label ? null : (part.emoji?.name ?? "button");
  const style = `button ${STYLES[part.style] ?? "secondary"}`;
  if (part.style === 5) return linkButton(part, face, style, name);
  const press = acts.pressOf(message.id, part.custom_id);
  return el(
    "button",
    {
      class: style,
      type: "button",
      disabled: part.disabled,
      "aria-label": name,
      "aria-busy": press.busy ? "true" : null,
      // Not `disabled`, which would drop the focus: the message waits, and takes no second press.
      "aria-disabled": acts.isBusy(message.id) ? "true" : null,
      "data-key": `button:${part.custom_id}`,
      "data-custom-id": part.custom_id,
      onclick: () => acts.click(message, part.custom_id),
    },
    face,
    press.busy ? spinner() : null,
  );
}

function linkButton(part, face, style, name) {
  if (part.disabled || !/^https?:/.test(part.url))
    return el("button", { class: style, disabled: true }, face, icon("out"));
  const attributes = {
    class: style,
    href: part.url,
    target: "_blank",
    rel: "noopener noreferrer",
    title: part.url,
    "aria-label": name,
  };
  return el("a", attributes, face, icon("out"));
}

function picker(part, message) {
  return select(part, {
    chosen: acts.choiceOf(message.id, part.custom_id) ?? defaultsOf(part),
    busy: acts.pressOf(message.id, part.custom_id).busy,
    blocked: acts.isBusy(message.id),
    key: `select:${part.custom_id}`,
    onChoose: (values) => acts.choose(message, part.custom_id, values),
  });
}

function section(part, message) {
  const words = el("div", { class: "section-words" }, components(part.components, message));
  return el(
    "div",
    { class: "section" },
    words,
    el("div", { class: "accessory" }, components([part.accessory], message)),
  );
}

function thumbnail(part) {
  const shown = el("div", { class: "thumb" }, picture(part.media, part.description));
  return part.spoiler ? covered(shown) : shown;
}

function file(part) {
  const filename = part.name ?? decodeURIComponent(sameOrigin(part.file.url).split("/").pop().split("?")[0]);
  const card = fileCard({ filename, size: part.size, url: part.file.url });
  return part.spoiler ? covered(card) : card;
}

function separator(part) {
  const wide = part.spacing === 2 ? " wide" : "";
  return el("div", {
    class: `separator${wide}${part.divider === false ? " bare" : ""}`,
    role: part.divider === false ? "presentation" : "separator",
  });
}

function container(part, message) {
  const stripe =
    part.accent_color === null || part.accent_color === undefined ? {} : { "--stripe": colour(part.accent_color) };
  const card = el(
    "div",
    { class: `container${"--stripe" in stripe ? " accented" : ""}`, style: stripe },
    components(part.components, message),
  );
  return part.spoiler ? covered(card) : card;
}
