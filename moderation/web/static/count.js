/* Comment counts for lists of articles: <a href="…" data-firstword-count="article-id"></a>
   <script src="https://comments.example/count.js" data-site="main" async></script>

   One request for a hundred articles. The number is put into the element; one without comments stays as it
   is, so "Comments" may stand there. */
(() => {
  "use strict";
  const script = document.currentScript;
  const places = new Map();
  for (const place of document.querySelectorAll("[data-firstword-count]")) {
    const key = place.dataset.firstwordCount;
    places.set(key, [...(places.get(key) ?? []), place]);
  }
  const keys = [...places.keys()];
  for (let at = 0; at < keys.length; at += 100) {
    const url = new URL("api/v1/counts", script.src);
    url.searchParams.set("site", script.dataset.site || "main");
    for (const key of keys.slice(at, at + 100)) url.searchParams.append("article", key);
    fetch(url, { credentials: "omit" }).then((answer) => answer.json()).then(({ counts }) => {
      for (const [key, count] of Object.entries(counts)) {
        if (count) for (const place of places.get(key)) place.textContent = count.toLocaleString(document.documentElement.lang || undefined);
      }
    }).catch(() => {}); // the list is complete without numbers
  }
})();
