/* Say when something happened, the way a person would, and keep saying it right while the page is open. */

import { el } from "./dom.js";

const STEPS = [
  ["minute", 60],
  ["hour", 3600],
  ["day", 86400],
  ["week", 604800],
];
let relative;
let day;
let full;
let justNow;

tellTimesIn("en", "just now");

/* Tell times in a language from now on. */
export function tellTimesIn(language, now) {
  relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
  full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" });
  justNow = now;
}

/* Return "just now", "5 minutes ago", "yesterday"; from four weeks on the date. */
export function ago(moment, now = Date.now()) {
  const passed_s = (now - Date.parse(moment)) / 1000;
  if (passed_s < 45) return justNow;
  if (passed_s >= 4 * 604800) return dayOf(moment);
  const [unit, length_s] = STEPS.findLast(([, step_s]) => passed_s >= step_s) ?? STEPS[0];
  return relative.format(-Math.max(1, Math.floor(passed_s / length_s)), unit);
}

/* Return the date, as "24 Nov 2026". */
export function dayOf(moment) {
  return day.format(new Date(moment));
}

/* Return a <time> that names the full date in its title. */
export function timeElement(moment, className) {
  return el("time", {
    class: className, datetime: moment, title: full.format(new Date(moment)), text: ago(moment), "data-ago": "",
  });
}

/* Return "12 s", "3 min", "2 h", "4 d". */
export function span(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/* Refresh every <time> under root twice a minute. */
export function keepTime(root) {
  setInterval(() => {
    for (const node of root.querySelectorAll("time[data-ago]")) {
      const text = ago(node.dateTime);
      if (node.textContent !== text) node.textContent = text;
    }
  }, 30_000);
}
