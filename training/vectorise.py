"""The features of `models` as a scikit-learn transformer: texts in, a sparse matrix out."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array, hstack, vstack
from sklearn.base import BaseEstimator, TransformerMixin

from models.features import EXTRAS, LONGEST, SHORTEST, Ngrams, Rows
from models.text import simplify

CHUNK = 4000  # texts handed to a process at once
AHEAD = 6  # chunks
GROWTH = 4  # characters that one may be folded to (models.lookalikes)
# Indices a character can bring: an n-gram of each length, and a word and a pair for every other one.
MOST_GRAMS = LONGEST - SHORTEST + 2


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
                return _stack(_in_turn(pool, partial(_rows, ngrams), chunks), texts, ngrams)
        return _stack((_rows(ngrams, chunk) for chunk in chunks), texts, ngrams)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that this takes texts and has no state."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.requires_fit = False
        return tags


def _in_turn(
    pool: ProcessPoolExecutor, work: Callable[[Sequence[str]], csr_array], chunks: Iterable[Sequence[str]]
) -> Iterator[csr_array]:
    """Yield results in order, with a few chunks under way: `pool.map` would pile up all of them."""
    waiting: deque[Future[csr_array]] = deque()
    for chunk in chunks:
        waiting.append(pool.submit(work, chunk))
        if len(waiting) > AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _rows(ngrams: Ngrams, texts: Sequence[str]) -> csr_array:
    parts = ngrams.chunks(list(map(simplify, texts)))
    return vstack([_with_extras(ngrams, rows) for rows in parts], format="csr")


def _with_extras(ngrams: Ngrams, rows: Rows) -> csr_array:
    """Put the extras behind the n-grams of each row, where they belong."""
    grams = csr_array((rows.values, rows.indices, rows.ends), shape=(len(rows.extras), ngrams.extras_from))
    return hstack([grams, csr_array(rows.extras)], format="csr", dtype=np.float32)


def _stack(parts: Iterable[csr_array], texts: Sequence[str], ngrams: Ngrams) -> csr_array:
    """Join chunks into one matrix as they come; the peak is one copy.

    The arrays are as long as they can get to be; what is never written costs no memory.
    """
    room = sum((len(text) if text.isascii() else GROWTH * len(text)) + 2 for text in texts) * MOST_GRAMS
    room += len(texts) * len(EXTRAS)
    indices, values = np.empty(room, np.int32), np.empty(room, np.float32)
    lengths = [np.zeros(1, np.int64)]
    at = 0
    for part in parts:
        end = at + part.nnz
        indices[at:end], values[at:end] = part.indices, part.data
        lengths.append(np.diff(part.indptr))
        at = end
    ends = np.cumsum(np.concatenate(lengths))
    ends = ends.astype(np.int32 if at < 2**31 else np.int64)
    indices.resize(at, refcheck=False)  # in place; SciPy copies what is a part of a larger array
    values.resize(at, refcheck=False)
    return csr_array((values, indices, ends), shape=(len(texts), ngrams.size))
