/* An author's appeal against a refusal: what became of it, or a button that opens its form. */

import { el, freshId } from "../shared/dom.js";
import { sentenceFor } from "./problems.js";
import { words } from "./words.js";

/* Return the part of a note in which one appeals. thread: {api, memory}; others: buttons that stand beside */
export function appealOf(thread, comment, ...others) {
  const part = el("div", { class: "fw-appeal", tabindex: "-1" });
  show(comment);
  return part;

  function show({ statement, appeal }, { takesFocus = false } = {}) {
    const button = statement?.may_appeal
      ? el("button", { type: "button", class: "fw-button fw-button-quiet", text: words.appeal, onclick: open })
      : null;
    const told = appeal && !statement?.may_appeal ? outcomeOf(appeal) : [];
    part.replaceChildren(...told, ...[el("div", { class: "fw-actions" }, button, ...others)].filter((row) => row.firstChild));
    if (takesFocus) (button ?? part).focus();
  }

  function open() {
    part.replaceChildren(form(thread, comment, {
      onCancel: () => show(comment, { takesFocus: true }),
      onSent: (appeal) => {
        Object.assign(comment, { appeal, statement: { ...comment.statement, may_appeal: false } });
        if (!thread.memory.waiting.includes(comment.id)) thread.memory.waiting = [...thread.memory.waiting, comment.id];
        show(comment, { takesFocus: true });
      },
    }));
    part.querySelector("textarea").focus();
  }
}

function outcomeOf({ status, answer }) {
  return [
    el("p", { role: "status", text: words.appeals[status] }),
    answer ? el("blockquote", { text: answer }) : null,
  ].filter(Boolean);
}

function form({ api, memory }, comment, { onCancel, onSent }) {
  const id = freshId("appeal");
  const input = el("textarea", { id, class: "fw-textarea", rows: "3", maxlength: "2000", "aria-describedby": `${id}-error` });
  const error = el("p", { class: "fw-error", id: `${id}-error`, role: "alert", hidden: true });
  const send = el("button", { type: "submit", class: "fw-button", text: words.appealSend });
  const key = `appeal:${comment.id}`;
  input.value = memory.draft(key)?.body ?? "";
  input.addEventListener("input", () => memory.keepDraft(key, { body: input.value }));
  return el("form", { class: "fw-edit", novalidate: true, "aria-label": words.appeal,
    onsubmit: (event) => { event.preventDefault(); submit(); },
    onkeydown: (event) => { if (event.key === "Escape") onCancel(); } },
  el("label", { class: "fw-label-shown", for: id, text: words.appealLabel }), input, error,
  el("div", { class: "fw-edit-foot" }, el("button", { type: "button", class: "fw-action", text: words.cancel, onclick: onCancel }), send));

  async function submit() {
    if (send.getAttribute("aria-disabled") === "true") return;
    if (!input.value.trim()) return fail(words.textMissing);
    send.setAttribute("aria-disabled", "true");
    try {
      const sent = await api.call("POST", `/comments/${comment.id}/appeals`, { body: { text: input.value }, identified: true });
      memory.dropDraft(key);
      onSent(sent);
    } catch (problem) {
      fail(problem.errors?.[0]?.detail ?? sentenceFor(problem));
      send.removeAttribute("aria-disabled");
    }
  }

  function fail(sentence) {
    error.hidden = false;
    error.textContent = sentence;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}
