// Right-click, the menu key and "…": what can be done with a message or with a person.

import { icon, plain } from "./dom.js";
import { openMenu } from "./popover.js";
import { menuCommands } from "./palette.js";
import * as store from "./store.js";
import * as acts from "./acts.js";

export function setUpMenus(become) {
  document.addEventListener("contextmenu", (event) => {
    const target = targetOf(event.target);
    // Text that is selected, links and fields keep the browser's own menu.
    if (!target || event.target.closest("a, input, textarea") || String(getSelection())) return;
    event.preventDefault();
    // From the keyboard there is no pointer: beside what has the focus, then.
    const byKey = event.clientX === 0 && event.clientY === 0;
    open(target, byKey ? event.target : { x: event.clientX, y: event.clientY }, become);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-message-menu], button[data-person]");
    const target = button && targetOf(button);
    if (target) open(target, button, become);
  });
}

/** {person} or {message}, whichever is nearer. */
function targetOf(node) {
  const person =
    node.closest("[data-person]")?.dataset.person ??
    node.closest(".person")?.querySelector("[data-person]")?.dataset.person;
  if (person) return store.person(person) && { person: store.person(person) };
  const id = node.closest("article[data-id]")?.dataset.id;
  const message = id && store.messagesOf(store.state.channelId).find((known) => known.id === id);
  return message ? { message } : null;
}

function open({ person, message }, anchor, become) {
  if (person) openMenu(anchor, `${plain(person.name)}: menu`, personEntries(person, become));
  else openMenu(anchor, "Message menu", messageEntries(message));
}

function personEntries(person, become) {
  const apps = menuCommands("user").map((command) => ({
    label: command.name,
    act: () => acts.menu(command, { user: person.id }),
  }));
  const me = person.id === store.state.me.id;
  return [
    me || person.bot || !person.in_guild
      ? null
      : { label: `Become ${plain(person.name)}`, act: () => become(person.id) },
    person.bot ? { label: `Talk to ${plain(person.name)}`, icon: icon("at"), act: acts.talkToBot } : null,
    store.here()?.can_send
      ? { label: `Mention ${plain(person.name)}`, act: () => store.tell("mention", person) }
      : null,
    apps.length ? { heading: `${plain(store.bot().name)}'s commands` } : null,
    ...apps,
  ].filter(Boolean);
}

function messageEntries(message) {
  const apps = message.ephemeral ? [] : menuCommands("message");
  const mine = message.author.id === store.state.me.id;
  const reply = store.here().can_send && !message.ephemeral && !message.thinking;
  const remove = !message.ephemeral && (mine || store.mayModerate());
  return [
    reply ? { label: "Reply", icon: icon("reply"), act: () => store.tell("reply", message) } : null,
    message.content ? { label: "Copy text", act: () => navigator.clipboard?.writeText(message.content) } : null,
    { label: "Copy message id", act: () => navigator.clipboard?.writeText(message.id) },
    message.ephemeral ? { label: "Dismiss", icon: icon("close"), act: () => acts.dismiss(message.id) } : null,
    apps.length ? { heading: `${plain(store.bot().name)}'s commands` } : null,
    ...apps.map((command) => ({ label: command.name, act: () => acts.menu(command, { message: message.id }) })),
    remove
      ? { label: "Delete message", icon: icon("close"), danger: true, act: () => acts.remove(message.id) }
      : null,
  ].filter(Boolean);
}
