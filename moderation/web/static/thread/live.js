/* News while the page is open: listens to the article's event stream and hands it on in small batches.

   The browser reconnects by itself and asks for what it missed. A hidden page lets go of its connection
   (browsers allow six to one host) and catches up when it is looked at again. */

const GATHER_MS = 250; // a burst becomes one batch
const HIDDEN_MS = 60_000;

/* urlNow(): the stream from what is shown on; onNews([{type, id, parent_id, version, comment_count}]);
   onReset(): what is shown may be stale */
export function follow(urlNow, { onNews, onReset }) {
  let source = null;
  let gathered = [];
  let gathering = null;
  let leaving = null;

  function connect() {
    source = new EventSource(urlNow());
    for (const type of ["comment.published", "comment.removed", "comment.edited", "counts"]) {
      source.addEventListener(type, (event) => hear(type, event));
    }
    source.addEventListener("reset", onReset);
  }

  function hear(type, event) {
    let news;
    try {
      news = JSON.parse(event.data);
    } catch {
      return;
    }
    gathered.push({ type: type.replace("comment.", ""), ...news });
    gathering ??= setTimeout(deliver, GATHER_MS);
  }

  function deliver() {
    const batch = gathered;
    gathered = [];
    gathering = null;
    onNews(batch);
  }

  function onVisibility() {
    clearTimeout(leaving);
    if (document.visibilityState === "hidden") {
      leaving = setTimeout(() => { source?.close(); source = null; }, HIDDEN_MS);
    } else if (!source || source.readyState === EventSource.CLOSED) {
      source?.close();
      connect();
      onReset();
    }
  }

  connect();
  document.addEventListener("visibilitychange", onVisibility);
}
