/* Make elements without HTML strings: what a reader typed can only ever become text.

   el("p", { class: "note", text: "Hello" }, child, …). Keys that begin with "on" are listeners, booleans
   set or leave out an attribute, null and undefined leave it out. */

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/* Count as the server counts: a code point each, not a UTF-16 unit. */
export function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

let serial = 0;

/* Return an id that is new on this page, for labels and descriptions. */
export function freshId(stem) {
  serial += 1;
  return `fw-${stem}-${serial}`;
}
