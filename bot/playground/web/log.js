// The messages of the open channel: drawn once each, redrawn when they change, scrolled as a chat is.

import { el, icon, fill, said, plain } from "./dom.js";
import { day, now, write, timeNode } from "./time.js";
import { get } from "./socket.js";
import * as store from "./store.js";
import * as acts from "./acts.js";
import * as unread from "./unread.js";
import { messageNode, sentNode, summary } from "./message.js";
import { channelIcon, channelTitle } from "./channels.js";

const GROUP_MS = 5 * 60_000;
const NEAR_PX = 80;

export class Log {
  constructor() {
    this.list = el("div", { class: "entries" });
    this.jump = el(
      "button",
      { class: "jump", type: "button", hidden: true, onclick: () => this.toEnd() },
      "Newest messages",
      icon("down"),
    );
    this.scroller = el("div", { class: "log", role: "region", "aria-label": "Messages", tabindex: "-1" }, this.list);
    this.node = el("div", { class: "log-frame" }, this.scroller, this.jump);
    this.drawn = new Map(); // key -> {stamp, node}
    this.stuck = true;
    this.scroller.addEventListener("scroll", () => this.scrolled());
    this.scroller.addEventListener("keydown", (event) => this.walk(event));
    // Pictures arrive late and push the end down; the phone's keyboard pushes it up.
    const follow = new ResizeObserver(() => this.stuck && this.toEnd());
    follow.observe(this.list);
    follow.observe(this.scroller);
  }

  /** Another channel, or the whole world anew. */
  open() {
    this.channelId = store.state.channelId;
    this.newFrom = unread.firstUnread(this.channelId);
    this.drawn.clear();
    this.list.replaceChildren();
    this.stuck = true;
    this.draw();
    this.toEnd();
  }

  draw() {
    const focus = this.focusKey();
    const before = this.scroller.scrollHeight - this.scroller.scrollTop;
    const entries = this.entries();
    const nodes = entries.map((entry) => this.nodeFor(entry));
    const kept = new Set(entries.map((entry) => entry.key));
    for (const key of this.drawn.keys()) if (!kept.has(key)) this.drawn.delete(key);
    arrange(this.list, nodes);
    if (this.stuck) this.toEnd();
    else if (this.prepending) this.scroller.scrollTop = this.scroller.scrollHeight - before;
    this.prepending = false;
    this.refocus(focus);
  }

  entries() {
    const list = store.messagesOf(this.channelId);
    const out = [this.top()];
    const sent = [...acts.sentIn(this.channelId)];
    let last = null;
    for (const message of list) {
      const at = Date.parse(message.timestamp);
      const before = sent.splice(0, sent.findLastIndex((entry) => isAfter(message, entry)) + 1);
      out.push(...before.map(sentEntry));
      if (!last || day(at) !== day(Date.parse(last.timestamp))) out.push(dayEntry(at));
      if (message.id === this.newFrom) out.push({ key: "new", stamp: "", make: newLine });
      const apart = before.length > 0 || message.id === this.newFrom;
      out.push(messageEntry(message, continues(message, last) && !apart));
      last = message;
    }
    return [...out, ...sent.map(sentEntry)];
  }

  top() {
    const channel = store.channel(this.channelId);
    if (!store.state.complete.has(this.channelId))
      return { key: "more", stamp: "", make: () => el("div", { class: "older" }, "Loading older messages…") };
    const empty = !store.messagesOf(this.channelId).length;
    return { key: "top", stamp: [channel, empty], make: () => beginning(channel, empty) };
  }

  nodeFor(entry) {
    const known = this.drawn.get(entry.key);
    if (known && sameStamp(known.stamp, entry.stamp)) return known.node;
    const node = entry.make();
    this.drawn.set(entry.key, { stamp: entry.stamp, node });
    return node;
  }

  // the focus survives a redraw

  focusKey() {
    const focused = document.activeElement;
    const article = focused?.closest?.(".entries > article");
    return article
      ? { article: article.dataset.id, key: focused.dataset.key, place: pressable(article).indexOf(focused), node: focused }
      : null;
  }

  /**
   * The same control as before: by its key, else by its place among the message's own; else the message. Whoever was
   * on the note of a command on its way is on the newest message, which is its answer.
   */
  refocus(focus) {
    if (!focus || focus.node === document.activeElement) return;
    if (!focus.article) return store.tell("focus-last");
    const article = this.list.querySelector(`article[data-id="${focus.article}"]`);
    if (!article) return store.tell("focus-composer");
    const controls = pressable(article);
    const again = focus.key ? controls.find((node) => node.dataset.key === focus.key) : controls[focus.place];
    (again ?? article).focus({ preventScroll: true });
  }

  /** What was pressed before a form opened: to give the focus back. */
  find(origin) {
    const [messageId, ...rest] = origin.split(":");
    const article = this.list.querySelector(`article[data-id="${CSS.escape(messageId)}"]`);
    return (
      [...(article?.querySelectorAll("[data-custom-id]") ?? [])].find(
        (node) => node.dataset.customId === rest.join(":"),
      ) ?? null
    );
  }

  // scrolling

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    this.jump.hidden = this.stuck;
    if (this.stuck) unread.read(this.channelId);
    if (scrollTop < 200) this.loadOlder();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = true;
    this.jump.hidden = true;
  }

  async loadOlder() {
    const channelId = this.channelId;
    const [oldest] = store.messagesOf(channelId);
    if (this.loading || !oldest || store.state.complete.has(channelId)) return;
    this.loading = true;
    const older = await acts.quietly(
      get("read", { as: store.state.me.id, channel: channelId, before: oldest.id, limit: 50 }),
    );
    this.loading = false;
    if (!older || this.channelId !== channelId) return;
    this.prepending = true;
    store.prepend(channelId, older);
  }

  goTo(messageId) {
    const article = this.list.querySelector(`article[data-id="${CSS.escape(messageId)}"]`);
    if (!article) return;
    article.scrollIntoView({ block: "center" });
    article.focus({ preventScroll: true });
    article.classList.add("flash");
    setTimeout(() => article.classList.remove("flash"), 1600);
  }

  /** Arrow keys go from message to message; Escape goes back to writing. */
  walk(event) {
    const article = event.target;
    if (event.key === "Escape" && !event.defaultPrevented) return store.tell("focus-composer");
    if (!article.matches?.("article")) return;
    const articles = [...this.list.querySelectorAll("article")];
    const to = articles.indexOf(article) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0);
    if (articles[to] === article) return;
    event.preventDefault();
    if (to >= articles.length) store.tell("focus-composer");
    else articles[to]?.focus();
  }

  last() {
    return [...this.list.querySelectorAll("article")].at(-1) ?? null;
  }
}

const pressable = (article) =>
  [...article.querySelectorAll("button, a[href], input, select, textarea, [tabindex]")].filter((node) => !node.disabled);

function sameStamp(one, other) {
  return Array.isArray(one)
    ? one.length === other.length && one.every((part, at) => part === other[at])
    : one === other;
}

function messageEntry(message, grouped) {
  // A new object for each change makes the message itself its stamp; what else is shown stands beside it.
  const stamp = [
    message,
    grouped,
    acts.isBusy(message.id),
    acts.failureOf(message.id),
    store.gaveUp(message),
    message.thread && store.countIn(message.thread),
    store.state.people,
    store.state.guild,
  ];
  return { key: message.id, stamp, make: () => messageNode(message, { grouped }) };
}

/** A command stays where it was sent: below the messages of then, above those that came since. */
const isAfter = (message, entry) => BigInt(message.id) > BigInt(entry.after);

const sentEntry = (entry) => ({ key: entry.key, stamp: entry.error ?? "", make: () => sentNode(entry) });

function dayEntry(at) {
  return {
    key: `day-${day(at)}`,
    stamp: "",
    make: () => el("div", { class: "day", role: "separator" }, el("span", {}, write(at, "D"))),
  };
}

const newLine = () =>
  el("div", { class: "day new", role: "separator", "aria-label": "New messages from here" }, el("span", {}, "New"));

function continues(message, last) {
  if (
    !last ||
    last.author.id !== message.author.id ||
    message.used ||
    message.message_reference ||
    message.type === 18
  )
    return false;
  if (last.ephemeral !== message.ephemeral || last.thinking || message.thinking || last.thread) return false;
  const at = Date.parse(message.timestamp);
  const before = Date.parse(last.timestamp);
  return at - before < GROUP_MS && day(at) === day(before);
}

const firstSteps = () => ["Type ", el("kbd", {}, "/"), ` to see what ${plain(store.bot().name)} can do here.`];

function beginning(channel, empty) {
  const words = {
    dm: ["Only you and ", said(channel.name), " read this."],
    thread: ["In ", said(store.channel(channel.parent_id)?.name ?? "")],
  }[channel.kind] ?? [channel.topic ? said(channel.topic) : "The channel begins here."];
  const made = channel.kind === "dm" ? null : timeNode(createdMs(channel.id), "D");
  return el(
    "div",
    { class: "beginning" },
    el("span", { class: "badge" }, icon(channelIcon(channel))),
    el("h2", {}, channelTitle(channel)),
    el("p", {}, words, made ? " · since " : null, made),
    empty && channel.can_send && channel.kind !== "dm" ? el("p", { class: "try" }, firstSteps()) : null,
  );
}

/** A snowflake holds the moment it was made. */
export const createdMs = (id) => Number(BigInt(id) >> 22n) + 1_420_070_400_000;

/** Puts nodes in order and touches only those that are out of place, so that nothing loses its state. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, at) => {
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  });
}

/** New messages are read out, once, to who can't see them arrive. */
export function announce(message) {
  const region = document.getElementById("announce");
  const where =
    message.channel_id === store.state.channelId ? "" : ` in ${store.channel(message.channel_id)?.name ?? ""}`;
  fill(
    region,
    el(
      "p",
      {},
      plain(`${store.author(message).name}${where}: ${message.ephemeral ? "only to you: " : ""}${summary(message)}`),
    ),
  );
}

export const isFresh = (message) => now() - Date.parse(message.timestamp) < 60_000;
