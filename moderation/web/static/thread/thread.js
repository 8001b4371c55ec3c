/* A comment thread in a page: heading, order, form, list, live news.

   mount(slot, shadow, base) is the only thing embed.js knows. This module decides what is asked of the server and
   when; how things look is comment.js and composer.js, where they stand is list.js. */

import { el, freshId } from "../shared/dom.js";
import { keepTime } from "../shared/when.js";
import { createArrivals } from "./arrivals.js";
import { createApi } from "./api.js";
import { createComposer } from "./composer.js";
import { createEdit } from "./edit.js";
import { goTo, linkedId } from "./links.js";
import { createList } from "./list.js";
import { follow } from "./live.js";
import { createMemory } from "./memory.js";
import { createSort } from "./sort.js";
import { followTheme } from "./theme.js";
import { words } from "./words.js";

const SINGLY = 5; // more news than this at once: ask for the page instead of each comment

export function mount(slot, shadow, base) {
  const article = slot.dataset.article || location.pathname;
  const site = slot.dataset.site || "main";
  const memory = createMemory(site, article);
  const api = createApi({ base, site, article, memory });
  const state = { sort: words.sorts[memory.sort] ? memory.sort : "latest", ownId: null, isOpen: true, cursor: null, version: 0, isListening: false };

  const headingId = freshId("heading");
  const count = el("span", { class: "fw-count" });
  const stateNote = el("p", { class: "fw-state", hidden: true });
  const empty = el("p", { class: "fw-empty", text: words.empty, hidden: true });
  const status = el("div", { class: "fw-status", role: "status", "aria-live": "polite" });
  const more = el("button", { type: "button", class: "fw-button fw-button-quiet fw-more", text: words.loadMore, hidden: true, onclick: loadMore });
  const list = createList({
    ownId: () => state.ownId, mayReply: () => state.isOpen,
    onReply: openReply, onLike: like, isLiked: memory.isLiked, onEdit: openEdit, onRemove: remove, onDismiss: dismiss, onMoreReplies: loadReplies,
  });
  const composer = createComposer({ api, memory, place: "top", onPosted });
  const head = el("div", { class: "fw-head" },
    el("h2", { class: "fw-heading", id: headingId, tabindex: "-1" }, words.heading, " ", count),
    createSort({ sort: state.sort, onChange: (sort) => { memory.sort = state.sort = sort; load(); } }));
  const arrivals = createArrivals({ list, head, onShown: showEmpty });
  const root = el("section", { class: "fw-root", "aria-labelledby": headingId },
    head, composer.element, stateNote, status, arrivals.rail, empty, list.element, more);

  followTheme(slot, root);
  skeleton();
  shadow.replaceChildren(root);
  keepTime(root);
  addEventListener("hashchange", goToLinked);
  load().then(goToLinked);

  // ── loading ──

  async function load() {
    list.element.setAttribute("aria-busy", "true");
    try {
      const [page] = await Promise.all([api.list({ sort: state.sort }), knowMyself()]);
      list.clear();
      arrivals.forget();
      settle(page);
      for (const comment of page.items) list.put(comment);
      listen();
      await showOwn();
    } catch (problem) {
      failed(problem);
    } finally {
      list.element.removeAttribute("aria-busy");
      showEmpty();
    }
  }

  async function goToLinked() {
    const id = linkedId();
    if (id && !(await goTo(id, { api, list }))) say(words.linkGone);
  }

  async function loadMore() {
    const last = list.element.lastElementChild;
    more.setAttribute("aria-disabled", "true");
    try {
      const page = await api.list({ sort: state.sort, cursor: state.cursor });
      for (const comment of page.items) list.put(comment);
      settle(page);
      last?.nextElementSibling?.querySelector("article")?.focus({ preventScroll: true });
    } catch {
      say(words.loadFailed);
    } finally {
      more.removeAttribute("aria-disabled");
    }
  }

  async function loadReplies(view) {
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

  function settle(page) {
    state.cursor = page.next_cursor;
    more.hidden = !page.next_cursor;
    status.replaceChildren();
    about(page.article);
  }

  function about({ comment_count: comments, state: articleState, version }) {
    state.version = Math.max(state.version, version ?? 0);
    showCount(comments);
    const wasOpen = state.isOpen;
    state.isOpen = articleState !== "closed";
    composer.element.hidden = !state.isOpen;
    stateNote.hidden = !["closed", "premoderated"].includes(articleState);
    stateNote.textContent = articleState === "premoderated" ? words.premoderated : words.closed;
    if (wasOpen !== state.isOpen) root.classList.toggle("fw-is-closed", !state.isOpen);
  }

  /* Ask again for the first page and add what is new, without touching the rest. */
  async function refresh(minVersion = null) {
    try {
      const page = await api.list({ sort: state.sort, minVersion: Number.isInteger(minVersion) ? minVersion : null });
      about(page.article);
      for (const comment of page.items.filter(({ id }) => list.has(id))) list.put(comment);
      const unseen = page.items.filter(({ id }) => !list.has(id));
      if (state.sort === "latest") arrivals.arrive(unseen);
      else if (!state.cursor) for (const comment of unseen) list.put(comment);
      await showOwn();
    } catch {
      // the page shows what it had; the next event tries again
    }
    showEmpty();
  }

  // ── the reader's own ──

  async function knowMyself() {
    if (!memory.token || state.ownId) return;
    try {
      const me = await api.me();
      state.ownId = me.id;
      if (!me.id) memory.token = null;
    } catch (problem) {
      if (problem.status === 401) memory.token = null;
    }
  }

  /* Show what waits, and what a moderator declined since; only its author gets to see either. */
  async function showOwn() {
    if (!memory.token) return;
    const page = await api.mine().catch(() => null);
    if (!page) return;
    const wereWaiting = new Set(memory.waiting);
    for (const comment of page.items) {
      if (comment.status === "pending") wereWaiting.add(comment.id);
      else if (comment.status !== "rejected") wereWaiting.delete(comment.id);
      const isShown = comment.status === "pending" || (comment.status === "rejected" && wereWaiting.has(comment.id));
      if (isShown) putOwn(comment);
    }
    memory.waiting = [...wereWaiting];
  }

  function putOwn(comment) {
    const view = comment.parent_id ? list.putReply(comment) : null;
    return view ?? list.put(comment, { before: list.element.firstChild });
  }

  async function onPosted(comment) {
    state.ownId ??= comment.author.id;
    const view = putOwn(comment);
    if (comment.status === "pending") memory.waiting = [...memory.waiting, comment.id];
    view.highlight();
    showEmpty();
    if (comment.status === "approved") await refresh(comment.article_version);
    return view;
  }

  async function remove(view) {
    try {
      await api.remove(view.comment.id);
    } catch (problem) {
      if (problem.status !== 404) return say(words.removeFailed);
    }
    const wasCounted = view.comment.status === "approved";
    if (view.replies.childElementCount || view.comment.reply_count) view.update({ ...view.comment, status: "withdrawn" });
    else list.drop(view.comment.id);
    say(words.removed);
    head.querySelector("h2").focus({ preventScroll: true });
    showEmpty();
    if (wasCounted) refresh();
  }

  function dismiss(view) {
    memory.waiting = memory.waiting.filter((id) => id !== view.comment.id);
    list.drop(view.comment.id);
    showEmpty();
  }

  function openReply(view) {
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
    view.replySlot.replaceChildren(reply.element);
    reply.focus();
  }

  /* Shown at once, and taken back if the server does not agree. */
  async function like(view) {
    const { id } = view.comment;
    const isLiked = !(view.isLiked ?? memory.isLiked(id));
    const before = view.comment.reactions?.like ?? 0;
    const show = (count, is) => {
      view.isLiked = is;
      view.comment = { ...view.comment, reactions: { like: count } };
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

  function openEdit(view) {
    const article = view.element.querySelector(":scope > article");
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

  // ── news ──

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
      if (held && held.author?.id === state.ownId) await showOwn();
      return;
    }
    if (list.has(parentId)) list.putReply(comment).highlight();
    else if (isShown) list.put(comment);
    else if (state.sort === "latest") arrivals.arrive([comment]);
    else if (!state.cursor) list.put(comment).highlight();
    if (comment.status === "approved") memory.waiting = memory.waiting.filter((waiting) => waiting !== id);
  }

  // ── saying ──

  function showCount(comments) {
    count.textContent = comments > 0 ? comments.toLocaleString("en") : "";
  }

  function showEmpty() {
    empty.hidden = !list.isEmpty || list.element.hasAttribute("aria-busy") || !state.isOpen || status.querySelector("button") !== null;
  }

  function say(sentence) {
    status.replaceChildren(el("p", { class: "fw-said", text: sentence }));
  }

  function failed() {
    list.clear();
    const again = el("button", { type: "button", class: "fw-button fw-button-quiet", text: words.tryAgain, onclick: () => { skeleton(); load(); } });
    status.replaceChildren(el("p", { class: "fw-said", text: words.loadFailed }), again);
  }

  function skeleton() {
    const bone = () => el("li", { class: "fw-skeleton", "aria-hidden": "true" }, el("span", {}), el("span", {}), el("span", {}));
    list.element.setAttribute("aria-busy", "true");
    list.element.replaceChildren(bone(), bone());
  }
}
