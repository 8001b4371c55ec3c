/* Ask why a comment is rejected: twelve buttons, the likely one ready under Enter. */

import { el } from "../shared/dom.js";
import { REJECTIONS } from "./words.js";

const COLUMNS_KEYS = { ArrowRight: 1, ArrowLeft: -1 };

/* Resolve to {reason, note}, or null when the moderator thought better of it. */
export function askReason(suggested) {
  return new Promise((resolve) => {
    const note = el("input", { class: "input", placeholder: "Note for colleagues (optional)", "aria-label": "Note for colleagues", maxlength: "1000" });
    const buttons = Object.entries(REJECTIONS).map(([reason, name]) => el("button", {
      type: "button", class: `button reason${reason === suggested ? " is-suggested" : ""}`, "data-reason": reason, onclick: () => finish(reason),
    }, name, reason === suggested ? el("small", { text: "suggested · Enter" }) : null));
    const grid = el("div", { class: "reason-grid", role: "group", "aria-label": "Reasons", onkeydown: onKey }, ...buttons);
    const dialog = el("dialog", { "aria-label": "Why is it rejected?", onclose: () => { dialog.remove(); resolve(answer); } },
      el("h2", { text: "Why is it rejected?" }),
      el("p", { class: "dialog-hint", text: "The author is told the reason, and the classifier learns from it." }),
      grid,
      note,
      el("div", { class: "dialog-foot" }, el("button", { type: "button", class: "button button-plain", text: "Cancel", onclick: () => dialog.close() })));
    let answer = null;
    note.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); finish(suggested); } });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
    dialog.showModal();
    (buttons.find((button) => button.dataset.reason === suggested) ?? buttons.at(-1)).focus();

    function finish(reason) {
      answer = { reason, note: note.value.trim() || null };
      dialog.close();
    }

    function onKey(event) {
      const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
      const step = { ...COLUMNS_KEYS, ArrowDown: columns, ArrowUp: -columns }[event.key];
      if (!step) return;
      event.preventDefault();
      buttons[Math.min(Math.max(buttons.indexOf(document.activeElement) + step, 0), buttons.length - 1)].focus();
    }
  });
}
