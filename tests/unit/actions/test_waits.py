"""The usual wait in round figures."""

import pytest

from moderation.actions.waits import usual_s

MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("waited_ms", "told_s"),
    [
        ([], None),
        ([MINUTE_MS] * 4, None),
        ([MINUTE_MS] * 5, 300),
        ([5 * MINUTE_MS] * 5, 300),
        ([MINUTE_MS, MINUTE_MS, 19 * MINUTE_MS, 600 * MINUTE_MS, 900 * MINUTE_MS], 1200),
        ([4321 * MINUTE_MS] * 9, None),
        ([0] * 9, 300),
    ],
)
def test_half_of_the_comments_are_decided_within_the_step_that_is_told(
    waited_ms: list[int], told_s: int | None
) -> None:
    assert usual_s(waited_ms) == told_s
