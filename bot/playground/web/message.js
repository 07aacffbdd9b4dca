// One message: who, when, in answer to what, and everything it holds.

import { el, icon, face, said, visible, plain, spinner } from "./dom.js";
import { timeNode } from "./time.js";
import { markdown, inlineMarkdown } from "./markdown.js";
import { attachments, embed } from "./media.js";
import { components } from "./components.js";
import { emoji } from "./emoji.js";
import * as acts from "./acts.js";
import * as store from "./store.js";

const V2 = 1 << 15;
const NO_EMBEDS = 1 << 2;
const THREAD_CREATED = 18;
const NO_ANSWER = "The application did not respond";

/** `grouped`: by the same person just after the message before, so who and when needn't be said again. */
export function messageNode(message, { grouped }) {
  const author = store.author(message);
  const private_ = message.ephemeral ? " private" : "";
  const mine = message.mentions_me && !message.ephemeral ? " to-me" : "";
  return el(
    "article",
    {
      class: `msg${grouped ? " grouped" : ""}${private_}${mine}`,
      tabindex: "-1",
      "data-id": message.id,
      "aria-label": plain(`${author.name}: ${summary(message)}`),
    },
    tools(message),
    above(message),
    grouped ? el("span", { class: "gutter" }) : personButton(author, "face-button", face(author)),
    el("div", { class: "body" }, grouped ? null : head(message, author), content(message), foot(message)),
  );
}

/** A name or a face that opens the menu on that person; menus.js listens. */
function personButton(person, className, ...children) {
  return el(
    "button",
    {
      class: className,
      type: "button",
      "data-person": person.id,
      "aria-haspopup": "menu",
      "aria-label": className === "name" ? null : `${plain(person.name)}: menu`,
      tabindex: className === "name" ? null : "-1",
    },
    children,
  );
}

function head(message, author) {
  return el(
    "div",
    { class: "who" },
    personButton(author, "name", said(author.name)),
    author.bot ? el("span", { class: "app" }, "APP") : null,
    timeNode(Date.parse(message.timestamp), "posted"),
  );
}

/** "Ada used /wallet give", or what it replies to. */
function above(message) {
  if (message.used) return el("div", { class: "used" }, usedLine(message.used));
  if (!message.message_reference || message.type !== 19) return null;
  const target = message.referenced_message;
  if (!target) return el("div", { class: "used" }, icon("reply"), el("i", {}, "The message was deleted."));
  const show = () => store.tell("goto", target.id);
  const author = store.author(target);
  return el(
    "button",
    { class: "used", type: "button", onclick: show, "aria-label": `In answer to ${plain(author.name)}` },
    icon("reply"),
    face(author),
    said(author.name, { class: "strong" }),
    said(summary(target), { class: "cut" }),
  );
}

export function usedLine({ person_id, person, what }) {
  const known = store.person(person_id) ?? { name: person };
  return [face(known), said(known.name, { class: "strong" }), "used", el("bdi", { class: "strong" }, what)];
}

function content(message) {
  if (message.thinking) return thinking(message);
  if (message.type === THREAD_CREATED) return el("div", { class: "p" }, "started a thread: ", said(message.content));
  if (message.flags & V2) return el("div", { class: "parts" }, components(message.components, message));
  return [
    message.content ? markdown(message.content) : null,
    el(
      "div",
      { class: "parts" },
      attachments(loose(message)),
      message.flags & NO_EMBEDS ? null : message.embeds.map(embed),
      components(message.components, message),
    ),
  ];
}

/** Files that no embed shows already. */
function loose({ attachments: files, embeds }) {
  const used = embeds.flatMap((one) => [one.image?.url, one.thumbnail?.url]);
  return files.filter((file) => !used.includes(file.url));
}

function thinking(message) {
  if (store.gaveUp(message)) return el("div", { class: "failure" }, icon("warn"), NO_ANSWER);
  return el(
    "div",
    { class: "thinking" },
    el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    `${visible(store.author(message).name)} is thinking…`,
  );
}

function foot(message) {
  const failure = acts.failureOf(message.id);
  return [
    message.edited_timestamp && !message.thinking ? el("div", { class: "edited" }, "(edited)") : null,
    failure ? el("div", { class: "failure", role: "alert" }, icon("warn"), failure) : null,
    message.reactions?.length ? el("div", { class: "reactions" }, message.reactions.map(reaction)) : null,
    message.thread && message.thread.id !== message.channel_id ? threadLink(message.thread) : null,
    message.ephemeral ? onlyYou(message) : null,
  ];
}

const reaction = ({ emoji: about, count }) => el("span", { class: "reaction" }, emoji(about), String(count));

function threadLink(thread) {
  const count = store.countIn(thread);
  const go = () => store.open(thread.id);
  return el(
    "button",
    { class: "thread-link", type: "button", onclick: go, "data-key": "thread" },
    icon("thread"),
    said(thread.name, { class: "strong" }),
    el("small", {}, messages(count)),
  );
}

export const messages = (count) => `${count} ${count === 1 ? "message" : "messages"}`;

function onlyYou(message) {
  const gone = () => acts.dismiss(message.id);
  const dismiss = el("button", { class: "plain", type: "button", onclick: gone, "data-key": "dismiss" }, "Dismiss");
  return el("div", { class: "only" }, icon("eye"), "Only you can see this · ", dismiss);
}

function tools(message) {
  return el(
    "button",
    {
      class: "tools",
      type: "button",
      "data-message-menu": message.id,
      "aria-haspopup": "menu",
      "aria-label": "Message menu",
      "data-key": "menu",
    },
    icon("dots"),
  );
}

/** A command on its way, or one that the bot did not answer. */
export function sentNode(entry) {
  const used = { person_id: entry.personId, person: store.myself()?.name, what: entry.what };
  const drop = () => acts.forget(entry.key);
  const waiting = el("div", { class: "thinking" }, spinner(), "Sending…");
  const failed = [
    el("div", { class: "failure", role: "alert" }, icon("warn"), entry.error),
    el(
      "div",
      { class: "only" },
      icon("eye"),
      "Only you can see this · ",
      el("button", { class: "plain", type: "button", onclick: drop }, "Dismiss"),
    ),
  ];
  return el(
    "article",
    { class: `msg sent${entry.error ? " private" : ""}`, tabindex: "-1" },
    el("div", { class: "used" }, usedLine(used)),
    face(store.bot()),
    el("div", { class: "body" }, entry.error ? failed : waiting),
  );
}

/** A message in a few plain words: for a reply's line, a post in a forum, and a screen reader. */
export function summary(message) {
  if (message.thinking) return "is thinking…";
  const words =
    message.content || firstText(message.components) || embedText(message.embeds) || fileText(message.attachments);
  const node = document.createElement("span");
  node.append(
    ...inlineMarkdown(
      (words || "a message")
        .slice(0, 300)
        .replace(/^(#{1,3}|-#|>) /gm, "")
        .replace(/\n+/g, " "),
    ),
  );
  return node.textContent.slice(0, 160);
}

function firstText(list) {
  for (const part of list ?? []) {
    const found = part.type === 10 ? part.content : firstText(part.components);
    if (found) return found;
  }
  return null;
}

const embedText = (list) => list?.map((one) => one.title || one.description).find(Boolean);
const fileText = (list) => list?.map((file) => file.filename).join(", ");
