/* Short news at the foot of the page: what was just decided with ten seconds to undo, and what went wrong. */

import { el } from "../shared/dom.js";
import { DONE, REJECTIONS, named } from "./words.js";

const SHOWN_MS = 10_000;
const NEWS_MS = 5_000;

export function createToasts(place) {
  let undoToast = null;

  function show(toast, duration_ms) {
    place.append(toast);
    setTimeout(() => toast.remove(), duration_ms);
  }

  function say(sentence, { isFault = false } = {}) {
    for (const toast of place.querySelectorAll(".toast-plain")) if (toast.textContent === sentence) toast.remove();
    show(el("div", { class: `toast toast-plain${isFault ? " toast-fault" : ""}`, text: sentence }), isFault ? SHOWN_MS : NEWS_MS);
  }

  /* Only the last decision has a toast; earlier ones are in the list. */
  function offerUndo(entry, undo) {
    undoToast?.remove();
    const sentence = entry.reason ? `${DONE[entry.action]}: ${named(REJECTIONS, entry.reason)}` : DONE[entry.action];
    const toast = el("div", { class: "toast" }, el("span", { text: sentence }),
      el("button", { type: "button", class: "button", onclick: () => { toast.remove(); undo(); } }, el("span", { text: "Undo" }), el("kbd", { text: "u" })),
      el("span", { class: "toast-time", "aria-hidden": "true" }));
    undoToast = toast;
    show(toast, SHOWN_MS);
  }

  return { say, offerUndo, dropUndo: () => undoToast?.remove() };
}
