"""Whatever somebody writes, no script of theirs runs with a reader or a moderator, and nothing is asked for.

Every vector (vectors.py) is posted for real and approved by a moderator. Content policies are switched off
in this browser, so it is our output alone that must hold; a trap, dialogs and all requests are watched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser import vectors
from tests.service import Service, running

A_PAGE = 50
ALLOWED = {"P", "BR", "EM", "STRONG", "S", "CODE", "PRE", "BLOCKQUOTE", "UL", "OL", "LI", "A"}
# What an element could do: its tag, attributes that are code, and where it leads.
INSPECT = """(roots) => roots.flatMap((root) => [...root.querySelectorAll("*")].flatMap((node) => [
  ["tag", node.tagName],
  ...[...node.attributes].filter(({name}) => /^on|^style$|^srcdoc$/.test(name))
    .map(({name}) => ["code", name]),
  ...["href", "src", "action"].filter((name) => node.hasAttribute(name))
    .map((name) => ["leads", new URL(node.getAttribute(name), "http://here/").protocol]),
]))"""


@dataclass
class Watch:
    """What happened that must not."""

    fired: list[object] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.fired or self.dialogs or self.asked)


@dataclass
class Wall:
    """A service whose comments, names, titles and addresses are all vectors."""

    paper: Service
    articles: list[str]
    titled: list[str]
    posted: int


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    for paper in running(tmp_path_factory.mktemp("vectors"), {}):
        yield built(paper)


def built(paper: Service) -> Wall:
    bodies = vectors.bodies()
    names = vectors.called(vectors.NAMES, 1000)
    titles = vectors.called(vectors.TITLES, 2000)
    addresses = vectors.called(vectors.ADDRESSES, 3000)
    keys = [f"wall-{n // A_PAGE}" for n in range(len(bodies))]
    posted = 0
    with paper.client() as reader, paper.client(paper.token("admin")) as admin:
        for n, body in enumerate(bodies):
            reader.cookies.clear()  # everybody is somebody else
            said = {"body": body, "author": {"name": names[n % len(names)][:60]}}
            answer = reader.post(f"/articles/{keys[n]}/comments", json=said)
            if answer.status_code == 422:  # control characters are no text
                assert "\x01" in body, answer.text
                continue
            posted += 1
            approve(admin, answer.json())
        titled = [*(f"title-{n}" for n in range(len(titles))), *titles]
        for n, key in enumerate(titled):
            reader.cookies.clear()
            about = {"title": titles[n % len(titles)], "url": addresses[n % len(addresses)]}
            put = admin.put(f"/articles/{quote(key, safe='')}", json=about)
            assert put.status_code == 200, put.text
            answer = reader.post(f"/articles/{quote(key, safe='')}/comments", json={"body": bodies[n]})
            approve(admin, answer.json())
    assert posted >= 200
    return Wall(paper, sorted(set(keys)), titled, posted)


def approve(admin: httpx2.Client, comment: dict[str, Any]) -> None:
    if comment["status"] != "approved":
        path = f"/moderation/comments/{comment['id']}/decisions"
        decided = admin.post(path, json={"action": "approve", "version": 1})
        assert decided.status_code == 201, decided.text


@pytest.fixture
def watched(browser: Browser, wall: Wall) -> Iterator[tuple[BrowserContext, Watch]]:
    context, watch = browser.new_context(bypass_csp=True), Watch()

    def guarded(route: Route) -> None:
        if route.request.url.startswith((wall.paper.url, "data:", "blob:")):
            route.fallback()
        else:
            watch.asked.append(route.request.url)
            route.abort()

    context.route("**/*", guarded)
    context.expose_binding("fwTrap", lambda _, n: watch.fired.append(n))
    context.on("dialog", lambda dialog: (watch.dialogs.append(dialog.message), dialog.dismiss()))
    yield context, watch
    context.close()


def inspected(page: Page, selector: str) -> set[tuple[str, str]]:
    return {(kind, what) for kind, what in page.locator(selector).evaluate_all(INSPECT)}


def assert_harmless(found: set[tuple[str, str]]) -> None:
    assert {what for kind, what in found if kind == "tag"} <= ALLOWED
    assert {what for kind, what in found if kind == "code"} == set()
    assert {what for kind, what in found if kind == "leads"} <= {"http:", "https:"}


def settle(page: Page) -> None:
    """Let whatever was going to run run: two frames and a turn of the loop."""
    page.evaluate(
        """() => new Promise((done) => {
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
        })"""
    )


def test_the_trap_catches_what_is_not_sanitised(watched: tuple[BrowserContext, Watch], wall: Wall) -> None:
    context, watch = watched
    page = context.new_page()
    page.goto(f"{wall.paper.url}/docs/embed")
    page.evaluate(
        """async (html) => {
          const div = document.createElement("div");
          const failed = new Promise((done) => div.addEventListener("error", done, { capture: true }));
          div.innerHTML = html;
          document.body.append(div);
          await failed;
        }""",
        f'<img src=x onerror="fwTrap(7)"><img src={vectors.EVIL}/p.gif>',
    )
    page.wait_for_function("true")
    assert watch.fired == [7]
    assert watch.asked == [f"{vectors.EVIL}/p.gif"]


def test_nothing_runs_in_the_thread_in_the_page(watched: tuple[BrowserContext, Watch], wall: Wall) -> None:
    context, watch = watched
    page = context.new_page()
    slots = "".join(f'<div data-firstword data-article="{key}"></div>' for key in wall.articles)
    body = f'<!doctype html><html lang="en"><title>Wall</title>{slots}<script src="/embed.js"></script>'
    page.route(f"{wall.paper.url}/wall", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{wall.paper.url}/wall")
    expect(page.locator("article.fw-comment")).to_have_count(wall.posted)
    settle(page)
    assert_harmless(inspected(page, ".fw-body"))
    assert inspected(page, ".fw-author") == set(), "a name is text"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    assert watch.nothing, watch


def test_nothing_runs_in_the_page_without_scripts_and_in_the_feed(
    watched: tuple[BrowserContext, Watch], wall: Wall
) -> None:
    context, watch = watched
    page = context.new_page()
    shown = 0
    for key in (*wall.articles, *wall.titled):
        page.goto(f"{wall.paper.url}/a/main/{quote(key, safe='')}")
        shown += page.locator("li.comment").count()
        assert_harmless(inspected(page, "li.comment .body"))
        assert {what for kind, what in inspected(page, "main") if kind == "code"} == set()
        assert page.locator("script, img, iframe, svg").count() == 0
    assert shown >= wall.posted
    for key in (*wall.articles, *wall.titled):
        feed = f"/feeds/main/{quote(key, safe='')}.atom"
        entries = page.evaluate(
            """async (feed) => {
              const answer = await (await fetch(feed)).text();
              const read = new DOMParser().parseFromString(answer, "application/xml");
              const broken = read.querySelector("parsererror")?.textContent;
              if (broken) throw new Error(broken);
              const foreign = [...read.querySelectorAll("*")].filter((node) => node.namespaceURI !== "http://www.w3.org/2005/Atom");
              if (foreign.length) throw new Error(foreign[0].tagName);
              const contents = [...read.querySelectorAll("content")];
              for (const { textContent: html } of contents) {
                const place = document.createElement("div");
                place.className = "from-feed";
                place.innerHTML = html;  // as a careless feed reader would
                document.body.append(place);
              }
              return contents.length;
            }""",
            feed,
        )
        assert entries >= 1
    settle(page)
    assert_harmless(inspected(page, ".from-feed"))
    assert watch.nothing, watch


def test_nothing_runs_in_a_preview(watched: tuple[BrowserContext, Watch], wall: Wall) -> None:
    context, watch = watched
    with wall.paper.client() as reader:
        asked = [
            reader.post("/articles/wall-0/comments:preview", json={"body": body}) for body in vectors.bodies()
        ]
    shown = [answer.json()["body_html"] for answer in asked if answer.status_code == 200]
    assert len(shown) >= 200
    page = context.new_page()
    page.goto(f"{wall.paper.url}/docs/embed")
    page.evaluate(
        """(all) => {
          for (const html of all) {
            const place = document.createElement("div");
            place.className = "from-preview";
            place.innerHTML = html;
            document.body.append(place);
          }
        }""",
        shown,
    )
    settle(page)
    assert_harmless(inspected(page, ".from-preview"))
    assert watch.nothing, watch


def test_nothing_runs_with_a_moderator(watched: tuple[BrowserContext, Watch], wall: Wall) -> None:
    context, watch = watched
    page = context.new_page()
    page.goto(wall.paper.sign_in_link)
    page.goto(f"{wall.paper.url}/moderation#search")
    page.get_by_role("radio", name="Approved").check(force=True)
    results = page.locator(".results article")
    expect(results.first).to_be_visible()
    more = page.get_by_role("button", name="Load more")
    while more.is_visible():
        before = results.count()
        more.click()
        expect(results).not_to_have_count(before)
    assert results.count() >= wall.posted
    settle(page)
    found = inspected(page, ".results")
    assert {what for kind, what in found if kind == "code"} <= {"style"}, "the bars of scores, drawn by us"
    assert not {"SCRIPT", "IMG", "IFRAME", "svg", "OBJECT", "EMBED"} & {
        what for kind, what in found if kind == "tag"
    }
    assert {what for kind, what in found if kind == "leads"} <= {"http:", "https:"}
    assert watch.nothing, watch
