/* One's own data: all that is kept, as a file; and its end. */

import { el, freshId } from "../shared/dom.js";
import { PREFIX } from "./memory.js";
import { sentenceFor } from "./problems.js";
import { words } from "./words.js";

/* A part of the panel "for you" (yours.js); null for somebody of whom nothing is kept. */
export function ownData(thread) {
  if (!thread.memory.token) return null;
  const titleId = freshId("data");
  const result = el("p", { class: "fw-said", role: "status" });
  const row = el("div", { class: "fw-actions" });
  const choices = [
    el("button", { type: "button", class: "fw-action", text: words.export, onclick: () => download(thread, result) }),
    el("button", { type: "button", class: "fw-action fw-action-danger", text: words.erase, onclick: ask }),
  ];
  row.append(...choices);
  return el("section", { "aria-labelledby": titleId },
    el("h3", { id: titleId, tabindex: "-1", text: words.mineLabel }), el("p", { text: words.mineMore }), row, result);

  /* Erasing cannot be undone: it takes a second press, on another button than the first. */
  function ask() {
    const no = el("button", { type: "button", class: "fw-action", text: words.cancel, onclick: () => { row.replaceChildren(...choices); choices[1].focus(); } });
    row.replaceChildren(el("div", { class: "fw-ask", role: "group", "aria-label": words.eraseAsk },
      el("span", { text: `${words.eraseAsk} ${words.eraseMore}` }),
      el("button", { type: "button", class: "fw-action fw-action-danger", text: words.eraseYes, onclick: () => erase(thread, result) }), no));
    no.focus();
  }
}

async function download({ api }, result) {
  try {
    const kept = await api.call("GET", "/me/export", { identified: true });
    const address = URL.createObjectURL(new Blob([JSON.stringify(kept, null, 2)], { type: "application/json" }));
    el("a", { href: address, download: "my-comments.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser may still be saving it
    result.textContent = words.exported;
  } catch (problem) {
    result.textContent = sentenceFor(problem);
  }
}

async function erase(thread, result) {
  const { api, memory, state, say, resort, focusHeading } = thread;
  try {
    await api.call("DELETE", "/me", { identified: true });
  } catch (problem) {
    if (problem.status !== 404) {
      result.textContent = problem.status === 0 ? words.offline : words.mineFailed;
      return;
    }
  }
  forget(memory);
  state.ownId = null;
  result.closest(".fw-panel").remove();
  await resort(state.sort);
  say(words.erased);
  focusHeading();
}

/* Forget who the reader is and what they did here, on every article of the site. */
function forget({ site, fallback, write }) {
  const kept = [...fallback.keys()];
  try {
    kept.push(...Object.keys(localStorage).map((key) => key.replace(PREFIX, "")));
  } catch {
    // forbidden: the map above has it all
  }
  const theirs = ["name", `token:${site}`, `mutes:${site}`];
  for (const key of kept) if (theirs.includes(key) || key.startsWith(`${site}:`)) write(key, null);
}
