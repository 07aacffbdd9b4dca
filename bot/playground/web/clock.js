// The panel beside the chat: the clock that can be moved, what is due, the bot's process, the books.

import { el, fill, spinner, visible } from "./dom.js";
import { now, write, timeNode, minutesEastOfUtc } from "./time.js";
import { redrawDate } from "./head.js";
import { post, get, Refused } from "./socket.js";
import * as store from "./store.js";

const HOUR = 3600;
const DUE_SHOWN = 6;
const DOTS = { running: "good", starting: "wait", stopped: "off", exited: "bad", none: "off" };

export function setUpPanel(root) {
  const panel = new Panel(root);
  store.on("state clock bot connection", () => panel.draw());
  setInterval(() => panel.tick(), 1000);
}

class Panel {
  constructor(root) {
    this.busy = null; // the name of what was pressed
    this.error = { clock: null, bot: null };
    this.date = el("div", { class: "clock-date" });
    this.time = el("div", { class: "clock-time" });
    this.clockRow = el("div", { class: "row" });
    this.clockError = el("div", { class: "failure", role: "alert" });
    this.due = el("div", { class: "due" });
    this.botLine = el("div", { class: "status" });
    this.botRow = el("div", { class: "row" });
    this.botError = el("div", { class: "failure", role: "alert" });
    this.books = el("div", { class: "status" });
    this.booksRow = el("div", { class: "row" });
    fill(
      root,
      group("Clock", this.date, this.time, this.clockRow, this.clockError),
      group("Due next", this.due),
      group("Bot", this.botLine, this.botRow, this.botError),
      group("Books", this.books, this.booksRow),
    );
  }

  draw() {
    const { clock, bot } = store.state;
    if (!clock) return;
    this.tick();
    this.drawClock(clock);
    this.drawDue(clock);
    this.drawBot(bot);
    this.drawBooks(clock);
  }

  tick() {
    const { clock } = store.state;
    if (!clock) return;
    const at = now();
    const away = minutesEastOfUtc() !== 0;
    setText(this.date, write(at, "short"));
    const utc = write(at, "utc");
    const words = away ? `${write(at, "t")} your time · ${utc} UTC` : `${utc} UTC`;
    setText(this.time, clock.frozen ? `${words} · stopped` : words);
    redrawDate();
  }

  drawClock(clock) {
    const skip = (seconds) => () =>
      this.act("clock", `skip${seconds}`, () => post("clock", { skip_seconds: seconds }));
    const toDue = () => this.act("clock", "due", () => post("clock", { to: "next_due" }));
    const nothing = clock.next_due_us === null;
    this.row(this.clockRow, [
      ["skip3600", "+1 hour", skip(HOUR)],
      [`skip${24 * HOUR}`, "+1 day", skip(24 * HOUR)],
      [
        "due",
        "To the next deadline",
        toDue,
        { class: "button primary", disabled: nothing, title: nothing ? "Nothing is due" : null },
      ],
    ]);
    fill(this.clockError, this.error.clock);
  }

  drawDue(clock) {
    const entries = clock.due.slice(0, DUE_SHOWN).map(dueEntry);
    const more = clock.due.length - DUE_SHOWN;
    fill(
      this.due,
      entries.length ? entries : el("p", { class: "soft" }, "Nothing is due."),
      more > 0 ? el("p", { class: "soft" }, `and ${more} more`) : null,
    );
  }

  drawBot(bot) {
    const connected = store.state.connected;
    const mood = connected ? (bot.state === "none" && bot.connected ? "good" : DOTS[bot.state]) : "bad";
    fill(
      this.botLine,
      light(mood),
      el("bdi", { class: "wrap" }, connected ? visible(bot.sentence) : "the playground doesn't answer"),
    );
    const does = (what) => () => this.act("bot", what, () => post("bot", { do: what }));
    const alive = ["running", "starting"].includes(bot.state);
    const living = [
      ["restart", "Restart", does("restart")],
      ["kill", "Kill", does("kill")],
    ];
    const dead = [["start", "Start", does("start"), { class: "button primary" }]];
    const log = [["log", "Log", () => this.act("bot", "log", showLog)]];
    this.row(this.botRow, bot.state === "none" ? [] : [...(alive ? living : dead), ...log]);
    fill(this.botError, this.error.bot);
  }

  /** What the bot said last: it counts them after each press and each move of the clock. */
  drawBooks({ books }) {
    const words = books ?? (store.state.bot.state === "running" ? "being counted…" : "counted when the bot runs");
    const mood = books ? (/^balance/.test(books) ? "good" : "bad") : "off";
    fill(this.books, light(mood), el("bdi", { class: "wrap" }, words));
    const count = () => this.act("clock", "books", () => post("clock", { skip_seconds: 0 }));
    this.row(this.booksRow, [["books", "Count again", count]]);
  }

  row(node, buttons) {
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const made = buttons.map(([key, label, act, about = {}]) => this.button(key, label, act, about));
    fill(node, made);
    if (focused) (made.find((button) => button.dataset.key === focused && !button.disabled) ?? made[0])?.focus();
  }

  button(key, label, act, about) {
    const busy = this.busy === key;
    const attributes = {
      class: "button secondary",
      type: "button",
      "data-key": key,
      ...about,
      "aria-busy": busy ? "true" : null,
      "aria-disabled": this.busy ? "true" : null,
      onclick: act,
    };
    return el("button", attributes, label, busy ? spinner() : null);
  }

  /** One thing at a time: a move of the clock lasts until the bot has done all that became due. */
  async act(area, key, send) {
    if (this.busy) return;
    this.busy = key;
    this.error = { ...this.error, [area]: null };
    this.draw();
    try {
      await send();
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      this.error = { ...this.error, [area]: refused.message };
    }
    this.busy = null;
    this.draw();
  }
}

function group(title, ...nodes) {
  return el("section", { "aria-label": title }, el("h2", {}, title), nodes);
}

const light = (mood) => el("i", { class: `light ${mood}`, "aria-hidden": "true" });

function dueEntry({ at_us, what }) {
  return el("div", {}, el("bdi", { class: "wrap" }, visible(what)), timeNode(at_us / 1000, "R", "soft"));
}

function setText(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

async function showLog() {
  const { lines } = await get("bot/log");
  const close = () => dialog.close();
  const text = el("pre", { class: "code", tabindex: "0" }, lines.join("\n") || "The bot has written nothing yet.");
  const dialog = el(
    "dialog",
    { class: "modal wide", "aria-label": "The bot's log" },
    el("header", {}, el("h2", {}, "The bot's log")),
    el("div", { class: "modal-body" }, text),
    el("footer", {}, el("button", { class: "button secondary", type: "button", onclick: close }, "Close")),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  text.scrollTop = text.scrollHeight;
}
