"""Hashed n-grams of texts, computed for all positions of many texts at once.

A rolling polynomial hash over the code points gives every character n-gram; prefix sums of the same
polynomial give every word. Nothing is learnt here: the same text has the same features for ever,
alone or in company, and `training` turns the same indices into the rows of a matrix.

Layout of an index: character n-grams, then words and word pairs, then EXTRAS. Each of the first
two blocks is 1 + log(count), scaled to length 1. Arithmetic is modulo 2**64 throughout.
"""

import math
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.text import Normalised, simplify

Hashes = NDArray[np.uint64]
Codes = NDArray[np.uint32]
Indices = NDArray[np.int32]
Values = NDArray[np.float32]
Places = NDArray[np.intp]

EXTRAS = ("repairs", "shouting", "links", "repetition", "exclamations", "words")
SHORTEST, LONGEST = 2, 4  # characters of an n-gram
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so it has an inverse; digits of the golden ratio
INVERSE = np.uint64(pow(int(BASE), -1, 2**64))
MIX = np.uint64(0xD6E8FEB86659FD93)  # odd multiplier with good avalanche
PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
SHIFT = np.uint64(32)
LINK = re.compile(r"https?:|www\.|\.(?:com|net|org|info|biz|ly|ru|co|me|io|tk)\b")
LINK_HINT = re.compile(r"\.[a-z]|://")
ASCII_UPPER, ASCII_LOWER = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
IS_WORD = np.array([chr(code).isalnum() for code in range(128)] + [True])
# A chunk's arrays stay in the second-level cache; a text longer than this is a chunk of its own.
CHUNK_TEXTS, CHUNK_CHARS = 64, 1 << 14


def _powers(base: np.uint64, count: int) -> Hashes:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


KNOWN = 2 * CHUNK_CHARS  # code points; longer texts compute their own powers
POWERS, INVERSES = _powers(BASE, KNOWN), _powers(INVERSE, KNOWN)
# 1 + log(count); an n-gram that is there 4,095 times is not more telling than one that is there 2,000 times.
LOG_TERM = (1 + np.log(np.maximum(np.arange(4096), 1))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of several texts: row t has indices[ends[t]:ends[t + 1]], ascending, and extras[t]."""

    ends: Places
    indices: Indices
    values: Values
    extras: Values


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where each n-gram occurrence lies in the normalised text: shape (occurrences,) each."""

    index: Indices
    begin: Indices
    end: Indices


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Sizes of the feature space, and the way from texts into it."""

    char_bits: int = 18
    word_bits: int = 17

    @property
    def words_from(self) -> int:
        """Return the first index of the word block."""
        return int(1 << self.char_bits)

    @property
    def extras_from(self) -> int:
        """Return the first index of EXTRAS."""
        return self.words_from + (1 << self.word_bits)

    @property
    def size(self) -> int:
        """Return the number of indices."""
        return self.extras_from + len(EXTRAS)

    def __call__(self, texts: Sequence[str]) -> Rows:
        """Return the features of `texts`, which is not empty."""
        parts = list(self.chunks(texts))
        if len(parts) == 1:
            return parts[0]
        starts = np.cumsum([0, *(part.ends[-1] for part in parts[:-1])])
        ends = [part.ends[:-1] + start for part, start in zip(parts, starts, strict=True)]
        return Rows(
            np.concatenate([*ends, parts[-1].ends[-1:] + starts[-1]]),
            np.concatenate([part.indices for part in parts]),
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.extras for part in parts]),
        )

    def chunks(self, texts: Sequence[str]) -> Iterator[Rows]:
        """Yield the features of `texts` in order, of as many at once as is fast."""
        at = 0
        while at < len(texts):
            end, chars = at + 1, len(texts[at])
            while end < min(len(texts), at + CHUNK_TEXTS) and chars + len(texts[end]) <= CHUNK_CHARS:
                chars += len(texts[end])
                end += 1
            yield self._chunk(texts[at:end])
            at = end

    def occurrences(self, clean: Normalised) -> Occurrences:
        """Return every occurrence of an n-gram of a text that is already normalised."""
        codes = _codes([clean.text])
        wide = codes.astype(np.uint64)
        words, starts, ends = _words(codes, wide)
        grams = _rolling(wide)
        begins = [np.arange(len(found)) for found in grams]
        finish = [begin + n for n, begin in enumerate(begins, start=SHORTEST)]
        begin = np.concatenate([*begins, starts, starts[:-1]])
        end = np.concatenate([*finish, ends, ends[1:]])
        chars = self._bucket_chars(np.concatenate(grams))
        index = np.concatenate([chars, self._bucket_words(np.concatenate([words, _pairs(words)]))])
        # The text is padded with one blank on either side, which belongs to no character.
        begin, end = np.maximum(begin - 1, 0), np.minimum(end - 1, len(clean.text))
        return Occurrences(index.astype(np.int32), begin.astype(np.int32), end.astype(np.int32))

    def _chunk(self, texts: Sequence[str]) -> Rows:
        clean, repairs = zip(*map(simplify, texts), strict=True)
        extras = np.array(list(map(_extras, texts, clean, repairs)), np.float32)
        indices, starts = self._sorted(clean)
        is_first = np.empty(len(indices), np.bool_)
        np.not_equal(indices[1:], indices[:-1], out=is_first[1:])
        is_first[starts[:-1]] = True
        first = np.flatnonzero(is_first)
        counts = np.empty(len(first), np.intp)
        np.subtract(first[1:], first[:-1], out=counts[:-1])
        counts[-1] = len(indices) - first[-1]
        indices = indices.take(first)
        ends = first.searchsorted(starts)
        block = np.repeat(np.arange(0, 2 * len(texts), 2), np.diff(ends))
        block += indices >= self.words_from
        values = LOG_TERM.take(counts, mode="clip")
        squares = np.bincount(block, weights=values * values)
        values *= (1 / np.sqrt(np.maximum(squares, 1.0))).astype(np.float32).take(block)
        return Rows(ends, indices, values, extras)

    def _sorted(self, clean: Sequence[str]) -> tuple[Indices, Places]:
        """Return the indices of all occurrences, ascending within each text, and where each text starts."""
        codes = _codes(clean)
        wide = codes.astype(np.uint64)
        grams = [self._bucket_chars(hashes) for hashes in _rolling(wide)]
        words, word_starts, _ = _words(codes, wide)
        singles, pairs = self._bucket_words(words), self._bucket_words(_pairs(words))
        ends = np.cumsum([0, *(len(text) + 2 for text in clean)])
        word_ends = word_starts.searchsorted(ends).tolist()
        found = np.empty(sum(map(len, grams)) + 2 * len(words), np.int32)
        starts = [0]
        at = 0
        # Sorting text by text is three times as fast as sorting a chunk at once (n log n, and the cache).
        for row, (begin, end) in enumerate(pairwise(ends.tolist())):
            first, last = word_ends[row], word_ends[row + 1]
            parts = [part[begin : max(end - n, begin)] for n, part in enumerate(grams, start=SHORTEST - 1)]
            for part in (*parts, singles[first:last], pairs[first : max(last - 1, first)]):
                found[at : at + len(part)] = part
                at += len(part)
            found[starts[-1] : at].sort()
            starts.append(at)
        return found[:at], np.array(starts)

    def _bucket_chars(self, hashes: Hashes) -> Indices:
        return _bucket(hashes, self.char_bits)

    def _bucket_words(self, hashes: Hashes) -> Indices:
        found = _bucket(hashes, self.word_bits)
        found += np.int32(self.words_from)
        return found


def _codes(clean: Sequence[str]) -> Codes:
    """Return the code points of all texts, each with a blank on either side."""
    padded = f" {'  '.join(clean)} ".encode("utf-32-le", "surrogatepass")
    return np.frombuffer(padded, dtype=np.uint32)


def _rolling(wide: Hashes) -> list[Hashes]:
    """Return the hashes of the n-grams at every position, one array for each n."""
    rolling, found = wide, []
    for n in range(SHORTEST, LONGEST + 1):
        if len(wide) < n:
            break
        rolling = rolling[:-1] * BASE
        rolling += wide[n - 1 :]
        found.append(rolling)
    return found


def _words(codes: Codes, wide: Hashes) -> tuple[Hashes, Places, Places]:
    count = len(codes)
    powers = POWERS[:count] if count <= KNOWN else _powers(BASE, count)
    inverses = INVERSES[:count] if count <= KNOWN else _powers(INVERSE, count)
    inside = IS_WORD.take(codes, mode="clip")
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    prefix = np.cumsum(wide * powers)
    return (prefix.take(ends - 1) - prefix.take(starts - 1)) * inverses.take(starts), starts, ends


def _pairs(words: Hashes) -> Hashes:
    return words[:-1] * PAIR + words[1:]


def _bucket(hashes: Hashes, bits: int) -> Indices:
    mixed = hashes >> SHIFT
    mixed ^= hashes
    mixed *= MIX
    mixed >>= np.uint64(64 - bits)
    return mixed.astype(np.int32)


def _extras(text: str, clean: str, repairs: int) -> tuple[float, ...]:
    """Measure what n-grams cannot see; every value lies between 0 and about 2."""
    upper, lower = _cases(text)
    words = clean.split()
    return (
        math.log1p(repairs) / 2,
        upper / (upper + lower) if upper > 4 else 0.0,  # fewer capitals are a name, not a shout
        math.log1p(len(LINK.findall(clean))) if LINK_HINT.search(clean) else 0.0,
        1 - len(set(words)) / len(words) if words else 0.0,
        math.log1p(text.count("!")) / 2,
        math.log1p(len(words)) / 5,
    )


def _cases(text: str) -> tuple[int, int]:
    """Count upper and lower case letters."""
    if not text.isascii():
        return sum(map(str.isupper, text)), sum(map(str.islower, text))
    raw = text.encode()
    return len(raw) - len(raw.translate(None, ASCII_UPPER)), len(raw) - len(raw.translate(None, ASCII_LOWER))
