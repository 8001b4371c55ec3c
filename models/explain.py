"""Say which words drove a score: the model's own contributions, mapped back to the original text.

A contribution is value x weight of an n-gram, shared evenly among its occurrences and then among
the characters of each. The sum over all characters, extras and the intercept is the margin.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.features import Ngrams, Rows
from models.text import Normalised, normalise

# A word, also one with a mask in it ("f*ck"), or a stretch of symbols that are not ASCII (emoji).
PIECE = re.compile(r"[^\W_]+(?:[*'\-][^\W_]+)*|[^\w\s\x00-\x7f]+")
FAINT = 0.1  # of the strongest span: below it a highlight only distracts


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text, end exclusive, and what it adds to the margin of `label` (log-odds)."""

    begin: int
    end: int
    label: str
    weight: float


def spans(text: str, label: str, weights: NDArray[np.float32], ngrams: Ngrams, *, top: int = 8) -> list[Span]:
    """Return at most `top` spans in code points of `text`, strongest first, none overlapping."""
    clean = normalise(text)
    totals = np.append(0.0, np.cumsum(contributions(text, clean, weights, ngrams)))
    found: list[Span] = []
    for match in PIECE.finditer(clean.text):
        weight = float(totals[match.end()] - totals[match.start()])
        if weight > 0:
            begin, end = clean.span(match.start(), match.end())
            found.append(Span(begin, begin + len(text[begin:end].rstrip()), label, weight))
    found = _merged(found)
    strongest = max((span.weight for span in found), default=0.0)
    kept = [span for span in found if span.weight >= FAINT * strongest]
    return sorted(kept, key=lambda span: -span.weight)[:top]


def contributions(
    text: str, clean: Normalised, weights: NDArray[np.float32], ngrams: Ngrams
) -> NDArray[np.float64]:
    """Return what each normalised character adds to the margin, shape (len(clean.text),)."""
    return _added(clean, ngrams([text]), weights[:, None], ngrams)[:, 0]


def stretches(
    text: str, cuts: Sequence[int], rows: Rows, weights: NDArray[np.float32], ngrams: Ngrams
) -> NDArray[np.float64]:
    """Return what each stretch between two cuts adds to the margins, shape (len(cuts) - 1, labels).

    cuts: ascending, in code points of `text`; rows: its features; weights: shape (features, labels).
    """
    clean = normalise(text)
    added = _added(clean, rows, weights, ngrams)
    totals = np.vstack([np.zeros(added.shape[1]), np.cumsum(added, axis=0)])
    return np.diff(totals[np.searchsorted(clean.offsets[:-1], cuts)], axis=0)


def _added(
    clean: Normalised, rows: Rows, weights: NDArray[np.float32], ngrams: Ngrams
) -> NDArray[np.float64]:
    """Return what each normalised character adds to the margins, shape (len(clean.text), labels)."""
    places = ngrams.occurrences(clean)
    row = np.searchsorted(rows.indices, places.index)
    counts = np.bincount(row, minlength=len(rows.indices))
    # What the row has and no place stands for adds nothing anywhere.
    each = (rows.values / np.maximum(counts, 1))[:, None] * weights.take(rows.indices, axis=0)
    share = each.astype(np.float64)[row] / np.maximum(places.end - places.begin, 1)[:, None]
    size = len(clean.text) + 1
    steps = [
        np.bincount(places.begin, column, size) - np.bincount(places.end, column, size) for column in share.T
    ]
    return np.cumsum(np.stack(steps, axis=1), axis=0)[:-1]


def utf16(text: str, found: Sequence[Span]) -> list[Span]:
    """Return the same spans with offsets in UTF-16 code units, as browsers count."""
    astral = [at for at, char in enumerate(text) if ord(char) > 0xFFFF]
    return [
        replace(
            span,
            begin=span.begin + bisect_left(astral, span.begin),
            end=span.end + bisect_left(astral, span.end),
        )
        for span in found
    ]


def _merged(found: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in found:
        if merged and span.begin <= merged[-1].end:
            last = merged.pop()
            span = replace(last, end=max(last.end, span.end), weight=last.weight + span.weight)  # noqa: PLW2901
        merged.append(span)
    return merged
