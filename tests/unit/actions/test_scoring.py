"""What the bench reads off comments, and what it remembers of names."""

import pytest

from models import artifact
from moderation.actions.scoring import Bench, Written, make_bench, read_signals

KIND, UNKIND = "A fine walk along the harbour.", "You are a stupid idiot and a moron."


@pytest.fixture
def bench() -> Bench:
    return make_bench(artifact.load(artifact.shipped()), "policy", {})


def test_a_group_is_read_as_each_of_its_comments_would_be(bench: Bench) -> None:
    comments = [(KIND, "Ann"), (UNKIND, "Bob"), (KIND, "Bob"), (UNKIND, UNKIND)]
    together = read_signals(bench, [(Written(body), name) for body, name in comments])
    for (body, name), read in zip(comments, together, strict=True):
        assert read_signals(make_bench(bench.classifier, "policy", {}), [(Written(body), name)]) == [read]
    assert together[3].name_scores == together[3].scores


def test_a_name_is_scored_once_and_not_remembered_where_that_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bench.classifier is not None
    scored: list[str] = []
    margins = bench.classifier.margins

    def failing_once(texts):  # type: ignore[no-untyped-def]
        scored.extend(text.raw for text in texts)
        if scored.count("Ann") in {1, 2} and any(text.raw == "Ann" for text in texts):
            raise MemoryError
        return margins(texts)

    monkeypatch.setattr(bench.classifier, "margins", failing_once)
    first, second, third = (read_signals(bench, [(Written(KIND), "Ann")])[0] for _ in range(3))
    assert (first.scores is None, first.name_scores) == (False, None)
    assert second.name_scores == third.name_scores is not None
    assert scored.count("Ann") == 3  # with the comment, alone, and once more the next time
