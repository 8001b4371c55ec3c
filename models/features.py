"""Hashed n-grams of a text, computed for all positions at once.

A rolling polynomial hash over the code points gives every character n-gram; prefix sums of the same
polynomial give every word. Nothing is learnt here: the same text has the same features for ever,
and `training` turns the same indices into the rows of a matrix.

Layout of an index: character n-grams, then words and word pairs, then EXTRAS. Each of the first
two blocks is 1 + log(count), scaled to length 1. Arithmetic is modulo 2**64 throughout.
"""

import math
import re
import string
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.text import Normalised, normalise

Hashes = NDArray[np.uint64]
Indices = NDArray[np.int32]
Values = NDArray[np.float32]

EXTRAS = ("repairs", "shouting", "links", "repetition", "exclamations", "words")
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so it has an inverse; digits of the golden ratio
INVERSE = np.uint64(pow(int(BASE), -1, 2**64))
MIX = np.uint64(0xD6E8FEB86659FD93)  # odd multiplier with good avalanche
PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
SHIFT = np.uint64(32)
LINK = re.compile(r"https?:|www\.|\.(?:com|net|org|info|biz|ly|ru|co|me|io|tk)\b")
ASCII_UPPER, ASCII_LOWER = string.ascii_uppercase.encode(), string.ascii_lowercase.encode()
IS_WORD = np.array([chr(code).isalnum() for code in range(128)])


def _powers(base: np.uint64, count: int) -> Hashes:
    factors = np.full(count, base, dtype=np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


KNOWN = 4096  # code points; longer texts compute their own powers
POWERS, INVERSES = _powers(BASE, KNOWN), _powers(INVERSE, KNOWN)


# 1 + log(count); an n-gram that is there 4,095 times is not more telling than one that is there 2,000 times.
LOG_TERM = (1 + np.log(np.maximum(np.arange(KNOWN), 1))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Places:
    """Where each n-gram occurrence lies in the normalised text: shape (occurrences,) each."""

    index: Indices
    begin: Indices
    end: Indices


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Sizes of the feature space, and the way from a text into it."""

    char_bits: int = 18
    word_bits: int = 17
    longest: int = 5

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

    def __call__(self, text: str) -> tuple[Indices, Values]:
        """Return the distinct indices of `text`, ascending, and their values."""
        clean = normalise(text)
        hashed, words, _, _ = self._hashed(clean)
        found, counts = distinct(hashed)
        indices = np.empty(len(found) + len(EXTRAS), np.int32)
        values = np.empty(len(indices), np.float32)
        indices[: len(found)] = found
        indices[len(found) :] = range(self.extras_from, self.size)
        np.take(LOG_TERM, counts, mode="clip", out=values[: len(found)])
        split = int(found.searchsorted(np.int32(self.words_from)))
        _to_unit_length(values[:split])
        _to_unit_length(values[split : len(found)])
        values[len(found) :] = _extras(text, clean, words)
        return indices, values

    def places(self, clean: Normalised) -> Places:
        """Return every occurrence of an n-gram of a text that is already normalised."""
        hashed, _, starts, ends = self._hashed(clean)
        length = len(clean.text) + 2
        begins = [np.arange(length - n + 1) for n in range(2, self.longest + 1) if length >= n]
        finish = [begin + n for n, begin in enumerate(begins, start=2)]
        begin = np.concatenate([*begins, starts, starts[:-1]])
        end = np.concatenate([*finish, ends, ends[1:]])
        # The text is padded with one blank on either side, which belongs to no character.
        begin, end = np.maximum(begin - 1, 0), np.minimum(end - 1, len(clean.text))
        return Places(hashed, begin.astype(np.int32), end.astype(np.int32))

    def _hashed(self, clean: Normalised) -> tuple[Indices, Hashes, NDArray[np.intp], NDArray[np.intp]]:
        padded = f" {clean.text} ".encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(padded, dtype=np.uint32)
        wide = codes.astype(np.uint64)
        grams = _char_hashes(wide, self.longest)
        words, starts, ends = _word_hashes(codes, wide)
        pairs = words[:-1] * PAIR + words[1:]
        return (
            np.concatenate(
                [
                    _bucket(grams, self.char_bits),
                    _bucket(np.concatenate([words, pairs]), self.word_bits) + self.words_from,
                ]
            ),
            words,
            starts,
            ends,
        )


def distinct(indices: Indices) -> tuple[Indices, NDArray[np.int64]]:
    """Return the distinct values of at least one, ascending, and how often each occurs."""
    ordered = np.sort(indices)
    is_first = np.empty(len(ordered), np.bool_)
    is_first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    heads = np.flatnonzero(is_first)
    counts = np.empty(len(heads), np.int64)
    counts[-1] = len(ordered) - heads[-1]
    np.subtract(heads[1:], heads[:-1], out=counts[:-1])
    return ordered[heads], counts


def _char_hashes(wide: Hashes, longest: int) -> Hashes:
    rolling, found = wide, []
    for n in range(2, longest + 1):
        if len(wide) < n:
            break
        rolling = rolling[:-1] * BASE + wide[n - 1 :]
        found.append(rolling)
    return np.concatenate(found)


def _word_hashes(
    codes: NDArray[np.uint32], wide: Hashes
) -> tuple[Hashes, NDArray[np.intp], NDArray[np.intp]]:
    count = len(codes)
    powers = POWERS[:count] if count <= KNOWN else _powers(BASE, count)
    inverses = INVERSES[:count] if count <= KNOWN else _powers(INVERSE, count)
    inside = IS_WORD[np.minimum(codes, 127)] | (codes > 127)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    prefix = np.cumsum(wide * powers)
    return (prefix[ends - 1] - prefix[starts - 1]) * inverses[starts], starts, ends


def _bucket(hashes: Hashes, bits: int) -> Indices:
    return (((hashes ^ (hashes >> SHIFT)) * MIX) >> np.uint64(64 - bits)).astype(np.int32)


def _to_unit_length(values: Values) -> None:
    values *= np.float32(1 / math.sqrt(max(float(values @ values), 1.0)))


def _extras(text: str, clean: Normalised, words: Hashes) -> list[float]:
    """Measure what n-grams cannot see; every value lies between 0 and about 2."""
    upper, lower = _cases(text)
    count = len(words)
    return [
        math.log1p(clean.repairs) / 2,
        upper / (upper + lower) if upper > 4 else 0.0,  # fewer capitals are a name, not a shout
        math.log1p(len(LINK.findall(text.lower()))),
        1 - len(set(words.tolist())) / count if count else 0.0,
        math.log1p(text.count("!")) / 2,
        math.log1p(count) / 5,
    ]


def _cases(text: str) -> tuple[int, int]:
    """Count upper and lower case letters."""
    if not text.isascii():
        return sum(map(str.isupper, text)), sum(map(str.islower, text))
    raw = text.encode()
    return len(raw) - len(raw.translate(None, ASCII_UPPER)), len(raw) - len(raw.translate(None, ASCII_LOWER))
