"""Writing: the nudge, rewording, editing, and what survives a page or a server that goes away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.ways import opened, photograph, write
from tests.service import Service

KIND = "The lamps along the quay are a real improvement."
HARSH = "Nobody asked you, you worthless idiot. Take the tram and leave."


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("writing")).start()
    yield service
    service.stop()


@pytest.fixture
def page(paper: Service, browser: Browser) -> Iterator[Page]:
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    yield opened(context, f"{paper.url}/", troubles)
    context.close()
    assert [each for each in troubles if "ERR_" not in each] == []


def test_an_author_hears_before_sending_and_may_reword(page: Page) -> None:
    write(page, HARSH, "Ann Ferry")
    nudge = page.get_by_role("group", name="This would not be published")
    expect(nudge).to_be_visible()
    expect(nudge).to_be_focused()
    assert "idiot" in nudge.locator("mark").all_inner_texts()
    photograph(page, "nudge")
    nudge.get_by_role("button", name="Reword it").click()
    box = page.get_by_role("textbox", name="Your comment")
    expect(box).to_be_focused()
    expect(box).to_have_value(HARSH)
    write(page, KIND, "Ann Ferry")
    expect(page.get_by_text("Your comment is published.")).to_be_visible()
    expect(page.locator("article.fw-comment", has_text=KIND)).to_have_count(1)
    expect(page.get_by_text("worthless")).to_have_count(0)


def test_an_own_comment_is_edited_in_its_place_and_marked(page: Page) -> None:
    write(page, f"{KIND} First.", "Bea Pier")
    own = page.locator("article.fw-comment", has_text="First.")
    own.get_by_role("button", name="Edit").click()
    box = page.get_by_role("textbox", name="Your comment, to reword")
    expect(box).to_be_focused()
    box.fill(f"{KIND} Second.")
    page.get_by_role("button", name="Save").click()
    changed = page.locator("article.fw-comment", has_text="Second.")
    expect(changed.get_by_text("edited")).to_be_visible()
    expect(changed).to_be_focused()
    box = page.get_by_role("textbox", name="Your comment, to reword")
    changed.get_by_role("button", name="Edit").click()
    box.fill(HARSH)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("group", name="This would not be published")).to_be_visible()
    box.press("Escape")
    expect(changed.get_by_text("Second.")).to_be_visible()


def test_an_edit_that_is_refused_leaves_the_page_and_tells_its_author(
    page: Page, paper: Service, browser: Browser
) -> None:
    write(page, f"{KIND} Third.", "Cem Tide")
    elsewhere = opened(browser.new_context(), f"{paper.url}/", [])
    expect(elsewhere.get_by_text("Third.")).to_be_visible()
    page.locator("article.fw-comment", has_text="Third.").get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Your comment, to reword").fill(HARSH)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Save it anyway").click()
    expect(page.locator("article.fw-comment").get_by_text("Your edit was not published")).to_be_visible()
    expect(elsewhere.get_by_text("Third.")).to_be_hidden()
    expect(elsewhere.get_by_text("worthless")).to_have_count(0)


def test_a_server_that_does_not_answer_the_preview_stops_nobody(page: Page) -> None:
    page.route("**/comments:preview*", lambda route: route.abort())
    write(page, f"{KIND} Fourth.", "Dan Buoy")
    expect(page.get_by_text("Your comment is published.")).to_be_visible()


def test_a_text_survives_a_lost_connection_and_a_reload_and_is_posted_once(
    page: Page, paper: Service
) -> None:
    lost = f"{KIND} Fifth."

    def lose_the_answer(route: Route) -> None:
        route.fetch()  # the server takes it
        route.abort()  # and the reader never hears of it

    page.route("**/api/v1/articles/demo/comments?site=main", lose_the_answer)
    write(page, lost, "Eve Rope")
    expect(page.get_by_text("There is no connection. Your text is kept; please try again.")).to_be_visible()
    page.unroute("**/api/v1/articles/demo/comments?site=main")
    page.reload()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value(lost)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_text("Your comment is published.")).to_be_visible()
    bodies = [each["body"] for each in paper.page("demo")["items"]]
    assert bodies.count(lost) == 1


def test_the_publishers_styles_and_ours_leave_each_other_alone(page: Page) -> None:
    page.evaluate(
        """() => {
          const rude = new CSSStyleSheet();
          rude.replaceSync("button, textarea, article { display: none !important; } * { color: red; }");
          document.adoptedStyleSheets = [rude];
        }"""
    )
    expect(page.get_by_role("button", name="Post", exact=True)).to_be_visible()
    heading = page.locator("#firstword h2")
    assert heading.evaluate("node => getComputedStyle(node).color") != "rgb(255, 0, 0)"
    outside = page.evaluate("() => [...document.styleSheets].map((sheet) => sheet.href)")
    assert all("thread" not in (href or "") for href in outside)


@pytest.mark.parametrize("is_ticked", [False, True])
def test_a_first_draft_is_sent_along_only_by_a_tick_that_nobody_made_for_them(
    page: Page, is_ticked: bool
) -> None:
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )
    write(page, HARSH, "Fay Mole")
    box = page.get_by_role("checkbox", name="You may keep my first text")
    expect(box).not_to_be_checked()
    if is_ticked:
        box.check()
    page.get_by_role("button", name="Reword it").click()
    write(page, f"{KIND} Softened {is_ticked}.", "Fay Mole")
    expect(page.get_by_text("Your comment is published.")).to_be_visible()
    assert '"softened_from"' not in "".join(sent[:-1])
    assert ('"softened_from"' in sent[-1]) == is_ticked
    assert page.evaluate("JSON.stringify(localStorage)").count("worthless") == 0
