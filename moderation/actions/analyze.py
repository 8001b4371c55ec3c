"""Analyse one text for another program: probabilities of the whole and of each sentence, its language."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from models.classifier import Classifier

from . import language
from .scoring import languages

# A sentence ends behind its mark and the quotes that close it, or with its line.
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*(?=\s)\s*|\s*\n\s*")  # noqa: RUF001 - of other alphabets
SENTENCES = 256  # of one text; what follows belongs to the last one
Model: TypeAlias = Classifier  # as `web` may name it
_LATIN = re.compile("[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text in UTF-16 code units, end exclusive, and label → probability."""

    begin: int
    end: int
    scores: dict[str, float]


def analyze(classifier: Classifier, text: str, *, by_sentence: bool) -> tuple[dict[str, float], list[Span]]:
    """Return label → probability of `text`, and the same of its sentences, or of all of it as one span."""
    cuts = sentences(text) if by_sentence else [0, len(text)]
    if len(cuts) == 2:
        whole = _named(classifier, classifier.score([text])[0].tolist())
        return whole, [Span(0, utf16(text, [len(text)])[0], whole)]
    first, *rows = classifier.score_parts(text, cuts).tolist()
    begins = cuts[:-1]
    ends = [begin + len(text[begin:end].rstrip()) for begin, end in zip(begins, cuts[1:], strict=True)]
    places = zip(utf16(text, begins), utf16(text, ends), rows, strict=True)
    return _named(classifier, first), [
        Span(begin, end, _named(classifier, row)) for begin, end, row in places
    ]


def sentences(text: str) -> list[int]:
    """Return where sentences begin, and at last the length of the text."""
    starts = [0]
    for found in _END.finditer(text):
        if len(starts) == SENTENCES:
            break
        if starts[-1] < found.end() < len(text) and text[starts[-1] : found.end()].strip():
            starts.append(found.end())
    return [*starts, len(text)]


def utf16(text: str, places: Sequence[int]) -> list[int]:
    """Return code points as UTF-16 code units, as browsers count."""
    if text.isascii():
        return list(places)
    astral = [at for at, char in enumerate(text) if ord(char) > 0xFFFF]
    return [place + bisect_left(astral, place) for place in places]


def written_in(classifier: Classifier, text: str) -> str | None:
    """Return the language of a text; None: there is nothing in it to tell one by.

    A few words in Latin letters, which no detector can tell, are taken for the language that the model
    has learnt, if it is one: "you fool" is what such a model is there for.
    """
    learnt = languages(classifier)
    found = language.detect(text, expected=learnt)
    if found != language.UNKNOWN:
        return found
    return next(iter(learnt)) if len(learnt) == 1 and _LATIN.search(text) else None


def _named(classifier: Classifier, row: Sequence[float]) -> dict[str, float]:
    return dict(zip(classifier.labels, row, strict=True))
