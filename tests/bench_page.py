"""What a reader waits for: from the moment that embed.js runs to the first comments on the screen.

A real Chromium, a real service on the same machine, an article of 200 comments, nothing cached. The clock
starts when the script attaches its shadow root, and stops in the frame after the one that draws the first
comment.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.ways import go_to_plain
from tests.service import running

CHROMIUM = "/usr/bin/chromium"
COMMENTS = 200
LOADS = 40
WATCH = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const began = performance.now();
  const shadow = attach.call(this, options);
  const look = () => {
    if (!shadow.querySelector("article.fw-comment")) return requestAnimationFrame(look);
    requestAnimationFrame(() => { window.painted_ms = performance.now() - began; });
  };
  requestAnimationFrame(look);
  return shadow;
};
"""


def main() -> None:
    """Print the times in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for paper in running(Path(folder) / "page", {}):
            for number in range(COMMENTS):
                paper.post("long", f"The lamps along the quay are a real improvement. Number {number}.")
            times = sorted(_painted_ms(browser, paper.url) for _ in range(LOADS))
        browser.close()
    print(f"first comments painted, ms after the script runs ({LOADS} loads, article of {COMMENTS})")
    p95 = times[int(LOADS * 0.95) - 1]
    print(f"  p50 {statistics.median(times):.0f}  p95 {p95:.0f}  worst {times[-1]:.0f}")


def _painted_ms(browser: Browser, url: str) -> float:
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    go_to_plain(page, url, "long")
    page.wait_for_function("window.painted_ms !== undefined")
    painted: float = page.evaluate("window.painted_ms")
    context.close()
    return painted


if __name__ == "__main__":
    main()
