// Dates as Slack writes them: times of messages, day lines, and `<!date^…>` / rich text date tokens.

let zone;
let clockOffset = 0;

/** Uses the person's zone when the browser knows it, and the sandbox's clock (epoch seconds) for "today". */
export function useClock(tz, clock) {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: tz });
    zone = tz;
  } catch {
    zone = undefined; // An unknown zone name: the browser's own is the best left.
  }
  if (clock) clockOffset = clock * 1000 - Date.now();
}

const now = () => new Date(Date.now() + clockOffset);
const part = (date, options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(date);
const day = (date) => part(date, { year: "numeric", month: "2-digit", day: "2-digit" });

/** "14:03" of a Slack ts ("1795443120.000100") or of epoch seconds. */
export const clockTime = (ts) =>
  part(new Date(Number(ts) * 1000), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** "23 November 2026 at 14:03:05", for the tooltip of a time. */
export const fullTime = (ts) => {
  const date = new Date(Number(ts) * 1000);
  return `${part(date, { dateStyle: "long" })} at ${part(date, { timeStyle: "medium", hourCycle: "h23" })}`;
};

function nearDay(date) {
  const days = [
    ["Today", 0],
    ["Yesterday", -1],
    ["Tomorrow", 1],
  ];
  const found = days.find(([, shift]) => day(new Date(now().getTime() + shift * 864e5)) === day(date));
  return found ? found[0] : null;
}

/** "Today", "Yesterday" or "Monday, 23 November": the line between two days. */
export function dayName(ts) {
  const date = new Date(Number(ts) * 1000);
  return nearDay(date) ?? part(date, { weekday: "long", day: "numeric", month: "long" });
}

export const dayKey = (ts) => day(new Date(Number(ts) * 1000));

const TOKENS = {
  date_num: (date) => part(date, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-"),
  date: (date) => part(date, { day: "numeric", month: "long", year: "numeric" }),
  date_short: (date) => part(date, { day: "numeric", month: "short", year: "numeric" }),
  date_long: (date) => part(date, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  day_divider_pretty: (date) => nearDay(date) ?? part(date, { weekday: "long", day: "numeric", month: "long" }),
  time: (date) => part(date, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  time_secs: (date) => part(date, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  ago: (date) => ago((date - now()) / 1000),
};
for (const name of ["date", "date_short", "date_long"]) {
  TOKENS[`${name}_pretty`] = (date) => nearDay(date)?.toLowerCase() ?? TOKENS[name](date);
}

function ago(seconds) {
  const units = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

/** A Slack date format ("{date_short} at {time}") filled in; `fallback` where the timestamp is no date. */
export function dateToken(timestamp, format, fallback) {
  const date = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(date.getTime()) || !format) return fallback ?? "";
  return format.replace(/\{(\w+)\}/g, (whole, name) => (TOKENS[name] ? TOKENS[name](date) : whole));
}

/** Epoch seconds ↔ the value of a datetime-local input, in the browser's zone. */
export const toLocalInput = (epoch) => {
  const date = new Date(epoch * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
};
export const fromLocalInput = (value) => Math.floor(new Date(value).getTime() / 1000);
