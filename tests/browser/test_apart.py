"""What stands apart: muted people, pinned comments, editors' picks, replies to oneself."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.test_access import check
from tests.browser.ways import go_to_plain, opened, photograph, write
from tests.conditions import until
from tests.service import Service
from tests.story import seed

KIND = "The lamps along the quay are a real improvement."


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("apart")).start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def moderator(paper: Service) -> str:
    return seed.tokens(paper, "moderator")[0]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, paper: Service) -> dict[str, Any]:
    """What a browser keeps that is signed in to the console: the link works once."""
    context = browser.new_context()
    context.new_page().goto(paper.sign_in_link)
    state: dict[str, Any] = dict(context.storage_state())
    context.close()
    return state


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def context(browser: Browser, troubles: list[str]) -> Iterator[BrowserContext]:
    context = browser.new_context(reduced_motion="reduce")
    yield context
    context.close()
    assert troubles == []


def visit(context: BrowserContext, paper: Service, article: str, troubles: list[str]) -> Page:
    page = opened(context, f"{paper.url}/docs/embed", troubles)
    go_to_plain(page, paper.url, article)
    return page


def bodies(page: Page) -> Locator:
    return page.locator(".fw-list > .fw-item > .fw-comment > .fw-body")


def test_a_muted_person_is_left_out_on_this_page_and_the_next_and_can_be_heard_again(
    context: BrowserContext, paper: Service, troubles: list[str]
) -> None:
    loud = paper.post("muting", f"{KIND} And I say it twice.", author={"name": "Loud"})
    paper.post("muting", "Well said, and thank you.", author={"name": "Bea"}, parent_id=loud["id"])
    page = visit(context, paper, "muting", troubles)
    page.get_by_role("button", name="More about the comment by Loud").click()
    check(page)
    photograph(page, "muting-menu")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More about the comment by Loud")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Mute Loud").press("Enter")
    expect(page.get_by_text("You muted Loud.")).to_be_visible()
    expect(page.get_by_text("And I say it twice.")).to_have_count(0)
    expect(page.get_by_text("Well said, and thank you.")).to_be_visible()  # by somebody else
    check(page)
    page.reload()
    expect(page.get_by_text("You muted Loud.")).to_be_visible()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("And I say it twice.")).to_be_visible()
    page.get_by_role("button", name="For you").click()
    panel = page.get_by_role("group", name="For you")
    expect(panel).to_contain_text("People you muted")
    check(page)
    photograph(page, "muting-panel")
    panel.get_by_role("button", name="Hear Loud again").click()
    page.reload()
    expect(page.get_by_text("And I say it twice.")).to_be_visible()


def test_what_was_muted_elsewhere_is_left_out_here_too(
    context: BrowserContext, paper: Service, troubles: list[str]
) -> None:
    loud = paper.post("elsewhere", f"{KIND} Heard elsewhere.", author={"name": "Loud"})["author"]["id"]
    page = visit(context, paper, "elsewhere", troubles)
    write(page, f"{KIND} Indeed.", "Ann")
    expect(page.get_by_text("Indeed.")).to_be_visible()
    token = page.evaluate("JSON.parse(localStorage['firstword:token:main'])")
    with paper.client(token) as other_device:
        assert other_device.put(f"/me/mutes/{loud}").status_code == 204
    page.reload()
    expect(page.get_by_text("You muted Loud.")).to_be_visible()


def test_pins_stand_above_and_picks_carry_a_badge_and_are_listed(
    context: BrowserContext, paper: Service, moderator: str, troubles: list[str]
) -> None:
    first, second = (
        paper.post("marks", f"{KIND} Number {number}.", author={"name": f"Ann {number}"})["id"]
        for number in range(2)
    )
    page = visit(context, paper, "marks", troubles)
    expect(bodies(page)).to_contain_text(["Number 1.", "Number 0."])
    with paper.client(moderator) as desk:
        assert desk.put(f"/moderation/comments/{first}/pin").status_code == 200
        assert desk.put(f"/moderation/comments/{second}/featured").status_code == 200
    expect(page.get_by_text("Pinned")).to_be_visible()  # told live; nothing moves under the reader's eyes
    expect(bodies(page)).to_contain_text(["Number 1.", "Number 0."])
    page.reload()
    expect(bodies(page)).to_contain_text(["Number 0.", "Number 1."])
    paper.post("marks", f"{KIND} Number 2.", author={"name": "Bea"})
    page.get_by_role("button", name="1 new comment").click()
    expect(bodies(page)).to_contain_text(["Number 0.", "Number 2.", "Number 1."])
    check(page)
    photograph(page, "marks")
    page.get_by_role("button", name="sort by: latest").click()
    page.get_by_role("menuitemradio", name="editors' picks").click()
    expect(bodies(page)).to_have_count(1)
    expect(bodies(page)).to_contain_text(["Number 1."])
    go_to_plain(page, paper.url, "no-picks")
    page.get_by_role("button", name="sort by: latest").click()
    expect(page.get_by_role("menuitemradio", name="editors' picks")).to_be_hidden()


def test_moderators_pin_and_feature_in_the_console_by_button_and_by_key(
    context: BrowserContext, paper: Service, signed_in: dict[str, Any], troubles: list[str]
) -> None:
    comment = paper.post("console", f"{KIND} Seen by the editors.", author={"name": "Zoe"})
    assert comment["status"] == "approved"
    context.add_cookies(signed_in["cookies"])
    page = opened(context, f"{paper.url}/moderation", troubles)
    page.get_by_role("link", name="Search").click()
    page.get_by_text("Approved", exact=True).click()
    page.get_by_role("searchbox").fill("editors")
    expect(page.locator(".results .card")).to_have_count(1)  # the search that typing began is over
    card = page.get_by_role("article", name="Comment by Zoe")
    pin, feature = (card.get_by_role("button", name=name) for name in ("Pin", "Feature"))
    pin.click()
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(pin).to_be_focused()
    expect(page.get_by_text("Pinned above all other comments of its article.")).to_be_visible()
    page.keyboard.press("f")
    expect(feature).to_have_attribute("aria-pressed", "true")
    check(page)
    photograph(page, "marks-console")
    shown = paper.page("console")["pinned"][0]
    assert (shown["id"], shown["featured"]) == (comment["id"], True)
    feature.focus()
    page.keyboard.press("p")
    expect(pin).to_have_attribute("aria-pressed", "false")


def test_who_was_answered_sees_it_on_their_next_page_and_may_follow_by_a_feed(
    context: BrowserContext, paper: Service, troubles: list[str]
) -> None:
    page = visit(context, paper, "answered", troubles)
    write(page, f"{KIND} Mine.", "Ann")
    expect(page.get_by_text("Mine.")).to_be_visible()
    mine = paper.page("answered")["items"][0]["id"]
    paper.post("answered", "Well said, and thank you.", author={"name": "Bea"}, parent_id=mine)
    token = page.evaluate("JSON.parse(localStorage['firstword:token:main'])")
    with paper.client(token) as ann:
        until(lambda: ann.get("/me").json()["unread_replies"])
    go_to_plain(page, paper.url, "another")
    page.get_by_role("button", name="1 new reply to you").click()
    panel = page.get_by_role("group", name="For you")
    expect(panel).to_be_focused()
    expect(panel.get_by_role("link")).to_contain_text("Bea")
    check(page)
    photograph(page, "replies")
    panel.get_by_role("button", name="Make a private feed").click()
    address = panel.get_by_role("textbox", name="Address of your feed").input_value()
    assert "Well said, and thank you." in httpx2.get(address).text
    check(page)
    panel.get_by_role("button", name="End the feed").click()
    expect(panel.get_by_role("button", name="Make a private feed")).to_be_focused()
    assert httpx2.get(address).status_code == 404
    go_to_plain(page, paper.url, "answered")
    expect(page.get_by_text("Well said, and thank you.")).to_be_visible()
    expect(page.get_by_role("button", name="1 new reply to you")).to_have_count(0)


def test_slow_mode_is_told_counted_down_and_keeps_the_text(
    context: BrowserContext, paper: Service, troubles: list[str]
) -> None:
    with paper.client(seed.tokens(paper, "admin")[0]) as desk:
        assert desk.put("/articles/slow", json={"pause_s": 120}).status_code == 200
    page = visit(context, paper, "slow", troubles)
    expect(page.get_by_text("Slow mode: please leave 2 minutes between two comments.")).to_be_visible()
    write(page, f"{KIND} First.", "Ann")
    expect(page.get_by_text("First.")).to_be_visible()
    write(page, f"{KIND} Second.", "Ann")
    expect(page.locator(".fw-countdown")).to_have_text(re.compile(r"^[01]:[0-5]\d$"))
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value(f"{KIND} Second.")
    check(page)
    photograph(page, "slow-mode")
    troubles[:] = [each for each in troubles if "429" not in each]  # the browser logs every refusal


def test_in_a_storm_the_page_does_the_work_and_the_reader_notices_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    service = Service(tmp_path, post_rate="1000/minute", storm_rate="1/minute").start()
    context = browser.new_context()
    try:
        service.post("storm", f"{KIND} Calm.")
        page = opened(context, f"{service.url}/docs/embed", [])
        go_to_plain(page, service.url, "storm")
        write(page, f"{KIND} Stormy.", "Ann")
        expect(page.locator(".fw-body", has_text="Stormy.")).to_be_visible(timeout=30_000)
        assert len(service.page("storm")["items"]) == 2
    finally:
        context.close()
        service.stop()


def test_moderators_pull_and_release_the_brake_in_the_console(
    context: BrowserContext, paper: Service, signed_in: dict[str, Any], troubles: list[str]
) -> None:
    context.add_cookies(signed_in["cookies"])
    page = opened(context, f"{paper.url}/moderation", troubles)
    page.get_by_role("button", name="Brake").click()
    dialog = page.get_by_role("dialog", name="Brake")
    dialog.get_by_label("Slow everybody down").check()
    dialog.get_by_label("Seconds between one reader's comments").fill("90")
    dialog.get_by_label("Article (its id)").fill("hot")
    check(page)
    photograph(page, "brake")
    dialog.get_by_role("button", name="Pull the brake").click()
    expect(page.get_by_text("The brake is on. It ends by itself.")).to_be_visible()
    assert paper.page("hot")["article"]["state"] == "open"
    with paper.client(seed.tokens(paper, "moderator")[0]) as desk:
        (held,) = desk.get("/moderation/brake").json()["items"]
    assert (held["kind"], held["article"], held["pause_s"]) == ("slow", "hot", 90)
    page.keyboard.press("b")
    expect(dialog).to_contain_text("Slow everybody down · hot")
    check(page)
    dialog.get_by_role("button", name="Release").click()
    expect(page.get_by_text("The brake is released.")).to_be_visible()
