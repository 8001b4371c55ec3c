/* Mute somebody for oneself, hear them again, and the list of all who are muted. */

import { el, freshId } from "../shared/dom.js";
import { words } from "./words.js";

export const mute = (thread, author, view) => change(thread, author, view, true);
export const unmute = (thread, author, view) => change(thread, author, view, false);

/* Done at once, and taken back if the server does not agree. */
async function change(thread, author, view, isMuted) {
  const { api, memory, say } = thread;
  keep(thread, author, isMuted);
  view?.element.querySelector(":scope > article").focus({ preventScroll: true });
  say((isMuted ? words.nowMuted : words.nowHeard)(author.name));
  try {
    await api.asReader(memory.name || words.anonymous, () =>
      api.call(isMuted ? "PUT" : "DELETE", `/me/mutes/${author.id}`, { identified: true }));
  } catch (problem) {
    keep(thread, author, !isMuted);
    say(problem.status === 0 || !problem.detail ? words.likeFailed : problem.detail);
  }
}

function keep({ memory, list }, author, isMuted) {
  const { [author.id]: _, ...others } = memory.mutes ?? {};
  memory.mutes = isMuted ? { ...others, [author.id]: author.name } : others;
  for (const view of list.all.filter(({ comment }) => comment.author?.id === author.id)) {
    view.isRevealed = false;
    view.update(view.comment);
  }
}

/* Whoever is muted leaves a line: replies to it would hang in the air. */
export function veil(thread, view, place) {
  const show = el("button", { type: "button", class: "fw-action", text: words.showAnyway, onclick: reveal });
  place.replaceChildren(el("p", { class: "fw-withdrawn" }, words.muted(view.comment.author.name), show));

  function reveal() {
    view.isRevealed = true;
    view.update(view.comment);
    view.element.querySelector(":scope > article").focus({ preventScroll: true });
  }
}

/* All who are muted, each with a way back. */
export function mutedPeople(thread) {
  const people = Object.entries(thread.memory.mutes ?? {});
  if (people.length === 0) return null;
  const titleId = freshId("muted");
  const list = el("ul", { class: "fw-people" }, ...people.map(([id, name]) => person(thread, { id, name })));
  return el("section", { "aria-labelledby": titleId }, el("h3", { id: titleId, tabindex: "-1", text: words.mutedTitle }), el("p", { text: words.mutedMore }), list);
}

function person(thread, author) {
  const item = el("li", {}, el("span", { text: author.name }),
    el("button", { type: "button", class: "fw-action", text: words.hearAgain, "aria-label": words.unmute(author.name), onclick: back }));
  return item;

  function back() {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    (next?.querySelector("button") ?? item.closest("section").querySelector("h3")).focus();
    item.remove();
    unmute(thread, author, null);
  }
}
