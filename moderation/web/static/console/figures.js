/* The top bar's figures, asked for every few seconds while someone looks; and the banner when the queue is away. */

import { el } from "../shared/dom.js";
import { span } from "../shared/when.js";
import { api } from "./api.js";
import { LANES, named, words } from "./words.js";

const BUSY_MS = 10_000;
const IDLE_MS = 2_500; // nothing in hand: a new comment should appear while one looks

/* onFigures({waiting, leased, state, lanes}): after each answer, nothing when there was none; isIdle(): nothing in hand;
   chosenLane(); onLane(lane): somebody wants this one only, or all of them again */
export function followFigures({ place, banner, isIdle, onFigures, chosenLane, onLane }) {
  let timer = null;

  async function ask() {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      try {
        const figures = await api.figures();
        draw(figures);
        onFigures(figures);
      } catch (problem) {
        tell(problem.status === 0 ? words.offline : words.away);
        onFigures();
      }
    }
    timer = setTimeout(ask, isIdle() ? IDLE_MS : BUSY_MS);
  }

  function draw(figures) {
    tell({ rebuilding: words.rebuilding, away: words.away }[figures.state] ?? null);
    const lanes = (figures.lanes ?? []).filter(({ waiting }) => waiting > 0);
    const focused = document.activeElement?.dataset.lane;
    const p50_s = figures.time_to_decision?.p50_s;
    place.replaceChildren(...[
      figure((figures.waiting ?? 0) + (figures.leased ?? 0), "waiting", "Comments without a decision, those in somebody's hand included"),
      figures.oldest_at ? figure(span((Date.now() - Date.parse(figures.oldest_at)) / 1000), "oldest") : null,
      typeof p50_s === "number" ? figure(span(p50_s), "median", "Median time from waiting to decision") : null,
      typeof figures.decided_today === "number" ? figure(figures.decided_today, "today", "Decided today") : null,
      lanes.length > 0 ? el("span", { class: "figure-lanes" }, ...lanes.map(({ lane, waiting }) =>
        laneButton(lane, waiting))) : null,
    ].filter(Boolean));
    if (focused) place.querySelector(`[data-lane="${focused}"]`)?.focus({ preventScroll: true });
  }

  function laneButton(lane, waiting) {
    const button = el("button", {
      type: "button", class: "figure-lane", "data-lane": lane, "aria-pressed": String(lane === chosenLane()), title: words.onlyLane(named(LANES, lane)),
      onclick: () => { onLane(lane); button.setAttribute("aria-pressed", String(lane === chosenLane())); },
    }, named(LANES, lane), el("b", { text: waiting }));
    return button;
  }

  function tell(sentence) {
    banner.hidden = !sentence;
    if (sentence && banner.textContent !== sentence) banner.textContent = sentence;
  }

  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") ask(); });
  ask();
  return { ask };
}

function figure(value, name, title = null) {
  const number = typeof value === "number" ? value.toLocaleString("en") : value;
  return el("span", { class: "figure", title }, el("b", { text: number }), ` ${name}`);
}
