/* What is said of a request that failed, and what to do next. */

import { languageNow, words } from "./words.js";

const SERVERS_OWN = [0, 403, 409, 422]; // the server knows more than the status tells

/* problem: as api.js throws it */
export function sentenceFor({ status, detail, retryAfter_s }) {
  if (status === 0) return detail || words.offline;
  if (status === 429 && retryAfter_s > 1) return words.waitFor(duration(retryAfter_s));
  if (SERVERS_OWN.includes(status) && detail) return detail;
  return words.problems[status] ?? words.problems[500];
}

/* Return "30 seconds", "5 minutes", in the language's own way of counting. */
export function duration(seconds) {
  const [value, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3600), "hour"];
  return new Intl.NumberFormat(languageNow(), { style: "unit", unit, unitDisplay: "long" }).format(value);
}
