"""What `make audit` says: a package that no service knows was not audited."""

from tests.audit import verdict

SOUND = {"name": "sound", "version": "1.0", "vulns": []}
BROKEN = {"name": "broken", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


def test_a_hole_is_named_with_the_version_that_mends_it() -> None:
    assert verdict([SOUND, BROKEN]) == (["broken 2.0: PYSEC-1, mended in 2.1"], 1)


def test_nothing_known_of_everything_is_good_news() -> None:
    lines, status = verdict([SOUND])
    assert status == 0
    assert lines[0].startswith("No hole is known in 1 packages")


def test_what_could_not_be_asked_for_is_no_good_news() -> None:
    assert verdict([SOUND, UNKNOWN])[1] == 2
    assert verdict([SOUND, UNKNOWN])[0][1] == "NOT AUDITED: unknown"
    for found in ([], [UNKNOWN]):
        lines, status = verdict(found)
        assert (status, lines[0][:11]) == (2, "NOT AUDITED")
