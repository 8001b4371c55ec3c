/* The form that a comment or a reply is written in; what becomes of it when it is sent is sending.js.

   A text is never lost: the draft is kept with every key until the server has taken it. */

import { codePoints, el, freshId } from "../shared/dom.js";
import { LIMIT } from "./api.js";
import { late } from "./late.js";
import { words } from "./words.js";

const COUNT_FROM = 3600; // the counter appears for the last tenth

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
  const form = {
    api, memory, parent, element, name, text, send, trap, result, keep, clear, onPosted,
    attempt: draft.attempt ?? null, // {payload, key}: the same text again is the same request
  };

  text.input.addEventListener("input", () => { keep(); grow(); count(); text.fail(null); });
  name.input.addEventListener("input", () => { keep(); name.fail(null); });
  requestAnimationFrame(() => { grow(); count(); });

  function keep() {
    if (text.input.value.trim()) memory.keepDraft(place, { body: text.input.value, name: name.input.value, attempt: form.attempt });
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

  async function submit() {
    try {
      (await late(element.getRootNode())).submit(form);
    } catch (problem) {
      result.replaceChildren(el("p", { class: "fw-notice", role: "alert", text: problem.detail || words.offline }));
    }
  }

  function clear() {
    text.input.value = "";
    memory.dropDraft(place);
    grow();
    count();
  }

  return { element, focus: () => text.input.focus(), forgetResult: () => result.replaceChildren() };
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
