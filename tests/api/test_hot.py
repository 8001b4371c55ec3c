"""A page that is known by heart is the same answer, header by header, as one that is looked up."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.api.texts import KIND
from tests.service import Service, running

ALLOWED, HOST = "https://news.example", "comments.example"
PATH = "/articles/ferry/comments"


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that one other site may embed, and that answers for one name."""
    folder = tmp_path_factory.mktemp("embedded")
    yield from running(folder, {"allowed_origins": ALLOWED, "allowed_hosts": f"{HOST},127.0.0.1"})


@pytest.fixture
def asked(embedded: Service) -> Iterator[httpx2.Client]:
    embedded.post("ferry", KIND)
    with embedded.client() as client:
        client.headers["Host"] = HOST
        yield client


def by_heart(service: Service) -> int:
    """Count the page's answers that were logged: those from the cache's front are not."""
    return (service.data_dir / "stderr.txt").read_text().count("{article_id:path}/comments")


def told(answer: httpx2.Response) -> dict[str, str]:
    return {k.lower(): v for k, v in answer.headers.items() if k.lower() not in {"x-request-id", "date"}}


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": ALLOWED}, {"Origin": "https://elsewhere.example"}],
    ids=["same", "allowed", "foreign"],
)
@pytest.mark.parametrize("query", ["", "?limit=7", "?sort=oldest&site=main"])
def test_the_same_bytes_and_headers_come_from_the_front_and_from_the_route(
    embedded: Service, asked: httpx2.Client, headers: dict[str, str], query: str
) -> None:
    first = asked.get(PATH + query, headers=headers | {"Authorization": f"Bearer {embedded.reader()}"})
    asked.get(PATH + query, headers=headers)
    logged = by_heart(embedded)
    again = asked.get(PATH + query, headers=headers)
    assert by_heart(embedded) == logged  # so it did come from the front
    assert (again.status_code, again.content, told(again)) == (200, first.content, told(first))
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    etag = {"If-None-Match": first.headers["ETag"]}
    slow = asked.get(PATH + query, headers=headers | etag | {"Authorization": f"Bearer {embedded.reader()}"})
    fast = asked.get(PATH + query, headers=headers | etag)
    assert (fast.status_code, fast.content, told(fast)) == (304, b"", told(slow))


def test_what_must_be_looked_at_is_not_answered_by_heart(asked: httpx2.Client) -> None:
    assert asked.get(PATH).status_code == asked.get(PATH).status_code == 200
    assert asked.get(PATH, headers={"Host": "evil.example"}).status_code == 400
    assert asked.get(PATH, headers={"Authorization": "Bearer fwr_forged"}).status_code == 401
    assert asked.get(PATH, params={"limit": "0"}).status_code == 422
    head = asked.head(PATH)
    assert (head.status_code, head.content) == (200, b"")


def test_a_first_comment_ends_the_empty_page_at_once(embedded: Service, asked: httpx2.Client) -> None:
    path = "/articles/nobody-yet/comments"
    for _ in range(3):
        assert asked.get(path).json()["items"] == []
    posted = embedded.post("nobody-yet", KIND)
    assert [each["id"] for each in asked.get(path).json()["items"]] == [posted["id"]]
