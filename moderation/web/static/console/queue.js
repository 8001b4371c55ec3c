/* The queue view: what is in hand on the left, the comment on the desk, recent decisions on the right. */

import { el } from "../shared/dom.js";
import { ago } from "../shared/when.js";
import { drawCard, summaryOf, verdictElement } from "./card.js";
import { DONE, REJECTIONS, named, words } from "./words.js";

/* onAct(action): a button was pressed; onSelect(at); onUndo(entry);
   leftOpen(commentId): this moderator's own decision that left a comment open, if any */
export function createQueueView(place, { onAct, onSelect, onUndo, leftOpen }) {
  const handList = el("ol", {});
  const workbench = el("div", { class: "workbench" });
  const recentList = el("ol", {});
  const actions = el("div", { class: "actions", role: "group", "aria-label": "Decision" },
    act("approve", "Approve", "a"), act("reject", "Reject", "r"), act("defer", "Defer", "d"), act("escalate", "Escalate", "e"));
  const title = el("h2", { text: words.moment });
  const hint = el("p", { text: words.looking });
  const empty = el("div", { class: "empty", hidden: true }, calmHarbour(), title, hint);
  const desk = el("div", { class: "desk" }, empty,
    el("aside", { class: "rail rail-hand", "aria-label": "In your hand" }, el("p", { class: "rail-title", text: "In your hand" }), handList),
    workbench,
    el("aside", { class: "rail rail-recent", "aria-label": "Your recent decisions" }, el("p", { class: "rail-title", text: "Your recent decisions" }), recentList));
  place.replaceChildren(desk);
  let shown = null;

  function act(action, label, key) {
    return el("button", { type: "button", class: `button act act-${action}`, "aria-keyshortcuts": key, onclick: () => onAct(action) },
      el("span", { text: label }), el("kbd", { "aria-hidden": "true", text: key.toUpperCase() }));
  }

  function drawHand(items, current) {
    const item = items[current] ?? null;
    desk.classList.toggle("is-empty", !item);
    empty.hidden = Boolean(item);
    handList.replaceChildren(...items.map((held, at) => el("li", {}, el("button", {
      type: "button", class: "hand-row", "aria-current": at === current ? "true" : null, onclick: () => onSelect(at),
    },
    el("span", { class: "hand-head" }, el("b", { text: held.comment.author?.name ?? "" }), el("span", { text: summaryOf(held).split(",")[0] })),
    el("span", { class: "hand-text", text: held.comment.body ?? "" })))));
    handList.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    if (item === shown) return;
    const hadFocus = actions.contains(document.activeElement) ? document.activeElement : null;
    shown = item;
    if (!item) return workbench.replaceChildren();
    const before = leftOpen(item.comment.id);
    workbench.replaceChildren(drawCard(item, { actions }),
      ...(before ? [el("p", { class: "workbench-note", text: words.again[before.action](ago(before.at)) })] : []));
    if (scrollY > 0) scrollTo(0, 0);
    hadFocus?.focus({ preventScroll: true });
  }

  function drawRecent(entries) {
    if (entries.length === 0) return recentList.replaceChildren(el("li", { class: "recent-none", text: "None yet." }));
    recentList.replaceChildren(...entries.map((entry) => {
      const isOpen = entry.state === "done" || entry.state === "sending";
      const kind = entry.state === "undone" || entry.state === "lost" ? entry.state : entry.action;
      const name = { undone: "Undone", lost: "Someone was faster" }[kind] ?? (entry.reason ? named(REJECTIONS, entry.reason) : DONE[entry.action]);
      return el("li", { class: "recent-row" },
        el("div", { class: "recent-head" }, verdictElement(kind, name),
          isOpen ? el("button", { type: "button", class: "button button-plain", text: "Undo", onclick: () => onUndo(entry) }) : null),
        el("div", { class: "recent-text", text: `${entry.item.comment.author?.name ?? ""}: ${entry.item.comment.body ?? ""}` }));
    }));
  }

  /* While nothing is in hand: say why, and only that nothing waits when that is known. */
  function drawEmpty({ state, waiting, leased, lanes = [] } = {}) {
    const isKnown = state === "ready" && !waiting;
    // They would be in hand if they were not against this moderator's own decisions.
    const isForOthers = waiting > 0 && lanes.every((each) => each.waiting === 0 || each.lane === "appeal");
    title.textContent = isKnown ? words.nothing : words.moment;
    hint.textContent = isForOthers ? words.appealsForOthers : !isKnown ? words.looking : leased > 0 ? words.inOtherHands(leased) : words.wellDone;
  }

  return { drawHand, drawRecent, drawEmpty };
}

/* A flat sea under a low sun. */
function calmHarbour() {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 112 112");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "calm");
  for (const d of ["M32 62a24 24 0 0 1 48 0", "M10 62h92", "M24 74h40M74 74h14", "M40 86h32", "M56 18v10M24 32l7 7M88 32l-7 7"]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
