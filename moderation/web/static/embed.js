/* Put the comments on a page: <div id="firstword" data-article="…" data-site="…"></div>
   <script src="https://comments.example/embed.js" async></script>

   A classic script, so that `async` works everywhere. It finds its own address, adds the stylesheet,
   and loads the real thing as a module. Every #firstword and every [data-firstword] becomes a thread. */
(() => {
  "use strict";
  const script = document.currentScript || document.querySelector('script[src*="/embed.js"]');
  if (!script) return;
  const base = new URL(".", script.src).href;

  function stylesheet() {
    return new Promise((resolve) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = `${base}static/thread.css`;
      link.onload = link.onerror = resolve; // without it the thread is plain, but it is there
      document.head.append(link);
    });
  }

  const ready = Promise.all([import(`${base}static/thread.js`), stylesheet()]);

  function mountAll() {
    for (const slot of document.querySelectorAll("#firstword, [data-firstword]")) {
      if (slot.dataset.fwMounted) continue;
      slot.dataset.fwMounted = "1";
      ready.then(([thread]) => thread.mount(slot, base)).catch((error) => {
        slot.textContent = "The comments could not be loaded. Please try again later.";
        console.error("firstword:", error);
      });
    }
  }

  mountAll();
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mountAll);
})();
