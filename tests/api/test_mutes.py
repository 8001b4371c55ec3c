"""Muting a person for oneself: kept with the reader, told to nobody, gone when either is erased."""

import httpx2
import pytest

from tests.api.texts import KIND
from tests.service import Service


def author_of(service: Service, article: str, name: str) -> str:
    return str(service.post(article, f"{KIND} By {name}.", author={"name": name})["author"]["id"])


def muted(reader: httpx2.Client) -> list[str]:
    answer = reader.get("/me/mutes")
    assert answer.headers["cache-control"] == "no-store"
    return [each["author"]["name"] for each in answer.json()["items"]]


def test_a_reader_mutes_and_hears_again_and_twice_is_once(service: Service, article: str) -> None:
    loud, other = author_of(service, article, "Loud"), author_of(service, article, "Other")
    with service.client(service.reader()) as reader, service.client(service.reader("Bea")) as bea:
        for author_id in (loud, loud, other):
            assert reader.put(f"/me/mutes/{author_id}").status_code == 204
        assert muted(reader) == ["Other", "Loud"]
        assert muted(bea) == []
        for _ in range(2):
            assert reader.delete(f"/me/mutes/{other}").status_code == 204
        assert muted(reader) == ["Loud"]
        assert [each["muted_id"] for each in reader.get("/me/export").json()["mutes"]] == [loud]
    assert {each["author"]["name"] for each in service.page(article)["items"]} == {"Loud", "Other"}


@pytest.mark.parametrize("author_id", ["nonsense", "0190a0a0-0000-7000-8000-000000000000"])
def test_nobody_mutes_who_does_not_exist(service: Service, author_id: str) -> None:
    with service.client(service.reader()) as reader:
        assert reader.put(f"/me/mutes/{author_id}").status_code == 404


def test_nobody_mutes_themselves_or_somebody_of_another_site(
    service: Service, admin: httpx2.Client, article: str
) -> None:
    site = {"site": f"other-{article[-6:]}"}
    admin.put("/articles/first", params=site, json={"title": "First"})
    with service.client(service.reader()) as reader:
        own = reader.get("/me").json()["id"]
        assert reader.put(f"/me/mutes/{own}").status_code == 422
        posted = reader.post("/session", params=site, json={"name": "Far"}).json()
        assert reader.put(f"/me/mutes/{posted['reader']['id']}").status_code == 404


def test_mutes_are_for_readers_with_a_session(service: Service, article: str) -> None:
    loud = author_of(service, article, "Loud")
    with service.client() as nobody:
        assert nobody.get("/me/mutes").status_code == 401
        assert nobody.put(f"/me/mutes/{loud}").status_code == 401
        assert nobody.delete(f"/me/mutes/{loud}").status_code == 401


def test_mutes_end_with_who_muted_and_with_who_was_muted(service: Service, article: str) -> None:
    with service.client(service.reader("Loud")) as loud, service.client(service.reader("Ann")) as ann:
        loud_id, ann_id = (each.get("/me").json()["id"] for each in (loud, ann))
        with service.client(service.reader("Cem")) as cem:
            for author_id in (loud_id, ann_id):
                assert cem.put(f"/me/mutes/{author_id}").status_code == 204
            assert ann.put(f"/me/mutes/{loud_id}").status_code == 204
            assert loud.delete("/me").status_code == 204
            assert muted(ann) == []
            assert muted(cem) == ["Ann"]
            assert ann.put(f"/me/mutes/{loud_id}").status_code == 404
            assert cem.delete("/me").status_code == 204
            assert cem.put(f"/me/mutes/{ann_id}").status_code == 401
