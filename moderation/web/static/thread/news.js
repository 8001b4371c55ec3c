/* What happens in the article while the page is open, put where it belongs. */

import { follow } from "./live.js";

const SINGLY = 5; // more news than this at once: ask for the page instead of each comment

export function createNews({ api, memory, state, list, own, arrivals, refresh, showCount, showEmpty }) {
  /* From the first page's version on, so that nothing falls between the page and the stream. */
  function listen() {
    if (state.isListening) return;
    state.isListening = true;
    follow(() => api.eventsSince(state.version), { onNews, onReset: () => refresh() });
  }

  async function onNews(batch) {
    state.version = Math.max(state.version, ...batch.map(({ version }) => version ?? 0));
    const last = batch.findLast((news) => Number.isInteger(news.comment_count));
    if (last) showCount(last.comment_count);
    if (batch.filter(({ type }) => type !== "counts").length > SINGLY) return refresh();
    for (const news of batch) await hear(news);
    showEmpty();
  }

  async function hear({ type, id, parent_id: parentId }) {
    if (type === "counts") return;
    const isShown = list.has(id);
    if (type === "removed") arrivals.forget(id);
    const isInteresting = isShown || (type === "published" && (!parentId || list.has(parentId)));
    if (!isInteresting) return;
    const held = list.get(id)?.comment;
    const isGone = type === "removed" && !held?.reply_count; // one with replies may leave a placeholder
    const comment = isGone ? null : await api.one(id).catch((problem) => (problem.status === 404 ? null : undefined));
    if (comment === undefined) return;
    if (comment === null) {
      list.drop(id);
      if (held && held.author?.id === state.ownId) await own.show();
      return;
    }
    if (state.sort === "picks" && !isShown) return; // a page of what editors chose
    if (list.has(parentId)) list.putReply(comment).highlight();
    else if (isShown) list.put(comment);
    else if (state.sort === "latest") arrivals.arrive([comment]);
    else if (!state.cursor) list.put(comment).highlight();
    if (comment.status === "approved") memory.waiting = memory.waiting.filter((waiting) => waiting !== id);
  }

  return { listen };
}
