/* The form that a comment or a reply is written in.

   Promises: a text is never lost (draft kept on every keystroke until the server has taken it), never
   posted twice (one idempotency key per text, kept with the draft), and every refusal says why. Where a
   text would be held or refused, its author hears so first and may reword it (nudge.js). */

import { codePoints, el, freshId } from "../shared/dom.js";
import { LIMIT, Problem } from "./api.js";
import { late } from "./late.js";
import { words } from "./words.js";

const COUNT_FROM = 3600; // the counter appears for the last tenth
const FIELDS = { body: "text", "author/name": "name", "author.name": "name", author: "name", name: "name" };

/* place: where the draft is kept; parent: the comment answered or null; onPosted(comment) */
export function createComposer({ api, memory, place, parent = null, onPosted, onCancel = null }) {
  const draft = memory.draft(place) ?? {};
  const name = field("input", { label: words.name, value: draft.name ?? memory.name, attributes: { autocomplete: "nickname", maxlength: "80", placeholder: words.name } });
  const text = field("textarea", { label: parent ? words.replyTo(parent.author.name) : words.text, value: draft.body ?? "", attributes: {
    rows: "3", placeholder: parent ? words.replyTo(parent.author.name) : words.textPlaceholder } });
  const counter = el("span", { class: "fw-counter", "aria-live": "polite" });
  const hint = el("span", { class: "fw-hint", "aria-label": words.hintLabel, role: "note", text: words.hint });
  const trap = el("input", { class: "fw-label", name: "website", tabindex: "-1", autocomplete: "off", "aria-hidden": "true" }); // machines fill it in
  const send = el("button", { type: "submit", class: "fw-button", text: parent ? words.reply : words.post });
  const result = el("div", { class: "fw-result", role: "status", "aria-live": "polite" });
  const element = el("form", {
    class: "fw-composer", novalidate: true, "aria-label": parent ? words.replyTo(parent.author.name) : words.text,
    onsubmit: (event) => { event.preventDefault(); submit(); }, onkeydown: onKey,
  },
  trap, text.wrap,
  el("div", { class: "fw-composer-foot" }, name.wrap, hint, counter,
    onCancel ? el("button", { type: "button", class: "fw-action fw-cancel", text: words.cancel, onclick: cancel }) : null, send),
  result);
  const later = () => late(element.getRootNode());
  let isBusy = false;
  let nudgedFor = null; // the text that its author was told of
  let first = null; // what was written before a nudge, if its author ticked that it may be kept
  let attempt = draft.attempt ?? null; // {payload, key}: the same text again is the same request

  text.input.addEventListener("input", () => { keep(); grow(); count(); text.fail(null); });
  name.input.addEventListener("input", () => { keep(); name.fail(null); });
  requestAnimationFrame(() => { grow(); count(); });

  function keep() {
    if (text.input.value.trim()) memory.keepDraft(place, { body: text.input.value, name: name.input.value, attempt });
    else memory.dropDraft(place);
  }

  function grow() {
    text.input.style.height = "auto";
    text.input.style.height = `${text.input.scrollHeight + 2}px`;
  }

  function count() {
    const length = codePoints(text.input.value);
    counter.setAttribute("aria-live", (LIMIT - length) % 100 ? "off" : "polite"); // not with every key
    counter.textContent = length > COUNT_FROM ? length > LIMIT ? words.tooMany(length - LIMIT) : words.left(LIMIT - length) : "";
    counter.classList.toggle("fw-is-over", length > LIMIT);
    hint.hidden = length > COUNT_FROM;
  }

  function onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && onCancel && !text.input.value.trim()) {
      cancel();
    }
  }

  function cancel() {
    memory.dropDraft(place);
    onCancel();
  }

  function isComplete() {
    const body = text.input.value;
    text.fail(!body.trim() ? words.textMissing : codePoints(body) > LIMIT ? words.textTooLong(LIMIT) : null);
    name.fail(null);
    element.querySelector("[aria-invalid=true]")?.focus();
    return !text.isWrong && !name.isWrong;
  }

  async function submit({ isSure = false } = {}) {
    if (isBusy || trap.value || !isComplete()) return;
    const comment = { body: text.input.value, author: { name: name.input.value.trim() || words.anonymous } };
    busy(true);
    result.replaceChildren();
    try {
      if (!isSure && await isNudged(comment)) return;
      if (parent) comment.parent_id = parent.id;
      if (first && first !== comment.body) comment.softened_from = first;
      const payload = JSON.stringify(comment);
      if (attempt?.payload !== payload) attempt = { payload, key: newKey() };
      keep();
      await taken(await sent(comment));
    } catch (problem) {
      await failed(problem);
    } finally {
      busy(false);
    }
  }

  /* While a storm is on, the server wants some work done first. */
  async function sent(comment, proof) {
    try {
      return await api.post(comment, attempt.key, proof);
    } catch (problem) {
      if (!problem.challenge || proof) throw problem;
      return sent(comment, await (await later()).solve(problem.challenge));
    }
  }

  /* Tell the author what would become of it, once a text. A server that does not answer stops nobody. */
  async function isNudged(comment) {
    if (nudgedFor === comment.body) return false;
    const shown = await api.preview(comment).catch(() => null);
    nudgedFor = comment.body;
    if (!shown || shown.outcome === "published") return false;
    const parts = await later().catch(() => null);
    if (!parts) return false;
    const nudge = parts.createNudge({
      shown, body: comment.body, mayKeep: true,
      onReword: (isKept) => { first = isKept ? first ?? comment.body : null; result.replaceChildren(); text.input.focus(); },
      onSend: () => submit({ isSure: true }),
    });
    result.replaceChildren(nudge);
    nudge.focus();
    return true;
  }

  async function taken(comment) {
    memory.name = name.input.value.trim();
    if (comment.status === "rejected") {
      result.replaceChildren((await later()).refusal({ api, memory }, comment));
      text.input.focus();
      return;
    }
    attempt = first = null;
    text.input.value = "";
    memory.dropDraft(place);
    grow();
    count();
    result.replaceChildren(el("p", { class: "fw-said", text: comment.status === "pending" ? words.held : words.posted }));
    onPosted(comment);
  }

  async function failed(problem) {
    if (!(problem instanceof Problem)) throw problem;
    const named = problem.errors.filter((error) => FIELDS[fieldOf(error)]);
    for (const error of named) (FIELDS[fieldOf(error)] === "name" ? name : text).fail(error.detail);
    if (named.length > 0) element.querySelector("[aria-invalid=true]")?.focus();
    else result.replaceChildren(await told(problem));
  }

  async function told(problem) {
    const parts = problem.status ? await later().catch(() => null) : null;
    return parts ? parts.fault(problem) : el("p", { class: "fw-notice", role: "alert", text: problem.detail || words.offline });
  }

  function busy(is) {
    isBusy = is;
    send.setAttribute("aria-disabled", String(is));
    send.textContent = is ? words.posting : parent ? words.reply : words.post;
  }

  return { element, focus: () => text.input.focus(), forgetResult: () => result.replaceChildren() };
}

function fieldOf(error) {
  return String(error.name ?? error.field ?? error.pointer ?? "").replace(/^[#/]+/, "");
}

/* Return a labelled input whose fault is told beside it. */
function field(tag, { label, value, attributes }) {
  const id = freshId("field");
  const error = el("span", { class: "fw-error", id: `${id}-error`, hidden: true });
  const input = el(tag, { id, class: `fw-${tag}`, "aria-describedby": error.id, ...attributes });
  input.value = value;
  const wrap = el("div", { class: `fw-field fw-field-${tag}` }, el("label", { class: "fw-label", for: id, text: label }), input, error);
  return {
    wrap,
    input,
    get isWrong() { return !error.hidden; },
    fail(sentence) {
      error.hidden = !sentence;
      error.textContent = sentence ?? "";
      input.setAttribute("aria-invalid", String(Boolean(sentence)));
    },
  };
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID(); // missing on plain-http pages
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
