/* Put the comments on a page: <div id="firstword" data-article="…" data-site="…"></div>
   <script src="https://comments.example/embed.js" async></script>

   The entry of the bundle that /embed.js is (bundle.py): a classic script, so that `async` works
   everywhere, and everything in one request. Every #firstword and every [data-firstword] becomes a thread
   in a shadow root of its own: neither side's styles reach the other. */

import { lateFrom } from "./late.js";
import { signIn } from "./signed.js";
import { mount } from "./thread.js";

const script = document.currentScript ?? document.querySelector('script[src*="/embed.js"]');
const base = new URL(".", script?.src ?? location.href).href;
const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLES); // which bundle.py puts in front
lateFrom(base);

function mountAll() {
  for (const slot of document.querySelectorAll("#firstword, [data-firstword]")) {
    if (slot.shadowRoot) continue;
    if (slot.dataset.token) signIn(slot.dataset.token);
    slot.removeAttribute("data-token"); // it is kept in memory alone
    const shadow = slot.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet]; // not a <style>, which the publisher's content policy may forbid
    mount(slot, shadow, base);
  }
}

window.Firstword = { signIn, signOut: () => signIn() };
mountAll();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
