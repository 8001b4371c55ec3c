/* Rewording one's own comment in its place, while the server still takes it.

   An edit is judged like a new comment, so its author hears first what would become of it. */

import { codePoints, el, freshId } from "../shared/dom.js";
import { LIMIT } from "./api.js";
import { createNudge } from "./nudge.js";
import { sentenceFor } from "./problems.js";
import { words } from "./words.js";

/* onSaved(comment): as the server has it now; onCancel() */
export function createEdit({ api, comment, onSaved, onCancel }) {
  const id = freshId("edit");
  const input = el("textarea", { id, class: "fw-textarea", rows: "3" });
  input.value = comment.body;
  const error = el("p", { class: "fw-error", role: "alert", hidden: true });
  const result = el("div", { class: "fw-result" });
  const save = el("button", { type: "submit", class: "fw-button", text: words.save });
  const element = el("form", { class: "fw-edit", novalidate: true, "aria-label": words.editLabel,
    onsubmit: (event) => { event.preventDefault(); submit(); }, onkeydown: onKey },
  el("label", { class: "fw-label", for: id, text: words.editLabel }), input, error,
  el("div", { class: "fw-edit-foot" }, el("button", { type: "button", class: "fw-action", text: words.cancel, onclick: onCancel }), save),
  result);
  let isBusy = false;
  let nudgedFor = null;

  function onKey(event) {
    if (event.key === "Escape") onCancel();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  }

  async function submit() {
    const body = input.value;
    fail(!body.trim() ? words.textMissing : codePoints(body) > LIMIT ? words.textTooLong(LIMIT) : null);
    if (isBusy || !error.hidden) return;
    isBusy = true;
    save.setAttribute("aria-disabled", "true");
    try {
      if (!(await isNudged(body))) onSaved(await api.edit(comment.id, body));
    } catch (problem) {
      fail(problem.errors?.[0]?.detail ?? sentenceFor(problem));
    } finally {
      isBusy = false;
      save.removeAttribute("aria-disabled");
    }
  }

  async function isNudged(body) {
    if (nudgedFor === body) return false;
    const shown = await api.preview({ body }).catch(() => null);
    nudgedFor = body;
    if (!shown || shown.outcome === "published") return false;
    const nudge = createNudge({
      shown, body, sendLabel: words.saveAnyway,
      onReword: () => { result.replaceChildren(); input.focus(); },
      onSend: submit,
    });
    result.replaceChildren(nudge);
    nudge.focus();
    return true;
  }

  function fail(sentence) {
    error.hidden = !sentence;
    error.textContent = sentence ?? "";
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
  }

  return { element, focus: () => input.focus() };
}
