"""The thread as a page of its own, without JavaScript, and its feeds."""

import re
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree

import httpx2
import pytest

from tests.api.cases import decide
from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.service import Service

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def browser(service: Service) -> Iterator[httpx2.Client]:
    """A client of the pages, with a cookie jar and without scripts."""
    headers = {"Origin": service.url}
    with httpx2.Client(base_url=service.url, headers=headers, follow_redirects=True) as client:
        yield client


def shown(browser: httpx2.Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    assert "<script" not in answer.text
    return answer.text


def test_an_article_that_nobody_knows_has_its_place_for_the_first_comment(
    browser: httpx2.Client, article: str
) -> None:
    assert "Be the first to comment!" in shown(browser, f"/a/main/{article}")


def test_a_comment_is_posted_by_the_form_and_answered_by_the_form(
    browser: httpx2.Client, article: str
) -> None:
    here = f"/a/main/{article}"
    posted = browser.post(here, data={"body": f"**Bold** {KIND}", "name": "Ann Ferry"})
    assert posted.status_code == 200
    assert "<strong>Bold</strong>" in posted.text
    comment_id = str(posted.url).partition("#")[2]
    form = shown(browser, f"{here}?reply={comment_id}")
    assert "In reply to <b><bdi>Ann Ferry</bdi></b>" in form
    assert f'name="parent_id" value="{comment_id}"' in form
    browser.post(here, data={"body": f"{KIND} Indeed.", "name": "Bea", "parent_id": comment_id})
    page = shown(browser, here)
    assert page.index("Bold") < page.index("Indeed.")
    assert "2 comments" in page


def test_what_waits_or_was_refused_is_shown_to_its_author_alone(
    service: Service, browser: httpx2.Client, article: str
) -> None:
    here = f"/a/main/{article}"
    held = browser.post(here, data={"body": DOUBTFUL, "name": "Cem"}).text
    assert "Waiting for a moderator" in held
    refused = browser.post(here, data={"body": NASTY, "name": "Cem"}).text
    assert "This comment was not published." in refused
    assert "It reads as toxic." in refused
    assert "It may be" not in refused.split("This comment was not published.")[1].split("</ul>")[0]
    with httpx2.Client(base_url=service.url) as stranger:
        page = shown(stranger, here)
    assert "Waiting" not in page
    assert "not published" not in page


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"body": "   "}, "Write something first"),
        ({"body": "x" * 4001}, "4000 are allowed"),
        ({"body": KIND, "name": "\u202e"}, "The name is empty."),
        ({"body": KIND, "parent_id": "0190a0a0-0000-7000-8000-000000000000"}, "The comment you answer"),
        ({"body": KIND, "website": "https://spam.example"}, "filled in by a machine"),
    ],
)
def test_what_is_refused_comes_back_with_a_sentence_and_the_text(
    browser: httpx2.Client, article: str, said: dict[str, str], told: str
) -> None:
    answer = browser.post(f"/a/main/{article}", data=said)
    assert answer.status_code == 422
    assert told in answer.text
    assert said["body"].strip() in answer.text
    assert "0 comments" in answer.text


def test_a_form_of_another_site_posts_nothing(service: Service, article: str) -> None:
    with httpx2.Client(base_url=service.url, headers={"Origin": "https://other.example"}) as elsewhere:
        answer = elsewhere.post(f"/a/main/{article}", data={"body": KIND})
        assert answer.status_code == 409
        assert "fw_reader" not in elsewhere.cookies
    assert service.page(article)["items"] == []


def test_nothing_that_was_typed_becomes_markup(
    service: Service, browser: httpx2.Client, admin: httpx2.Client, article: str
) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    assert admin.put(f"/articles/{article}", json={"title": evil, "url": 'https://x.example/?a="><b>'})
    service.post(article, f"{KIND} {evil}", author={"name": f"Ann {evil[:40]}"})
    answer = browser.post(f"/a/main/{article}", data={"body": f" {evil}", "name": evil * 3})
    for page in (answer.text, shown(browser, f"/a/main/{article}")):
        assert "<script" not in page
        assert "<img" not in page
        assert '<b>"' not in page
    for path in (f"/feeds/main/{article}.atom", "/feeds/main.atom"):
        feed = browser.get(path)
        assert feed.headers["content-type"].startswith("application/atom+xml")
        ElementTree.fromstring(feed.text)  # noqa: S314 - our own


def test_pages_threads_and_orders_are_links(service: Service, browser: httpx2.Client, article: str) -> None:
    parent = service.post(article, f"{KIND} The first.")["id"]
    for number in range(5):
        service.post(article, f"{KIND} Reply {number}.", parent_id=parent)
    for number in range(55):
        service.post(article, f"{KIND} Number {number}.")
    here = f"/a/main/{article}"
    first = shown(browser, here)
    assert "Number 54." in first
    assert "The first." not in first
    more = re.search(r'href="([^"]+)" rel="next"', first)
    assert more is not None
    second = shown(browser, more[1].replace("&amp;", "&"))
    assert "The first." in second
    assert 'rel="next"' not in second
    assert "2 more replies" in second
    thread = shown(browser, f"{here}?thread={parent}")
    assert all(f"Reply {number}." in thread for number in range(5))
    assert "Number 54." not in thread
    assert shown(browser, f"{here}?sort=discussed").index("The first.") > 0
    assert browser.get(f"{here}?cursor=nonsense").status_code == 422
    assert browser.get(f"{here}?thread=nonsense").status_code == 404
    assert browser.get("/a/unknown/x").status_code == 404


def test_a_feed_names_the_newest_comments_and_where_they_are(
    service: Service, browser: httpx2.Client, article: str
) -> None:
    key = f"{article}/with slash & ampersand"
    posted = service.post(quote(key, safe=""), f"{KIND} \ufffe<b>&", author={"name": "Ann & Bea"})
    with service.client() as client:
        client.post(f"/articles/{quote(key, safe='')}/comments", json={"body": NASTY})
    for path in (f"/feeds/main/{quote(key, safe='')}.atom", "/feeds/main.atom"):
        feed = ElementTree.fromstring(browser.get(path).text)  # noqa: S314 - our own
        newest = feed.findall(f"{ATOM}entry")[0]
        assert newest.findtext(f"{ATOM}id") == f"urn:uuid:{posted['id']}"
        assert newest.findtext(f"{ATOM}author/{ATOM}name") == "Ann & Bea"
        link = newest.find(f"{ATOM}link")
        assert link is not None
        target = link.attrib["href"]
        assert target.endswith(f"/a/main/{quote(key, safe='')}#{posted['id']}")
        assert f'id="{posted["id"]}"' in browser.get(target).text
        assert NASTY not in ElementTree.tostring(feed, "unicode")
    assert browser.get("/feeds/unknown.atom").status_code == 404


def test_the_page_its_refusals_and_its_feed_speak_the_readers_language(
    service: Service, article: str
) -> None:
    here = f"{service.url}/a/main/{article}"
    german = {"Accept-Language": "de-CH,en;q=0.5"}
    with httpx2.Client(headers=german, follow_redirects=True) as browser:
        page = browser.get(here)
        assert '<html lang="de" dir="ltr">' in page.text
        assert "Schreiben Sie den ersten Kommentar!" in page.text
        assert page.headers["content-language"] == "de"
        assert "Accept-Language" in page.headers["vary"]
        refused = browser.post(here, data={"body": " "})
        assert refused.status_code == 422
        assert "Schreiben Sie zuerst etwas: Der Kommentar ist leer." in refused.text
        assert "2 Kommentare" not in page.text
        for _ in range(2):
            browser.post(here, data={"body": KIND, "name": "Ann {n}"})
        assert "2 Kommentare" in browser.get(here).text
        feed = browser.get(f"{service.url}/feeds/main/{article}.atom").text
        assert f"<title>Ann {{n}} zu {article}</title>" in feed
        arabic = browser.get(f"{here}?lang=ar").text
        assert '<html lang="ar" dir="rtl">' in arabic
        assert "تعليقان" in arabic
        assert f'action="/a/main/{article}?lang=ar"' in arabic
        assert "lang=ar&amp;sort=oldest" in arabic
        assert '<html lang="de"' in browser.get(f"{here}?lang=../../etc").text


def test_a_refusal_of_the_interface_speaks_the_readers_language(service: Service, article: str) -> None:
    with service.client() as client:
        path = f"/articles/{article}/comments"
        french = {"Accept-Language": "fr"}
        problem = client.post(path, json={"body": "x" * 4001}, headers=french)
        assert problem.json()["title"] == "Irrecevable"
        assert problem.json()["detail"] == "Le commentaire compte 4001 caractères ; la limite est de 4000."
        assert problem.json()["errors"][0]["detail"] == problem.json()["detail"]
        harsh = {"body": "Nobody asked you, you worthless idiot."}
        shown = client.post(f"{path}:preview", json=harsh, headers=french).json()
        assert "Le texte paraît agressif." in [each["detail"] for each in shown["reasons"]]
        posted = client.post(path, json=harsh, headers=french).json()
        assert "Le texte paraît agressif." in [each["detail"] for each in posted["reasons"]]
        assert client.get("/comments/none", headers=french).json()["title"] == "Introuvable"
        assert client.post(path, json={"body": " "}).json()["title"].startswith("Unprocessable")


def test_no_english_is_left_on_a_page_in_arabic(service: Service, article: str) -> None:
    text = "مصابيح الرصيف أفضل من قبل."
    with service.client(service.token("admin")) as client:
        client.put(f"/articles/{article}", json={"title": "الرصيف"})
    with service.client(service.reader("ليلى")) as client:
        posted = client.post(f"/articles/{article}/comments", json={"body": text}).json()
        waiting = f"{service.url}/a/main/{article}?lang=ar"
        token = client.headers["authorization"].removeprefix("Bearer ")
        page = httpx2.get(waiting, cookies={"fw_reader": token}).text
    assert posted["status"] == "pending"  # the model has not learnt Arabic
    assert text in page
    shown = re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])
    assert re.findall("[A-Za-z]+", shown) == []


def test_a_reader_stays_the_same_from_form_to_form(browser: httpx2.Client, article: str) -> None:
    here = f"/a/main/{article}"
    browser.post(here, data={"body": DOUBTFUL, "name": "Cem"})
    page = browser.post(here, data={"body": f"{DOUBTFUL} Two.", "name": "Cem"}).text
    assert page.count("Waiting for a moderator") == 2


def test_a_comment_is_reported_by_a_form_and_the_receipt_tells_the_outcome(
    service: Service, browser: httpx2.Client, moderator: httpx2.Client, article: str
) -> None:
    here, told = f"/a/main/{article}", service.post(article, KIND)
    assert f"?report={told['id']}#report" in shown(browser, here)
    form = shown(browser, f"{here}?report={told['id']}")
    assert "Report this comment" in form
    said = {"act": "report", "comment_id": told["id"], "category": "illegal", "text": "My address."}
    refused = browser.post(f"{here}?report={told['id']}", data=said)
    assert refused.status_code == 422
    assert "Give your name." in refused.text
    assert "My address.</textarea>" in refused.text
    receipt = browser.post(here, data=said | {"category": "spam"})
    assert receipt.status_code == 200
    assert "A moderator has not decided yet." in receipt.text
    assert decide(moderator, told["id"], "approve", 1).status_code == 201
    again = shown(browser, f"{here}?reported={told['id']}")
    assert "A moderator looked and kept the comment." in again
    with httpx2.Client(base_url=service.url) as stranger:
        assert "Thank you for your report" not in shown(stranger, f"{here}?reported={told['id']}")


def test_a_refusal_is_explained_and_appealed_against_by_a_form(
    browser: httpx2.Client, moderator: httpx2.Client, article: str
) -> None:
    here = f"/a/main/{article}"
    refused = browser.post(here, data={"body": NASTY, "name": "Cem"})
    assert "nobody has read it yet" in refused.text
    comment_id = re.findall(r'name="comment_id" value="([^"]+)"', refused.text)[0]
    said = {"act": "appeal", "comment_id": comment_id, "text": ""}
    assert browser.post(here, data=said).status_code == 422
    appealed = browser.post(here, data=said | {"text": "I quoted the play."})
    assert "Your appeal is with our moderators" in appealed.text
    assert "already" in browser.post(here, data=said | {"text": "Again."}).text
    appeals = moderator.get("/moderation/appeals", params={"limit": 200}).json()["items"]
    appeal_id = next(each["id"] for each in appeals if each["comment"]["id"] == comment_id)
    answer = {"outcome": "dismissed", "answer": "It hurts somebody."}
    assert moderator.post(f"/moderation/appeals/{appeal_id}/decision", json=answer).status_code == 201
    assert "It hurts somebody.</blockquote>" in shown(browser, here)


@pytest.mark.parametrize("act", ["report", "appeal"])
def test_a_form_of_another_site_reports_and_appeals_nothing(
    service: Service, browser: httpx2.Client, article: str, act: str
) -> None:
    told = service.post(article, KIND)
    said = {"act": act, "comment_id": told["id"], "category": "spam", "text": "x"}
    foreign = browser.post(f"/a/main/{article}", data=said, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 409
    machine = browser.post(f"/a/main/{article}", data=said | {"website": "x"})
    assert "filled in by a machine" in machine.text
