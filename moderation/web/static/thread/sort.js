/* The order control: a button that reads "sort by: latest" and opens a small menu. */

import { el, freshId } from "../shared/dom.js";
import { words } from "./words.js";

export function createSort({ sort, onChange }) {
  const menuId = freshId("sorts");
  const current = el("span", { class: "fw-sort-value", text: words.sorts[sort] });
  const button = el("button", {
    type: "button", class: "fw-sort-button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": menuId,
    onclick: () => (menu.hidden ? open() : close()), onkeydown: onButtonKey,
  }, words.sortBy, current);
  const choices = Object.entries(words.sorts).map(([value, label]) => el("button", {
    type: "button", class: "fw-sort-choice", role: "menuitemradio", "aria-checked": String(value === sort), tabindex: "-1",
    text: label, onclick: () => choose(value), "data-value": value,
  }));
  const menu = el("div", { id: menuId, class: "fw-sort-menu", role: "menu", "aria-label": "Order of the comments", hidden: true, onkeydown: onMenuKey }, ...choices);
  const element = el("div", { class: "fw-sort", onfocusout: (event) => { if (!element.contains(event.relatedTarget)) close(false); } }, button, menu);

  function open() {
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    (choices.find((choice) => choice.getAttribute("aria-checked") === "true") ?? choices[0]).focus();
    document.addEventListener("pointerdown", onOutside);
  }

  function close(takeFocus = true) {
    if (menu.hidden) return;
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", onOutside);
    if (takeFocus) button.focus();
  }

  function onOutside(event) {
    if (!event.composedPath().includes(element)) close(false);
  }

  function choose(value) {
    for (const choice of choices) choice.setAttribute("aria-checked", String(choice.dataset.value === value));
    current.textContent = words.sorts[value];
    close();
    onChange(value);
  }

  function onButtonKey(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open();
  }

  function onMenuKey(event) {
    const at = choices.indexOf(element.getRootNode().activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 };
    if (event.key in moves) {
      event.preventDefault();
      choices.at(moves[event.key] % choices.length).focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  }

  return element;
}
