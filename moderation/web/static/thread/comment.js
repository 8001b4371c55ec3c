/* One comment on the page: who, when, what, its replies, and what one can do with it.

   A view keeps its place: update() redraws the comment inside it and leaves the replies and an open
   reply form alone. body_html comes sanitised from the server; all else is set as text. */

import { el, freshId } from "../shared/dom.js";
import { timeElement } from "../shared/when.js";
import { linkTo } from "./links.js";
import { inNumbers, words } from "./words.js";

const EDIT_MS = 5 * 60_000; // the server's own
const HUES = [205, 16, 152, 265, 42, 330, 182, 88]; // degrees, of avatars

/* hooks: {state, memory, open(name, …): a function of later.js, called with the thread and what follows} */
/* place: {depth, host: the view in whose replies it stands, answered: whom it names because it is not set in under them} */
export function createView(comment, hooks, place) {
  const replies = el("ol", { class: "fw-replies", hidden: true });
  const more = el("button", { type: "button", class: "fw-more-replies", hidden: true, onclick: () => hooks.open("loadReplies", view) });
  const replySlot = el("div", { class: "fw-reply-slot" });
  const element = el("li", { class: "fw-item", "data-id": comment.id });
  const foldedCount = el("span", { class: "fw-folded", hidden: true });
  const fold = el("button", { type: "button", class: "fw-fold", onclick: () => setFolded(!view.isFolded) });
  const view = {
    ...place, comment, element, replies, replySlot, fold, foldedCount, update, countReplies, setFolded, highlight,
    answers: new Set(), isFolded: false, nextReplies: null, hasAllReplies: false,
    get published() { return [...view.answers].filter(isPublished).length; },
  };

  function update(next) {
    view.comment = next;
    const article = drawn(view, hooks);
    const old = element.querySelector(":scope > article");
    if (old) old.replaceWith(article);
    else element.append(article, replySlot, replies, more);
    element.classList.toggle("fw-is-pinned", Boolean(next.pinned));
    element.classList.toggle("fw-is-waiting", next.status === "pending");
    element.classList.toggle("fw-is-declined", next.status === "rejected");
    setFolded(view.isFolded);
  }

  /* Say how many replies are not on the page yet. */
  function countReplies() {
    const { published } = view;
    const missing = view.hasAllReplies ? 0 : Math.max(0, (view.comment.reply_count ?? 0) - published);
    replies.hidden = fold.hidden = replies.childElementCount === 0;
    more.hidden = missing === 0;
    more.textContent = missing === 0 ? "" : published ? words.showMoreReplies(missing) : words.showReplies(missing);
    foldedCount.textContent = words.replies(published + missing);
  }

  /* Fold the branch to its first line, or open it again; kept while the page is open. */
  function setFolded(is) {
    view.isFolded = is;
    element.classList.toggle("fw-is-folded", is);
    foldedCount.hidden = !is;
    fold.setAttribute("aria-expanded", String(!is));
    fold.setAttribute("aria-label", is ? words.expand : words.collapse);
    countReplies();
  }

  function highlight() {
    element.classList.add("fw-is-fresh");
    element.addEventListener("animationend", () => element.classList.remove("fw-is-fresh"), { once: true });
  }

  update(comment);
  return view;
}

function drawn(view, hooks) {
  const { comment } = view;
  if (comment.status === "withdrawn") {
    return el("article", { class: "fw-comment fw-is-withdrawn" }, el("p", { class: "fw-withdrawn", text: words.withdrawn }));
  }
  if (hooks.memory.mutes?.[comment.author?.id] !== undefined && !view.isRevealed) {
    const place = el("article", { class: "fw-comment fw-is-withdrawn", tabindex: "-1" });
    hooks.open("veil", view, place);
    return place;
  }
  const nameId = freshId("author");
  const isOwn = Boolean(comment.author?.id) && comment.author.id === hooks.state.ownId;
  const body = el("div", { class: "fw-body", dir: "auto" });
  body.innerHTML = comment.body_html;
  openLinksElsewhere(body);
  return el("article", { class: "fw-comment", "aria-labelledby": nameId, tabindex: "-1" },
    avatar(comment.author),
    el("header", { class: "fw-meta" },
      el("span", { class: "fw-author", id: nameId, dir: "auto", text: comment.author?.name ?? "" }),
      ...(comment.author?.badges ?? []).map((badge) => el("span", { class: "fw-badge", text: words.badges[badge] ?? badge })),
      comment.featured ? el("span", { class: "fw-badge", text: words.featured }) : null,
      comment.pinned ? el("span", { class: "fw-badge fw-badge-own", text: words.pinned }) : null,
      isOwn ? el("span", { class: "fw-badge fw-badge-own", text: words.you }) : null,
      el("a", { class: "fw-link", href: linkTo(comment.id) }, timeElement(comment.created_at, "fw-time")),
      comment.edited_at ? el("span", { class: "fw-edited", text: words.edited }) : null,
      answers(view, hooks),
      view.foldedCount, view.fold),
    note(view, hooks),
    body,
    actions(view, hooks, isOwn));
}

/* A reply that is not set in under the one it answers says whom, and leads there. */
function answers({ answered }, hooks) {
  const { id, author } = answered?.comment ?? {};
  if (!author?.name) return null;
  return el("a", { class: "fw-link fw-answers", href: linkTo(id), text: words.inReplyTo(author.name), onclick: () => hooks.open("goTo", id) });
}

const isPublished = ({ comment: { status } }) => status === "approved" || status === "withdrawn";

function avatar(author) {
  const name = author?.name ?? "";
  let hash = 0;
  for (const letter of author?.id ?? name) hash = (hash * 31 + letter.codePointAt(0)) % 9973;
  const first = [...name.trim()][0] ?? "·";
  const shown = el("span", { class: "fw-avatar", "aria-hidden": "true", "data-initial": first.toUpperCase() });
  shown.style.setProperty("--_hue", HUES[hash % HUES.length]);
  return shown;
}

function note(view, hooks) {
  const { comment } = view;
  if (comment.status === "pending") {
    const waits = el("p", { class: "fw-note" }, el("strong", { text: words.waiting }), ` · ${words.waitingMore}`);
    hooks.open("tellWait", view, waits);
    return waits;
  }
  if (comment.status !== "rejected") return null;
  const place = el("div", { class: "fw-note fw-note-declined" });
  hooks.open("explain", view, place);
  return place;
}

function actions(view, hooks, isOwn) {
  const { comment } = view;
  const row = el("div", { class: "fw-actions" });
  const add = (text, name, more = {}) => {
    const button = el("button", { type: "button", class: "fw-action", text, onclick: () => hooks.open(name, view, button), ...more });
    row.append(button);
    return button;
  };
  if (comment.status === "approved") {
    row.append(likes(view, hooks, isOwn));
    if (hooks.state.isOpen && !hooks.state.mustSignIn) add(words.reply, "openReply", { "aria-label": words.replyTo(comment.author.name) });
    if (!isOwn) add(hooks.memory.isReported(comment.id) ? words.reported : words.report, "openReport", { class: "fw-action fw-report", "aria-haspopup": "dialog" });
  }
  if (isOwn && comment.status !== "rejected") {
    const left_ms = new Date(comment.created_at).getTime() + EDIT_MS - Date.now();
    if (left_ms > 0 && hooks.state.isOpen) {
      const edit = add(words.edit, "openEdit");
      setTimeout(() => edit.remove(), left_ms);
    }
    add(words.remove, "askToRemove");
  }
  if (!isOwn && comment.author?.id) {
    const dots = add("⋯", "openChoices", { class: "fw-action fw-dots", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": words.choicesFor(comment.author.name) });
    row.append(el("span", { class: "fw-menu-place" }, dots));
  }
  return row;
}

/* A button for others, a number for its author. It is drawn in place, so that it keeps the focus. */
function likes(view, hooks, isOwn) {
  const number = el("span", { class: "fw-likes" });
  const word = el("span", {});
  const button = isOwn ? el("span", {}, number)
    : el("button", { type: "button", class: "fw-action fw-like", onclick: () => hooks.open("like", view) }, word, number);
  view.drawLikes = () => {
    const count = view.comment.reactions?.like ?? 0;
    const isLiked = view.isLiked ?? hooks.memory.isLiked(view.comment.id); // the view knows first, the browser once it is so
    word.textContent = isLiked ? words.liked : words.like;
    button.setAttribute("aria-pressed", String(isLiked));
    button.hidden = isOwn && count === 0;
    number.textContent = isOwn ? (count ? words.likes(count) : "") : count ? inNumbers(count) : "";
    if (!isOwn) button.setAttribute("aria-label", count ? `${word.textContent}, ${words.likes(count)}` : word.textContent);
  };
  view.drawLikes();
  if (isOwn) button.removeAttribute("aria-pressed");
  return button;
}

function openLinksElsewhere(body) {
  for (const link of body.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "nofollow ugc noopener noreferrer";
  }
}
