/* The menu of orders under the button of sort.js, as the ARIA practices have it. */

import { el, freshId } from "../shared/dom.js";
import { words } from "./words.js";

/* Open the menu, or close it where it is open. */
export function toggleSorts(thread, sorting) {
  sorting.menu ??= createMenu(thread, sorting);
  sorting.menu();
}

function createMenu({ state, resort }, { element, button, current }) {
  const id = freshId("sorts");
  const choices = Object.entries(words.sorts).map(([value, label]) => el("button", {
    type: "button", class: "fw-sort-choice", role: "menuitemradio", "aria-checked": String(value === state.sort), tabindex: "-1",
    text: label, onclick: () => choose(value), "data-value": value,
  }));
  const menu = el("div", { id, class: "fw-sort-menu", role: "menu", "aria-label": words.sortLabel, hidden: true, onkeydown: onMenuKey }, ...choices);
  button.setAttribute("aria-controls", id);
  element.append(menu);
  element.addEventListener("focusout", (event) => { if (!element.contains(event.relatedTarget)) close(false); });

  function open() {
    menu.hidden = false;
    const picks = choices.find(({ dataset }) => dataset.value === "picks");
    picks.hidden = !state.hasPicks && state.sort !== "picks";
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
    resort(value);
  }

  function onMenuKey(event) {
    const shown = choices.filter(({ hidden }) => !hidden);
    const at = shown.indexOf(element.getRootNode().activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 };
    if (event.key in moves) {
      event.preventDefault();
      shown.at(moves[event.key] % shown.length).focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  }

  return () => (menu.hidden ? open() : close());
}
