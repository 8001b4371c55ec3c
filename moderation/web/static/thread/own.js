/* What only the reader gets to see: who they are here, what of theirs waits, what was declined since. */

export function createOwn({ api, memory, state, list }) {
  async function know() {
    if (!memory.token || state.ownId) return;
    try {
      const me = await api.me();
      state.ownId = me.id;
      state.unread = me.unread_replies;
      state.name = me.signed_in ? me.name : null;
      if (!me.id && !me.signed_in) memory.token = null;
      else if (me.mute_count !== Object.keys(memory.mutes ?? {}).length) await learn();
    } catch (problem) {
      if (problem.status === 401) memory.token = null;
    }
  }

  /* Another device may have muted somebody; this one remembers, so that the next page knows at once. */
  async function learn() {
    const { items } = await api.mutes();
    memory.mutes = Object.fromEntries(items.map(({ author }) => [author.id, author.name]));
  }

  /* Show what waits, and what a moderator declined since; only its author gets to see either. */
  async function show() {
    if (!memory.token) return;
    const page = await api.mine().catch(() => null);
    if (!page) return;
    state.usualWait_s = page.usual_wait_s ?? 0;
    const wereWaiting = new Set(memory.waiting);
    for (const comment of page.items) {
      if (comment.status === "pending") wereWaiting.add(comment.id);
      else if (comment.status !== "rejected") wereWaiting.delete(comment.id);
      const { id, statement, appeal } = comment;
      const isNews = wereWaiting.has(id) || appeal || !statement?.automated_decision; // else they heard it when they posted
      const isShown = comment.status === "pending" || (comment.status === "rejected" && isNews && !memory.isDismissed(id));
      if (isShown) put(comment);
    }
    memory.waiting = [...wereWaiting];
  }

  function put(comment) {
    const view = comment.parent_id ? list.putReply(comment) : null;
    return view ?? list.put(comment, { before: list.top });
  }

  return { know, learn, show, put };
}
