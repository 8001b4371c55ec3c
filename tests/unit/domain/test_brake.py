"""What holds under brakes: the strictest, on the article or its site, until each one's end."""

import pytest

from moderation.domain.brake import Brake, Kind, State, pause_under, state_under


def brake(kind: Kind, *, article: str | None = None, pause_s: int = 0, until_ms: int = 1000) -> Brake:
    return Brake("id", kind, article, pause_s, until_ms)


@pytest.mark.parametrize(
    ("brakes", "own", "expected"),
    [
        ([], "open", "open"),
        ([brake("premoderate")], "open", "premoderated"),
        ([brake("close")], "premoderated", "closed"),
        ([brake("premoderate")], "closed", "closed"),
        ([brake("slow", pause_s=60)], "open", "open"),
        ([brake("close", article="a"), brake("premoderate")], "open", "closed"),
        ([brake("close", article="b")], "open", "open"),
        ([brake("close", until_ms=500)], "open", "open"),  # over: the end itself does not count
    ],
)
def test_the_strictest_state_holds(brakes: list[Brake], own: State, expected: State) -> None:
    assert state_under(brakes, "a", own, 500) == expected


def test_the_longest_pause_holds() -> None:
    brakes = [brake("slow", pause_s=60), brake("slow", article="a", pause_s=90), brake("close")]
    assert pause_under(brakes, "a", 0, 500) == 90
    assert pause_under(brakes, "b", 70, 500) == 70
    assert pause_under(brakes, "b", 70, 1000) == 70
    assert pause_under([], "b", 0, 500) == 0
