// "You are": whose eyes the page looks through.

import { el, face, fill, icon, said, plain, walkable } from "./dom.js";
import * as store from "./store.js";

const RANKS = { owner: "crown", moderator: "shield" };

export function setUpPeople(root, become) {
  walkable(root, ".entry");
  const draw = () => store.state.ready && drawPeople(root, become);
  store.on("state people", draw);
}

function drawPeople(root, become) {
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.become : null;
  const list = el(
    "div",
    { class: "list", role: "group", "aria-labelledby": "people-title" },
    store.members().map((person) => entry(person, become)),
  );
  fill(root, el("h2", { id: "people-title" }, "You are"), list);
  if (focused) root.querySelector(`[data-become="${focused}"]`)?.focus();
}

function entry(person, become) {
  const me = person.id === store.state.me.id;
  const rank = RANKS[person.kind] ? icon(RANKS[person.kind]) : null;
  return el(
    "div",
    { class: "person" },
    el(
      "button",
      {
        class: `entry${me ? " on" : ""}`,
        type: "button",
        "data-become": person.id,
        "aria-current": me ? "true" : null,
        onclick: () => become(person.id),
      },
      face(person),
      said(person.name, { class: "cut" }),
      el("small", {}, rank, person.kind),
    ),
    el(
      "button",
      {
        class: "tools",
        type: "button",
        "data-person": person.id,
        "aria-haspopup": "menu",
        "aria-label": `${plain(person.name)}: menu`,
      },
      icon("dots"),
    ),
  );
}
