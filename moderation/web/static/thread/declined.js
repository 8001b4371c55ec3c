/* What its author is told of a comment that is not shown: why, who decided, and what can be done about it. */

import { el } from "../shared/dom.js";
import { appealOf } from "./appealing.js";
import { duration } from "./problems.js";
import { languageNow, words } from "./words.js";

/* Return the reasons of a refusal as a list of sentences, each once; what merely raised a doubt is left out. */
export function reasonList(comment) {
  const reasons = comment.reasons ?? [];
  const decisive = reasons.filter((reason) => reason.outcome === "reject");
  const details = new Set((decisive.length > 0 ? decisive : reasons).map((reason) => reason.detail).filter(Boolean));
  if (details.size === 0) details.add(words.noReason);
  return el("ul", { class: "fw-reasons" }, ...[...details].map((detail) => el("li", { text: detail })));
}

/* Say below the form that the text was refused. */
export function refusal(thread, comment) {
  return el("div", { class: "fw-notice fw-refusal" },
    el("div", { role: "alert" },
      el("p", {}, el("strong", { text: words.refused })),
      reasonList(comment),
      el("p", { text: words.refusedMore })),
    grounds(comment),
    appealOf(thread, comment));
}

/* Say in the comment's place that it was declined, by a moderator or with the edit. */
export function explain(thread, view, place) {
  const { comment } = view;
  place.replaceChildren(
    el("p", {}, el("strong", { text: titleOf(comment) })),
    reasonList(comment),
    grounds(comment),
    appealOf(thread, comment,
      el("button", { type: "button", class: "fw-action", text: words.dismiss, onclick: () => dismiss(thread, view) })));
}

/* Say how long comments usually wait for a moderator, where that is known. */
export async function tellWait({ api, state }, _, place) {
  state.usualWait_s ??= (await api.mine().catch(() => null))?.usual_wait_s ?? 0;
  if (state.usualWait_s) place.append(` ${words.usually(duration(state.usualWait_s))}`);
}

function titleOf({ isEditRefused, statement }) {
  if (isEditRefused) return words.editRefused;
  if (statement?.measure === "removed") return words.declinedLater;
  return statement?.automated_decision ? words.refused : words.declined;
}

/* The statement of reasons that the law asks for, folded: which rule, found how, decided by whom and when. */
function grounds({ statement }) {
  if (!statement) return null;
  const told = [
    words.grounds[statement.ground],
    statement.automated_decision ? words.decidedByRules : words.found[statement.source],
    words.decidedAt(new Date(statement.decided_at).toLocaleString(languageNow(), { dateStyle: "long", timeStyle: "short" })),
    statement.may_appeal ? words.redress : words.redressElsewhere,
  ];
  return el("details", { class: "fw-grounds" }, el("summary", { text: words.groundsTitle }), el("p", { text: told.join(" ") }));
}

function dismiss({ list, memory, showEmpty }, { comment }) {
  memory.waiting = memory.waiting.filter((id) => id !== comment.id);
  memory.keepDismissed(comment.id);
  list.drop(comment.id);
  showEmpty();
}
