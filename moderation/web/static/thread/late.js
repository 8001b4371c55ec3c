/* The way to the second bundle: what is needed only when somebody edits, is refused, reports …

   `(await late(shadow)).openEdit(thread, view)`. It is asked for once, when first needed, and brings its own styles into
   the shadow root. CORE (bundle.py) hands it what both bundles use. */

import { Problem } from "./api.js";
import { words } from "./words.js";

let loading = null;
let attempts = 0;
let home = "";

/* Say where the bundles come from. */
export function lateFrom(base) {
  home = base;
}

/* Return what later.js offers. Raises Problem: no connection, or a server that is newer than this page. */
export async function late(shadow) {
  const { parts, sheet } = await (loading ??= load());
  if (!shadow.adoptedStyleSheets.includes(sheet)) shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
  return parts;
}

async function load() {
  let module;
  try {
    // A browser may remember a failed import by its address for as long as the page is open.
    module = await import(`${home}later.js?v=${MARK}${attempts ? `&again=${attempts}` : ""}`);
  } catch {
    attempts += 1;
    loading = null;
    throw new Problem(0);
  }
  if (module.mark !== MARK) throw new Problem(0, { detail: words.outdated });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(module.styles);
  return { parts: module.open(CORE), sheet };
}
