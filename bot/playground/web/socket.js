// The two ways to the playground: one websocket that tells what changes, and POST for what a person does.

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;

/** The playground refused, in one sentence that can be shown. */
export class Refused extends Error {}

export class Stream {
  /** `onEvent(event)` hears everything; `onStatus(connected)` hears when the line breaks and comes back. */
  constructor({ as, onEvent, onStatus }) {
    Object.assign(this, { as, onEvent, onStatus, wait: FIRST_WAIT_MS });
    window.addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    const address = new URL("/control/events", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("as", this.as);
    const socket = (this.socket = new WebSocket(address));
    socket.onmessage = (message) => this.heard(socket, JSON.parse(message.data));
    socket.onclose = () => this.lost(socket);
  }

  heard(socket, event) {
    if (socket !== this.socket) return;
    if (event.type === "state") {
      this.wait = FIRST_WAIT_MS;
      this.known = true;
      this.onStatus(true);
    }
    this.onEvent(event);
  }

  lost(socket) {
    if (socket !== this.socket) return;
    this.onStatus(false);
    if (!this.known) this.checkReader();
    this.timer = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  /** Whom the tab remembers may be gone: Ada is always there. */
  async checkReader() {
    const reply = await fetch(`/control/state?${new URLSearchParams({ as: this.as })}`).catch(() => null);
    if (reply?.status === 400) this.as = "Ada";
  }

  /** Don't sit out the wait when there is a reason to believe the line is back. */
  now() {
    if (this.socket.readyState === WebSocket.CLOSED) this.open();
  }

  /** A fresh `state` follows, on this connection or on the next. */
  become(person) {
    this.as = person;
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ as: person }));
  }
}

/** POST /control/<call>; raises Refused with the playground's own sentence. */
export function post(call, body) {
  return ask(`/control/${call}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

export function get(call, query = {}) {
  return ask(`/control/${call}?${new URLSearchParams(query)}`, {});
}

async function ask(address, request) {
  let reply;
  try {
    reply = await fetch(address, request);
  } catch {
    throw new Refused("The playground doesn't answer. Is it still running?");
  }
  const told = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refused(told.error ?? `The playground answered ${reply.status}.`);
  return told;
}
