"""What a start may find: a log of SQLite that was cut off, a model folder that was damaged."""

import shutil
import time
from pathlib import Path

from models import artifact
from tests.conditions import until
from tests.faults.episode import CHANCE, check, go_through, once_and_twenty_times
from tests.faults.installation import Installation, embedded
from tests.faults.ledger import Ledger, doubled, read_stored, untrue
from tests.faults.record import TRIES, Try

HALF_A_FRAME = 2048
KIND = "Thank you for this thoughtful article, walk {n} along the harbour was lovely."


@once_and_twenty_times
def test_a_log_torn_in_an_unfinished_write_loses_nothing(in_one: Installation, tries: int) -> None:
    def tear() -> float:
        in_one.service.kill()
        with _log(in_one).open("ab") as file:
            file.write(CHANCE.randbytes(HALF_A_FRAME))
        return _start(in_one)

    go_through(in_one, "kill -9, half a frame at the end of SQLite's log", "posts", tear, tries=tries)


@once_and_twenty_times
def test_a_truncated_log_loses_only_what_was_cut_off_and_takes_it_again(
    in_one: Installation, tries: int
) -> None:
    for _ in range(tries):
        people = in_one.people()
        with people.acting(*[people.post] * 4) as ledger:
            until(lambda: ledger.acknowledged >= 60, within_s=30)
            in_one.service.kill()
            people.is_over.set()
        with _log(in_one).open("r+b") as file:
            size = file.seek(0, 2)
            file.truncate(size - CHANCE.randrange(1, min(size, 40 * 4096)))
        _start(in_one)
        _check_a_beginning_is_left(in_one, ledger)
        ledger.posted.clear()  # to be sent again, all of it
        people.retry()
        in_one.await_whole()
        check(in_one, ledger)


@once_and_twenty_times
def test_with_a_damaged_model_every_comment_waits_until_it_is_mended(tmp_path: Path, tries: int) -> None:
    folder = Path(shutil.copytree(artifact.shipped(), tmp_path / artifact.shipped().name))
    file = _damage(folder)
    with embedded(tmp_path / "service", model=str(folder)) as installation:
        for n in range(tries):
            if n:
                file = _damage(folder)
                installation.kill_service()
            held = installation.service.post("damaged", KIND.format(n=f"{n} a"))
            assert held["status"] == "pending"
            assert "unscored" in {reason["code"] for reason in _reasons(installation, held["id"])}
            assert installation.metric('firstword_model{model="none"}') == 1
            assert '"model_refused"' in installation.log()
            shutil.copy(artifact.shipped() / file, folder)
            mended_s = time.monotonic()
            until(lambda: installation.metric(f'firstword_model{{model="{folder.name}"}}') == 1)
            took_s = time.monotonic() - mended_s
            TRIES["a damaged model folder"].append(Try(2, 0, 0, took_s, took_s))
            posted = installation.service.post("damaged", KIND.format(n=f"{n} b"))
            assert posted["status"] == "approved"
            assert untrue(read_stored(installation.service)) == []


def _log(installation: Installation) -> Path:
    return installation.service.data_dir / "firstword.db-wal"


def _start(installation: Installation) -> float:
    began_s = time.monotonic()
    installation.service.start()
    return began_s


def _check_a_beginning_is_left(installation: Installation, ledger: Ledger) -> None:
    """Whatever is gone is the end of it: all that was acknowledged before the first loss is there."""
    stored = read_stored(installation.service)
    in_order = sorted(posted["id"] for posted in ledger.posted.values())
    is_left = [comment_id in stored.comments for comment_id in in_order]
    assert is_left == sorted(is_left, reverse=True)
    assert doubled(stored) + untrue(stored) == []


def _damage(folder: Path) -> str:
    """Change one byte of a model, or cut off an end, as chance will; return the name of the file."""
    name = CHANCE.choice(("weights.npz", "manifest.json"))
    whole = (folder / name).read_bytes()
    place = CHANCE.randrange(len(whole))
    rest = bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] if CHANCE.random() < 0.5 else b""
    (folder / name).write_bytes(whole[:place] + rest)
    return name


def _reasons(installation: Installation, comment_id: str) -> list[dict[str, object]]:
    with installation.service.client(installation.moderators[0]) as client:
        found: list[dict[str, object]] = client.get(f"/comments/{comment_id}").json()["reasons"]
    return found
