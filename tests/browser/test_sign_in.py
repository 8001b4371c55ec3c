"""Readers whom the publisher signs in, on another origin, in a browser that blocks third-party cookies."""

import json
import time
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import FLAGS, Quiet
from tests.browser.ways import opened, photograph, write
from tests.conditions import until
from tests.service import Service
from tests.signing import AUDIENCE, ISSUER, SECRET, signed

KIND = "The lamps along the quay are a real improvement."
FRAME = """<script>document.cookie = "mine=1; SameSite=None; Secure";
parent.postMessage(document.cookie, "*")</script>"""
ALIEN = """<!doctype html><link rel="icon" href="data:,"><script>
addEventListener("message", (said) => { document.title = `cookie:${said.data}`; });</script>
<iframe src="SRC"></iframe>"""


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A publisher's web server: its folder and its port. As `localhost` it is another site than 127.0.0.1."""
    folder = tmp_path_factory.mktemp("press")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    Thread(target=server.serve_forever, daemon=True).start()
    yield folder, server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def paper(press: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(
        tmp_path_factory.mktemp("signed"),
        allowed_origins=f"http://localhost:{press[1]}",
        sso_secret=SECRET,
        sso_issuer=ISSUER,
        sso_audience=AUDIENCE,
        sso_leeway="0",
        sso_roles="true",
    ).start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def strict(
    browser: Browser, chromium: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A browser whose user has blocked third-party cookies in its settings."""
    profile = tmp_path_factory.mktemp("profile")
    (profile / "Default").mkdir()
    blocked = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
    (profile / "Default" / "Preferences").write_text(json.dumps(blocked))
    context = browser.browser_type.launch_persistent_context(
        str(profile), executable_path=chromium, args=list(FLAGS)
    )
    yield context
    context.close()


def page_of(press: tuple[Path, int], paper: Service, article: str, slot: str = "", script: str = "") -> str:
    """Write the publisher's page; return its address."""
    (press[0] / f"{article}.html").write_text(
        f'<!doctype html><html lang="en"><link rel="icon" href="data:,">'
        f"<meta name=viewport content='width=device-width'><title>{article}</title>"
        "<style>:root { color-scheme: light dark; background: Canvas; font-family: system-ui }"
        " body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem }</style>"
        "<main><h1>Quay Street goes quiet</h1>"
        f'<div id="firstword" data-article="{article}" {slot}></div></main><script>{script}</script>'
        f'<script src="{paper.url}/embed.js" async></script></html>'
    )
    return f"http://localhost:{press[1]}/{article}.html"


def comment(page: Page, text: str) -> Locator:
    return page.locator("article.fw-comment", has_text=text)


def test_this_browser_really_blocks_third_party_cookies(
    press: tuple[Path, int], strict: BrowserContext
) -> None:
    (press[0] / "frame.html").write_text(FRAME)
    (press[0] / "alien.html").write_text(ALIEN.replace("SRC", f"http://127.0.0.1:{press[1]}/frame.html"))
    (press[0] / "own.html").write_text(ALIEN.replace("SRC", "/frame.html"))
    page = strict.new_page()
    page.goto(f"http://localhost:{press[1]}/own.html")
    expect(page).to_have_title("cookie:mine=1")
    page.goto(f"http://localhost:{press[1]}/alien.html")
    expect(page).to_have_title("cookie:")
    page.close()


def test_a_signed_in_reader_posts_edits_likes_and_is_known_after_a_reload(
    press: tuple[Path, int], paper: Service, strict: BrowserContext
) -> None:
    first = paper.post("known", f"{KIND} The first.", author={"name": "Noa Quay"})
    address = page_of(press, paper, "known", f'data-token="{signed(name="Ann Ferry")}"')
    troubles: list[str] = []
    page = opened(strict, address, troubles)
    expect(page.get_by_text("Writing as Ann Ferry")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your name")).to_be_hidden()
    page.get_by_role("textbox", name="Your comment").fill(KIND)
    page.get_by_role("button", name="Post", exact=True).click()
    mine = comment(page, "Ann Ferry")
    expect(mine.get_by_text("you", exact=True)).to_be_visible()
    mine.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Your comment, to reword").fill(f"{KIND} At last.")
    page.get_by_role("button", name="Save").click()
    expect(comment(page, "At last.")).to_be_visible()
    comment(page, "The first.").get_by_role("button", name="Like").click()
    expect(comment(page, "The first.").get_by_role("button", name="Liked, 1 like")).to_be_visible()
    page.reload()
    expect(comment(page, "At last.").get_by_text("you", exact=True)).to_be_visible()
    expect(comment(page, "The first.").get_by_role("button", name="Liked, 1 like")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('token'))") == []
    assert page.locator("#firstword").get_attribute("data-token") is None
    assert strict.cookies(paper.url) == []
    assert troubles == []
    with paper.client() as client:
        assert client.get(f"/comments/{first['id']}").json()["reactions"] == {"like": 1}
    page.close()


def test_who_was_here_without_a_name_of_the_publishers_is_here_again_after_signing_out(
    press: tuple[Path, int], paper: Service, browser: Browser
) -> None:
    address = page_of(press, paper, "apart")
    page = opened(browser.new_context(), address, troubles := [])
    write(page, f"{KIND} As myself.", "Noa Quay")
    expect(comment(page, "As myself.").get_by_text("you", exact=True)).to_be_visible()
    page.evaluate("(token) => Firstword.signIn(token)", signed(sub="apart", name="Bea Lamp"))
    expect(page.get_by_text("Writing as Bea Lamp")).to_be_visible()
    expect(comment(page, "As myself.").get_by_text("you", exact=True)).to_be_hidden()
    page.evaluate("Firstword.signOut()")
    expect(page.get_by_role("textbox", name="Your name")).to_be_visible()
    expect(comment(page, "As myself.").get_by_text("you", exact=True)).to_be_visible()
    assert troubles == []


def test_an_expired_token_is_renewed_by_the_page_without_losing_the_draft(
    press: tuple[Path, int], paper: Service, browser: Browser
) -> None:
    asked = """addEventListener("firstword:signin", (event) => {
        event.preventDefault();
        document.title = event.detail.reason;
        setTimeout(() => Firstword.signIn(window.next), 50);
    });"""
    address = page_of(press, paper, "renewed", script=asked)
    page = browser.new_context().new_page()
    page.goto(address)
    page.wait_for_function("window.Firstword")
    page.evaluate("(token) => { window.next = token }", signed(sub="renewed", name="Cem Bridge"))
    page.evaluate("(token) => Firstword.signIn(token)", signed(sub="renewed", name="Cem Bridge", exp=1))
    expect(page.get_by_text("Writing as Cem Bridge")).to_be_visible()
    assert page.title() == "expired"
    page.get_by_role("textbox", name="Your comment").fill(KIND)
    end_s = int(time.time()) + 2  # and this one ends while she writes
    page.evaluate("(token) => Firstword.signIn(token)", signed(sub="renewed", name="Cem Bridge", exp=end_s))
    page.wait_for_function("(end) => Date.now() / 1000 > end", arg=end_s + 0.2)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(comment(page, "Cem Bridge")).to_be_visible()


def test_a_sign_in_that_ends_and_is_not_renewed_keeps_the_text(
    press: tuple[Path, int], paper: Service, browser: Browser
) -> None:
    address = page_of(press, paper, "ended", 'data-sign-in="/sign-in?back=ended"')
    page = browser.new_context().new_page()
    page.goto(address)
    page.wait_for_function("window.Firstword")
    end_s = int(time.time()) + 3
    page.evaluate("(token) => Firstword.signIn(token)", signed(sub="ended", name="Dan Pier", exp=end_s))
    expect(page.get_by_text("Writing as Dan Pier")).to_be_visible()
    page.get_by_role("textbox", name="Your comment").fill(KIND)
    page.wait_for_function("(end) => Date.now() / 1000 > end", arg=end_s + 0.2)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(
        page.get_by_text("Your sign-in has ended. Please sign in again; your text is kept.")
    ).to_be_visible()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value(KIND)
    page.reload()
    expect(page.get_by_role("textbox", name="Your comment")).to_have_value(KIND)
    link = page.get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", f"http://localhost:{press[1]}/sign-in?back=ended")


@pytest.fixture
def asking(paper: Service) -> Iterator[None]:
    assert paper.run("site", "set", "main", "--sign-in", "required").returncode == 0
    until(lambda: paper.page("any").get("sign_in") == "required")
    yield
    assert paper.run("site", "set", "main", "--sign-in", "optional").returncode == 0
    until(lambda: "sign_in" not in paper.page("any"))


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)], ids=["desktop", "phone"])
def test_where_readers_must_sign_in_the_widget_says_so_and_shows_the_way(
    press: tuple[Path, int],
    paper: Service,
    browser: Browser,
    size: tuple[int, int],
    request: pytest.FixtureRequest,
) -> None:
    article = f"door-{size[0]}"
    paper.post(article, KIND, author={"name": "Noa Quay"})
    request.getfixturevalue("asking")
    opens = """addEventListener("firstword:signin", (event) => {
        event.preventDefault();
        document.title = event.detail.reason;
    });"""
    address = page_of(press, paper, article, 'data-sign-in="https://paper.example/sign-in"', opens)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    page = opened(context, address, troubles := [])
    expect(page.get_by_text("Sign in to write a comment here.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your comment")).to_be_hidden()
    expect(page.get_by_role("button", name="Reply")).to_have_count(0)
    photograph(page, f"sign-in-needed-{size[0]}")
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("link", name="Sign in").click()
    expect(page).to_have_title("asked")  # the page opened a dialog of its own instead of the link
    staff = signed(sub=f"staff-{size[0]}", name="Mara of the Paper", role="staff", author_of=article)
    page.evaluate("(token) => Firstword.signIn(token)", staff)
    expect(page.get_by_text("Writing as Mara of the Paper")).to_be_visible()
    page.get_by_role("textbox", name="Your comment").fill(f"{KIND} Thank you for writing.")
    page.get_by_role("button", name="Post", exact=True).click()
    mine = comment(page, "Mara of the Paper")
    expect(mine.get_by_text("Staff", exact=True)).to_be_visible()
    expect(mine.get_by_text("Author", exact=True)).to_be_visible()
    photograph(page, f"signed-in-{size[0]}", full=True)
    assert Axe().run(page).response["violations"] == []
    assert troubles == []


def test_names_that_pile_up_turn_around_or_hide_do_not_break_the_layout(
    press: tuple[Path, int], paper: Service, browser: Browser
) -> None:
    names = {
        "pile": "Z" + "\u0310\u0327\u0489" * 19,
        "turned": "\u202eevil\u2066 \u061c\u200fnrut",
        "hidden": "An\u200bn\u2060 Hid\u00adden",
        "hebrew": "\u05d0\u05d1\u05d2 \u05d3\u05d4\u05d5",
        "long": "W" * 60,
    }
    with httpx2.Client(base_url=paper.url) as client:
        refused = client.post("/api/v1/session", json={"name": "Z" + "\u0310" * 10_000})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name")
    for article, name in names.items():
        paper.post("names", f"{KIND} By {article}.", author={"name": name})
    page = browser.new_context(viewport={"width": 320, "height": 700}).new_page()
    page.goto(page_of(press, paper, "names"))
    expect(page.locator("article.fw-comment")).to_have_count(len(names))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for text in page.locator(".fw-author").all_inner_texts():
        assert not set(text) & set("\u202e\u2066\u061c\u200f\u200b\u2060\u00ad")
    boxes = page.locator("article.fw-comment").evaluate_all(
        """(all) => all.map((each) => {
            const [name, time] = ['.fw-author', '.fw-time']
                .map((one) => each.querySelector(one).getBoundingClientRect());
            return time.left >= name.right - 1 || time.top >= name.bottom - 8;
        })"""
    )
    assert boxes == [True] * len(names)  # the time stands behind or below every name
    photograph(page, "odd-names")
