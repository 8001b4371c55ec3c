/* The order control: a button that reads "sort by: latest". Its menu is menu.js, in the second bundle. */

import { el } from "../shared/dom.js";
import { words } from "./words.js";

/* onOpen(sorting): put the menu under it, or take it away */
export function createSort({ sort, onOpen }) {
  const current = el("span", { class: "fw-sort-value", text: words.sorts[sort] });
  const button = el("button", {
    type: "button", class: "fw-sort-button", "aria-haspopup": "menu", "aria-expanded": "false",
    onclick: () => onOpen(sorting), onkeydown: onKey,
  }, words.sortBy, current);
  const sorting = { element: el("div", { class: "fw-sort" }, button), button, current, menu: null };

  function onKey(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    onOpen(sorting);
  }

  return sorting.element;
}
