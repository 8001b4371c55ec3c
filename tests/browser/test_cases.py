"""Reporting and appealing in a real browser: by keyboard, light and dark, no rule of WCAG broken."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.api.cases import appeal, decide, posted, reader, report
from tests.browser.test_access import check
from tests.browser.ways import go_to_plain, opened, photograph, write
from tests.service import Service

KIND = "The lamps along the quay are a real improvement, thank you."
HARSH = "You are a worthless piece of shit, you fucking idiot."


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("cases")).start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def desk(paper: Service) -> str:
    return paper.token("moderator")


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        color_scheme=request.param, reduced_motion="reduce", viewport={"width": 1000, "height": 900}
    )
    yield context.new_page()
    context.close()


def dialog_of(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Report this comment")


def test_a_reader_reports_by_keyboard_and_finds_the_outcome(
    page: Page, paper: Service, desk: str, request: pytest.FixtureRequest
) -> None:
    article = f"report-{request.node.callspec.id}"
    told = paper.post(article, KIND, author={"name": "Ann Ferry"})
    go_to_plain(page, paper.url, article)
    button = page.get_by_role("button", name="Report", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    dialog = dialog_of(page)
    expect(dialog).to_be_visible()
    photograph(page, "report")
    check(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()

    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog.get_by_text("Please choose what is wrong with it.")).to_be_visible()
    check(page)
    dialog.get_by_role("radio", name="It is hateful").check()
    dialog.get_by_role("textbox").fill("It is about my people.")
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog.get_by_text("Thank you for your report.")).to_be_visible()
    expect(dialog.get_by_text("A moderator has not decided yet.")).to_be_visible()
    photograph(page, "report-receipt")
    check(page)
    page.keyboard.press("Enter")  # the focus is on "Close"
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Reported", exact=True)).to_be_focused()

    with paper.client(desk) as moderator:
        assert decide(moderator, told["id"], "approve", 1).status_code == 201
    page.reload()
    page.get_by_role("button", name="Reported", exact=True).click()
    expect(dialog_of(page).get_by_text("A moderator looked and kept the comment.")).to_be_visible()


def test_something_illegal_asks_for_more_and_says_what_is_missing(
    page: Page, paper: Service, request: pytest.FixtureRequest
) -> None:
    article = f"illegal-{request.node.callspec.id}"
    paper.post(article, KIND, author={"name": "Ann Ferry"})
    go_to_plain(page, paper.url, article)
    page.get_by_role("button", name="Report", exact=True).click()
    dialog = dialog_of(page)
    expect(dialog.get_by_label("Your full name")).to_be_hidden()
    dialog.get_by_role("radio", name="It is illegal").check()
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog.get_by_text("Give your name.")).to_be_visible()
    expect(dialog.get_by_label("Why is it illegal?")).to_be_focused()
    photograph(page, "report-illegal")
    check(page)
    dialog.get_by_role("checkbox", name="It concerns sexual offences").check()
    expect(dialog.get_by_label("Your full name")).to_be_hidden()
    dialog.get_by_role("checkbox", name="It concerns sexual offences").uncheck()
    dialog.get_by_label("Why is it illegal?").fill("It names my home address.")
    dialog.get_by_label("Your full name").fill("Nora Notifier")
    dialog.get_by_label("Your e-mail address").fill("nora@example.org")
    dialog.get_by_role("checkbox", name="I believe in good faith").check()
    dialog.get_by_role("button", name="Send the report").click()
    expect(dialog.get_by_text("Thank you for your report.")).to_be_visible()


def test_an_author_reads_why_and_appeals_and_reads_the_answer(
    page: Page, paper: Service, desk: str, request: pytest.FixtureRequest
) -> None:
    article = f"appeal-{request.node.callspec.id}"
    go_to_plain(page, paper.url, article)
    write(page, HARSH, "Cem")
    page.get_by_role("button", name="Post it anyway").click()
    notice = page.locator(".fw-refusal")
    expect(notice.get_by_text("This comment was not published")).to_be_visible()
    notice.get_by_text("How this was decided").click()
    expect(notice.get_by_text("no person has read it yet")).to_be_visible()
    photograph(page, "statement")
    check(page)
    notice.get_by_role("button", name="Appeal").press("Enter")
    field = notice.get_by_role("textbox", name="Why should it be published?")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(notice.get_by_role("button", name="Appeal")).to_be_focused()
    page.keyboard.press("Enter")
    notice.get_by_role("button", name="Send the appeal").click()
    expect(notice.get_by_text("Please write something first.")).to_be_visible()
    check(page)
    field.fill("I quoted the play.")
    photograph(page, "appeal")
    notice.get_by_role("button", name="Send the appeal").click()
    expect(notice.get_by_text("Your appeal is with a moderator.")).to_be_visible()
    check(page)

    page.reload()
    card = page.locator(".fw-is-declined")
    expect(card.get_by_text("Your appeal is with a moderator.")).to_be_visible()
    with paper.client(desk) as moderator:
        wanted = moderator.get("/moderation/appeals").json()["items"][-1]
        said = {"outcome": "dismissed", "answer": "It hurts somebody here."}
        assert moderator.post(f"/moderation/appeals/{wanted['id']}/decision", json=said).status_code == 201
    page.reload()
    expect(card.get_by_text("A second person has looked at your appeal")).to_be_visible()
    expect(card.get_by_text("It hurts somebody here.")).to_be_visible()
    photograph(page, "appeal-answer")
    check(page)
    card.get_by_role("button", name="Dismiss").click()
    page.reload()
    expect(page.get_by_text("Be the first to comment!")).to_be_visible()
    expect(card).to_have_count(0)


def test_an_author_hears_of_a_comment_that_was_taken_down_later(
    page: Page, paper: Service, desk: str, request: pytest.FixtureRequest
) -> None:
    article = f"removed-{request.node.callspec.id}"
    go_to_plain(page, paper.url, article)
    write(page, KIND, "Cem")
    expect(page.get_by_text("Your comment is published.")).to_be_visible()
    expect(page.get_by_role("button", name="Report", exact=True)).to_have_count(0)  # it is one's own
    told = paper.page(article)["items"][0]
    with paper.client(paper.reader("Bea")) as bea, paper.client(desk) as moderator:
        assert report(bea, told["id"]).status_code == 201
        assert decide(moderator, told["id"], "reject", 1, reason="off_topic").status_code == 201
    card = page.locator(".fw-is-declined")
    expect(card.get_by_text("A moderator took this comment down")).to_be_visible()
    expect(card.get_by_text("A moderator found it to be off the topic.")).to_be_visible()
    card.get_by_text("How this was decided").click()
    expect(card.get_by_text("after readers had reported it")).to_be_visible()


def test_the_forms_without_scripts_are_accessible_too(
    page: Page, paper: Service, request: pytest.FixtureRequest
) -> None:
    article = f"plain-{request.node.callspec.id}"
    told = paper.post(article, KIND, author={"name": "Ann Ferry"})
    page.goto(f"{paper.url}/a/main/{article}")
    page.get_by_role("link", name="Report").click()
    check(page)
    expect(page.get_by_label("Your full name")).to_be_hidden()
    page.get_by_role("radio", name="It is illegal").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Give your name.")).to_be_visible()
    photograph(page, "hosted-report", full=True)
    check(page)
    page.get_by_role("radio", name="It is spam").check()
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("A moderator has not decided yet.")).to_be_visible()
    assert f"reported={told['id']}" in page.url
    check(page)
    page.get_by_label("Your comment").fill(HARSH)
    page.get_by_role("button", name="Post").click()
    page.get_by_text("How this was decided").click()
    photograph(page, "hosted-appeal", full=True)
    check(page)
    page.get_by_label("Why should it be published?").fill("I quoted the play.")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.locator(".outcome", has_text="Your appeal is with our moderators")).to_be_visible()
    check(page)


def test_the_dialog_fits_a_phone(browser: Browser, paper: Service) -> None:
    paper.post("demo", KIND, author={"name": "Ann Ferry"})
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(paper.url)
    page.get_by_role("button", name="Report", exact=True).tap()
    dialog_of(page).get_by_role("radio", name="It is illegal").check()
    photograph(page, "report-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    send = dialog_of(page).get_by_role("button", name="Send the report")
    send.scroll_into_view_if_needed()
    box = send.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    context.close()


@pytest.fixture
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on whose desk nothing lies."""
    service = Service(tmp_path_factory.mktemp("quiet")).start()
    yield service
    service.stop()


def test_a_report_and_an_appeal_reach_the_console_with_what_was_said(
    browser: Browser, quiet: Service
) -> None:
    paper = quiet
    told = paper.post("desk", KIND, author={"name": "Ann Ferry"})
    with reader(paper, "Bea") as bea:
        assert report(bea, told["id"], "hate", text="It is about my people.").status_code == 201
        refused = posted(bea, "desk", HARSH)
        assert appeal(bea, refused["id"], "I quoted the play.").status_code == 201
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    console = opened(context, paper.sign_in_link, troubles)
    card = console.locator("article.card", has_text="lamps along the quay")
    expect(card.get_by_text("It is about my people.")).to_be_visible()
    photograph(console, "console-reported")
    check(console)
    console.keyboard.press("a")
    appealed = console.locator("article.card", has_text="I quoted the play.")
    expect(appealed).to_be_visible()
    photograph(console, "console-appeal")
    check(console)
    console.keyboard.press("a")
    expect(appealed).to_have_count(0)
    with paper.client() as client:
        items = client.get("/articles/desk/comments").json()["items"]
    assert {each["id"] for each in items} == {told["id"], refused["id"]}
    assert troubles == []
    context.close()
