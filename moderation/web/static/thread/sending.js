/* Sending what stands in the form (composer.js).

   Promises: nothing is posted twice (one idempotency key per text, kept with the draft), and every refusal says
   why. Where a text would be held or refused, its author hears so first and may reword it (nudge.js). */

import { codePoints, el } from "../shared/dom.js";
import { LIMIT, Problem } from "./api.js";
import { refusal } from "./declined.js";
import { createNudge } from "./nudge.js";
import { fault } from "./problems.js";
import { solve } from "./solve.js";
import { words } from "./words.js";

const FIELDS = { body: "text", "author/name": "name", "author.name": "name", author: "name", name: "name" };

/* form: what composer.js made; it also remembers `nudgedFor`, the text that its author was told of, and `first`, what
   was written before a nudge, if they ticked that it may be kept */
export async function submit(form, { isSure = false } = {}) {
  if (form.isBusy || form.trap.value || !isComplete(form)) return;
  const comment = { body: form.text.input.value, author: { name: form.name.input.value.trim() || words.anonymous } };
  busy(form, true);
  form.result.replaceChildren();
  try {
    if (!isSure && await isNudged(form, comment)) return;
    if (form.parent) comment.parent_id = form.parent.id;
    if (form.first && form.first !== comment.body) comment.softened_from = form.first;
    const payload = JSON.stringify(comment);
    if (form.attempt?.payload !== payload) form.attempt = { payload, key: newKey() };
    form.keep();
    taken(form, await sent(form, comment));
  } catch (problem) {
    failed(form, problem);
  } finally {
    busy(form, false);
  }
}

function isComplete({ text, name, element }) {
  const body = text.input.value;
  text.fail(!body.trim() ? words.textMissing : codePoints(body) > LIMIT ? words.textTooLong(LIMIT) : null);
  name.fail(null);
  element.querySelector("[aria-invalid=true]")?.focus();
  return !text.isWrong && !name.isWrong;
}

/* While a storm is on, the server wants some work done first. */
async function sent(form, comment, proof) {
  try {
    return await form.api.post(comment, form.attempt.key, proof);
  } catch (problem) {
    if (!problem.challenge || proof) throw problem;
    return sent(form, comment, await solve(problem.challenge));
  }
}

/* Tell the author what would become of it, once a text. A server that does not answer stops nobody. */
async function isNudged(form, comment) {
  const { api, result, text } = form;
  if (form.nudgedFor === comment.body) return false;
  const shown = await api.preview(comment).catch(() => null);
  form.nudgedFor = comment.body;
  if (!shown || shown.outcome === "published") return false;
  const nudge = createNudge({
    shown, body: comment.body, mayKeep: true,
    onReword: (isKept) => { form.first = isKept ? form.first ?? comment.body : null; result.replaceChildren(); text.input.focus(); },
    onSend: () => submit(form, { isSure: true }),
  });
  result.replaceChildren(nudge);
  nudge.focus();
  return true;
}

function taken(form, comment) {
  const { api, memory, name, text, result } = form;
  memory.name = name.input.value.trim();
  if (comment.status === "rejected") {
    result.replaceChildren(refusal({ api, memory }, comment));
    text.input.focus();
    return;
  }
  form.attempt = form.first = null;
  form.clear();
  result.replaceChildren(el("p", { class: "fw-said", text: comment.status === "pending" ? words.held : words.posted }));
  form.onPosted(comment);
}

function failed({ element, name, text, result }, problem) {
  if (!(problem instanceof Problem)) throw problem;
  const named = problem.errors.filter((error) => FIELDS[fieldOf(error)]);
  for (const error of named) (FIELDS[fieldOf(error)] === "name" ? name : text).fail(error.detail);
  if (named.length > 0) element.querySelector("[aria-invalid=true]")?.focus();
  else result.replaceChildren(fault(problem));
}

function busy(form, is) {
  form.isBusy = is;
  form.send.setAttribute("aria-disabled", String(is));
  form.send.textContent = is ? words.posting : form.parent ? words.reply : words.post;
}

function fieldOf(error) {
  return String(error.name ?? error.field ?? error.pointer ?? "").replace(/^[#/]+/, "");
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID(); // missing on plain-http pages
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
