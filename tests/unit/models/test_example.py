"""The line in which the service and training meet."""

from pathlib import Path

import pytest

from models.example import Example, from_line, read, to_line

DECIDED = Example(
    text="line\nbreak, \u00fc and \U0001f44d",
    labels={"toxicity": 1.0, "spam": 0.0},
    weight=2.0,
    probability=0.25,
    id="0190",
    author="a1",
    thread="t1",
    decided_at="2026-11-23T10:00:00.000Z",
    source="moderators",
)


def test_an_example_survives_the_way_through_a_line() -> None:
    line = to_line(DECIDED)
    assert "\n" not in line
    assert line.isascii()
    assert from_line(line) == DECIDED


def test_a_lone_surrogate_survives_too() -> None:
    example = Example("\ud800", {"spam": 0.0})
    assert from_line(to_line(example)) == example


def test_what_is_left_at_its_default_is_not_written() -> None:
    assert to_line(Example("hi", {"spam": 1.0})) == '{"text":"hi","labels":{"spam":1.0}}'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2"),
        ("[]", "not an object"),
        ('{"labels":{"spam":1}}', "text is missing"),
        ('{"text":1,"labels":{"spam":1}}', "text has the wrong type"),
        ('{"text":"a"}', "labels must be an object"),
        ('{"text":"a","labels":{}}', "at least one label"),
        ('{"text":"a","labels":{"nice":1}}', "unknown label nice"),
        ('{"text":"a","labels":{"spam":2}}', "spam must be a number from 0 to 1"),
        ('{"text":"a","labels":{"spam":true}}', "spam must be a number from 0 to 1"),
        ('{"text":"a","labels":{"spam":1},"mood":1}', "unknown field mood"),
        ('{"text":"a","labels":{"spam":1},"probability":0}', "probability must be above 0"),
        ('{"text":"a","labels":{"spam":1},"weight":-1}', "weight 0 or more"),
        ('{"text":"a","labels":{"spam":1},"weight":"1"}', "weight has the wrong type"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(to_line(DECIDED) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2") as raised:
        list(read(path))
    assert reason in str(raised.value)


def test_empty_lines_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text("\n" + to_line(DECIDED) + "\n\n", encoding="utf-8")
    assert list(read(path)) == [DECIDED]
