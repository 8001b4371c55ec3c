/* Going to one comment of a thread that is perhaps pages away. */

import { words } from "./words.js";

const DEPTH = 5; // of answers above it that are fetched

/* Show a comment under what it answers, and go there; say so if it is not public. */
export async function goTo(thread, id) {
  if (!(await isShown(thread, id))) return thread.say(words.linkGone);
  const view = thread.list.get(id);
  for (let above = view.host; above; above = above.host) above.setFolded(false);
  view.highlight();
  view.element.scrollIntoView({ block: "center" });
  view.element.querySelector("article").focus({ preventScroll: true });
}

async function isShown({ api, list }, id) {
  const missing = [];
  for (let next = id; next && !list.has(next) && missing.length < DEPTH; next = missing[0].parent_id) {
    const comment = await api.one(next).catch(() => null);
    if (!comment) return false;
    missing.unshift(comment);
  }
  for (const comment of missing) {
    if (!list.putReply(comment)) list.put(comment, { before: list.element.firstChild });
  }
  return true;
}
