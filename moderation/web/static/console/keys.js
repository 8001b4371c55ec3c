/* Keys of the console. Ignored while someone types, in a dialog, and with modifiers (but for Ctrl+Z). */

import { el } from "../shared/dom.js";
import { KEYS } from "./words.js";

/* actions: {a, r, d, e, j, k, u, "?"} → function; missing ones are left to the browser */
export function listenToKeys(actions) {
  const aliases = { ArrowDown: "j", ArrowUp: "k" };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || document.querySelector("dialog[open]") || isTyping(event.target)) return;
    const isUndo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!isUndo && (event.ctrlKey || event.metaKey || event.altKey)) return;
    const key = isUndo ? "u" : aliases[event.key] ?? (event.key.length === 1 ? event.key.toLowerCase() : null);
    const moves = key === "j" || key === "k";
    if (!key || !Object.hasOwn(actions, key) || (event.repeat && !moves)) return;
    if (actions[key]() !== false) event.preventDefault();
  });
}

function isTyping(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

export function showKeys() {
  const rows = KEYS.flatMap(([keys, meaning]) => [
    el("dt", {}, ...keys.split(/\s+/).flatMap((key, at) => (at ? [" ", el("kbd", { text: key })] : [el("kbd", { text: key })]))),
    el("dd", { text: meaning }),
  ]);
  const dialog = el("dialog", { "aria-label": "Keyboard shortcuts", onclose: () => dialog.remove() },
    el("h2", { text: "Keyboard shortcuts" }), el("dl", { class: "key-list" }, ...rows),
    el("div", { class: "dialog-foot" }, el("button", { type: "button", class: "button", text: "Close", onclick: () => dialog.close() })));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
}
