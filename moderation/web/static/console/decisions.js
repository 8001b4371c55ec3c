/* Decide and undo: the card goes at once, and comes back if the server did not take the decision.

   An entry tells its state truthfully: sending, done, undone, lost (someone was faster) or failed. */

import { api } from "./api.js";
import { words } from "./words.js";

const KEPT = 12; // recent decisions shown

/* onGone(entry), onBack(entry), onLost(entry): what the view shows; onChange(): an entry changed; say(sentence, options) */
export function createDecisions({ onGone, onBack, onLost, onChange, say, offerUndo }) {
  const recent = [];

  function decide(item, action, { reason = null, note = null, origin }) {
    const entry = { item, action, reason, origin, state: "sending", at: new Date().toISOString(), decisionId: null, version: item.version };
    recent.unshift(entry);
    recent.length = Math.min(recent.length, KEPT);
    entry.sent = send(entry, note);
    onGone(entry);
    offerUndo(entry);
    onChange();
    return entry.sent;
  }

  async function send(entry, note) {
    const { item, action, reason } = entry;
    const decision = { action, version: item.version };
    if (reason) decision.reason = reason;
    if (note) decision.note = note;
    if (item.lease) decision.lease = item.lease.token;
    const said = JSON.stringify(decision);
    if (item.attempt?.said !== said) item.attempt = { said, key: crypto.randomUUID?.() ?? `${item.comment.id}-${Date.now()}` };
    try {
      const answer = await api.decide(item.comment.id, decision, item.attempt.key);
      entry.state = "done";
      entry.decisionId = answer.decision.id;
      entry.version = answer.version ?? answer.comment.version ?? item.version + 1;
      entry.status = answer.comment.status;
    } catch (problem) {
      if (problem.status === 409) lose(entry, problem);
      else fail(entry, problem);
    }
    onChange();
  }

  function lose(entry, problem) {
    entry.state = "lost";
    onLost(entry);
    say(problem.detail || words.lost, { isFault: true });
  }

  function fail(entry, problem) {
    entry.state = "failed";
    recent.splice(recent.indexOf(entry), 1);
    const detail = problem.status === 0 ? words.offline : problem.detail || words.forbidden;
    say(words.failed(detail), { isFault: true });
    onBack(entry);
  }

  async function undo(entry = lastUndoable()) {
    if (!entry || entry.isUndoing) return;
    entry.isUndoing = true;
    await entry.sent;
    try {
      if (entry.state !== "done") return;
      const answer = await api.undo(entry.decisionId);
      entry.state = "undone";
      const version = answer.version ?? answer.comment.version ?? entry.version + 1;
      entry.item = { ...entry.item, version, lease: null, attempt: null, comment: { ...entry.item.comment, status: answer.comment.status } };
      onBack(entry);
      say(words.undone);
    } catch (problem) {
      say(problem.status === 409 ? problem.detail || words.undoTooLate : words.failed(problem.detail), { isFault: true });
      if (problem.status === 409) entry.state = "settled";
    } finally {
      entry.isUndoing = false;
      onChange();
    }
  }

  function lastUndoable() {
    return recent.find((entry) => entry.state === "done" || entry.state === "sending");
  }

  /* Return the last decision about a comment that left it open: deferred or escalated. */
  const leftOpen = (commentId) => recent.find(({ item, action, state }) =>
    item.comment.id === commentId && state === "done" && (action === "defer" || action === "escalate"));

  return { recent, decide, undo, leftOpen };
}
