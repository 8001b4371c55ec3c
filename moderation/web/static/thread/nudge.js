/* What would become of a text, said before it is sent, with the words that lead to it underlined.

   The author decides: reword it, or post it as it is. */

import { el, freshId } from "../shared/dom.js";
import { reasonList } from "./declined.js";
import { words } from "./words.js";

/* shown: the server's preview of `body`; onReword(isKept), onSend(). mayKeep: ask whether the first text may be kept
   with the one that is posted; it is not unless the box is ticked. */
export function createNudge({ shown, body, sendLabel = words.postAnyway, mayKeep = false, onReword, onSend }) {
  const titleId = freshId("nudge");
  const keep = el("input", { type: "checkbox", class: "fw-check" });
  return el("div", { class: "fw-notice fw-nudge", role: "group", "aria-labelledby": titleId, tabindex: "-1" },
    el("p", { id: titleId }, el("strong", { text: shown.outcome === "held" ? words.nudgeHeld : words.nudgeRefused })),
    reasonList(shown),
    shown.phrases.length > 0 ? marked(body.trim(), shown.phrases) : null,
    el("p", { text: words.nudgeMore }),
    mayKeep ? el("label", { class: "fw-consent" }, keep, el("span", { text: words.consent })) : null,
    el("div", { class: "fw-nudge-choice" },
      el("button", { type: "button", class: "fw-button", text: words.reword, onclick: () => onReword(keep.checked) }),
      el("button", { type: "button", class: "fw-button fw-button-quiet", text: sendLabel, onclick: onSend })));
}

/* The server counts code points of the text as it would store it: edges cut, line ends unified. */
function marked(body, phrases) {
  const points = [...body.replaceAll("\r\n", "\n")];
  const quote = el("blockquote", { class: "fw-nudge-body", "aria-label": words.nudgeBody });
  let at = 0;
  for (const { begin, end } of phrases) {
    quote.append(points.slice(at, begin).join(""), el("mark", { text: points.slice(begin, end).join("") }));
    at = end;
  }
  quote.append(points.slice(at).join(""));
  return quote;
}
