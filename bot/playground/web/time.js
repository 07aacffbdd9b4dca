// The playground's clock on the page: what it says now, and how moments are written beside it.

// English words stand around every date, so only an English locale may order its parts.
const LOCALE = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const DAY = 86_400_000;

let anchor = { at: Date.now(), heard: performance.now(), frozen: false };

/** Between two words of the playground the clock runs on by itself, unless it is stopped. */
export function setClock(clock) {
  anchor = { at: clock.now_us / 1000, heard: performance.now(), frozen: clock.frozen };
  refresh();
}

export function now() {
  return anchor.frozen ? anchor.at : anchor.at + performance.now() - anchor.heard;
}

const formats = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { day: "2-digit", month: "2-digit", year: "numeric" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" },
  s: { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" },
  S: { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  short: { day: "numeric", month: "short", year: "numeric" },
  dayMonth: { day: "numeric", month: "short" },
  year: { year: "numeric" },
  utc: { hour: "2-digit", minute: "2-digit", timeZone: "UTC", hourCycle: "h23" },
};
const made = Object.fromEntries(
  Object.entries(formats).map(([style, options]) => [style, new Intl.DateTimeFormat(LOCALE, options)]),
);
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const UNITS = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

export function fromNow(ms) {
  const away = ms - now();
  // What would round up to 60 minutes is an hour already: half of the next smaller unit is given.
  const reaches = ([, length], at) => Math.abs(away) + (UNITS[at + 1]?.[1] ?? 0) / 2 >= length;
  const [unit, size] = UNITS.find(reaches) ?? UNITS.at(-1);
  return relative.format(Math.round(away / size), unit);
}

const startOfDay = (ms) => new Date(ms).setHours(0, 0, 0, 0);

/** Which local day: two moments of one day give the same number. */
export const day = startOfDay;

export function write(ms, style) {
  if (style === "R") return fromNow(ms);
  if (style === "posted") return posted(ms);
  return made[style].format(ms);
}

/** "today at 10:04", as over a message. */
function posted(ms) {
  const days = Math.round((startOfDay(now()) - startOfDay(ms)) / DAY);
  if (days === 0) return `today at ${made.t.format(ms)}`;
  if (days === 1) return `yesterday at ${made.t.format(ms)}`;
  return `${made.short.format(ms)}, ${made.t.format(ms)}`;
}

/** A moment that is rewritten as the clock moves on. */
export function timeNode(ms, style, className = null) {
  const node = document.createElement("time");
  if (className) node.className = className;
  if (!Number.isFinite(new Date(ms).getTime())) {
    node.textContent = "an impossible date";
    return node;
  }
  node.dateTime = new Date(ms).toISOString();
  node.dataset.style = style;
  node.title = made.F.format(ms);
  node.textContent = write(ms, style);
  return node;
}

export function refresh() {
  for (const node of document.querySelectorAll("time[data-style=R], time[data-style=posted]")) {
    const words = write(Date.parse(node.dateTime), node.dataset.style);
    if (node.textContent !== words) node.textContent = words;
  }
}

export const minutesEastOfUtc = () => -new Date(now()).getTimezoneOffset();
