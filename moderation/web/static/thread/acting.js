/* What a reader does with comments of others: answer, like, ask for more of them. */

import { el } from "../shared/dom.js";
import { createComposer } from "./composer.js";
import { showName } from "./door.js";
import { words } from "./words.js";

export function openReply(thread, view) {
  const { api, memory, shadow, state, list, say, onPosted } = thread;
  if (view.replySlot.firstChild) return view.replySlot.querySelector("textarea").focus();
  const button = shadow.activeElement;
  const close = () => { view.replySlot.replaceChildren(); button?.focus(); };
  const reply = createComposer({
    api, memory, place: view.comment.id, parent: view.comment, onCancel: close,
    onPosted: async (comment) => {
      view.replySlot.replaceChildren();
      say(comment.status === "pending" ? words.held : words.posted);
      const posted = onPosted(comment);
      list.get(comment.id)?.element.querySelector("article").focus({ preventScroll: true });
      await posted;
    },
  });
  showName(state, reply.element);
  view.replySlot.replaceChildren(reply.element);
  reply.focus();
}

/* Shown at once, and taken back if the server does not agree. */
export async function like({ api, memory, say }, view) {
  const { id } = view.comment;
  const isLiked = !(view.isLiked ?? memory.isLiked(id));
  const before = view.comment.reactions?.like ?? 0;
  const show = (likes, is) => {
    view.isLiked = is;
    view.comment = { ...view.comment, reactions: { like: likes } };
    view.drawLikes();
  };
  show(Math.max(0, before + (isLiked ? 1 : -1)), isLiked);
  try {
    const { reactions } = await api.like(id, isLiked, memory.name || words.anonymous);
    memory.keepLiked(id, isLiked);
    show(reactions.like, isLiked);
  } catch {
    show(before, !isLiked);
    say(words.likeFailed);
  }
}

export async function loadReplies({ api, list, say }, view) {
  try {
    const page = await api.replies(view.comment.id, view.nextReplies);
    for (const reply of page.items) list.putReply(reply);
    view.nextReplies = page.next_cursor;
    view.hasAllReplies = !page.next_cursor;
    view.countReplies();
  } catch {
    say(words.loadFailed);
  }
}
