/* What is for this reader alone, under the list: a panel of parts, each of which may have nothing to show. */

import { el } from "../shared/dom.js";
import { answers } from "./answers.js";
import { mutedPeople } from "./muting.js";
import { ownData } from "./mydata.js";
import { words } from "./words.js";

const PARTS = [answers, mutedPeople, ownData];

/* Open the panel in `place`, or close it. */
export async function openYours(thread, place) {
  if (place.firstChild) return place.replaceChildren();
  await thread.own.learn();
  const parts = (await Promise.all(PARTS.map((part) => part(thread)))).filter(Boolean);
  const panel = el("div", { class: "fw-panel", role: "group", "aria-label": words.yours, tabindex: "-1" },
    ...(parts.length ? parts : [el("p", { text: words.nothingYet })]));
  place.replaceChildren(panel);
  panel.focus(); // which brings it into view
}
