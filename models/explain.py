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

from models.features import Ngrams, Occurrences, Rows
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
    places = ngrams.occurrences(clean)
    share = _shares(ngrams([text]), places, weights[:, None])[0] / np.maximum(places.end - places.begin, 1)
    size = len(clean.text) + 1
    steps = np.bincount(places.begin, share, size) - np.bincount(places.end, share, size)
    return np.cumsum(steps)[:-1]


def stretches(
    clean: Normalised,
    cuts: Sequence[int],
    rows: Rows,
    places: Occurrences,
    weights: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return what each stretch between two cuts adds to the margins, shape (len(cuts) - 1, labels).

    cuts: ascending, in code points of the original, the first its begin and the last its end; rows and
    places: its features; weights: shape (features, labels). What lies across a cut is shared by the
    characters on either side.
    """
    borders = np.searchsorted(clean.offsets[:-1], cuts)
    count = len(cuts) - 1
    stretch = np.append(np.repeat(np.arange(count), np.diff(borders)), count - 1)  # of each character
    shares = _shares(rows, places, weights)
    first, last = stretch[places.begin], stretch[np.maximum(places.end - 1, places.begin)]
    torn = np.flatnonzero(first != last)
    sizes = (places.end - places.begin)[torn]
    letters = np.arange(sizes.sum()) + np.repeat(places.begin[torn] - (np.cumsum(sizes) - sizes), sizes)
    of_letters = np.repeat(shares[:, torn] / sizes, sizes, axis=1)
    shares[:, torn] = 0
    added = np.empty((count, len(shares)))
    for label, (share, part) in enumerate(zip(shares, of_letters, strict=True)):
        added[:, label] = np.bincount(first, share, count) + np.bincount(stretch[letters], part, count)
    return added


def _shares(rows: Rows, places: Occurrences, weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what each occurrence of an n-gram adds to the margins, shape (labels, occurrences)."""
    row = np.searchsorted(rows.indices, places.index)
    counts = np.bincount(row, minlength=len(rows.indices))
    each = weights.take(rows.indices, axis=0).T * (rows.values / counts)
    return each.take(row, axis=1)


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
