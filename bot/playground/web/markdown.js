// Discord's markdown, turned into nodes. Two layers: lines (headings, lists, quotes, fences), and what stands in a line.

import { el } from "./dom.js";
import { isKnownTag, chip } from "./chips.js";

const DEPTH = 12; // deeper nesting is shown as it was typed

/** A whole text: the children of a message, a text display, or an embed's description. */
export function markdown(text) {
  return el("div", { class: "md", dir: "auto" }, blocks(String(text ?? "")));
}

/** One line without headings or lists: a title, a field's name. */
export function inlineMarkdown(text) {
  return inline(String(text ?? ""), 0);
}

// lines

function blocks(text, depth = 0) {
  const out = [];
  let rest = text;
  while (rest) {
    const fence = findFence(rest);
    if (!fence) break;
    out.push(lines(rest.slice(0, fence.start), depth), codeBlock(fence));
    rest = rest.slice(fence.end);
  }
  out.push(lines(rest, depth));
  return out.flat(Infinity);
}

function findFence(text) {
  const start = text.indexOf("```");
  const end = start < 0 ? -1 : text.indexOf("```", start + 3);
  if (end < 0) return null;
  const inside = text.slice(start + 3, end);
  const named = /^([\w+.#-]{1,20})\n/.exec(inside);
  const code = (named ? inside.slice(named[0].length) : inside).replace(/^\n+|\n+$/g, "");
  const after = text[end + 3] === "\n" ? 4 : 3;
  return code.trim() ? { start, end: end + after, code, language: named?.[1] ?? null } : null;
}

function codeBlock({ code, language }) {
  return el("pre", { class: "code", dir: "auto", "data-language": language, tabindex: "0" }, el("code", {}, code));
}

const HEADING = /^(#{1,3})\s+(.+)$/;
const SMALL = /^-#\s+(.+)$/;
const QUOTE = /^>\s(.*)$/;
const LONG_QUOTE = /^>>>\s/;
const ITEM = /^(\s*)(?:([-*])|(\d{1,10})\.)\s+(\S.*)$/;

function lines(text, depth) {
  if (!text || text === "\n") return [];
  if (depth > DEPTH) return [paragraph([text], depth)];
  const left = text.replace(/\n$/, "").split("\n");
  const out = [];
  let plain = [];
  const flush = () => {
    if (plain.length) out.push(paragraph(plain, depth));
    plain = [];
  };
  while (left.length) {
    const special = specialBlock(left, depth);
    if (special) {
      flush();
      out.push(special);
    } else plain.push(left.shift());
  }
  flush();
  return out;
}

/** Takes the lines it understands off the front, or takes nothing and returns null. */
function specialBlock(left, depth) {
  const [line] = left;
  const heading = HEADING.exec(line);
  const small = SMALL.exec(line);
  if (heading || small) {
    left.shift();
    const attributes = { dir: "auto", class: small ? "small" : null };
    // A page has its own outline; a message's headings start below it.
    return el(small ? "div" : `h${heading[1].length + 2}`, attributes, inline((small ?? heading).at(-1), depth));
  }
  if (LONG_QUOTE.test(line)) {
    const quoted = left.splice(0).join("\n").replace(LONG_QUOTE, "");
    return el("blockquote", { dir: "auto" }, lines(quoted, depth + 1));
  }
  if (QUOTE.test(line)) return el("blockquote", { dir: "auto" }, lines(take(left, QUOTE, 1).join("\n"), depth + 1));
  if (ITEM.test(line)) return list(left, depth);
  return null;
}

function take(left, pattern, group) {
  const taken = [];
  while (left.length && pattern.test(left[0])) taken.push(pattern.exec(left.shift())[group]);
  return taken;
}

function paragraph(plain, depth) {
  return el("div", { class: "p", dir: "auto" }, inline(plain.join("\n"), depth));
}

function list(left, depth) {
  const [, indent, bullet, number] = ITEM.exec(left[0]);
  const node = el(bullet ? "ul" : "ol", { start: bullet || number === "1" ? null : number, dir: "auto" });
  while (left.length) {
    const item = ITEM.exec(left[0]);
    if (!item || item[1].length < indent.length || Boolean(item[2]) !== Boolean(bullet)) break;
    if (item[1].length > indent.length && node.lastChild && depth < DEPTH) {
      node.lastChild.append(list(left, depth + 1));
      continue;
    }
    left.shift();
    node.append(el("li", { dir: "auto" }, inline(item[4], depth)));
  }
  return node;
}

// inside a line

// Each pair: what opens it, and what it becomes. Longer marks stand first.
const PAIRS = [
  ["***", (inner) => el("b", {}, el("i", {}, inner))],
  ["**", (inner) => el("b", {}, inner)],
  ["__", (inner) => el("u", {}, inner)],
  ["~~", (inner) => el("s", {}, inner)],
  ["||", spoiler],
  ["*", (inner) => el("i", {}, inner)],
  ["_", (inner) => el("i", {}, inner)],
];
const SIGNIFICANT = /[\\`*_~|<[@h]/g;
const ADDRESS = /https?:\/\/[^\s<]+[^\s<.,:;"'\])!?]/y;
const ANGLE_ADDRESS = /<(https?:\/\/[^\s<>]+)>/y;
const MASKED =
  /\[((?:\\.|[^[\]\\\n]){1,1000})\]\(<?(https?:\/\/[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+"[^"\n]*")?\)/y;
const TAG = /<(@!?|@&|#|\/[^:<>\n]{1,100}:|a?:\w{1,40}:|t:)(-?\d{1,20})(?::([tTdDfFRsS]))?>/y;
const EVERYONE = /@(everyone|here)\b/y;

function inline(text, depth) {
  const out = [];
  let plain = "";
  let at = 0;
  const missing = new Set(); // marks that don't occur any more: they needn't be looked for again
  while (at < text.length) {
    SIGNIFICANT.lastIndex = at;
    const next = SIGNIFICANT.exec(text)?.index ?? text.length;
    plain += text.slice(at, next);
    if (next === text.length) break;
    const found = special(text, next, depth, missing);
    if (found?.node) {
      if (plain) out.push(plain);
      plain = "";
      out.push(found.node);
    } else plain += found?.plain ?? text[next];
    at = found?.end ?? next + 1;
  }
  if (plain) out.push(plain);
  return out;
}

/** What begins at this place: {end, node} or {end, plain}; null where it is a letter like others. */
function special(text, at, depth, missing) {
  const letter = text[at];
  if (letter === "\\") return escaped(text, at);
  if (letter === "`") return inlineCode(text, at, missing);
  if (letter === "h") return match(ADDRESS, text, at, ([address]) => link(address, [address]));
  if (letter === "@") return match(EVERYONE, text, at, ([written]) => el("span", { class: "chip" }, written));
  if (letter === "[" && depth < DEPTH) return masked(text, at, depth);
  if (letter === "<") {
    return (
      match(TAG, text, at, (found) => (isKnownTag(found) ? chip(found) : null)) ??
      match(ANGLE_ADDRESS, text, at, ([, address]) => link(address, [address]))
    );
  }
  return depth < DEPTH ? pair(text, at, depth, missing) : null;
}

function match(pattern, text, at, make) {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (!found || (found[0].startsWith("http") && /\w/.test(text[at - 1] ?? ""))) return null;
  const node = make(found);
  return node && { end: at + found[0].length, node };
}

function escaped(text, at) {
  const next = text[at + 1];
  return next && /[^\w\s]/.test(next) ? { end: at + 2, plain: next } : null;
}

function inlineCode(text, at, missing) {
  const mark = /^`+/.exec(text.slice(at, at + 50))[0];
  const end = closing(text, mark, at + mark.length, missing, "`");
  if (end < 0) return { end: at + mark.length, plain: mark };
  const code = text.slice(at + mark.length, end).replace(/^ (.*[^ ].*) $/s, "$1");
  return { end: end + mark.length, node: el("code", {}, code) };
}

function masked(text, at, depth) {
  return match(MASKED, text, at, ([, label, address]) => link(address, inline(label, depth + 1)));
}

function pair(text, at, depth, missing) {
  for (const [mark, make] of PAIRS) {
    if (!text.startsWith(mark, at)) continue;
    const end = closingOf(mark, text, at, missing);
    if (end < 0) continue;
    const inner = text.slice(at + mark.length, end);
    return { end: end + mark.length, node: make(inline(inner, depth + 1)) };
  }
  // A run of marks that opens nothing is passed over in one step.
  const run = /^([*_~|])\1*/.exec(text.slice(at, at + 200))[0];
  return run.length > 3 ? { end: at + run.length, plain: run } : null;
}

function closingOf(mark, text, at, missing) {
  const start = at + mark.length;
  if (mark.length === 1 && /\s/.test(text[start] ?? " ")) return -1;
  if (mark === "_" && /\w/.test(text[at - 1] ?? "")) return -1; // snake_case stays whole
  let end = closing(text, mark, start, missing, mark[0]);
  while (end >= 0 && mark === "_" && /\w/.test(text[end + 1] ?? ""))
    end = closing(text, mark, end + 1, missing, mark[0]);
  return end > start && text.slice(start, end).trim() ? end : -1;
}

/** Where a mark stands next, not as part of a longer run and not after a backslash. */
function closing(text, mark, from, missing, letter) {
  if (missing.has(mark)) return -1;
  for (let end = text.indexOf(mark, from); end >= 0;) {
    let run = end;
    while (text[run] === letter) run += 1;
    const length = run - end;
    if (text[end - 1] !== "\\" || letter === "`") {
      if (length === mark.length) return end;
      // `**a *b***`: the inner mark closes first, the outer at the end of the run.
      if (letter !== "`" && length > mark.length && mark.length <= 2 && length <= 3) return run - mark.length;
    }
    end = text.indexOf(mark, run);
  }
  missing.add(mark);
  return -1;
}

function spoiler(inner) {
  const show = (event) => {
    const node = event.currentTarget;
    if (!node.classList.contains("shown")) event.preventDefault();
    node.classList.add("shown");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  const onkeydown = (event) => (event.key === "Enter" || event.key === " ") && show(event);
  const attributes = {
    class: "spoiler",
    role: "button",
    tabindex: "0",
    "aria-label": "Spoiler: show it",
    onclick: show,
    onkeydown,
  };
  return el("span", attributes, el("span", {}, inner));
}

export function link(address, children) {
  // Where the words say one thing and the address another, the title tells.
  return el(
    "a",
    { href: address, target: "_blank", rel: "noopener noreferrer", title: address, dir: "auto" },
    children,
  );
}
