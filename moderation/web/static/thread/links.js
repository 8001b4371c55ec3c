/* Links to one comment: the page's own address with #comment-ID, which opens wherever the comment is (travel.js). */

const FORM = /^#comment-([0-9a-f-]{36})$/;

export const linkTo = (id) => `#comment-${id}`;

/* Return the id that the page's address names, or null. */
export const linkedId = () => FORM.exec(location.hash)?.[1] ?? null;
