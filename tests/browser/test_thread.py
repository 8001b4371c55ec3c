"""The thread as it is read: nothing moves, branches fold, deep replies say whom they answer."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.ways import go_to_plain, photograph, write
from tests.conditions import until
from tests.service import Service, running

KIND = "The lamps along the quay are a real improvement. Number {}."
LONG = 10_000
PAGE_BYTES = 60 * 1024
HEAP_GROWTH_BYTES = 2 * 1024 * 1024  # of 50 pages turned; 0.2 MB was measured, a hundred pages take no more
# Sums up every shift of the layout that no key and no pointer caused, as Chromium counts CLS.
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
FILL = """
import sys
from pathlib import Path
from tests import million
million.AUTHORS = 100
million.make(Path(sys.argv[1]), {"huge": int(sys.argv[2])}, waiting=0)
"""


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("thread")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTWORD_")}
    command = [sys.executable, "-c", FILL, str(folder), str(LONG)]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    yield from running(folder, {})


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1100, "height": 900}, reduced_motion="reduce")
    context.add_init_script(SHIFTS)
    yield context
    context.close()


def shift(page: Page) -> float:
    """Return the layout shift so far, once the next frame is painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shifted: float = page.evaluate("window.shifted")
    return shifted


def branch(paper: Service, article: str, depth: int) -> list[str]:
    """Post a comment and a chain of answers; return their ids."""
    ids: list[str] = []
    for level in range(depth):
        more = {"parent_id": ids[-1]} if ids else {}
        body, author = KIND.format(level), {"name": f"Ann {level}"}
        ids.append(paper.post(article, body, author=author, **more)["id"])
    return ids


def test_two_levels_of_replies_are_set_in_and_deeper_ones_lead_to_what_they_answer(
    context: BrowserContext, paper: Service
) -> None:
    ids = branch(paper, "deep", 6)
    page = context.new_page()
    go_to_plain(page, paper.url, "deep", f"#comment-{ids[5]}")
    expect(page.locator(f'li[data-id="{ids[5]}"] > article')).to_be_focused()
    for deeper in ids[2:]:
        expect(page.locator(f'li[data-id="{ids[1]}"] > ol > li[data-id="{deeper}"]')).to_have_count(1)
    expect(page.get_by_role("link", name="in reply to")).to_have_count(3)
    page.locator(f'li[data-id="{ids[4]}"]').get_by_role("link", name="in reply to Ann 3").click()
    expect(page.locator(f'li[data-id="{ids[3]}"] > article')).to_be_focused()


def test_a_branch_folds_to_its_first_line_and_stays_so_when_news_come(
    context: BrowserContext, paper: Service
) -> None:
    ids = branch(paper, "folded", 2)
    page = context.new_page()
    go_to_plain(page, paper.url, "folded")
    fold = page.get_by_role("button", name="Hide this thread")
    expect(fold).to_have_attribute("aria-expanded", "true")
    fold.focus()
    page.keyboard.press("Enter")
    unfold = page.get_by_role("button", name="Show this thread")
    expect(unfold).to_be_focused()
    expect(page.get_by_text(KIND.format(0))).to_be_hidden()
    expect(page.get_by_text(KIND.format(1))).to_be_hidden()
    expect(page.get_by_text("1 reply", exact=True)).to_be_visible()
    paper.post("folded", KIND.format("new"), parent_id=ids[0])
    expect(page.get_by_text("2 replies", exact=True)).to_be_visible()
    expect(page.get_by_text(KIND.format("new"))).to_be_hidden()
    unfold.click()
    expect(page.get_by_text(KIND.format("new"))).to_be_visible()


@pytest.mark.parametrize("is_at_top", [True, False])
def test_news_wait_to_be_asked_for_and_never_move_what_is_read(
    context: BrowserContext, paper: Service, is_at_top: bool
) -> None:
    article = f"news-{is_at_top}"
    for number in range(30):
        paper.post(article, KIND.format(number))
    page = context.new_page()
    go_to_plain(page, paper.url, article)
    read = page.locator("article.fw-comment", has_text=KIND.format(29 if is_at_top else 15))
    if not is_at_top:
        read.scroll_into_view_if_needed()
    expect(read).to_be_in_viewport()
    before = page.evaluate("scrollY"), read.bounding_box()
    for number in range(3):
        paper.post(article, KIND.format(f"new {number}"))
    pill = page.get_by_role("button", name="3 new comments")
    expect(pill).to_be_visible()
    assert (page.evaluate("scrollY"), read.bounding_box()) == before
    expect(page.get_by_text(KIND.format("new 0"))).to_have_count(0)
    pill.click()
    expect(page.get_by_text(KIND.format("new 2"))).to_be_in_viewport()
    expect(page.locator("article.fw-comment").first).to_contain_text("new 2")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_shifts_while_a_thread_comes_and_news_arrive(
    context: BrowserContext, paper: Service, language: str
) -> None:
    article = f"still-{language}"
    for letter in "ABCDEFGHIJ":
        paper.post(article, KIND.format(letter))
    page = context.new_page()
    body = (
        f'<!doctype html><html lang="{language}"><title>Still</title><main><h1>Still</h1>'
        f'<div id="firstword" data-article="{article}"></div></main><footer>The end of the page.</footer>'
        '<script src="/embed.js" async></script></html>'
    )
    page.route(f"{paper.url}/still", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{paper.url}/still")
    expect(page.locator("article.fw-comment").first).to_be_visible()
    paper.post(article, KIND.format("new"))
    expect(page.locator(".fw-pill")).to_be_visible()
    assert shift(page) <= 0.02


def test_ten_thousand_comments_come_a_page_at_a_time_and_the_page_stays_light(
    context: BrowserContext, paper: Service
) -> None:
    with paper.client() as client:
        first = client.get("/articles/huge/comments")
    assert first.json()["article"]["comment_count"] == LONG
    assert len(first.content) <= PAGE_BYTES
    page = context.new_page()
    go_to_plain(page, paper.url, "huge")
    items = page.locator("ol.fw-list > li")
    expect(items).to_have_count(50)
    turned(page, 9)
    before = heap(page)
    turned(page, 50)
    grown = heap(page) - before
    assert grown <= HEAP_GROWTH_BYTES, f"{grown / 1e6:.1f} MB"
    assert items.count() <= 300
    seen = items.first.get_attribute("data-id")
    page.get_by_role("button", name="Show earlier comments").click()
    until(lambda: items.first.get_attribute("data-id") != seen)
    assert items.count() <= 300
    expect(page.locator(f'li[data-id="{seen}"]')).to_have_count(1)


def test_a_thread_in_arabic_is_laid_out_from_the_right(context: BrowserContext, paper: Service) -> None:
    with paper.client(paper.token("moderator")) as moderator:
        for name, body in (
            ("ليلى", "مصابيح الرصيف أفضل من قبل، وأنا أمشي هناك كل مساء."),
            ("سامي", "متى تصل المقاعد؟"),
        ):
            posted = paper.post("arabic", body, author={"name": name})
            said = {"action": "approve", "version": 1}
            path = f"/moderation/comments/{posted['id']}/decisions"
            assert moderator.post(path, json=said).status_code == 201
            answer = paper.post("arabic", KIND.format("A"), author={"name": "Ann"}, parent_id=posted["id"])
            assert answer["status"] == "approved"
    page = context.new_page()
    body = (
        '<!doctype html><html lang="ar" dir="rtl" style="color-scheme: light dark"><meta charset="utf-8">'
        "<title>الرصيف</title><main><h1>الرصيف</h1>"
        '<div id="firstword" data-article="arabic"></div></main>'
        '<script src="/embed.js" async></script></html>'
    )
    page.route("**/arabic", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{paper.url}/arabic")
    expect(page.get_by_role("heading", name="التعليقات")).to_be_visible()
    first = page.locator("article.fw-comment", has_text="متى تصل المقاعد؟")
    picture, text = first.locator(".fw-avatar").bounding_box(), first.locator(".fw-body").bounding_box()
    assert picture is not None
    assert text is not None
    assert picture["x"] > text["x"]
    reply = page.locator("ol.fw-replies article.fw-comment").first.bounding_box()
    own = first.bounding_box()
    assert reply is not None
    assert own is not None
    assert reply["x"] + reply["width"] < own["x"] + own["width"], "a reply is set in from the right"
    photograph(page, "thread-arabic", full=True)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    photograph(page, "thread-arabic-phone", full=True)


def turned(page: Page, times: int) -> None:
    """Ask for more comments so many times."""
    last = page.locator("ol.fw-list > li").last
    for _ in range(times):
        before = last.get_attribute("data-id")
        page.get_by_role("button", name="Load more comments").click()
        until(lambda before=before: last.get_attribute("data-id") != before)  # type: ignore[misc]


def heap(page: Page) -> int:
    """Return what the page's objects take after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: int = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used


def test_what_does_not_fit_a_line_does_not_leave_a_narrow_page(browser: Browser, paper: Service) -> None:
    with paper.client(paper.token("moderator")) as moderator:
        for body, name in (("w" * 4000, "N" * 60), ("e" + "\u0301" * 3999, "\u202ea" + "\u0300" * 50)):
            posted = paper.post("wide", body, author={"name": name})
            if posted["status"] != "approved":
                said = {"action": "approve", "version": 1}
                path = f"/moderation/comments/{posted['id']}/decisions"
                assert moderator.post(path, json=said).status_code == 201
    context = browser.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    go_to_plain(page, paper.url, "wide")
    expect(page.locator("article.fw-comment")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    tall = page.locator("article.fw-comment").first.bounding_box()
    assert tall is not None
    assert tall["height"] < 400, "marks are stacked on one letter"
    context.close()


def test_what_is_kept_of_a_reader_can_be_downloaded_and_erased_in_the_thread(
    context: BrowserContext, paper: Service
) -> None:
    page = context.new_page()
    go_to_plain(page, paper.url, "mine")
    write(page, KIND.format("mine"), "Fay Mole")
    expect(page.get_by_text("Your comment is published.")).to_be_visible()
    page.get_by_role("button", name="For you").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    kept: dict[str, Any] = json.loads(Path(download.value.path()).read_text())
    assert kept["reader"]["name"] == "Fay Mole"
    assert [each["body"] for each in kept["comments"]] == [KIND.format("mine")]
    page.get_by_role("button", name="Erase my data").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    assert paper.page("mine")["article"]["comment_count"] == 1
    page.get_by_role("button", name="Yes, erase all").click()
    expect(page.get_by_text("Your data is erased.")).to_be_visible()
    expect(page.locator("article.fw-comment")).to_have_count(0)
    assert paper.page("mine")["article"]["comment_count"] == 0
    left = page.evaluate("Object.keys(localStorage)")
    assert [key for key in left if not key.endswith(":sort")] == []


def test_a_page_in_another_language_asks_for_one_catalogue_beside_the_comments(
    context: BrowserContext, paper: Service
) -> None:
    paper.post("parle", KIND.format(1))
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(paper.url)))
    body = (
        '<!doctype html><html lang="fr-CA"><title>Lampes</title>'
        '<div id="firstword" data-article="parle"></div><script src="/embed.js"></script></html>'
    )
    page.route(f"{paper.url}/parle", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{paper.url}/parle")
    expect(page.get_by_role("button", name="Publier")).to_be_visible()
    expect(page.locator("article.fw-comment")).to_have_count(1)
    words = [path for path in asked if path.startswith("/words/")]
    assert [path.partition("?")[0] for path in words] == ["/words/fr.json"]
    comments = next(n for n, path in enumerate(asked) if "/comments?" in path)
    assert abs(comments - asked.index(words[0])) == 1, "at the same time, neither after the other's answer"
    assert page.locator("#firstword section").get_attribute("lang") == "fr-CA"


def test_a_catalogue_that_does_not_come_leaves_a_thread_in_english(
    context: BrowserContext, paper: Service
) -> None:
    page = context.new_page()
    page.route("**/words/*", lambda route: route.abort())
    body = (
        '<!doctype html><html lang="de"><title>Lampen</title>'
        '<div id="firstword" data-article="lost"></div><script src="/embed.js"></script></html>'
    )
    page.route(f"{paper.url}/lost", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{paper.url}/lost")
    expect(page.get_by_role("button", name="Post", exact=True)).to_be_visible()
    expect(page.get_by_text("Be the first to comment!")).to_be_visible()
