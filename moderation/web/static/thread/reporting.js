/* Reporting somebody's comment: a dialog that asks why, and says what became of it.

   For what is illegal it asks what the law asks of a notice (DSA, Art. 16); those fields are there only then. */

import { el, freshId } from "../shared/dom.js";
import { sentenceFor } from "./problems.js";
import { words } from "./words.js";

const SPECIAL = "illegal";
const CATEGORIES = ["abuse", "hate", "threat", "sexual", "spam", "misinformation", "off_topic", SPECIAL, "other"];

/* Open the dialog; it shows the receipt to whoever has reported already. */
export function openReport(thread, view) {
  const titleId = freshId("report");
  const body = el("div", { class: "fw-dialog-body" });
  const dialog = el("dialog", { class: "fw-dialog", "aria-labelledby": titleId, onclick: onBackdrop, onclose: () => dialog.remove() },
    el("h3", { class: "fw-dialog-title", id: titleId, text: words.reportTitle }), body);
  const close = () => dialog.close();
  thread.shadow.querySelector(".fw-root").append(dialog);
  if (thread.memory.isReported(view.comment.id)) tellOutcome(thread, view, body, close);
  else body.replaceChildren(reportForm(thread, view, { close, onSent }));
  dialog.showModal();

  function onSent(report) {
    thread.memory.keepReported(view.comment.id);
    const button = view.element.querySelector(":scope > article .fw-report");
    if (button) button.textContent = words.reported;
    receipt(body, report, close);
  }

  function onBackdrop(event) {
    if (event.target === dialog) close();
  }
}

async function tellOutcome({ api }, view, body, close) {
  body.replaceChildren(el("p", { role: "status", text: words.reportLooking }));
  try {
    const { items } = await api.call("GET", "/me/reports", { query: { limit: 200 }, identified: true });
    const report = items.find(({ comment_id: id }) => id === view.comment.id);
    receipt(body, report ?? { status: "open" }, close);
  } catch (problem) {
    body.replaceChildren(el("p", { class: "fw-error", role: "alert", text: sentenceFor(problem) }), foot(close));
  }
}

function receipt(body, { id, status }, close) {
  const done = foot(close);
  body.replaceChildren(
    el("p", { role: "status" }, el("strong", { text: words.reportThanks }), ` ${words.reportOutcomes[status]}`),
    id ? el("p", { class: "fw-dialog-soft", text: words.reportNumber(id.slice(-8)) }) : "",
    done);
  done.querySelector("button").focus();
}

function foot(close) {
  return el("div", { class: "fw-edit-foot" }, el("button", { type: "button", class: "fw-button", text: words.close, onclick: close }));
}

function reportForm({ api, memory }, view, { close, onSent }) {
  const choices = el("fieldset", { class: "fw-choices" }, el("legend", { text: words.reportWhy }),
    ...CATEGORIES.map((value) => choice("radio", words.categories[value] ?? words.categoryOther, { name: "category", value, onchange: redraw })));
  const text = labelled("textarea", "text", words.reportText, { rows: "3", maxlength: "2000" });
  const name = labelled("input", "name", words.notifierName, { autocomplete: "name", maxlength: "200" });
  const email = labelled("input", "email", words.notifierEmail, { type: "email", autocomplete: "email", maxlength: "254" });
  const minors = choice("checkbox", words.concernsMinors, { name: "concerns_minors", onchange: redraw });
  const faith = choice("checkbox", words.goodFaith, { name: "good_faith" });
  const extra = el("div", { class: "fw-notice-fields" }, el("p", { class: "fw-dialog-soft", text: words.noticeMore }), minors, name.wrap, email.wrap, faith);
  const error = el("p", { class: "fw-error", role: "alert", hidden: true });
  const send = el("button", { type: "submit", class: "fw-button", text: words.reportSend });
  const form = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(); } },
    choices, text.wrap, extra, error,
    el("div", { class: "fw-edit-foot" }, el("button", { type: "button", class: "fw-action", text: words.cancel, onclick: close }), send));
  redraw();
  return form;

  function said() {
    const values = new FormData(form);
    const category = values.get("category");
    const body = { category, text: text.input.value.trim() || null };
    if (category !== SPECIAL) return body;
    const isNamed = !values.has("concerns_minors");
    return { ...body, good_faith: values.has("good_faith"), concerns_minors: !isNamed,
      name: isNamed ? name.input.value : null, email: isNamed ? email.input.value : null };
  }

  function redraw() {
    const { category, concerns_minors: concernsMinors } = said();
    extra.hidden = category !== SPECIAL;
    name.wrap.hidden = email.wrap.hidden = Boolean(concernsMinors);
    text.label.textContent = category === SPECIAL ? words.noticeText : words.reportText;
  }

  async function submit() {
    if (send.getAttribute("aria-disabled") === "true") return;
    tell([]);
    if (!said().category) return tell([], words.reportChoose);
    send.setAttribute("aria-disabled", "true");
    try {
      const path = `/comments/${view.comment.id}/reports`;
      onSent(await api.asReader(memory.name || words.anonymous, () => api.call("POST", path, { body: said(), identified: true })));
    } catch (problem) {
      tell(problem.errors ?? [], problem.status === 404 ? words.reportGone : sentenceFor(problem));
    } finally {
      send.removeAttribute("aria-disabled");
    }
  }

  /* Say what is wrong beside each field, and below where no field is to blame. */
  function tell(faults, sentence = null) {
    const detailOf = (field) => faults.find((fault) => fault.field === field)?.detail ?? null;
    for (const each of [text, name, email]) each.fail(detailOf(each.field));
    const rest = faults.length === 0 ? sentence : detailOf("good_faith");
    error.hidden = !rest;
    error.textContent = rest ?? "";
    form.querySelector("[aria-invalid=true]")?.focus();
  }
}

function choice(type, label, attributes) {
  const input = el("input", { type, ...attributes });
  return el("label", { class: "fw-choice" }, input, el("span", { text: label }));
}

/* Return a labelled field whose fault is told beside it. */
function labelled(tag, field, sentence, attributes) {
  const id = freshId("report");
  const label = el("label", { class: "fw-label-shown", for: id, text: sentence });
  const error = el("span", { class: "fw-error", id: `${id}-error`, hidden: true });
  const input = el(tag, { id, class: `fw-${tag}`, name: field, "aria-describedby": error.id, ...attributes });
  return {
    field, label, input, wrap: el("div", { class: "fw-dialog-field" }, label, input, error),
    fail(fault) {
      error.hidden = !fault;
      error.textContent = fault ?? "";
      input.setAttribute("aria-invalid", String(Boolean(fault)));
    },
  };
}
