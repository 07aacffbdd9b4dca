// Things that open over the page beside what was pressed: lists and menus. One at a time; Escape and a press elsewhere close it.

import { el } from "./dom.js";

const GAP = 6;
let current = null;

/** Opens `node` beside `anchor` (an element or {x, y}); `onClose(byEscape)` hears when it closes. Returns a closer. */
export function openOver(node, anchor, { onClose = () => {}, within = document.body } = {}) {
  current?.close(false);
  node.setAttribute("popover", "manual");
  node.classList.add("over");
  within.append(node);
  node.showPopover();
  const place = () => put(node, anchor);
  place();
  const opened = { node, anchor, close };
  const elsewhere = (event) => {
    if (!node.contains(event.target) && !(anchor instanceof Element && anchor.contains(event.target))) close(false);
  };
  function close(byEscape) {
    if (current === opened) current = null;
    fit.disconnect();
    document.removeEventListener("pointerdown", elsewhere, true);
    window.removeEventListener("resize", place);
    document.removeEventListener("scroll", scrolled, true);
    if (!node.isConnected) return;
    node.remove();
    onClose(byEscape);
  }
  const scrolled = (event) => !node.contains(event.target) && place();
  // What is in it grows and shrinks as one searches.
  const fit = new ResizeObserver(() => requestAnimationFrame(() => node.isConnected && place()));
  for (const child of node.children) fit.observe(child);
  document.addEventListener("pointerdown", elsewhere, true);
  window.addEventListener("resize", place);
  document.addEventListener("scroll", scrolled, true);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  });
  current = opened;
  return close;
}

export const closeAll = () => current?.close(false);

/** Below the anchor where there is room, else above; never over the window's edge. */
function put(node, anchor) {
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  if (anchor instanceof Element) node.style.minWidth = `${Math.min(box.width, innerWidth - 2 * GAP)}px`;
  const below = innerHeight - box.bottom - 2 * GAP;
  const above = box.top - 2 * GAP;
  node.style.maxHeight = "";
  const wanted = node.offsetHeight;
  const under = below >= wanted || below >= above;
  const room = Math.max(under ? below : above, 120);
  node.style.maxHeight = `${room}px`;
  const height = Math.min(wanted, room);
  node.style.top = `${Math.max(GAP, under ? box.bottom + GAP : box.top - GAP - height)}px`;
  node.style.left = `${Math.max(GAP, Math.min(box.left, innerWidth - node.offsetWidth - GAP))}px`;
}

/** entries: [{label, icon, danger, act} | {heading}]; arrow keys walk, Enter acts. */
export function openMenu(anchor, label, entries) {
  const origin = document.activeElement;
  const buttons = [];
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label });
  const close = () => done(true);
  for (const entry of entries) {
    if (entry.heading) {
      menu.append(el("div", { class: "menu-heading", role: "presentation" }, entry.heading));
      continue;
    }
    const act = () => {
      close();
      entry.act();
    };
    const attributes = {
      role: "menuitem",
      type: "button",
      tabindex: "-1",
      class: entry.danger ? "danger" : null,
      onclick: act,
    };
    const button = el("button", attributes, entry.icon ?? null, el("bdi", {}, entry.label));
    buttons.push(button);
    menu.append(button);
  }
  menu.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") close();
    else if (to === undefined) return;
    event.preventDefault();
    if (to !== undefined) buttons.at(to % buttons.length).focus();
  });
  const back = (again) => again && origin?.isConnected && origin.focus({ preventScroll: true });
  const done = openOver(menu, anchor, { onClose: back });
  buttons[0]?.focus({ preventScroll: true });
}
