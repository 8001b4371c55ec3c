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
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from models.text import Normalised, Simple, simplify

Hashes = NDArray[np.uint64]
Indices = NDArray[np.int32]
Values = NDArray[np.float32]
Places = NDArray[np.intp]
Buckets = tuple[Indices, Indices, Indices, Places, Places]

EXTRAS = ("repairs", "shouting", "links", "repetition", "exclamations", "words")
SHORTEST, LONGEST = 2, 4  # characters of an n-gram
SPAN = LONGEST - SHORTEST + 1
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so it has an inverse; digits of the golden ratio
INVERSE = np.uint64(pow(int(BASE), -1, 2**64))
MIX = np.uint64(0xD6E8FEB86659FD93)  # odd multiplier with good avalanche
PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
SHIFT = np.uint64(32)
LINK = re.compile(r"https?:|www\.|\.(?:com|net|org|info|biz|ly|ru|co|me|io|tk)\b")
DOTTED = re.compile(r"\.[a-z]")
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
        parts = list(self.chunks(list(map(simplify, texts))))
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

    def chunks(self, texts: Sequence[Simple]) -> Iterator[Rows]:
        """Yield the features of `texts` in order, of as many at once as is fast."""
        at = 0
        while at < len(texts):
            end, chars = at + 1, len(texts[at].raw)
            while end < min(len(texts), at + CHUNK_TEXTS) and chars + len(texts[end].raw) <= CHUNK_CHARS:
                chars += len(texts[end].raw)
                end += 1
            yield self._chunk(texts[at:end])
            at = end

    def occurrences(self, clean: Normalised) -> Occurrences:
        """Return every occurrence of an n-gram of a text that is already normalised."""
        return self._places(clean, self._buckets([clean.text]))

    def placed(self, text: str, clean: Normalised) -> tuple[Rows, Occurrences]:
        """Return the features of one text, and where they occur in it."""
        buckets = self._buckets([clean.text])
        return self._rows([Simple(text, clean.text, clean.repairs)], buckets), self._places(clean, buckets)

    def _places(self, clean: Normalised, buckets: Buckets) -> Occurrences:
        grams, singles, pairs, starts, ends = buckets
        count = len(clean.text) + 2
        begins = [np.arange(count + 1 - n) for n in range(SHORTEST, LONGEST + 1)]
        finish = [begin + n for n, begin in enumerate(begins, start=SHORTEST)]
        begin = np.concatenate([*begins, starts, starts[:-1]])
        end = np.concatenate([*finish, ends, ends[1:]])
        chars = [found[: len(begin)] for found, begin in zip(grams, begins, strict=True)]
        index = np.concatenate([*chars, singles, pairs])
        # The text is padded with one blank on either side, which belongs to no character.
        begin, end = np.maximum(begin - 1, 0), np.minimum(end - 1, len(clean.text))
        return Occurrences(index, begin.astype(np.int32), end.astype(np.int32))

    def _chunk(self, texts: Sequence[Simple]) -> Rows:
        return self._rows(texts, self._buckets([each.text for each in texts]))

    def _rows(self, texts: Sequence[Simple], buckets: Buckets) -> Rows:
        extras = np.array([_extras(*each) for each in texts], np.float32)
        found, starts = self._sorted([each.text for each in texts], buckets)
        is_first = np.empty(len(found) + 1, np.bool_)  # the end counts as a first, which closes the last
        np.not_equal(found[1:], found[:-1], out=is_first[1:-1])
        is_first[starts] = True
        first = is_first.nonzero()[0]
        values = LOG_TERM.take(first[1:] - first[:-1], mode="clip")
        blocks = first.searchsorted(starts)
        _scale(values, blocks)
        return Rows(blocks[::2], found.take(first[:-1]), values, extras)

    def _sorted(self, clean: Sequence[str], buckets: Buckets) -> tuple[Indices, Places]:
        """Return the indices of all occurrences, ascending in each text, and where each block starts."""
        grams, singles, pairs, word_starts, _ = buckets
        ends = [0, *accumulate(len(text) + 2 for text in clean)]
        word_ends = word_starts.searchsorted(ends).tolist()
        parts: list[Indices] = []
        starts = [0]
        for row, (begin, end) in enumerate(pairwise(ends)):
            first, last = word_ends[row], word_ends[row + 1]
            chars = [part[begin : max(end - n, begin)] for n, part in enumerate(grams, start=SHORTEST - 1)]
            words = [singles[first:last], pairs[first : max(last - 1, first)]]
            for block in (chars, words):
                parts += block
                starts.append(starts[-1] + sum(map(len, block)))
        found = np.concatenate(parts)
        # Sorting block by block is three times as fast as sorting a chunk at once (n log n, and the cache).
        for begin, end in pairwise(starts):
            found[begin:end].sort()
        return found, np.array(starts)

    def _buckets(self, clean: Sequence[str]) -> Buckets:
        """Return the indices of all n-grams of the joined texts, and where its words begin and end.

        Shapes: (SPAN, joined characters) by the first character, (words,), (words - 1,), (words,), (words,).
        Some n-grams reach from one text into the next: take only those that do not.
        """
        codes = _codes(clean)
        words, starts, ends = _words(codes)
        count = len(codes) - LONGEST + 1
        split = SPAN * count
        hashes = np.empty(split + max(2 * len(words) - 1, 0), np.uint64)
        _roll(codes, hashes[:split].reshape(SPAN, count))
        singles, pairs = hashes[split : split + len(words)], hashes[split + len(words) :]
        singles[:] = words
        np.multiply(words[:-1], PAIR, out=pairs)
        pairs += words[1:]
        hashes ^= hashes >> SHIFT
        hashes *= MIX
        hashes[:split] >>= np.uint64(64 - self.char_bits)
        hashes[split:] >>= np.uint64(64 - self.word_bits)
        found = hashes.astype(np.int32)
        found[split:] += np.int32(self.words_from)
        grams = found[:split].reshape(SPAN, count)
        return grams, found[split : split + len(words)], found[split + len(words) :], starts, ends


def _codes(clean: Sequence[str]) -> Hashes:
    """Return the code points of all texts, a blank on either side of each; then NULs for the last n-grams."""
    padded = f" {'  '.join(clean)} " + "\0" * (LONGEST - 1)
    return np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _roll(codes: Hashes, grams: Hashes) -> None:
    """Put the hash of every n-gram where it begins, into grams of shape (SPAN, characters)."""
    shorter, count = codes, grams.shape[1]
    for n, found in enumerate(grams, start=SHORTEST - 1):
        np.multiply(shorter[:count], BASE, out=found)
        np.add(found, codes[n : n + count], out=found)
        shorter = found


def _words(codes: Hashes) -> tuple[Hashes, Places, Places]:
    count = len(codes)
    powers = POWERS[:count] if count <= KNOWN else _powers(BASE, count)
    inverses = INVERSES if count <= KNOWN else _powers(INVERSE, count)
    inside = IS_WORD.take(codes.view(np.int64), mode="clip")
    edges = (inside[1:] != inside[:-1]).nonzero()[0]
    before = (codes * powers).cumsum().take(edges)
    edges += 1
    starts, ends = edges[::2], edges[1::2]
    return (before[1::2] - before[::2]) * inverses.take(starts), starts, ends


def _scale(values: Values, blocks: Places) -> None:
    """Bring the values of each block to length 1. blocks: where each begins, then the end."""
    squares = np.ones(len(values) + 1)  # one more, since no block may begin behind the end
    np.multiply(values, values, out=squares[:-1])
    lengths = np.sqrt(np.add.reduceat(squares, blocks)[:-1])
    values *= (1 / lengths).astype(np.float32).repeat(blocks[1:] - blocks[:-1])


def _extras(text: str, clean: str, repairs: int) -> tuple[float, ...]:
    """Measure what n-grams cannot see; every value lies between 0 and about 2."""
    upper = _upper(text)
    words = clean.split()
    return (
        math.log1p(repairs) / 2,
        upper / (upper + _lower(text)) if upper > 4 else 0.0,  # fewer capitals are a name, not a shout
        math.log1p(len(LINK.findall(clean))) if "://" in clean or DOTTED.search(clean) else 0.0,
        1 - len(set(words)) / len(words) if words else 0.0,
        math.log1p(text.count("!")) / 2,
        math.log1p(len(words)) / 5,
    )


def _upper(text: str) -> int:
    return _count(text, ASCII_UPPER) if text.isascii() else sum(map(str.isupper, text))


def _lower(text: str) -> int:
    return _count(text, ASCII_LOWER) if text.isascii() else sum(map(str.islower, text))


def _count(text: str, letters: bytes) -> int:
    return len(text) - len(text.encode().translate(None, letters))
