/* What an author does with a comment of their own: reword it, delete it. */

import { el } from "../shared/dom.js";
import { createEdit } from "./edit.js";
import { words } from "./words.js";

/* Put the form in the comment's place until it is saved or left. */
export function openEdit(thread, view) {
  const { api, memory, say, refresh } = thread;
  const article = view.element.querySelector(":scope > article");
  if (article.querySelector(".fw-edit")) return;
  const kept = [...article.querySelectorAll(":scope > .fw-body, :scope > .fw-actions")];
  const form = createEdit({ api, comment: view.comment, onSaved, onCancel: () => { back(); article.focus({ preventScroll: true }); } });
  const back = () => { form.element.remove(); for (const part of kept) part.hidden = false; };
  for (const part of kept) part.hidden = true;
  article.append(form.element);
  form.focus();

  function onSaved(comment) {
    view.update({ ...comment, replies: undefined, isEditRefused: comment.status === "rejected" });
    view.element.querySelector(":scope > article").focus({ preventScroll: true });
    if (comment.status === "pending") memory.waiting = [...memory.waiting, comment.id];
    say(comment.status === "pending" ? words.held : comment.status === "rejected" ? words.editRefused : words.saved);
    refresh(comment.article_version);
  }
}

export function askToRemove(thread, view) {
  const row = view.element.querySelector(":scope > article > .fw-actions");
  if (row.querySelector(".fw-ask")) return;
  const no = el("button", { type: "button", class: "fw-action", text: words.removeNo, onclick: back });
  const question = el("span", { class: "fw-ask", role: "group", "aria-label": words.removeAsk },
    el("span", { text: words.removeAsk }),
    el("button", { type: "button", class: "fw-action fw-action-danger", text: words.removeYes, onclick: () => remove(thread, view) }),
    no);
  const kept = [...row.children];
  row.replaceChildren(question);
  no.focus();

  function back() {
    row.replaceChildren(...kept);
    kept.at(-1).focus();
  }
}

async function remove({ api, list, say, showEmpty, refresh, focusHeading }, view) {
  try {
    await api.remove(view.comment.id);
  } catch (problem) {
    if (problem.status !== 404) return say(words.removeFailed);
  }
  const wasCounted = view.comment.status === "approved";
  if (view.answers.size || view.comment.reply_count) view.update({ ...view.comment, status: "withdrawn" });
  else list.drop(view.comment.id);
  say(words.removed);
  focusHeading();
  showEmpty();
  if (wasCounted) refresh();
}
