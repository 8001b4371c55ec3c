"""One's own data: given out whole, and erased from everywhere."""

import json
from pathlib import Path
from typing import Any

import httpx2

from tests.api.texts import DOUBTFUL, KIND, NASTY
from tests.conditions import until
from tests.service import Service

MARK = "xylophone"


def as_reader(service: Service, name: str) -> httpx2.Client:
    return service.client(service.reader(name))


def posted(reader: httpx2.Client, article: str, body: str, **more: object) -> dict[str, Any]:
    answer = reader.post(f"/articles/{article}/comments", json={"body": body, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def files_with(service: Service, word: str) -> list[str]:
    """Name the files of the installation in which a word can still be read."""
    files = [path for path in Path(service.data_dir).rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_a_reader_gets_everything_that_is_kept_of_them_and_nothing_of_others(
    service: Service, article: str
) -> None:
    with as_reader(service, "Ann Ferry") as ann, as_reader(service, "Bea Pier") as bea:
        first = posted(ann, article, f"{KIND} First.")
        other = posted(bea, article, f"{KIND} Another.")
        assert ann.patch(f"/comments/{first['id']}", json={"body": f"{KIND} Second."}).status_code == 200
        assert posted(ann, article, NASTY)["status"] == "rejected"
        assert ann.put(f"/comments/{other['id']}/reactions/like").status_code == 200
        answer = ann.get("/me/export")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    kept = answer.json()
    assert kept["reader"]["name"] == "Ann Ferry"
    assert [each["status"] for each in kept["comments"]] == ["rejected", "approved"]
    edited = kept["comments"][1]
    assert [each["body"] for each in edited["revisions"]] == [f"{KIND} First.", f"{KIND} Second."]
    assert [each["action"] for each in edited["decisions"]] == ["approve", "approve"]
    assert edited["created_at"].endswith("+00:00")
    assert [each["comment_id"] for each in kept["likes"]] == [other["id"]]
    assert "Another." not in answer.text


def test_who_is_erased_is_nowhere_any_more_and_the_counts_stay_right(
    service: Service, moderator: httpx2.Client, article: str, tmp_path: Path
) -> None:
    secret, name = f"{KIND} {MARK}-{article}", f"Zed {article[-8:]}"
    with as_reader(service, name) as zed, as_reader(service, "Bea Pier") as bea:
        answered = posted(zed, article, f"{secret} one")
        reply = posted(bea, article, f"{KIND} A reply.", parent_id=answered["id"])
        edited = posted(zed, article, f"{secret} two")
        assert zed.patch(f"/comments/{edited['id']}", json={"body": f"{secret} three"}).status_code == 200
        held = posted(zed, article, f"{DOUBTFUL} {MARK}-{article}")
        posted(zed, article, f"{NASTY} {MARK}-{article}")
        assert zed.put(f"/comments/{reply['id']}/reactions/like").status_code == 200
        said = {"action": "approve", "version": 2}
        decided = moderator.post(f"/moderation/comments/{edited['id']}/decisions", json=said)
        assert decided.status_code == 201, decided.text
        assert files_with(service, f"{MARK}-{article}") != []

        assert zed.delete("/me").status_code == 204

        page = zed.get(f"/articles/{article}/comments").json()
        assert page["article"]["comment_count"] == 1
        assert [(each["id"], each["status"], each["body"]) for each in page["items"]] == [
            (answered["id"], "withdrawn", "")
        ]
        assert page["items"][0]["author"] == {"id": None, "name": "", "badges": []}
        assert [each["reactions"]["like"] for each in page["items"][0]["replies"]] == [0]
        assert zed.post(f"/articles/{article}/comments", json={"body": KIND}).status_code == 401
        assert zed.get("/me").json()["name"] is None
        assert zed.get("/me/export").status_code == 404
        assert zed.delete("/me").status_code == 204
        assert bea.get("/me/export").json()["reader"]["name"] == "Bea Pier"
    assert files_with(service, f"{MARK}-{article}") == []
    assert files_with(service, name) == []
    labels = tmp_path / "labels.jsonl"
    assert service.run("labels", "export", str(labels)).returncode == 0
    assert MARK not in labels.read_text()

    def is_gone() -> bool:
        claimed = moderator.post("/moderation/queue:claim", json={"limit": 50, "order": "newest"}).json()
        return held["id"] not in {card["comment"]["id"] for card in claimed["items"]}

    until(is_gone)
    found = moderator.get("/moderation/comments", params={"article": article, "q": MARK}).json()
    assert found["items"] == []


def test_what_was_said_in_reports_and_appeals_is_given_out_and_erased_with_either_side(
    service: Service, moderator: httpx2.Client, article: str
) -> None:
    mark = f"{MARK}-{article[-12:]}"
    notice = {"text": f"Because {mark}-why.", "name": f"Nora {mark}", "email": f"{mark}@example.org"}
    with (
        as_reader(service, "Zed") as zed,
        as_reader(service, "Nora") as nora,
        as_reader(service, "Cem") as cem,
    ):
        told, refused = posted(zed, article, KIND), posted(zed, article, NASTY)
        sent = {"category": "illegal", "good_faith": True, **notice}
        assert nora.post(f"/comments/{told['id']}/reports", json=sent).status_code == 201
        about = {"category": "other", "text": f"He wrote {mark}-quote."}
        assert cem.post(f"/comments/{told['id']}/reports", json=about).status_code == 201
        said = {"text": f"I meant {mark}-plea."}
        appealed = zed.post(f"/comments/{refused['id']}/appeals", json=said)
        assert appealed.status_code == 201
        kept = nora.get("/me/export").json()
        assert [each["text"] for each in kept["reports"]] == [notice["text"]]
        assert [(each["name"], each["email"]) for each in kept["notices"]] == [
            (notice["name"], notice["email"])
        ]
        assert [each["text"] for each in zed.get("/me/export").json()["appeals"]] == [said["text"]]
        assert mark not in cem.get("/me/export").text.replace(f"{mark}-quote", "")

        assert nora.delete("/me").status_code == 204
        for gone in (f"{mark}-why", f"Nora {mark}", f"{mark}@example.org"):
            assert files_with(service, gone) == []
        assert files_with(service, f"{mark}-quote") != []
        assert zed.delete("/me").status_code == 204
        for gone in (f"{mark}-quote", f"{mark}-plea"):
            assert files_with(service, gone) == []
        assert [each["status"] for each in cem.get("/me/reports").json()["items"]] == ["moot"]
    open_ones = [*moderator.get("/moderation/reports").json()["items"]]
    open_ones += moderator.get("/moderation/appeals").json()["items"]
    assert {told["id"], refused["id"]}.isdisjoint(each["comment"]["id"] for each in open_ones)


def test_many_comments_are_erased_in_slices_from_the_command_line(service: Service, article: str) -> None:
    with as_reader(service, "Ned Many") as ned:
        person_id = ned.get("/me").json()["id"]
        for number in range(230):
            posted(ned, article, f"{KIND} {MARK} {number}.")
    exported = service.run("person", "export", person_id)
    assert len(json.loads(exported.stdout)["comments"]) == 230
    erased = service.run("person", "erase", person_id)
    assert (erased.returncode, erased.stdout) == (0, "Erased, with 230 comments.\n")
    assert files_with(service, "Ned Many") == []
    until(lambda: service.page(article)["article"]["comment_count"] == 0)
    assert service.page(article)["items"] == []
    assert service.run("person", "erase", person_id).stdout == "Erased, with 0 comments.\n"
    unknown = service.run("person", "erase", "0190a0a0-0000-7000-8000-000000000000")
    assert (unknown.returncode, unknown.stderr) == (1, "firstword: There is no such reader.\n")


def test_nobody_exports_or_erases_without_saying_who(anyone: httpx2.Client) -> None:
    assert anyone.get("/me/export").status_code == 401
    assert anyone.delete("/me").status_code == 401


def test_a_first_draft_is_kept_with_what_was_posted_only_if_its_author_says_so(
    service: Service, article: str, tmp_path: Path
) -> None:
    first, word = f"{NASTY} {MARK}-{article}", f"{MARK}-{article}"
    with as_reader(service, "Ann Ferry") as ann, as_reader(service, "Bea Pier") as bea:
        shown = ann.post(f"/articles/{article}/comments:preview", json={"body": first})
        assert shown.json()["outcome"] == "refused"
        posted(ann, article, f"{KIND} Softened.")
        assert files_with(service, word) == [], "a draft that was only looked at"
        assert ann.get("/me/export").json()["comments"][0].get("softened_from") is None

        sent = posted(bea, article, f"{KIND} Softened too.", softened_from=first)
        assert "softened_from" not in sent
        assert "softened_from" not in bea.get(f"/comments/{sent['id']}").json()
        kept = [name for name in files_with(service, word) if not name.startswith("firstword.db")]
        assert kept == [], "in SQL alone: neither in Redis nor in a log"
        assert bea.get("/me/export").json()["comments"][0]["softened_from"] == first
        assert pairs(service, tmp_path)[sent["id"]]["first"] == first
        assert pairs(service, tmp_path)[sent["id"]]["sent"] == f"{KIND} Softened too."

        assert bea.delete("/me").status_code == 204
        until(lambda: files_with(service, word) == [])
        assert sent["id"] not in pairs(service, tmp_path)


def test_a_first_draft_goes_with_the_comment_and_is_none_where_nothing_was_softened(
    service: Service, article: str, tmp_path: Path
) -> None:
    with as_reader(service, "Ann Ferry") as ann:
        same = posted(ann, article, KIND, softened_from=f" {KIND} ")
        sent = posted(ann, article, f"{KIND} Again.", softened_from=NASTY)
        assert set(pairs(service, tmp_path)) & {same["id"], sent["id"]} == {sent["id"]}
        assert ann.delete(f"/comments/{sent['id']}").status_code == 204
        assert sent["id"] not in pairs(service, tmp_path)
        for wrong in ("", " ", "x" * 4001, "a\x00b", 7):
            said = {"body": KIND, "softened_from": wrong}
            answer = ann.post(f"/articles/{article}/comments", json=said)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == "softened_from"


def pairs(service: Service, folder: Path) -> dict[str, dict[str, str]]:
    """Export what may be kept for training, by the comment's id."""
    file = folder / "pairs.jsonl"
    exported = service.run("labels", "pairs", str(file))
    assert exported.returncode == 0, exported.stderr
    return {pair["id"]: pair for pair in map(json.loads, file.read_text().splitlines())}
