/* What is said of a request that failed, and what to do next. */

import { el } from "../shared/dom.js";
import { languageNow, words } from "./words.js";

const SERVERS_OWN = [0, 401, 403, 409, 422]; // the server knows more than the status tells

/* problem: as api.js throws it */
export function sentenceFor({ status, detail, retryAfter_s }) {
  if (status === 0) return detail || words.offline;
  if (status === 429 && retryAfter_s > 1) return words.waitFor(duration(retryAfter_s));
  if (SERVERS_OWN.includes(status) && detail) return detail;
  return words.problems[status] ?? words.problems[500];
}

/* Say it to who wrote; whoever has to wait sees how long still, and is told when it is over. */
export function fault(problem) {
  const left = el("span", { class: "fw-countdown", "aria-hidden": "true" }); // read aloud, it would chatter
  const sentence = el("span", { text: sentenceFor(problem) });
  if (problem.status === 429 && problem.retryAfter_s > 1) count(Date.now() + problem.retryAfter_s * 1000, sentence, left);
  return el("p", { class: "fw-notice", role: "alert" }, sentence, left);
}

function count(until, sentence, left) {
  const draw = () => {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    left.textContent = seconds > 0 ? clock(seconds) : "";
    if (seconds > 0) return;
    sentence.textContent = words.waitOver;
    clearInterval(timer);
  };
  const timer = setInterval(draw, 1000);
  draw();
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/* Say that an article is in slow mode. */
export function tellPause(thread, place, seconds) {
  place.hidden = false;
  place.textContent = words.slowMode({ time: duration(seconds) });
}

/* Return "30 seconds", "5 minutes", in the language's own way of counting. */
export function duration(seconds) {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3600), "hour"];
  return new Intl.NumberFormat(languageNow(), { style: "unit", unit, unitDisplay: "long" }).format(value);
}
