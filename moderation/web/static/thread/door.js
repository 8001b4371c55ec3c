/* The way in for readers whom the publisher signs in: the link, and another token when one has expired.

   Both ask the page by the event "firstword:signin" on the slot, with {reason: "asked" | "expired"}. A page that takes
   care of it calls preventDefault(), and window.Firstword.signIn(token) as soon as it can. */

import { el } from "../shared/dom.js";
import { Problem } from "./api.js";
import { onSigned, signedToken } from "./signed.js";
import { words } from "./words.js";

const RENEWED_WITHIN_MS = 10_000;
const AGAIN_AFTER_MS = 5_000; // a page that goes on giving tokens that are refused is not asked for ever
let given = { token: null, at_ms: 0 };

function askPage(slot, reason) {
  return !slot.dispatchEvent(new CustomEvent("firstword:signin", { bubbles: true, cancelable: true, detail: { reason } }));
}

/* Wait until there is another token than this one. Raises Problem: there is none. */
export async function renew({ slot }, stale) {
  if (stale === given.token && performance.now() - given.at_ms < AGAIN_AFTER_MS) throw ended();
  let timer;
  const isOver = new Promise((resolve) => { timer = setTimeout(resolve, RENEWED_WITHIN_MS); });
  const isNew = new Promise((resolve) => { onSigned(resolve); });
  // Another thread of the page may have asked for it already.
  if (signedToken() === stale && askPage(slot, "expired") && signedToken() === stale) await Promise.race([isNew, isOver]);
  clearTimeout(timer);
  if (!signedToken() || signedToken() === stale) throw ended();
  given = { token: signedToken(), at_ms: performance.now() };
}

function ended() {
  return new Problem(401, { detail: words.signInEnded });
}

/* Say in a form under which name the publisher lets this reader write, or ask for one. */
export function showName({ name }, form) {
  form.querySelector(".fw-as")?.remove();
  const asked = form.querySelector(".fw-field-input");
  asked.hidden = Boolean(name);
  if (name) asked.before(el("span", { class: "fw-as", text: words.writingAs(name) }));
}

/* Show the name, or the way in below the form; where nobody writes without, in place of it. */
export function showSignIn({ slot, state }, form) {
  showName(state, form);
  if (form.nextElementSibling.matches(".fw-door")) form.nextElementSibling.remove();
  const link = signedToken() ? null : linkFor(slot);
  if (!state.isOpen || !(state.mustSignIn || link)) return;
  form.after(el("p", { class: `fw-door${state.mustSignIn ? " fw-is-needed" : ""}` },
    state.mustSignIn ? el("span", { text: words.signInFirst }) : null, link));
}

function linkFor(slot) {
  const address = slot.dataset.signIn ? new URL(slot.dataset.signIn, location.href) : null;
  if (!/^https?:$/.test(address?.protocol)) return null;
  return el("a", {
    class: "fw-door-link", href: address.href, target: "_top", text: words.signIn,
    onclick: (event) => { if (askPage(slot, "asked")) event.preventDefault(); },
  });
}
