/* Comments that arrive while someone reads: kept behind a pill ("1 new comment") until they are asked for, so that
   nothing moves under the reader's eyes. Only where nothing can move are they shown at once. */

import { el } from "../shared/dom.js";
import { words } from "./words.js";

/* head: what stands above the list; onShown(): the list has grown; onReload(): show the first page again */
export function createArrivals({ list, head, state, onShown, onReload }) {
  const pill = el("button", { type: "button", class: "fw-pill", hidden: true, onclick: go });
  const rail = el("div", { class: "fw-rail" }, pill);
  let kept = [];
  const isTrimmed = () => state.paging?.gone.length > 0;

  function arrive(comments) {
    const known = new Set(kept.map(({ id }) => id));
    kept = [...comments.filter(({ id }) => !known.has(id)), ...kept];
    const isBelow = list.element.getBoundingClientRect().top >= innerHeight; // the list is still to come
    if (list.isEmpty || (isBelow && !isTrimmed())) show();
    else drawPill();
  }

  function show() {
    if (kept.length === 0) return [];
    const before = list.top;
    const views = kept.filter(({ id }) => !list.has(id)).map((comment) => list.put(comment, { before }));
    forget();
    for (const view of views) view.highlight();
    onShown();
    return views;
  }

  async function go() {
    if (isTrimmed()) await onReload(); // the first page is not on the page any more
    const [first] = show();
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    head.scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "start" });
    first?.element.querySelector("article").focus({ preventScroll: true });
  }

  function forget(id = null) {
    kept = id ? kept.filter((comment) => comment.id !== id) : [];
    drawPill();
  }

  function drawPill() {
    rail.setAttribute("aria-live", pill.hidden ? "polite" : "off"); // the first is announced, not each that follows
    pill.hidden = kept.length === 0;
    pill.textContent = kept.length > 0 ? words.newComments(kept.length) : "";
  }

  return { rail, arrive, forget };
}
