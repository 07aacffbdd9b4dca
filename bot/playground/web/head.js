// The line on top: where we are, who we are, and the ways to the drawers.

import { el, fill, icon, said, face, plain } from "./dom.js";
import { now, write } from "./time.js";
import { channelIcon } from "./channels.js";
import { tagsOf } from "./forum.js";
import { toggleTheme, isDark } from "./look.js";
import * as store from "./store.js";

/** Redrawn whenever the channel, its name or the reader changes. */
export function drawHead(drawers) {
  const channel = store.here();
  if (!channel) return;
  const parent = store.channel(channel.parent_id);
  const back =
    parent &&
    el(
      "button",
      { class: "crumb", type: "button", onclick: () => store.open(parent.id) },
      icon(channelIcon(parent)),
      said(parent.name),
      el("span", { class: "soft", "aria-hidden": "true" }, "›"),
    );
  const node = document.getElementById("head");
  const focused = node.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
  const state = [channel.archived ? "archived" : null, channel.locked ? "locked" : null].filter(Boolean).join(", ");
  fill(
    node,
    el(
      "button",
      {
        class: "icon-button only-narrow",
        type: "button",
        "aria-label": "Channels and people",
        "aria-controls": "side",
        onclick: () => drawers.toggle(drawers.side),
      },
      icon("menu"),
    ),
    back,
    el("h2", { class: "title" }, icon(channelIcon(channel)), said(channel.name, { class: "cut", title: plain(channel.name) })),
    el("span", { class: "tags" }, tagsOf(channel)),
    state ? el("span", { class: "state" }, state) : null,
    channel.topic
      ? el("span", { class: "topic cut", dir: "auto", title: plain(channel.topic) }, channel.topic)
      : null,
    el("span", { class: "space" }),
    meButton(drawers),
    themeButton(),
    el(
      "button",
      {
        class: "pill only-medium",
        type: "button",
        "aria-label": "Clock, bot and books",
        "aria-controls": "panel",
        onclick: () => drawers.toggle(drawers.panel),
      },
      icon("clock"),
      el("span", { id: "pill-time" }, dateParts()),
    ),
  );
  fill(document.getElementById("looks"), themeButton()); // on a phone the line on top has no room for it
  if (focused) node.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
  document.title = `${plain(channel.name)} · ${plain(store.myself()?.name)} · Crux playground`;
}

function meButton(drawers) {
  const me = store.myself();
  return (
    me &&
    el(
      "button",
      {
        class: "me only-narrow",
        type: "button",
        "aria-label": `You are ${plain(me.name)}. Change`,
        onclick: () => drawers.toggle(drawers.side, `[data-become="${me.id}"]`),
      },
      face(me),
    )
  );
}

/** The pill's date; where there is little room its year stands below the day (style.css). */
export function dateParts() {
  return [el("span", { class: "date" }, write(now(), "short")), el("span", { class: "brief" }, briefDate())];
}

export function redrawDate() {
  const pill = document.getElementById("pill-time");
  if (pill && pill.firstChild.textContent !== write(now(), "short")) fill(pill, dateParts());
}

function briefDate() {
  return [write(now(), "dayMonth"), el("br"), write(now(), "year")];
}

function themeButton() {
  const toggle = (event) => {
    const place = event.currentTarget.parentNode;
    toggleTheme();
    for (const button of document.querySelectorAll(".theme")) button.replaceWith(themeButton());
    place.querySelector(".theme").focus();
  };
  const label = isDark() ? "Light colours" : "Dark colours";
  return el(
    "button",
    { class: "icon-button theme", type: "button", "aria-label": label, title: label, onclick: toggle },
    icon(isDark() ? "sun" : "moon"),
  );
}
