"""The features of `models` as a scikit-learn transformer: texts in, a sparse matrix out."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin

from models.features import Indices, Ngrams, Values

CHUNK = 4000  # texts handed to a process at once


class NgramVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """Hashed n-grams; learns nothing, so `fit` only checks. jobs: processes; the rows are the same."""

    def __init__(self, *, char_bits: int = 18, word_bits: int = 17, longest: int = 5, jobs: int = 1) -> None:
        self.char_bits = char_bits
        self.word_bits = word_bits
        self.longest = longest
        self.jobs = jobs

    def fit(self, X: Iterable[str], y: object = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Return self: hashing has no vocabulary."""
        del X, y
        return self

    def transform(self, X: Iterable[str]) -> csr_array:  # noqa: N803 - scikit-learn's name
        """Return float32 rows, shape (texts, features). Raises ValueError for anything but strings."""
        if isinstance(X, str):
            raise ValueError("give a list of texts, not one text")
        texts = [str(text) for text in X]
        chunks = [texts[at : at + CHUNK] for at in range(0, len(texts), CHUNK)]
        ngrams = Ngrams(self.char_bits, self.word_bits, self.longest)
        if self.jobs > 1 and len(chunks) > 1:
            with ProcessPoolExecutor(self.jobs) as pool:
                parts = list(pool.map(partial(_rows, ngrams), chunks))
        else:
            parts = [_rows(ngrams, chunk) for chunk in chunks]
        return _stack(parts, ngrams.size)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that this takes texts and has no state."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags


def _rows(ngrams: Ngrams, texts: Sequence[str]) -> tuple[Indices, Values, list[int]]:
    rows = [ngrams(text) for text in texts]
    return (
        np.concatenate([indices for indices, _ in rows]),
        np.concatenate([values for _, values in rows]),
        [len(indices) for indices, _ in rows],
    )


def _stack(parts: Sequence[tuple[Indices, Values, list[int]]], width: int) -> csr_array:
    """Join chunks into one matrix; each is dropped as it is copied, so the peak stays near one copy."""
    lengths = [length for _, _, counts in parts for length in counts]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32 if sum(lengths) < 2**31 else np.int64)
    indices = np.empty(ends[-1], np.int32)
    values = np.empty(ends[-1], np.float32)
    at = 0
    for part, found, _ in parts:
        indices[at : at + len(part)] = part
        values[at : at + len(part)] = found
        at += len(part)
    return csr_array((values, indices, ends), shape=(len(lengths), width))
