"""The whole story in a real browser: page → post → held → console → approve → appears on the open page.

With FIRSTWORD_SCREENSHOTS set to a folder it also takes the README's pictures there.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.ways import opened, photograph, write
from tests.service import Service

KIND = "I have cycled along the quay every morning for nine years, and today I could hear the gulls."
NASTY = "You are a worthless piece of shit, you fucking idiot."
DOUBTFUL = "Someone shouted “kys” at the tram driver on Sunday. That has no place on our quay."

REPLY = "Come in for a coffee next time. Number 58, mind the ropes."


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("story")).start()
    yield service
    service.stop()


def test_a_comment_lives_from_the_page_through_the_queue_back_to_the_page(
    story: Service, browser: Browser
) -> None:
    troubles: list[str] = []
    reader = browser.new_context(viewport={"width": 1280, "height": 900})
    page = opened(reader, f"{story.url}/", troubles)
    thread = page.locator("#firstword")
    expect(thread.get_by_text("Be the first to comment!", exact=True)).to_be_visible()
    expect(thread.get_by_text("sort by: latest")).to_be_visible()
    assert thread.get_by_text("sort by: latest").inner_text().strip() == "sort by: latest"
    thread.scroll_into_view_if_needed()
    photograph(page, "article-empty")

    write(page, KIND, "Ann Ferry")
    expect(thread.get_by_text(KIND)).to_be_visible()
    expect(thread.get_by_text("Be the first to comment!")).to_be_hidden()

    write(page, NASTY, "Ann Ferry")
    expect(thread.get_by_text("This would not be published")).to_be_visible()
    page.get_by_role("button", name="Post it anyway").click()
    expect(thread.get_by_text("This comment was not published")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your comment").first).to_have_value(NASTY)

    open_elsewhere = opened(browser.new_context(), f"{story.url}/", troubles)
    expect(open_elsewhere.get_by_text(KIND)).to_be_visible()
    expect(open_elsewhere.get_by_text(NASTY)).to_have_count(0)

    write(page, DOUBTFUL, "Ann Ferry")
    page.get_by_role("button", name="Post it anyway").click()
    expect(thread.get_by_text("Waiting for a moderator")).to_be_visible()
    page.reload()
    expect(page.locator("#firstword").get_by_text("Waiting for a moderator")).to_be_visible()
    expect(open_elsewhere.get_by_text(DOUBTFUL)).to_have_count(0)

    desk = browser.new_context(viewport={"width": 1280, "height": 900})
    console = opened(desk, story.sign_in_link, troubles)
    card = console.locator("article.card", has_text="tram driver")
    expect(card).to_be_visible()
    expect(card.locator("mark").first).to_be_visible()
    expect(card.get_by_text("Why it is here")).to_be_visible()
    photograph(console, "console")

    loaded_at = open_elsewhere.evaluate("performance.timeOrigin")
    console.keyboard.press("a")
    expect(open_elsewhere.get_by_text(DOUBTFUL)).to_be_visible(timeout=5000)
    assert open_elsewhere.evaluate("performance.timeOrigin") == loaded_at  # it was not reloaded
    expect(page.locator("#firstword").get_by_text("Waiting for a moderator")).to_have_count(0)

    answered = story.page("demo", sort="oldest")["items"][0]["id"]
    story.post("demo", REPLY, parent_id=answered, author={"name": "Henrik Aldous"})
    expect(page.locator("#firstword").get_by_text(REPLY)).to_be_visible()
    page.locator("#firstword").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#firstword').scrollIntoView()")
    photograph(page, "article")

    console.keyboard.press("u")
    expect(open_elsewhere.get_by_text(DOUBTFUL)).to_be_hidden(timeout=5000)
    assert troubles == []


def test_the_page_fits_a_phone_and_has_no_sideways_scroll(story: Service, browser: Browser) -> None:
    troubles: list[str] = []
    phone = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = opened(phone, f"{story.url}/", troubles)
    expect(page.locator("#firstword").get_by_text("Ann Ferry").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#firstword").scroll_into_view_if_needed()
    photograph(page, "article-phone")
    page.goto(f"{story.url}/moderation")
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert troubles == []


def test_the_link_of_a_machine_whose_public_address_is_https_signs_in(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = Service(tmp_path_factory.mktemp("behind-tls"), public_url="https://comments.example").start()
    try:
        context = browser.new_context()
        page = context.new_page()
        page.goto(service.sign_in_link)
        assert page.url.endswith("/moderation")
        names = {cookie["name"]: cookie["secure"] for cookie in context.cookies()}
        assert names == {"__Host-fw_console": True, "__Host-fw_device": True}
        context.close()
    finally:
        service.stop()
