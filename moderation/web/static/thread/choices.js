/* What else one may do with somebody's comment: a menu under its three dots, as the ARIA practices have it.

   CHOICES is the menu: each says what it is called for this comment, and does it. */

import { el, freshId } from "../shared/dom.js";
import { mute, unmute } from "./muting.js";
import { words } from "./words.js";

const CHOICES = [
  { name: ({ memory }, { author }) => (author.id in (memory.mutes ?? {}) ? words.unmute : words.mute)(author.name), act: muteOrNot },
];

function muteOrNot(thread, view) {
  const isMuted = view.comment.author.id in (thread.memory.mutes ?? {});
  return (isMuted ? unmute : mute)(thread, view.comment.author, view);
}

/* Open the menu under its button, or close it where it is open. */
export function openChoices(thread, view, button) {
  const place = button.parentElement;
  if (place.querySelector("[role=menu]")) return close();
  const choices = CHOICES.map(({ name, act }) => el("button", {
    type: "button", class: "fw-menu-choice", role: "menuitem", tabindex: "-1", text: name(thread, view.comment),
    onclick: () => { leave(); act(thread, view); },
  }));
  const menu = el("div", { id: freshId("choices"), class: "fw-menu", role: "menu", "aria-label": button.getAttribute("aria-label"), onkeydown: onMenuKey }, ...choices);
  place.append(menu);
  button.setAttribute("aria-expanded", "true");
  choices[0].focus();
  menu.addEventListener("focusout", (event) => { if (!place.contains(event.relatedTarget)) close(); });

  function close() {
    place.querySelector("[role=menu]")?.remove();
    button.setAttribute("aria-expanded", "false");
  }

  /* The focus first: a menu that goes with the focus in it would be closed a second time by that. */
  function leave() {
    button.focus();
    close();
  }

  function onMenuKey(event) {
    const at = choices.indexOf(place.getRootNode().activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 };
    if (event.key in moves) {
      event.preventDefault();
      choices.at(moves[event.key] % choices.length).focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      leave();
    }
  }
}
