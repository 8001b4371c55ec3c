"""As a new publisher would: the snippets of /docs/embed in a plain file on another origin."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.ways import opened, write
from tests.service import Service

NO_ICON = '<link rel="icon" href="data:,">'
KIND = "The lamps along the quay are a real improvement."


@pytest.fixture(scope="module")
def paper(press: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("embedded"), allowed_origins=press[1]).start()
    yield service
    service.stop()


def snippets(paper: Service) -> list[str]:
    """Return what the page for publishers offers to copy."""
    page = httpx2.get(f"{paper.url}/docs/embed").text
    return [html.unescape(each) for each in re.findall(r"<code>(.*?)</code></pre>", page, re.DOTALL)]


def test_the_snippet_of_the_documentation_brings_a_thread_to_another_origin(
    press: tuple[Path, str], paper: Service, browser: Browser
) -> None:
    folder, origin = press
    plain = snippets(paper)[0].replace("ARTICLE-ID", "harbour/2026")
    (folder / "article.html").write_text(
        f"<!doctype html>{NO_ICON}<title>Harbour</title><h1>Harbour</h1>{plain}"
    )
    troubles: list[str] = []
    context = browser.new_context()
    page = opened(context, f"{origin}/article.html", troubles)
    expect(page.get_by_text("Be the first to comment!")).to_be_visible()
    write(page, KIND, "Ann Ferry")
    expect(page.locator("article.fw-comment", has_text=KIND)).to_be_visible()
    page.get_by_role("button", name="Edit").wait_for()
    page.reload()  # who she is stays known, without any cookie
    expect(page.locator("article.fw-comment").get_by_text("you", exact=True)).to_be_visible()
    assert context.cookies() == []
    assert troubles == []
    assert paper.page("harbour%2F2026")["article"]["comment_count"] == 1


def test_counts_stand_in_a_list_of_articles_of_another_origin(
    press: tuple[Path, str], paper: Service, browser: Browser
) -> None:
    folder, origin = press
    for number in range(3):
        paper.post("counted", f"{KIND} Number {number}.")
    lists = "".join(
        f'<p><a data-firstword-count="{key}">none</a></p>' for key in ("counted", "other", "counted")
    )
    script = f'<script src="{paper.url}/count.js" async></script>'
    (folder / "list.html").write_text(f"<!doctype html><html lang=en><title>List</title>{lists}{script}")
    asked: list[str] = []
    page = browser.new_context().new_page()
    page.on("request", lambda request: asked.append(request.url) if "/counts" in request.url else None)
    page.goto(f"{origin}/list.html")
    expect(page.locator("a")).to_have_text(["3", "none", "3"])
    assert len(asked) == 1


def test_one_request_comes_before_the_comments(paper: Service, browser: Browser) -> None:
    asked: list[str] = []
    page = browser.new_context().new_page()
    page.on("request", lambda request: asked.append(request.url.removeprefix(paper.url)))
    page.goto(f"{paper.url}/")
    expect(page.get_by_role("button", name="Post", exact=True)).to_be_visible()
    scripts = [path for path in asked if path.endswith((".js", ".mjs"))]
    assert scripts == ["/embed.js"]
    before = asked[: next(n for n, path in enumerate(asked) if path.startswith("/api/v1/articles/"))]
    assert [path for path in before if path.startswith("/api")] == []


def test_without_scripts_the_article_leads_to_a_page_where_one_can_write(
    paper: Service, browser: Browser
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{paper.url}/")
    page.get_by_role("link", name="Read and write comments without scripts").click()
    page.get_by_label("Your comment").fill(KIND)
    page.get_by_label("Your name").fill("Noa Script")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_text("Noa Script")).to_be_visible()
    assert paper.page("demo")["items"][0]["author"]["name"] == "Noa Script"
