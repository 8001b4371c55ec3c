/* Comments that arrive while someone reads: put on top when the top is in view, else kept behind a pill
   ("1 new comment"), so that nothing moves under the reader's eyes. */

import { el } from "../shared/dom.js";
import { words } from "./words.js";

/* head: what stands above the list; onShown(): the list has grown */
export function createArrivals({ list, head, onShown }) {
  const pill = el("button", { type: "button", class: "fw-pill", hidden: true, onclick: go });
  const rail = el("div", { class: "fw-rail" }, pill);
  let kept = [];

  function arrive(comments) {
    const known = new Set(kept.map(({ id }) => id));
    kept = [...comments.filter(({ id }) => !known.has(id)), ...kept];
    if (list.element.getBoundingClientRect().top >= 0) show();
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

  function go() {
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
    pill.hidden = kept.length === 0;
    pill.textContent = kept.length > 0 ? words.newComments(kept.length) : "";
  }

  new IntersectionObserver(([seen]) => { if (seen.isIntersecting) show(); }).observe(head);
  return { rail, arrive, forget };
}
