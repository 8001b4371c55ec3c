/* Links to one comment: the page's own address with #comment-ID, which opens wherever the comment is. */

const FORM = /^#comment-([0-9a-f-]{36})$/;
const DEPTH = 5; // of answers above it that are fetched

export const linkTo = (id) => `#comment-${id}`;

/* Return the id that the page's address names, or null. */
export const linkedId = () => FORM.exec(location.hash)?.[1] ?? null;

/* Show a comment that is perhaps pages away, under what it answers, and go there. False if it is not public. */
export async function goTo(id, { api, list }) {
  const missing = [];
  for (let next = id; next && !list.has(next) && missing.length < DEPTH; next = missing[0].parent_id) {
    const comment = await api.one(next).catch(() => null);
    if (!comment) return false;
    missing.unshift(comment);
  }
  for (const comment of missing) {
    if (!list.putReply(comment)) list.put(comment, { before: list.element.firstChild });
  }
  const view = list.get(id);
  view.highlight();
  view.element.scrollIntoView({ block: "center" });
  view.element.querySelector("article").focus({ preventScroll: true });
  return true;
}
