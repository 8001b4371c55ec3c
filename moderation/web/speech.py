"""Say to readers what the server says, in their language.

English sentences are the keys of the catalogues (`sentences/*.json`): they are raised, stored and logged as
they are, and translated where they leave us. A sentence with values in it is found by its form, as
"It has {count} links."; one that no catalogue knows is said in English. Plurals follow CLDR, by Babel.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal
from starlette.requests import Request

from ..domain.statements import LAW, TERMS
from .shapes import Comment, Statement

CATALOGUES = Path(__file__).parent / "sentences"
HOME = "en"
VARIES = {"Vary": "Accept-Language"}

_PLACE = re.compile(r"\\{(\w+)\\}")  # as re.escape leaves a {place}


@dataclass(frozen=True, slots=True)
class Speech:
    """One language: its sentences, those with values by their form, its plurals."""

    language: str
    locale: Locale
    plain: Mapping[str, str]
    filled: Sequence[tuple[re.Pattern[str], str]]
    plurals: Mapping[str, Mapping[str, str]]

    @property
    def direction(self) -> str:
        """Tell which way it is written: ltr or rtl."""
        return str(self.locale.text_direction)

    def say(self, sentence: str, **values: Any) -> str:
        """Return a sentence in this language, its places filled."""
        said = self.plain.get(sentence) or self._by_form(sentence)
        return said.format_map(values) if values else said

    def count(self, sentence: str, number: int) -> str:
        """Return the form of a plural that fits the number, which {n} stands for."""
        forms = self.plurals[sentence]
        form = forms.get(self.locale.plural_form(number), forms["other"])
        return form.replace("{n}", str(format_decimal(number, locale=self.locale)))

    def moment(self, at: str) -> str:
        """Return a time, given as RFC 3339 in UTC, as people read it."""
        return str(format_datetime(datetime.fromisoformat(at), "medium", locale=self.locale))

    def _by_form(self, sentence: str) -> str:
        for form, said in self.filled:
            if found := form.fullmatch(sentence):
                return said.format_map(found.groupdict())
        return sentence


def speech_for(request: Request) -> Speech:
    """Return what a request wants to be spoken to in: ?lang=, else Accept-Language, else English."""
    asked = request.query_params.get("lang", "")
    return _speech(_known(asked) or chosen(request.headers.get("accept-language", "")))


def spoken(request: Request, shown: Comment) -> Comment:
    """Say what a comment's author is told of it in their language: the reasons, the statement."""
    speech = speech_for(request)
    if reasons := shown.get("reasons"):
        shown["reasons"] = [{**reason, "detail": speech.say(reason["detail"])} for reason in reasons]
    if statement := shown.get("statement"):
        shown["statement"] = {
            **statement,
            "facts": [speech.say(fact) for fact in statement["facts"]],
            "explanation": _explained(speech, statement),
            "redress": speech.say(statement["redress"]),
        }
    return shown


def _explained(speech: Speech, said: Statement) -> str:
    """Say an explanation sentence by sentence, as it is built (`domain/statements`)."""
    why = LAW if said["ground"] == "law" else TERMS
    means = said["explanation"].partition(f" {why} ")[2]
    return " ".join(speech.say(each) for each in (*said["facts"], why, means))


@lru_cache(500)
def chosen(header: str) -> str:
    """Return the best language that we speak of an Accept-Language header (RFC 9110)."""
    wishes = [_wish(each) for each in header[:500].split(",")]
    wanted = sorted((wish for wish in wishes if wish[1] > 0), key=lambda wish: -wish[1])
    return next((known for tag, _ in wanted if (known := _known(tag))), HOME)


@cache
def languages() -> frozenset[str]:
    """Return the languages that we speak."""
    return frozenset(path.stem for path in CATALOGUES.glob("*.json"))


def _wish(raw: str) -> tuple[str, float]:
    tag, _, weight = raw.partition(";")
    found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
    return tag.strip(), float(found.group(1)) if found else 1.0


def _known(tag: str) -> str | None:
    primary = tag.lower().partition("-")[0]
    return primary if primary in languages() else None


@cache
def _speech(language: str) -> Speech:
    read: dict[str, Any] = json.loads((CATALOGUES / f"{language}.json").read_text("utf-8"))
    sentences = {key: said for key, said in read.items() if isinstance(said, str)}
    return Speech(
        language=language,
        locale=Locale.parse(language),
        plain=sentences,
        filled=[(_form(key), said) for key, said in sentences.items() if "{" in key],
        plurals={key: forms for key, forms in read.items() if not isinstance(forms, str)},
    )


def _form(sentence: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.{1,200}?)", re.escape(sentence)), re.DOTALL)
