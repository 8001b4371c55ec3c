/* Say when something happened, the way a person would, and keep saying it right while the page is open. */

import { el } from "./dom.js";

const STEPS = [
  ["minute", 60],
  ["hour", 3600],
  ["day", 86400],
  ["week", 604800],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short" });

/* Return "just now", "5 minutes ago", "yesterday"; from four weeks on the date. */
export function ago(moment, now = Date.now()) {
  const passed_s = (now - Date.parse(moment)) / 1000;
  if (passed_s < 45) return "just now";
  if (passed_s >= 4 * 604800) return day.format(new Date(moment));
  const [unit, length_s] = STEPS.findLast(([, step_s]) => passed_s >= step_s) ?? STEPS[0];
  return relative.format(-Math.max(1, Math.floor(passed_s / length_s)), unit);
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
