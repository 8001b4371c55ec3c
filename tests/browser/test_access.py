"""No state of what readers see breaks a rule of WCAG 2.2 AA that a machine can check (axe)."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.ways import go_to_plain, opened, write
from tests.service import Service

KIND = "The lamps along the quay are a real improvement. **Bold**, and > quoted."
HARSH = "Nobody asked you, you worthless idiot. Take the tram and leave."
SINCE = re.compile(r"^Comments on this article have been closed since \w+ \d+, \d{4}\.$")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("access")).start()
    parent = service.post("demo", KIND, author={"name": "Ann"})["id"]
    service.post("demo", "Well said, and thank you.", author={"name": "Bea"}, parent_id=parent)
    yield service
    service.stop()


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, paper: Service, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme=request.param, reduced_motion="reduce")
    yield opened(context, f"{paper.url}/", [])
    context.close()


def check(page: Page) -> None:
    """Raise AssertionError with what axe finds."""
    found = Axe().run(page, options=RULES)
    told = [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]]
    assert told == []


def test_a_thread_in_every_state_is_accessible(page: Page) -> None:
    expect(page.get_by_text("The lamps along the quay").first).to_be_visible()
    check(page)
    page.get_by_role("button", name="sort by: latest").click()
    check(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Reply to Ann").first.click()
    check(page)
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Post", exact=True).first.click()
    expect(page.get_by_text("Please write something first.")).to_be_visible()
    check(page)
    write(page, HARSH, "Cem")
    expect(page.get_by_role("group", name="This would not be published")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Post it anyway").click()
    expect(page.get_by_text("This comment was not published")).to_be_visible()
    check(page)
    write(page, "A second look: the lamps are fine.", "Cem")
    page.get_by_role("button", name="Edit").first.click()
    check(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete").first.click()
    check(page)
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_text("Your comment is deleted.")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/a/main/demo",
        "/a/main/nobody",
        "/docs/embed",
        "/docs/playground",
        "/policy/main",
        "/replies/confirm/nonsense",
        "/api/v1/docs",
        "/moderation/sign-in",
    ],
)
def test_pages_without_scripts_are_accessible(page: Page, paper: Service, path: str) -> None:
    page.goto(f"{paper.url}{path}")
    check(page)


def test_an_article_without_comments_and_a_closed_one_are_accessible(page: Page, paper: Service) -> None:
    admin = paper.token("admin")
    for article, state, told in (
        ("quiet", "open", "Be the first to comment!"),
        ("shut", "closed", SINCE),
    ):
        with paper.client(admin) as client:
            assert client.put(f"/articles/{article}", json={"state": state}).status_code == 200
        go_to_plain(page, paper.url, article)
        expect(page.get_by_text(told, exact=True)).to_be_visible()
        check(page)
