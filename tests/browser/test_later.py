"""The second script: asked for when first needed, again after a failure, and only of the page's version."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.ways import opened
from tests.service import Service

KIND = "The lamps along the quay are a real improvement."
LATER = "**/later.js*"


@pytest.fixture(scope="module")
def paper(press: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("later"), allowed_origins=press[1]).start()
    service.post("demo", KIND)
    yield service
    service.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    yield context.new_page()
    context.close()


def sort_button(page: Page) -> Locator:
    return page.get_by_role("button", name="sort by: latest")


def test_it_is_asked_for_when_first_needed_and_once(page: Page, paper: Service) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "later.js" in request.url else None)
    page.goto(paper.url)
    expect(page.get_by_text(KIND)).to_be_visible()
    assert asked == []
    sort_button(page).click()
    expect(page.get_by_role("menuitemradio", name="most liked")).to_be_visible()
    page.keyboard.press("Escape")
    sort_button(page).click()
    expect(page.get_by_role("menuitemradio", name="most liked")).to_be_visible()
    assert len(asked) == 1


def test_a_strict_content_policy_that_allows_our_origin_allows_all_that_we_load(
    press: tuple[Path, str], browser: Browser, paper: Service
) -> None:
    folder, origin = press
    policy = f"default-src 'none'; script-src {paper.url}; connect-src {paper.url}; img-src data:"
    (folder / "quay.html").write_text(
        f'<!doctype html><html lang="en"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<link rel="icon" href="data:,"><title>Quay</title><h1>Quay</h1>'
        '<div id="firstword" data-article="demo"></div>'
        f'<script src="{paper.url}/embed.js" async></script>'
    )
    troubles: list[str] = []
    context = browser.new_context()
    page = opened(context, f"{origin}/quay.html", troubles)
    sort_button(page).click()
    choice = page.get_by_role("menuitemradio", name="most liked")
    expect(choice).to_be_visible()
    assert choice.evaluate("node => getComputedStyle(node).minHeight") == "44px", "its styles came too"
    assert troubles == []
    context.close()


def test_a_failure_is_said_and_the_next_try_may_succeed(page: Page, paper: Service) -> None:
    page.goto(paper.url)
    page.route(LATER, lambda route: route.abort())
    sort_button(page).click()
    expect(page.get_by_text("There is no connection. Your text is kept; please try again.")).to_be_visible()
    page.unroute(LATER)
    sort_button(page).click()
    expect(page.get_by_role("menuitemradio", name="most liked")).to_be_visible()


def test_a_page_that_is_older_than_the_server_asks_to_be_reloaded(page: Page, paper: Service) -> None:
    def newer(route: Route) -> None:
        script = route.fetch().text()
        mark = script.split(maxsplit=3)[2]
        route.fulfill(content_type="text/javascript", body=script.replace(mark, "0" * 16))

    page.goto(paper.url)
    page.route(LATER, newer)
    sort_button(page).click()
    expect(page.get_by_text("This page is older than our service by now. Please reload it.")).to_be_visible()


def test_a_version_may_be_kept_for_good_and_no_other_answer(paper: Service) -> None:
    with paper.client() as client:
        script = client.get(f"{paper.url}/embed.js")
        mark = script.text.split(maxsplit=3)[2]
        assert script.headers["cache-control"] == "no-cache"
        for path in ("later.js", "words/en.json"):
            kept = client.get(f"{paper.url}/{path}", params={"v": mark})
            assert "immutable" in kept.headers["cache-control"]
            assert kept.headers["access-control-allow-origin"] == "*"
            for other in ({}, {"v": "0" * 16}):
                assert client.get(f"{paper.url}/{path}", params=other).headers["cache-control"] == "no-cache"
        assert client.get(f"{paper.url}/words/xx.json").status_code == 404
