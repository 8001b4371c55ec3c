/* The comments on the page: one view per id, each in its place, whatever order news arrives in.

   Knows no network; thread.js tells it what to show. */

import { el } from "../shared/dom.js";
import { createView } from "./comment.js";

export function createList(hooks) {
  const element = el("ol", { class: "fw-list" });
  const views = new Map();

  /* Put a comment with its first replies into a list, or refresh the one that is there. */
  function put(comment, { into = element, before = null } = {}) {
    let view = views.get(comment.id);
    if (view) {
      if (isNewer(comment, view.comment)) view.update(comment);
    } else {
      view = createView(comment, hooks);
      views.set(comment.id, view);
      into.insertBefore(view.element, comment.pinned && into === element ? top() : before);
    }
    for (const reply of comment.replies ?? []) put(reply, { into: view.replies, before: laterThan(reply, view.replies) });
    view.countReplies();
    return view;
  }

  /* Put a reply under its parent; null if the parent is not on the page. */
  function putReply(comment) {
    const parent = views.get(comment.parent_id);
    if (!parent) return null;
    const view = put(comment, { into: parent.replies, before: laterThan(comment, parent.replies) });
    const known = parent.replies.querySelectorAll(":scope > .fw-item:not(.fw-is-waiting, .fw-is-declined)").length;
    parent.comment = { ...parent.comment, reply_count: Math.max(known, parent.comment.reply_count ?? 0) };
    parent.countReplies();
    return view;
  }

  /* Replies stand in the order they were written, wherever they came from. */
  function laterThan(comment, replies) {
    return [...replies.children].find((item) => views.get(item.dataset.id)?.comment.created_at > comment.created_at) ?? null;
  }

  function drop(id) {
    const view = views.get(id);
    if (!view) return;
    for (const item of view.element.querySelectorAll(".fw-item")) views.delete(item.dataset.id);
    views.delete(id);
    view.element.remove();
    const parent = views.get(view.comment.parent_id);
    if (parent) {
      const published = view.comment.status === "approved" ? 1 : 0;
      parent.comment = { ...parent.comment, reply_count: Math.max(0, (parent.comment.reply_count ?? 0) - published) };
      parent.countReplies();
    }
  }

  /* Before which new ones are put: pinned comments stay above. */
  function top() {
    return element.querySelector(":scope > :not(.fw-is-pinned)");
  }

  function clear() {
    views.clear();
    element.replaceChildren();
  }

  return {
    element, put, putReply, drop, clear,
    get: (id) => views.get(id),
    has: (id) => views.has(id),
    get all() { return [...views.values()]; },
    get top() { return top(); },
    get isEmpty() { return element.childElementCount === 0; },
  };
}

/* A page may be older than what is shown: an edit or a decision must not be undone by it. */
function isNewer(next, shown) {
  if (next.status !== shown.status) return shown.status !== "withdrawn";
  const looks = ({ edited_at: edited, reply_count: replies, reactions, pinned, featured }) =>
    JSON.stringify([edited, replies, reactions?.like, pinned, featured]);
  return looks(next) !== looks(shown);
}
