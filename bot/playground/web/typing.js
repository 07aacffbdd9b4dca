// "Crux is typing…", below the message box, for ten seconds or until the message comes.

import { el, fill, said } from "./dom.js";
import * as store from "./store.js";

const LOOK_AGAIN_MS = 2000;

export function typingLine() {
  const line = el("div", { class: "typing" });
  const drawLine = () => draw(line);
  store.on("typing message channel state", drawLine);
  setInterval(drawLine, LOOK_AGAIN_MS);
  return line;
}

function draw(line) {
  const names = store.state.ready ? store.typingIn(store.state.channelId) : [];
  if (!names.length) return fill(line);
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const words = names.flatMap((name, at) => [at ? ", " : null, said(name, { class: "strong" })]);
  return fill(line, dots, words, names.length > 1 ? " are typing…" : " is typing…");
}
