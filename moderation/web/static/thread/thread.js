/* A comment thread in a page: heading, order, form, list, live news.

   mount(slot, shadow, base) is the only thing embed.js knows. This module decides what is asked of the server and
   when; how things look is comment.js and composer.js, where they stand is list.js, what is the reader's own own.js,
   what others do meanwhile news.js. `thread` is what the second bundle's functions are handed (later.js). */

import { el, freshId } from "../shared/dom.js";
import { dayOf, keepTime } from "../shared/when.js";
import { createArrivals } from "./arrivals.js";
import { createApi } from "./api.js";
import { createComposer } from "./composer.js";
import { choose } from "./language.js";
import { late } from "./late.js";
import { linkedId } from "./links.js";
import { createList } from "./list.js";
import { createMemory } from "./memory.js";
import { createNews } from "./news.js";
import { createOwn } from "./own.js";
import { onSigned, signedToken } from "./signed.js";
import { createSort } from "./sort.js";
import { followTheme } from "./theme.js";
import { inNumbers, languageNow, words } from "./words.js";

const RTL = /^(ar|fa|he|ur)\b/;
const SORTS = ["latest", "oldest", "top", "discussed"];

/* Show the bones, ask for the first comments and for the language at once, then build. */
export async function mount(slot, shadow, base) {
  const article = slot.dataset.article || location.pathname;
  const site = slot.dataset.site || "main";
  const memory = createMemory(site, article);
  const api = createApi({ base, site, article, memory, slot });
  const root = el("section", { class: "fw-root" });
  const state = { sort: SORTS.includes(memory.sort) ? memory.sort : "latest", ownId: null, isOpen: true, cursor: null, version: 0, paging: null, isListening: false };
  const spoken = choose(slot, base);
  const first = api.list({ sort: state.sort });
  first.catch(() => {}); // it is looked at below; until then a failure is nobody's
  followTheme(slot, root);
  // What stands below the slot is moved out of sight once, not again with every comment that comes.
  root.style.minHeight = `${Math.min(Math.max(innerHeight - slot.getBoundingClientRect().top, 0), innerHeight)}px`;
  shadow.replaceChildren(root);
  if (spoken) {
    root.append(el("ol", { class: "fw-list" }, bone(), bone()));
    await spoken;
  }
  root.lang = languageNow();
  root.dir = RTL.test(root.lang) ? "rtl" : "ltr";
  build({ slot, shadow, root, memory, api, state, first });
}

function build({ slot, shadow, root, memory, api, state, first }) {
  const headingId = freshId("heading");
  const count = el("span", { class: "fw-count" });
  const heading = el("h2", { class: "fw-heading", id: headingId, tabindex: "-1" }, words.heading, " ", count);
  const stateNote = el("p", { class: "fw-state", hidden: true });
  const empty = el("p", { class: "fw-empty", text: words.empty, hidden: true });
  const status = el("div", { class: "fw-status", role: "status", "aria-live": "polite" });
  const more = el("button", { type: "button", class: "fw-button fw-button-quiet fw-more", text: words.loadMore, hidden: true, onclick: () => open("loadMore") });
  const list = createList({ state, memory, open });
  const own = createOwn({ api, memory, state, list });
  const panel = el("div", {});
  const greeting = el("div", {});
  const yours = el("button", { type: "button", class: "fw-action", text: words.yours, onclick: () => open("openYours", panel) });
  const foot = el("div", { class: "fw-foot", hidden: true }, el("a", { class: "fw-action", href: api.policy, text: words.policy }), yours, panel);
  const thread = { slot, shadow, api, memory, state, list, own, more, say, settle, onPosted, showEmpty, refresh, resort, focusHeading: () => heading.focus({ preventScroll: true }) };
  const composer = createComposer({ api, memory, place: "top", onPosted });
  const head = el("div", { class: "fw-head" }, heading,
    createSort({ sort: state.sort, onOpen: (sorting) => open("toggleSorts", sorting) }));
  const arrivals = createArrivals({ list, head, state, onShown: showEmpty, onReload: load });
  const news = createNews({ api, memory, state, list, own, arrivals, refresh, showCount, showEmpty });

  skeleton();
  root.setAttribute("aria-labelledby", headingId);
  root.replaceChildren(head, greeting, composer.element, stateNote, status, arrivals.rail, empty, list.element, more, foot);
  keepTime(root);
  addEventListener("hashchange", goToLinked);
  onSigned(() => { state.ownId = state.name = null; load(); });
  load(first).then(goToLinked);

  /* Call a function of the second bundle; what keeps it away is said. */
  async function open(name, ...given) {
    try {
      (await late(shadow))[name](thread, ...given);
    } catch (problem) {
      say(problem.detail || words.offline);
    }
  }

  // ── loading ──

  async function load(asked = api.list({ sort: state.sort })) {
    list.element.setAttribute("aria-busy", "true");
    try {
      const [page] = await Promise.all([asked, own.know()]);
      list.clear();
      arrivals.forget();
      state.paging?.button.remove();
      state.paging = null; // paging.js begins anew
      settle(page);
      for (const comment of [...page.pinned ?? [], ...page.items]) list.put(comment);
      news.listen();
      if (state.unread) open("announce", greeting, () => open("openYours", panel));
      await own.show();
    } catch {
      failed();
    } finally {
      list.element.removeAttribute("aria-busy");
      foot.hidden = false;
      showEmpty();
    }
  }

  async function goToLinked() {
    const id = linkedId();
    if (id) await open("goTo", id);
  }

  function resort(sort) {
    state.sort = sort;
    if (SORTS.includes(sort)) memory.sort = sort; // another article may have no picks
    return load();
  }

  function settle(page) {
    state.cursor = page.next_cursor;
    more.hidden = !page.next_cursor;
    status.replaceChildren();
    state.mustSignIn = page.sign_in === "required" && !signedToken();
    about(page.article);
  }

  function about({ comment_count: comments, state: articleState, version, closes_at: closesAt, pause_s: pause, pick_count: picks = 0 }) {
    state.hasPicks = picks > 0;
    yours.hidden = !memory.token;
    state.version = Math.max(state.version, version ?? 0);
    showCount(comments);
    const wasOpen = state.isOpen;
    const isOver = closesAt && Date.parse(closesAt) <= Date.now();
    state.isOpen = articleState !== "closed" && !isOver;
    composer.element.hidden = !state.isOpen || state.mustSignIn;
    if (state.signsIn ||= signedToken() || slot.dataset.signIn || state.mustSignIn) open("showSignIn", composer.element);
    stateNote.hidden = state.isOpen && articleState !== "premoderated";
    stateNote.textContent = state.isOpen ? words.premoderated : isOver ? words.closedSince(dayOf(closesAt)) : words.closed;
    if (pause && state.isOpen) open("tellPause", stateNote, pause);
    if (wasOpen !== state.isOpen) root.classList.toggle("fw-is-closed", !state.isOpen);
  }

  /* Ask again for the first page and add what is new, without touching the rest. */
  async function refresh(minVersion = null) {
    try {
      const page = await api.list({ sort: state.sort, minVersion: Number.isInteger(minVersion) ? minVersion : null });
      about(page.article);
      const shown = [...page.pinned ?? [], ...page.items];
      for (const comment of shown.filter(({ id }) => list.has(id))) list.put(comment);
      const unseen = shown.filter(({ id }) => !list.has(id));
      if (state.sort === "latest") arrivals.arrive(unseen);
      else if (!state.cursor) for (const comment of unseen) list.put(comment);
      await own.show();
    } catch {
      // the page shows what it had; the next event tries again
    }
    showEmpty();
  }

  // ── what the reader does ──

  async function onPosted(comment) {
    state.ownId ??= comment.author.id;
    const view = own.put(comment);
    if (comment.status === "pending") memory.waiting = [...memory.waiting, comment.id];
    view.highlight();
    showEmpty();
    if (comment.status === "approved") await refresh(comment.article_version);
    return view;
  }

  // ── saying ──

  function showCount(comments) {
    count.textContent = comments > 0 ? inNumbers(comments) : "";
  }

  function showEmpty() {
    empty.hidden = !list.isEmpty || list.element.hasAttribute("aria-busy") || !state.isOpen || !!status.querySelector("button");
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
    list.element.setAttribute("aria-busy", "true");
    list.element.replaceChildren(bone(), bone());
  }
}

function bone() {
  return el("li", { class: "fw-skeleton", "aria-hidden": "true" }, el("span", {}), el("span", {}), el("span", {}));
}
