/* The moderation console: puts the parts together and decides which view is shown.

   hand.js holds the claimed comments, decisions.js decides and undoes, queue.js and search.js draw. */

import { el } from "./shared/dom.js";
import { keepTime } from "./shared/when.js";
import { openBrake } from "./console/brake.js";
import { suggestedReason } from "./console/card.js";
import { createDecisions } from "./console/decisions.js";
import { followFigures } from "./console/figures.js";
import { createHand } from "./console/hand.js";
import { listenToKeys, showKeys } from "./console/keys.js";
import { pressMark } from "./console/marks.js";
import { createQueueView } from "./console/queue.js";
import { askReason } from "./console/reasons.js";
import { createSearchView } from "./console/search.js";
import { createToasts } from "./console/toasts.js";
import { DONE, words } from "./console/words.js";

const byId = (id) => document.getElementById(id);
const toasts = createToasts(byId("toasts"));

const hand = createHand({
  onChange: () => { queueView.drawHand(hand.items, hand.current); },
  onFault: () => figures?.ask(),
});

const decisions = createDecisions({
  onGone: ({ item, origin, action, sent }) => {
    hand.take(item, sent);
    if (origin === "search") searchView.hide(item);
    const next = hand.selected();
    speak(origin === "queue" && next ? `${DONE[action]}. Next: comment by ${next.comment.author?.name}` : DONE[action]);
  },
  onBack: ({ item, origin }) => {
    if (origin === "search") searchView.restore(item);
    else if (item.comment.status === "pending" || item.lane) hand.putBack(item);
    toasts.dropUndo();
  },
  onLost: ({ item }) => {
    hand.letGo(item);
    toasts.dropUndo();
  },
  onChange: () => queueView.drawRecent(decisions.recent),
  say: toasts.say,
  offerUndo: (entry) => toasts.offerUndo(entry, () => decisions.undo(entry)),
});

const queueView = createQueueView(byId("queue"), {
  onAct: (action) => act(hand.selected(), action, "queue"),
  onSelect: hand.select,
  onUndo: decisions.undo,
  leftOpen: decisions.leftOpen,
});
const searchView = createSearchView(byId("search"), { onAct: (item, action) => act(item, action, "search"), say: toasts.say });

async function act(item, action, origin) {
  if (!item) return;
  const why = action === "reject" ? await askReason(suggestedReason(item)) : {};
  if (why) decisions.decide(item, action, { ...why, origin });
}

let view = null;

function showView() {
  const wanted = location.hash === "#search" ? "search" : "queue";
  if (wanted === view) return;
  view = wanted;
  for (const section of document.querySelectorAll("[data-view]")) section.hidden = section.dataset.view !== view;
  for (const link of document.querySelectorAll("[data-view-link]")) {
    if (link.dataset.viewLink === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  scrollTo(0, 0);
  if (view === "search") searchView.search();
}

function speak(sentence) {
  byId("spoken").replaceChildren(el("span", { text: sentence }));
}

const inQueue = (deed) => () => (view === "queue" && hand.selected() ? deed() : false);
listenToKeys({
  a: inQueue(() => void act(hand.selected(), "approve", "queue")),
  r: inQueue(() => void act(hand.selected(), "reject", "queue")),
  d: inQueue(() => void act(hand.selected(), "defer", "queue")),
  e: inQueue(() => void act(hand.selected(), "escalate", "queue")),
  j: inQueue(() => hand.next()),
  k: inQueue(() => hand.previous()),
  u: () => void decisions.undo(),
  b: () => void openBrake({ say: toasts.say }),
  p: () => pressMark("p"),
  f: () => pressMark("f"),
  "?": () => showKeys(),
});

queueView.drawHand(hand.items, hand.current);
queueView.drawRecent(decisions.recent);
byId("brake").addEventListener("click", () => openBrake({ say: toasts.say }));
byId("show-keys").addEventListener("click", showKeys);
addEventListener("hashchange", showView);
showView();
keepTime(document.body);

const figures = followFigures({
  place: byId("figures"),
  banner: byId("banner"),
  isIdle: () => hand.items.length === 0,
  chosenLane: () => hand.lane,
  onLane: hand.choose,
  onFigures: ({ waiting, leased, state, lanes } = {}) => {
    queueView.drawEmpty({ waiting, leased, state, lanes });
    if (state !== "away" && (waiting ?? 0) > 0) hand.refill();
  },
});
hand.refill();
