/* Going on through a long thread: a page below, and above it no more than the browser should carry.

   Of ten thousand comments only the last PAGES pages are in the document. What is taken out above can be had back, from
   where it came; what is being read stays where it is on the screen. */

import { el } from "../shared/dom.js";
import { words } from "./words.js";

const PAGES = 6;

/* Show the next page below. */
export async function loadMore(thread) {
  await turned(thread, thread.more, async (paging) => {
    const page = await thread.api.list({ sort: thread.state.sort, cursor: thread.state.cursor });
    const last = thread.list.element.lastElementChild;
    paging.pages.push({ cursor: thread.state.cursor, ids: put(thread, page, null) });
    thread.settle(page);
    if (paging.pages.length > PAGES) takeAway(thread, paging.pages.shift(), paging);
    last?.nextElementSibling?.querySelector("article")?.focus({ preventScroll: true });
  });
}

/* Show again the page above the first that is left. */
async function loadEarlier(thread) {
  const paging = pagingOf(thread);
  await turned(thread, paging.button, async () => {
    const cursor = paging.gone.at(-1);
    const page = await thread.api.list({ sort: thread.state.sort, cursor });
    paging.gone.pop();
    const first = thread.list.top;
    hold(first, () => paging.pages.unshift({ cursor, ids: put(thread, page, first) }));
    const last = paging.pages.length > PAGES ? paging.pages.pop() : null;
    if (last) {
      for (const id of last.ids) thread.list.drop(id);
      thread.settle({ ...page, next_cursor: last.cursor });
    }
    draw(thread, paging);
  });
}

function put({ list }, page, before) {
  return page.items.filter(({ id }) => !list.has(id)).map((comment) => list.put(comment, { before }).comment.id);
}

function takeAway(thread, page, paging) {
  const { list } = thread;
  paging.gone.push(page.cursor);
  const anchor = list.get(paging.pages[0].ids[0])?.element;
  hold(anchor, () => {
    while (list.top && list.top !== anchor) list.drop(list.top.dataset.id);
    draw(thread, paging);
  });
}

/* Change what stands above an element without moving it on the screen; not every browser anchors by itself. */
function hold(anchor, change) {
  const before = anchor?.getBoundingClientRect().top;
  change();
  const moved = anchor ? anchor.getBoundingClientRect().top - before : 0;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

function draw({ list }, paging) {
  if (paging.gone.length > 0) list.element.before(paging.button);
  else paging.button.remove();
}

/* What is known of a list's pages; thread.js forgets it where the list is loaded anew. */
function pagingOf(thread) {
  const { list, state } = thread;
  if (!state.paging) {
    const ids = [...list.element.querySelectorAll(":scope > :not(.fw-is-pinned)")].map((item) => item.dataset.id);
    const button = el("button", { type: "button", class: "fw-button fw-button-quiet fw-more", text: words.loadEarlier, onclick: () => loadEarlier(thread) });
    state.paging = { pages: [{ cursor: null, ids }], gone: [], button };
  }
  return state.paging;
}

async function turned(thread, button, act) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  try {
    await act(pagingOf(thread));
  } catch {
    thread.say(words.loadFailed);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}
