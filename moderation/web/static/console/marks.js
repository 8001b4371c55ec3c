/* Pin and feature what is published: two switches on a card, and a key each while the card has the focus. */

import { el } from "../shared/dom.js";
import { api } from "./api.js";
import { words } from "./words.js";

const MARKS = [
  { name: "pinned", path: "pin", key: "p" },
  { name: "featured", path: "featured", key: "f" },
];

/* item: a card's, whose comment is kept true; onChange(item), say(sentence, options) */
export function markButtons(item, { onChange, say }) {
  if (item.comment.parent_id === undefined || item.comment.status !== "approved") return [];
  const marks = MARKS.filter(({ name }) => name !== "pinned" || item.comment.parent_id === null); // a reply stands where it stands
  return marks.map((mark) => el("button", {
    type: "button", class: "button act act-mark", "aria-pressed": String(Boolean(item.comment[mark.name])),
    "aria-keyshortcuts": mark.key, "data-key": mark.key, onclick: () => change(mark),
  }, el("span", { text: words.marks[mark.name] }), el("kbd", { "aria-hidden": "true", text: mark.key.toUpperCase() })));

  async function change({ name, path }) {
    const isOn = !item.comment[name];
    try {
      const { pinned = false, featured = false } = await api.mark(item.comment.id, path, isOn);
      item.comment = { ...item.comment, pinned, featured };
      onChange(item, name);
      say(words.marked[name][isOn ? "on" : "off"]);
    } catch (problem) {
      say(problem.status === 0 ? words.offline : problem.detail, { isFault: true });
    }
  }
}

/* Press a switch of the card that has the focus; false where there is none. */
export function pressMark(key) {
  const button = document.activeElement?.closest(".card")?.querySelector(`.act-mark[data-key="${key}"]`);
  button?.click();
  return Boolean(button);
}
