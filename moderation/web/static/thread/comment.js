/* One comment on the page: who, when, what, its replies, and what one can do with it.

   A view keeps its place: update() redraws the comment inside it and leaves the replies and an open
   reply form alone. body_html comes sanitised from the server; all else is set as text. */

import { el, freshId } from "../shared/dom.js";
import { timeElement } from "../shared/when.js";
import { WINDOW_MS } from "./edit.js";
import { linkTo } from "./links.js";
import { words } from "./words.js";

const HUES = 8; // as many avatar colours as thread.css names

/* hooks: ownId(), mayReply(), onReply(view), onLike(view), isLiked(id), onEdit(view), onRemove(view), onDismiss(view), onMoreReplies(view) */
export function createView(comment, hooks) {
  const replies = el("ol", { class: "fw-replies", hidden: true });
  const more = el("button", { type: "button", class: "fw-more-replies", hidden: true, onclick: () => hooks.onMoreReplies(view) });
  const replySlot = el("div", { class: "fw-reply-slot" });
  const element = el("li", { class: "fw-item", "data-id": comment.id });
  const view = { comment, element, replies, replySlot, update, countReplies, highlight, nextReplies: null, hasAllReplies: false };

  function update(next) {
    view.comment = next;
    const article = drawn(view, hooks);
    const old = element.querySelector(":scope > article");
    if (old) old.replaceWith(article);
    else element.append(article, replySlot, replies, more);
    element.classList.toggle("fw-is-waiting", next.status === "pending");
    element.classList.toggle("fw-is-declined", next.status === "rejected");
    countReplies();
  }

  /* Say how many replies are not on the page yet. */
  function countReplies() {
    const shown = replies.childElementCount;
    const published = replies.querySelectorAll(":scope > .fw-item:not(.fw-is-waiting, .fw-is-declined)").length;
    const missing = view.hasAllReplies ? 0 : Math.max(0, (view.comment.reply_count ?? 0) - published);
    replies.hidden = shown === 0;
    more.hidden = missing === 0;
    more.textContent = missing === 0 ? "" : published ? words.showMoreReplies(missing) : words.showReplies(missing);
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
  const nameId = freshId("author");
  const isOwn = Boolean(comment.author?.id) && comment.author.id === hooks.ownId();
  const body = el("div", { class: "fw-body" });
  body.innerHTML = comment.body_html;
  openLinksElsewhere(body);
  return el("article", { class: "fw-comment", "aria-labelledby": nameId, tabindex: "-1" },
    avatar(comment.author),
    el("header", { class: "fw-meta" },
      el("span", { class: "fw-author", id: nameId, text: comment.author?.name ?? "" }),
      ...(comment.author?.badges ?? []).map((badge) => el("span", { class: "fw-badge", text: words.badges[badge] ?? badge })),
      isOwn ? el("span", { class: "fw-badge fw-badge-own", text: words.you }) : null,
      el("a", { class: "fw-link", href: linkTo(comment.id) }, timeElement(comment.created_at, "fw-time")),
      comment.edited_at ? el("span", { class: "fw-edited", text: words.edited }) : null),
    note(view, hooks),
    body,
    actions(view, hooks, isOwn));
}

function avatar(author) {
  const name = author?.name ?? "";
  let hash = 0;
  for (const letter of author?.id ?? name) hash = (hash * 31 + letter.codePointAt(0)) % 9973;
  const first = [...name.trim()][0] ?? "·";
  return el("span", { class: `fw-avatar fw-hue-${hash % HUES}`, "aria-hidden": "true", "data-initial": first.toUpperCase() });
}

function note(view, hooks) {
  const { comment } = view;
  if (comment.status === "pending") {
    return el("p", { class: "fw-note" }, el("strong", { text: words.waiting }), ` · ${words.waitingMore}`);
  }
  if (comment.status !== "rejected") return null;
  return el("div", { class: "fw-note fw-note-declined" },
    el("p", {}, el("strong", { text: comment.isEditRefused ? words.editRefused : words.declined })),
    reasonList(comment),
    el("button", { type: "button", class: "fw-action", text: words.dismiss, onclick: () => hooks.onDismiss(view) }));
}

/* Return the reasons of a refusal as a list of sentences, each once; what merely raised a doubt is left out. */
export function reasonList(comment) {
  const reasons = comment.reasons ?? [];
  const decisive = reasons.filter((reason) => reason.outcome === "reject");
  const details = new Set((decisive.length > 0 ? decisive : reasons).map((reason) => reason.detail).filter(Boolean));
  if (details.size === 0) details.add(comment.statement?.explanation ?? words.noReason);
  return el("ul", { class: "fw-reasons" }, ...[...details].map((detail) => el("li", { text: detail })));
}

function actions(view, hooks, isOwn) {
  const { comment } = view;
  const row = el("div", { class: "fw-actions" });
  if (comment.status === "approved") row.append(likes(view, hooks, isOwn));
  if (comment.status === "approved" && hooks.mayReply()) {
    row.append(el("button", {
      type: "button", class: "fw-action", text: words.reply, "aria-label": words.replyTo(comment.author.name),
      onclick: () => hooks.onReply(view),
    }));
  }
  if (isOwn && comment.status !== "rejected") {
    const left_ms = new Date(comment.created_at).getTime() + WINDOW_MS - Date.now();
    if (left_ms > 0 && hooks.mayReply()) {
      const edit = el("button", { type: "button", class: "fw-action", text: words.edit, onclick: () => hooks.onEdit(view) });
      setTimeout(() => edit.remove(), left_ms);
      row.append(edit);
    }
    row.append(el("button", { type: "button", class: "fw-action", text: words.remove, onclick: () => askToRemove(view, hooks, row) }));
  }
  return row;
}

/* A button for others, a number for its author. It is drawn in place, so that it keeps the focus. */
function likes(view, hooks, isOwn) {
  const number = el("span", { class: "fw-likes" });
  const word = el("span", {});
  const button = isOwn ? el("span", {}, number)
    : el("button", { type: "button", class: "fw-action fw-like", onclick: () => hooks.onLike(view) }, word, number);
  view.drawLikes = () => {
    const count = view.comment.reactions?.like ?? 0;
    const isLiked = view.isLiked ?? hooks.isLiked(view.comment.id); // the view knows first, the browser once it is so
    word.textContent = isLiked ? words.liked : words.like;
    button.setAttribute("aria-pressed", String(isLiked));
    button.hidden = isOwn && count === 0;
    number.textContent = isOwn ? (count ? words.likes(count) : "") : count ? count.toLocaleString("en") : "";
    if (!isOwn) button.setAttribute("aria-label", count ? `${word.textContent}, ${words.likes(count)}` : word.textContent);
  };
  view.drawLikes();
  if (isOwn) button.removeAttribute("aria-pressed");
  return button;
}

function askToRemove(view, hooks, row) {
  const no = el("button", { type: "button", class: "fw-action", text: words.removeNo, onclick: back });
  const question = el("span", { class: "fw-ask", role: "group", "aria-label": words.removeAsk },
    el("span", { text: words.removeAsk }),
    el("button", { type: "button", class: "fw-action fw-action-danger", text: words.removeYes, onclick: () => hooks.onRemove(view) }),
    no);
  const kept = [...row.children];
  row.replaceChildren(question);
  no.focus();

  function back() {
    row.replaceChildren(...kept);
    kept.at(-1).focus();
  }
}

function openLinksElsewhere(body) {
  for (const link of body.querySelectorAll("a[href]")) {
    link.target = "_blank";
    link.rel = "nofollow ugc noopener noreferrer";
  }
}
