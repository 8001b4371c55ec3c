/* The comments on the page: one view per id, each in its place, whatever order news arrives in.

   Two levels of replies are set in; deeper ones stand among those of the second, and say whom they answer.
   Knows no network; thread.js tells it what to show. */

import { el } from "../shared/dom.js";
import { createView } from "./comment.js";

const DEEPEST = 2; // a third level of replies would leave a phone no room for words

export function createList(hooks) {
  const element = el("ol", { class: "fw-list" });
  const views = new Map();

  /* Put a comment with its first replies where it belongs, or refresh the one that is there. */
  function put(comment, { before = null } = {}) {
    let view = views.get(comment.id);
    if (!view) view = added(comment, before);
    else if (isNewer(comment, view.comment)) view.update(comment);
    for (const reply of comment.replies ?? []) put(reply);
    view.countReplies();
    return view;
  }

  function added(comment, before) {
    const parent = views.get(comment.parent_id) ?? null;
    const isDeep = parent?.depth === DEEPEST;
    const host = isDeep ? parent.host : parent;
    const view = createView(comment, hooks, { host, depth: parent ? Math.min(parent.depth + 1, DEEPEST) : 0, answered: isDeep ? parent : null });
    views.set(comment.id, view);
    parent?.answers.add(view);
    if (host) host.replies.insertBefore(view.element, laterThan(comment, host.replies));
    else element.insertBefore(view.element, comment.pinned ? top() : before);
    return view;
  }

  /* Put a reply under its parent; null if the parent is not on the page. */
  function putReply(comment) {
    const parent = views.get(comment.parent_id);
    if (!parent) return null;
    const view = put(comment);
    parent.comment = { ...parent.comment, reply_count: Math.max(parent.published, parent.comment.reply_count ?? 0) };
    parent.countReplies();
    parent.host?.countReplies();
    return view;
  }

  /* Replies stand in the order they were written, wherever they came from. */
  function laterThan(comment, replies) {
    return [...replies.children].find((item) => views.get(item.dataset.id)?.comment.created_at > comment.created_at) ?? null;
  }

  function drop(id) {
    const view = views.get(id);
    if (!view) return;
    forget(view);
    const parent = views.get(view.comment.parent_id);
    if (parent) {
      parent.answers.delete(view);
      const published = view.comment.status === "approved" ? 1 : 0;
      parent.comment = { ...parent.comment, reply_count: Math.max(0, (parent.comment.reply_count ?? 0) - published) };
      parent.countReplies();
    }
    view.host?.countReplies();
  }

  function forget(view) {
    for (const answer of view.answers) forget(answer);
    views.delete(view.comment.id);
    view.element.remove();
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
