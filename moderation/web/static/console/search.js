/* The search view: comments by status and words, and a second look at what was decided. */

import { el } from "../shared/dom.js";
import { api } from "./api.js";
import { drawCard } from "./card.js";
import { markButtons } from "./marks.js";

const STATUSES = [["pending", "Pending"], ["approved", "Approved"], ["rejected", "Rejected"], ["withdrawn", "Withdrawn"]];
const TYPING_MS = 300;

/* onAct(item, action): a button on a result was pressed; say(sentence, options) */
export function createSearchView(place, { onAct, say }) {
  const field = el("input", { class: "input", type: "search", placeholder: "Words in the comment", "aria-label": "Words in the comment", oninput: later });
  const segments = el("fieldset", { class: "segments" }, el("legend", { text: "Status" }),
    ...STATUSES.map(([value, label]) => el("label", {},
      el("input", { type: "radio", name: "status", value, checked: value === "pending", onchange: () => search() }), label)));
  const form = el("form", { class: "search-form", role: "search", onsubmit: (event) => { event.preventDefault(); search(); } }, segments, field);
  const note = el("p", { class: "results-note", role: "status" });
  const results = el("div", { class: "results" });
  const more = el("button", { type: "button", class: "button", text: "Load more", onclick: () => search({ next: true }) });
  const moreRow = el("div", { class: "results-more", hidden: true }, more);
  place.replaceChildren(el("div", { class: "search" }, form, note, results, moreRow));
  const cards = new Map();
  let cursor = null;
  let turn = 0; // only the newest question's answer is shown
  let typing = null;

  function later() {
    clearTimeout(typing);
    typing = setTimeout(search, TYPING_MS);
  }

  async function search({ next = false } = {}) {
    clearTimeout(typing);
    turn += 1;
    const mine = turn;
    const status = form.querySelector("input[name=status]:checked").value;
    try {
      const page = await api.search({ status, q: field.value.trim(), cursor: next ? cursor : null });
      if (mine !== turn) return;
      if (!next) { results.replaceChildren(); cards.clear(); }
      for (const item of page.items) show(item);
      cursor = page.next_cursor;
      moreRow.hidden = !cursor;
      tell(cards.size === 0 ? "Nothing found." : null);
    } catch (problem) {
      if (mine === turn) tell(problem.detail || "The search did not answer. Please try again.");
    }
  }

  function tell(sentence) {
    note.hidden = !sentence;
    note.textContent = sentence ?? "";
  }

  function show(item) {
    const status = item.comment.status;
    const button = (action, label) => el("button", { type: "button", class: `button act act-${action}`, text: label, onclick: () => onAct(item, action) });
    const actions = status === "withdrawn" ? null : el("div", { class: "actions" },
      status === "approved" && !item.reports?.count ? null : button("approve", status === "approved" ? "Keep" : "Approve"),
      status === "rejected" ? null : button("reject", "Reject"),
      ...markButtons(item, { say, onChange: showMarks }));
    const card = drawCard(item, { details: "closed", actions });
    const old = cards.get(item.comment.id);
    if (old) old.replaceWith(card);
    else results.append(card);
    cards.set(item.comment.id, card);
  }

  /* Drawn anew: the switch that was pressed keeps the focus. */
  function showMarks(item, name) {
    show(item);
    cards.get(item.comment.id).querySelector(`.act-mark[data-key="${name[0]}"]`)?.focus();
  }

  return {
    search,
    /* A decision was taken: the card goes if it no longer fits, and comes back if it failed or was undone. */
    hide: (item) => { const card = cards.get(item.comment.id); if (card) card.hidden = true; },
    restore: (item) => { if (cards.has(item.comment.id)) show(item); },
  };
}
