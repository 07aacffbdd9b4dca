// The box at the bottom: plain messages, replies, and after a "/" the commands with their options.

import { el, icon, said, fill, plain } from "./dom.js";
import { Listbox } from "./listbox.js";
import { CommandForm } from "./command.js";
import { hint, commandHint } from "./hints.js";
import { findCommands, commandEntry, commandCalled } from "./palette.js";
import { mentionAt, mentionEntries, withMentions } from "./mentions.js";
import { typingLine } from "./typing.js";
import { get } from "./socket.js";
import * as store from "./store.js";
import * as acts from "./acts.js";

const LONGEST = 2000;
const NARROW = matchMedia("(max-width: 560px)");

export class Composer {
  constructor(root) {
    this.root = root;
    this.drafts = new Map(); // "person:channel" -> text
    this.form = null;
    this.replyTo = null;
    this.list = new Listbox({ label: "Commands", onPick: (entry) => this.onPick(entry) });
    this.input = el("textarea", {
      rows: "1",
      role: "combobox",
      dir: "auto",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      oninput: () => this.typed(),
      onkeydown: (event) => this.key(event),
      onfocus: () => this.typed({ quiet: true }),
      onclick: () => this.typed({ quiet: true }),
    });
    this.above = el("div", { class: "palette", hidden: true });
    this.reply = el("div", { class: "reply-bar", hidden: true });
    this.slash = el("button", {
      class: "icon-button",
      type: "button",
      "aria-label": "Commands",
      title: "Commands",
      onclick: () => (this.form ? this.cancel(null) : this.startCommand()),
    });
    this.send = el(
      "button",
      { class: "icon-button send", type: "button", "aria-label": "Send", onclick: () => this.submit() },
      icon("send"),
    );
    this.holder = el("div", { class: "writing" }, this.input);
    this.box = el("div", { class: "box" }, this.slash, this.holder, this.send);
    this.error = el("div", { class: "failure", role: "alert" });
    fill(root, this.above, this.reply, this.error, this.box, typingLine());
    this.node = root;
    this.drawSlash();
    root.addEventListener("focusout", (event) => !root.contains(event.relatedTarget) && this.closePalette());
    this.listen();
  }

  listen() {
    store.on("channel", () => this.changeChannel());
    store.on("state", ({ sameReader }) => (sameReader ? this.draw() : this.changeChannel()));
    store.on("channels connection people", () => this.draw());
    store.on("commands", () => this.commandsChanged());
    store.on("compose", ({ command }) => this.choose(command));
    store.on("reply", (message) => this.startReply(message));
    store.on("focus-composer", () => this.focus());
    store.on("mention", (person) => this.insert(`@${person.name} `));
  }

  // where we write

  draftKey() {
    return `${store.state.me?.id}:${store.state.channelId}`;
  }

  changeChannel() {
    if (this.key_) this.drafts.set(this.key_, this.input.value);
    this.key_ = this.draftKey();
    this.leaveCommand();
    this.startReply(null);
    this.input.value = this.drafts.get(this.key_) ?? "";
    this.showError(null);
    this.commands = store.state.commands;
    this.closePalette();
    this.draw();
    this.grow(); // hidden, as in a forum, it has no height
  }

  draw() {
    const channel = store.here();
    if (!channel) return;
    const open = channel.can_send && store.state.connected;
    this.root.hidden = channel.kind === "forum";
    this.box.classList.toggle("closed", !open);
    this.input.disabled = !open;
    this.slash.disabled = !open;
    this.send.disabled = !open;
    const name = plain(channel.name);
    const where = channel.kind === "dm" ? name : `#${name}`;
    const why = !store.state.connected
      ? "Waiting for the playground…"
      : `${plain(store.myself()?.name)} can't write here. Commands work in other channels.`;
    this.input.placeholder = open
      ? NARROW.matches
        ? `Message ${where}`
        : `Message ${where}, or / for commands`
      : why;
    this.input.setAttribute("aria-label", open ? `Message ${where}` : why);
  }

  focus() {
    if (this.root.hidden || this.input.disabled) return;
    if (this.form) this.form.focus();
    else this.input.focus({ preventScroll: true });
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, innerHeight * 0.4)}px`;
    const empty = !this.form && !this.input.value.trim();
    this.send.classList.toggle("idle", empty);
  }

  showError(sentence) {
    fill(this.error, sentence ? [icon("warn"), el("span", {}, sentence)] : []);
  }

  // typing

  typed({ quiet = false } = {}) {
    if (!quiet) this.showError(null);
    this.grow();
    this.list.attach(this.input);
    const written = this.input.value;
    if (/^\/[^\n]*$/.test(written)) return this.offerCommands(written, quiet);
    const mention = mentionAt(written, this.input.selectionStart);
    if (mention) return this.offerMentions(mention);
    return this.closePalette();
  }

  offerCommands(written, quiet) {
    this.refreshCommands();
    const exact = written.endsWith(" ") && commandCalled(this.commands, written.trim());
    if (exact && !quiet && findCommands(this.commands, written).length <= 1) return this.choose(exact);
    const entries = findCommands(this.commands, written).map(commandEntry);
    this.onPick = (entry) => this.choose(entry.command);
    const empty =
      store.here().kind === "dm"
        ? "There are no commands in a direct message."
        : this.commands.length
          ? "No command is called that."
          : "The bot has no commands here yet.";
    this.openPalette("Commands");
    this.list.show(entries, { active: 0, empty });
  }

  /** A talk with the bot has other commands than the server; the list for it is asked for once. */
  async refreshCommands() {
    const channel = store.here();
    if (channel.kind !== "dm") {
      this.commands = store.state.commands;
    } else if (this.askedFor !== this.draftKey()) {
      this.askedFor = this.draftKey();
      this.commands = [];
      this.commands = (await acts.quietly(get("commands", { as: store.state.me.id, channel: channel.id }))) ?? [];
      if (this.input.value.startsWith("/")) this.typed({ quiet: true });
    }
  }

  commandsChanged() {
    this.askedFor = null;
    if (!this.form && this.input.value.startsWith("/") && this.root.contains(document.activeElement))
      this.typed({ quiet: true });
  }

  offerMentions(mention) {
    const entries = mentionEntries(mention);
    if (!entries.length) return this.closePalette();
    this.onPick = (entry) => {
      const rest = this.input.value.slice(this.input.selectionStart);
      const before = this.input.value.slice(0, mention.start);
      this.input.value = `${before}${mention.sign}${entry.label.replace(/^[@#]/, "")} ${rest}`;
      this.closePalette();
      this.grow();
    };
    this.openPalette("Mentions");
    return this.list.show(entries, { active: 0 });
  }

  insert(text) {
    this.leaveCommand();
    this.input.value += text;
    this.grow();
    this.focus();
  }

  openPalette(label, ...extra) {
    this.list.node.setAttribute("aria-label", label);
    fill(this.above, ...extra, this.list.node);
    this.above.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  closePalette() {
    this.above.hidden = true;
    this.list.show([]);
    this.input.setAttribute("aria-expanded", "false");
  }

  key(event) {
    const offered = !this.above.hidden;
    if (offered && this.list.key(event)) return;
    if (event.isComposing) return;
    if (offered && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey && this.list.active >= 0) {
      event.preventDefault();
      this.list.pick();
    } else if (event.key === "Escape" && offered) {
      event.preventDefault();
      this.closePalette();
    } else if (event.key === "Escape" && this.replyTo) {
      this.startReply(null);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      event.preventDefault();
      store.tell("focus-last");
    }
  }

  // commands

  startCommand() {
    this.leaveCommand();
    this.input.value = "/";
    this.input.focus();
    this.typed();
  }

  choose(command, written = new Map()) {
    this.leaveCommand();
    this.input.value = "";
    this.list.show([]);
    this.onPick = (entry) => this.field?.choose(entry);
    this.form = new CommandForm(command, {
      list: this.list,
      onSend: (options) => this.run(command, options),
      onCancel: () => this.cancel(command),
      onFocus: (field) => this.showHint(command, field),
    });
    this.form.restore(written);
    fill(this.holder, this.form.node);
    this.drawSlash();
    this.showError(null);
    this.grow();
    this.form.focus();
  }

  showHint(command, field) {
    this.field = field;
    this.openPalette("Choices", field ? hint(command, field) : commandHint(command));
    if (!field) this.list.show([]);
  }

  run(command, options) {
    const written = this.form.written();
    const channelId = store.state.channelId;
    this.leaveCommand();
    this.focus();
    store.tell("to-end");
    return acts.run(command, options, (sentence) => {
      const here = channelId === store.state.channelId;
      if (here && !this.form && !this.input.value) this.choose(command, written);
      this.showError(sentence);
    });
  }

  cancel(command) {
    this.leaveCommand();
    this.input.value = command?.name ?? "";
    this.input.focus();
    this.typed();
  }

  leaveCommand() {
    if (!this.form) return;
    this.form = null;
    this.field = null;
    this.input.value = "";
    this.closePalette();
    fill(this.holder, this.input);
    this.drawSlash();
    this.grow();
  }

  /** The button on the left begins a command, or lets go of the one that is being written. */
  drawSlash() {
    const label = this.form ? "Cancel the command" : "Commands";
    this.slash.setAttribute("aria-label", label);
    this.slash.title = label;
    fill(this.slash, icon(this.form ? "close" : "slash"));
  }

  // messages

  startReply(message) {
    this.replyTo = message;
    this.reply.hidden = !message;
    if (!message) return fill(this.reply);
    const stop = () => this.startReply(null);
    fill(
      this.reply,
      icon("reply"),
      el("span", {}, "In answer to ", said(store.author(message).name, { class: "strong" })),
      el(
        "button",
        { class: "icon-button", type: "button", "aria-label": "Don't reply", onclick: stop },
        icon("close"),
      ),
    );
    this.leaveCommand();
    return this.focus();
  }

  async submit() {
    if (this.form) return this.form.send();
    const written = this.input.value.trim();
    if (!written) return this.focus();
    if (written.startsWith("/"))
      return this.showError(`There is no command ${written.split(/\s/)[0]} here that you can use.`);
    const content = withMentions(written);
    if ([...content].length > LONGEST)
      return this.showError(`A message has at most 2,000 letters; this has ${[...content].length}.`);
    const { replyTo } = this;
    this.input.value = "";
    this.startReply(null);
    this.closePalette();
    this.grow();
    this.focus();
    store.tell("to-end");
    return acts.say(content, replyTo?.id).catch((refused) => {
      if (!this.input.value) this.input.value = written;
      this.grow();
      this.showError(refused.message);
    });
  }
}
