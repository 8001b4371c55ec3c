"""The features of `models` as a scikit-learn transformer: texts in, a sparse matrix out."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array, hstack
from sklearn.base import BaseEstimator, TransformerMixin

from models.features import Ngrams, Rows

CHUNK = 4000  # texts handed to a process at once


class NgramVectorizer(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """Hashed n-grams; learns nothing, so `fit` only checks. jobs: processes; the rows are the same."""

    def __init__(self, *, char_bits: int = 18, word_bits: int = 17, jobs: int = 1) -> None:
        self.char_bits = char_bits
        self.word_bits = word_bits
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
        ngrams = Ngrams(self.char_bits, self.word_bits)
        if self.jobs > 1 and len(chunks) > 1:
            with ProcessPoolExecutor(self.jobs) as pool:
                parts = list(chain.from_iterable(pool.map(partial(_rows, ngrams), chunks)))
        else:
            parts = [part for chunk in chunks for part in _rows(ngrams, chunk)]
        return _stack(parts, ngrams.size)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that this takes texts and has no state."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags


def _rows(ngrams: Ngrams, texts: Sequence[str]) -> list[csr_array]:
    return [_with_extras(ngrams, rows) for rows in ngrams.chunks(texts)]


def _with_extras(ngrams: Ngrams, rows: Rows) -> csr_array:
    """Put the extras behind the n-grams of each row, where they belong."""
    grams = csr_array((rows.values, rows.indices, rows.ends), shape=(len(rows.extras), ngrams.extras_from))
    return hstack([grams, csr_array(rows.extras)], format="csr", dtype=np.float32)


def _stack(parts: list[csr_array], width: int) -> csr_array:
    """Join chunks into one matrix; each is dropped as it is copied, so the peak stays near one copy."""
    lengths = np.concatenate([np.diff(part.indptr) for part in parts])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    indices, values = np.empty(ends[-1], np.int32), np.empty(ends[-1], np.float32)
    at = int(ends[-1])
    rows = len(lengths)
    while parts:
        part = parts.pop()
        at -= part.nnz
        indices[at : at + part.nnz] = part.indices
        values[at : at + part.nnz] = part.data
    ends = ends.astype(np.int32 if ends[-1] < 2**31 else np.int64)
    return csr_array((values, indices, ends), shape=(rows, width))
