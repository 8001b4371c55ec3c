"""The playground: what would become of a text, and the widget in the publisher's colours."""

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_access import check
from tests.browser.ways import opened, photograph
from tests.service import Service


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("playground")).start()
    service.post("demo", "The lamps along the quay are a real improvement.", author={"name": "Ann"})
    yield service
    service.stop()


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def page(paper: Service, browser: Browser, troubles: list[str]) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    yield opened(context, f"{paper.url}/docs/playground", troubles)
    context.close()
    assert troubles == []


def ask(page: Page, text: str) -> None:
    page.get_by_label("A comment").fill(text)
    page.get_by_role("button", name="See what would happen").click()


def test_it_tells_what_would_become_of_a_text_and_for_which_words(page: Page, paper: Service) -> None:
    answer = page.get_by_role("status", name="Answer")
    ask(page, "🙂 Nobody asked you, you worthless idiot. Take the tram and leave.")
    expect(answer).to_contain_text("It would not be published")
    assert "idiot" in answer.locator("mark").all_text_contents()
    check(page)
    photograph(page, "playground", full=True)
    page.get_by_role("button", name="My neighbour said kys").click()
    expect(answer).to_contain_text("A moderator would read it first")
    expect(answer.locator("mark")).to_have_text("kys")
    page.get_by_label("A comment").fill("Thank you, I learned a lot about the harbour.")
    page.get_by_label("A comment").press("Control+Enter")
    expect(answer).to_contain_text("It would be published")
    expect(answer).not_to_contain_text("%")
    assert paper.page("playground")["article"]["version"] == 0


def test_scores_are_for_moderators_who_are_signed_in(
    paper: Service, browser: Browser, troubles: list[str]
) -> None:
    context = browser.new_context()
    page = opened(context, paper.sign_in_link, troubles)
    page.goto(f"{paper.url}/docs/playground")
    ask(page, "Nobody asked you, you worthless idiot.")
    expect(page.get_by_role("status", name="Answer").locator(".scores dt")).to_have_count(8)
    check(page)
    context.close()
    assert troubles == []
    assert "csrf" not in httpx2.get(f"{paper.url}/docs/playground").text


def test_the_widget_wears_what_is_chosen_and_the_snippet_says_how(page: Page) -> None:
    root = page.locator("#firstword .fw-root")
    expect(root).to_contain_text("The lamps along the quay")
    page.get_by_role("button", name="Brick").click()
    page.get_by_label("Dark").check()
    page.get_by_label("Font").select_option(label="Serif")
    page.get_by_label("Size").fill("19")
    expect(root).to_have_attribute("data-fw-theme", "dark")
    expect(root.get_by_role("button", name="Post", exact=True)).to_have_css(
        "background-color", "rgb(156, 47, 16)"
    )
    expect(root).to_have_css("font-size", "19px")
    snippet = page.locator("#code").inner_text()
    for line in (
        "--fw-accent: #9c2f10;",
        "--fw-on-accent: #ffffff;",
        "--fw-size: 19px;",
        'data-theme="dark"',
    ):
        assert line in snippet
    assert "--fw-radius" not in snippet  # the default needs no line
    check(page)


def test_the_snippet_works_as_it_is(page: Page, paper: Service) -> None:
    page.get_by_role("button", name="Forest").click()
    snippet = page.locator("#code").inner_text().replace("ARTICLE-ID", "demo")
    body = f"<!doctype html><html lang=en><title>Theirs</title><main>{snippet}</main></html>"
    page.route(f"{paper.url}/theirs", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{paper.url}/theirs")
    post = page.get_by_role("button", name="Post", exact=True)
    expect(post).to_have_css("background-color", "rgb(31, 107, 58)")
