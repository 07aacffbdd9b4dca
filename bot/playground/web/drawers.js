// On a narrow window the two sides slide in over the chat; while one is open nothing else takes the focus.

export class Drawers {
  constructor(side, panel, main, veil) {
    Object.assign(this, { side, panel, main, veil, open: null });
    veil.addEventListener("click", () => this.close());
    document.addEventListener(
      "keydown",
      (event) => event.key === "Escape" && !event.defaultPrevented && this.close(),
    );
    for (const query of ["(max-width: 760px)", "(max-width: 1120px)"])
      matchMedia(query).addEventListener("change", () => this.close());
  }

  toggle(drawer, focus = "[aria-current]") {
    if (this.open === drawer) return this.close();
    this.close();
    this.open = drawer;
    this.opener = document.activeElement;
    drawer.classList.add("open");
    this.veil.hidden = false;
    this.behind(true);
    const target = drawer.querySelector(focus) ?? drawer.querySelector("button:not([disabled])");
    return target?.focus();
  }

  /** What lies under the open drawer takes no focus. */
  behind(inert) {
    for (const node of [this.main, this.side, this.panel]) node.inert = inert && node !== this.open;
  }

  close() {
    if (!this.open) return;
    this.open.classList.remove("open");
    this.open = null;
    this.veil.hidden = true;
    this.behind(false);
    if (this.opener?.isConnected) this.opener.focus({ preventScroll: true });
  }
}
