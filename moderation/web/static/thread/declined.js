/* What its author is told of a comment that was not published, and why. */

import { el } from "../shared/dom.js";
import { words } from "./words.js";

/* Return the reasons of a refusal as a list of sentences, each once; what merely raised a doubt is left out. */
export function reasonList(comment) {
  const reasons = comment.reasons ?? [];
  const decisive = reasons.filter((reason) => reason.outcome === "reject");
  const details = new Set((decisive.length > 0 ? decisive : reasons).map((reason) => reason.detail).filter(Boolean));
  if (details.size === 0) details.add(comment.statement?.explanation ?? words.noReason);
  return el("ul", { class: "fw-reasons" }, ...[...details].map((detail) => el("li", { text: detail })));
}

/* Say below the form that the text was refused. */
export function refusal(comment) {
  return el("div", { class: "fw-notice fw-refusal", role: "alert" },
    el("p", {}, el("strong", { text: words.refused })),
    reasonList(comment),
    el("p", { text: words.refusedMore }));
}

/* Say in the comment's place that it was declined, by a moderator or with the edit. */
export function explain(thread, view, place) {
  const { comment } = view;
  place.replaceChildren(
    el("p", {}, el("strong", { text: comment.isEditRefused ? words.editRefused : words.declined })),
    reasonList(comment),
    el("button", { type: "button", class: "fw-action", text: words.dismiss, onclick: () => dismiss(thread, view) }));
}

function dismiss({ list, memory, showEmpty }, { comment }) {
  memory.waiting = memory.waiting.filter((id) => id !== comment.id);
  list.drop(comment.id);
  showEmpty();
}
