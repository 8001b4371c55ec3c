"""Reading: likes, orders, and what other pages do while one is open."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.ways import go_to_plain, opened
from tests.conditions import until
from tests.service import Service

KIND = "The lamps along the quay are a real improvement. Number {}."


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("reading")).start()
    for number in range(3):
        service.post("demo", KIND.format(number), author={"name": f"Ann {number}"})
    yield service
    service.stop()


@pytest.fixture
def page(paper: Service, browser: Browser) -> Iterator[Page]:
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    yield opened(context, f"{paper.url}/", troubles)
    context.close()
    assert troubles == []


def likes(paper: Service) -> list[int]:
    return [each["reactions"]["like"] for each in paper.page("demo")["items"]]


def test_a_like_is_kept_over_a_reload_counted_for_others_and_taken_back(
    page: Page, paper: Service, browser: Browser
) -> None:
    own = page.locator("article.fw-comment", has_text="Number 1.")
    like = own.get_by_role("button", name="Like", exact=True)
    expect(like).to_have_attribute("aria-pressed", "false")
    like.click()
    liked = own.get_by_role("button", name="Liked, 1 like")
    expect(liked).to_have_attribute("aria-pressed", "true")
    expect(liked).to_be_focused()
    until(lambda: likes(paper) == [0, 1, 0])
    page.reload()
    expect(liked).to_be_visible()
    elsewhere = opened(browser.new_context(), f"{paper.url}/", [])
    expect(elsewhere.get_by_role("button", name="Like, 1 like")).to_be_visible()
    liked.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    until(lambda: likes(paper) == [0, 0, 0])


def test_the_most_liked_and_the_most_discussed_come_first_and_the_choice_is_remembered(
    page: Page, paper: Service
) -> None:
    first = paper.page("demo", sort="oldest")["items"][0]["id"]
    with paper.client(paper.reader()) as reader:
        assert reader.put(f"/comments/{first}/reactions/like").status_code == 200
    bodies = page.locator("#firstword ol.fw-list > li > article .fw-body")
    expect(bodies.first).to_contain_text("Number 2.")
    page.get_by_role("button", name="sort by: latest").click()
    page.get_by_role("menuitemradio", name="most liked").click()
    expect(bodies.first).to_contain_text("Number 0.")
    page.reload()
    expect(page.get_by_role("button", name="sort by: most liked")).to_be_visible()
    expect(bodies.first).to_contain_text("Number 0.")
    page.get_by_role("button", name="sort by: most liked").press("ArrowDown")
    expect(page.get_by_role("menuitemradio", name="most liked")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="sort by: most discussed")).to_be_focused()


def test_a_link_opens_the_comment_wherever_it_is_in_a_long_thread(paper: Service, browser: Browser) -> None:
    first = paper.post("long", KIND.format("A"))["id"]
    reply = paper.post("long", KIND.format("B"), parent_id=first)["id"]
    deep = paper.post("long", KIND.format("C"), parent_id=reply)["id"]
    for number in range(60):
        paper.post("long", KIND.format(100 + number))
    page = browser.new_context(viewport={"width": 1100, "height": 900}).new_page()
    go_to_plain(page, paper.url, "long", f"#comment-{deep}")
    wanted = page.locator(f'li[data-id="{deep}"] > article')
    expect(wanted).to_be_focused()
    expect(wanted).to_be_in_viewport()
    expect(page.locator(f'li[data-id="{first}"] li[data-id="{reply}"] li[data-id="{deep}"]')).to_have_count(1)
    page.get_by_role("button", name="Load more comments").click()
    expect(page.locator(f'li[data-id="{first}"]')).to_have_count(1)
    page.goto(f"{paper.url}/plain/long#comment-0190a0a0-0000-7000-8000-000000000000")
    expect(page.get_by_text("The comment that this link leads to is not shown any more.")).to_be_visible()
    target = page.locator("ol.fw-list > li > article .fw-link").nth(3)
    href = target.get_attribute("href")
    target.click()
    assert page.evaluate("location.hash") == href
