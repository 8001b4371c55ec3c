"""Every catalogue has every sentence, every plural of its language, every place, and no English left over."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from babel import Locale

from moderation.actions import names, sessions
from moderation.domain import statements, states
from moderation.domain.policy import CHECKS, Limits, Rules, Signals
from moderation.web import bundle, speech

LANGUAGES = ("ar", "de", "es", "fr")
HOUSE = Path(speech.__file__).parents[1]
# Where what is refused is a reader's: what these modules raise, a reader can meet.
READERS = (
    "domain/content.py",
    "actions/admission.py",
    "actions/posting.py",
    "actions/own.py",
    "actions/like.py",
    "actions/mute.py",
    "actions/proof.py",
    "actions/read.py",
    "actions/person.py",
    "actions/follow.py",
    "actions/preview.py",
    "actions/report.py",
    "actions/appeal.py",
    "domain/reporting.py",
    "actions/submit.py",
    "store/writer.py",
    "web/errors.py",
    "web/hosted.py",
)
# Said to programs, which a person's browser never makes ours say.
TECHNICAL = {
    "The article id is empty.",
    "The article id has {} bytes; {} are allowed.",
    "Start a session first (POST /api/v1/session).",
    "leave it empty",
    "There is no such appeal.",  # to moderators
    "This appeal was decided already.",
}


TITLES = {HTTPStatus(status).phrase for status in (401, 403, 404, 409, 422, 428, 429, 500, 503)}
TITLES |= {"Unprocessable Entity", "Unprocessable Content"}  # older Pythons, newer ones


def widget(language: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((bundle.WORDS / f"{language}.json").read_text("utf-8"))
    return read


def server(language: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((speech.CATALOGUES / f"{language}.json").read_text("utf-8"))
    return read


def leaves(entry: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (path, text or plural forms)."""
    if isinstance(entry, dict) and "other" not in entry:
        for key, inner in entry.items():
            yield from leaves(inner, f"{path}.{key}".lstrip("."))
    else:
        yield path, entry


def texts(entry: Any) -> list[str]:
    return list(entry.values()) if isinstance(entry, dict) else [entry]


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_the_languages_are_there_for_readers_and_in_the_widget() -> None:
    assert set(bundle.languages()) == speech.languages() == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_of_the_widget_has_every_key_and_no_other(language: str) -> None:
    assert [key for key, _ in leaves(widget(language))] == [key for key, _ in leaves(widget("en"))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_of_the_server_has_every_sentence_and_no_other(language: str) -> None:
    assert list(server(language)) == list(server("de"))
    assert [key for key, said in server(language).items() if isinstance(said, dict)] == list(server("en"))


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_plural_has_each_form_that_its_language_tells_apart(language: str) -> None:
    forms = set(Locale.parse(language).plural_form.tags) | {"other"}
    for key, entry in [*leaves(widget(language)), *server(language).items()]:
        if isinstance(entry, dict):
            assert set(entry) == forms, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_the_english_and_none_of_its_words(language: str) -> None:
    english = dict(leaves(widget("en"))) | {key: key for key in server(language)}
    for key, entry in [*leaves(widget(language)), *server(language).items()]:
        expected = {place for text in texts(english[key]) for place in places(text)}
        for text in texts(entry):
            assert places(text) <= expected, key
        assert {place for text in texts(entry) for place in places(text)} == expected, key
        assert entry != english[key], f"{key} is English"


def test_arabic_is_written_in_arabic() -> None:
    for key, entry in [*leaves(widget("ar")), *server("ar").items()]:
        for text in texts(entry):
            words = re.sub(r"\{\w+\}|Markdown", "", text)
            assert re.search(r"[\u0600-\u06ff]", words), key
            assert re.search("[A-Za-z]", words) is None, key


def test_every_sentence_with_which_a_reader_is_refused_is_translated() -> None:
    known = {re.sub(r"\{\w+\}", "{}", key) for key in server("de")}
    missing = {said for module in READERS for said in _raised(HOUSE / module)} - known - TECHNICAL
    assert missing == set()


def test_every_sentence_about_a_name_or_a_sign_in_is_translated() -> None:
    assert {names.RESERVED, names.TAKEN, sessions.SIGN_IN} - set(server("de")) == set()


def test_every_reason_of_the_policy_is_translated() -> None:
    for reason in _reasons():
        for language in LANGUAGES:
            said = speech._speech(language).say(reason)
            assert said != reason
            assert "{" not in said


def test_every_sentence_of_a_statement_of_reasons_is_translated() -> None:
    said = {*statements.FOUND.values(), *states.REJECTION_SENTENCES.values()}
    said |= {statements.AUTOMATIC, statements.TERMS, statements.LAW}
    said |= {statements.REDRESS, statements.FINAL, statements.PENDING}
    assert said - set(server("de")) == set()


def test_no_sentence_is_translated_that_nobody_says() -> None:
    code = "".join(path.read_text("utf-8") for path in HOUSE.rglob("*.py"))
    pages = "".join(path.read_text("utf-8") for path in (HOUSE / "web/templates").glob("*"))
    plain = re.sub(r'"\s*\n\s*f?"', "", code) + pages  # strings that go over several lines
    for key in server("de"):
        parts = re.split(r"\{\w+\}", key)
        is_of_policy = key.startswith(("It reads as", "It may be", "The display name may be"))
        assert is_of_policy or all(part in plain for part in parts) or key in TITLES, key


def test_values_find_their_places_in_a_sentence_that_is_told_by_its_form() -> None:
    german = speech._speech("de")
    assert german.say("The comment has 4001 characters; 4000 are allowed.") == (
        "Der Kommentar hat 4001 Zeichen; erlaubt sind 4000."
    )
    assert german.say("It contains the banned phrase “{n} \n\\1”.") == (
        "Es enthält den gesperrten Ausdruck „{n} \n\\1“."
    )
    assert german.say("Nobody has translated this.") == "Nobody has translated this."
    arabic = speech._speech("ar")
    assert [arabic.count("{n} comments", n) for n in (0, 1, 2, 3, 11, 100)] == [
        "لا تعليقات", "تعليق واحد", "تعليقان", "3 تعليقات", "11 تعليقًا", "100 تعليق",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.3, fr;q=0.7", "fr"),
        ("it, pt-BR;q=0.9", "en"),
        ("ar;q=0, es;q=0.1", "es"),
        ("de;q=9, fr", "de"),
        (";;;,,=q", "en"),
        ("x" * 100_000, "en"),
        ("../de", "en"),
    ],
)
def test_the_language_is_the_best_that_is_accepted_and_spoken(header: str, language: str) -> None:
    assert speech.chosen(header) == language


def _raised(path: Path) -> Iterator[str]:
    """Yield the sentences that a module gives to a call, with {} for values."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            for argument in node.args:
                said = _template(argument)
                if said and " " in said and said.endswith((".", "empty")):
                    yield said


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) else "{}" for part in node.values
        ).replace("U+{}", "{}")
    return None


def _reasons() -> Iterator[str]:
    """Yield what every check of the policy can say."""
    labels = ["toxicity", "severe_toxicity", "insult", "profanity", "threat", "identity_attack",
              "sexually_explicit", "spam"]  # fmt: skip
    for score in (0.5, 0.99):
        limits = dict.fromkeys(labels, Limits(0.4, 0.9))
        rules = Rules("p", limits, languages=frozenset({"eng"}), newcomers_queue=1)
        scores = dict.fromkeys(labels, score)
        loud = Signals(scores, scores, "fra", ("bad",), ("bad",), ("bad",), 9, 9, True, 0, True, True, True)
        assert len(fields(Signals)) == 13, "a new signal may bring a new reason"
        newcomer = replace(loud, is_author_premoderated=False)
        unscored = replace(loud, scores=None)
        for signals in (loud, newcomer, unscored):
            for check in CHECKS:
                yield from (reason.detail for reason in check(signals, rules))
