// Building the page out of nodes. Text from messages only ever becomes text nodes: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** el("button", {class: "main", onclick: press, "aria-label": "Send"}, "Send", icon("arrow")) */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "style") Object.entries(value).forEach(([key, v]) => node.style.setProperty(key, v));
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

/** Somebody's words in the middle of ours: set apart, so that bidi controls in them end with them. */
export function said(text, attributes = {}) {
  return el("bdi", attributes, visible(text));
}

// Invisible alone: controls, format characters (zero width, bidi), spaces, and the Hangul and Braille blanks.
const BLANK = /^[\p{C}\p{Z}\u115f\u1160\u3164\uffa0\u2800\u034f]*$/u;

/** A name of nothing but invisible characters still needs something to press. */
export function visible(text) {
  const written = String(text ?? "");
  return BLANK.test(written) ? "(no visible name)" : written;
}

/** The same for attributes, which can't set anything apart: without what changes the direction of the words around it. */
export function plain(text) {
  return visible(text).replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, "");
}

export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter(Boolean));
  return node;
}

const PATHS = {
  hash: "M4.5 9h15M4.5 15h15M10 4 8 20M16 4l-2 16",
  megaphone: "M4 10v4l10 4V6L4 10Zm0 0v4m3 1 1 4h2l-.6-3M17.5 9a4 4 0 0 1 0 6",
  forum: "M4 5h16v11H10l-4 3v-3H4V5Zm4 4h8M8 12h5",
  thread: "M5 5v9a3 3 0 0 0 3 3h11m-4-4 4 4-4 4M9 8h10",
  at: "M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0Zm0 0v1.2a2.4 2.4 0 0 0 4.8 0V12a8.3 8.3 0 1 0-3.3 6.6",
  menu: "M4 7h16M4 12h16M4 17h16",
  clock: "M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  reply: "M10 8 5 13l5 5M5 13h9a5 5 0 0 0 5-5V6",
  file: "M7 3h7l4 4v14H7V3Zm7 0v4h4",
  download: "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14",
  close: "m6 6 12 12M18 6 6 18",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0-5v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4m0-12.8L17 7M7 17l-1.4 1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
  plus: "M12 5v14M5 12h14",
  down: "m6 9 6 6 6-6",
  left: "m14 6-6 6 6 6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5v-9Z",
  out: "M9 5h10v10M19 5 7 17",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 2.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z",
  warn: "M12 4 2.5 20h19L12 4Zm0 6v5m0 2.5v.01",
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12Z",
  slash: "M15.5 4.5 8.5 19.5",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5",
  crown: "M4 8l4 3.5L12 6l4 5.5L20 8l-1.6 10H5.6L4 8Z",
  shield: "M12 3 5 6v5.5c0 4.4 3 7.7 7 9.5 4-1.8 7-5.1 7-9.5V6l-7-3Z",
};

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}

export function spinner() {
  return el("span", { class: "spinner", "aria-hidden": "true" });
}

/** A round letter in the person's own colour. */
export function face(person) {
  const letter = [...(person.name || "?").replace(/^[\p{C}\p{Z}]+/u, "")][0] ?? "?";
  return el(
    "span",
    { class: "face", style: { "--face": person.color ?? "#5a6472" }, "aria-hidden": "true" },
    letter.toUpperCase(),
  );
}

let last = 0;
export function newId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}

/** Discord's 0xRRGGBB as CSS, or null where there is none. */
export function colour(number) {
  return number === null || number === undefined ? null : `#${number.toString(16).padStart(6, "0")}`;
}

/** Arrow keys walk through the entries of a list that is one stop of the Tab key. */
export function walkable(list, selector) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const entries = [...list.querySelectorAll(selector)];
    const at = entries.indexOf(document.activeElement);
    if (at < 0 || !(step || event.key === "Home" || event.key === "End")) return;
    event.preventDefault();
    const next = { Home: 0, End: entries.length - 1 }[event.key] ?? (at + step + entries.length) % entries.length;
    entries[next].focus();
  });
}
