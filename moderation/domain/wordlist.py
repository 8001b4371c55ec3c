"""Find listed phrases and prefixes in a tokenised text, in one pass whatever their number.

A list is a trie over normalised words. An entry is one or more words; a `*` behind the last one
makes it a prefix ("idiot*" finds "idiots"). There are no regular expressions: nobody can write
one that stops the service. Tokens come from `models/text.py`, the only normaliser.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed entry found at tokens begin..end (end exclusive)."""

    entry: str
    begin: int
    end: int


@dataclass(slots=True)
class _Node:
    words: dict[str, "_Node"] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)  # prefix -> the entry it ends
    prefix_sizes: tuple[int, ...] = ()
    entry: str | None = None


class WordList:
    """A set of phrases; building costs one step a word, matching a few a token."""

    def __init__(self, entries: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Take (entry as written, its normalised words); a written `*` at the end marks a prefix."""
        self._root = _Node()
        self.size = 0
        for written, words in entries:
            if words:
                self._add(written, words)

    def _add(self, written: str, words: Sequence[str]) -> None:
        self.size += 1
        node = self._root
        *leading, last = words
        for word in leading:
            node = node.words.setdefault(word, _Node())
        if written.rstrip().endswith("*"):
            node.prefixes[last] = written
            if len(last) not in node.prefix_sizes:
                node.prefix_sizes = tuple(sorted((*node.prefix_sizes, len(last))))
        else:
            node.words.setdefault(last, _Node()).entry = written

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return every hit, in the order of the text; overlapping entries are all told."""
        if self._is_foreign(tokens):
            return []
        return [hit for begin in range(len(tokens)) for hit in self._from(tokens, begin)]

    def _is_foreign(self, tokens: Sequence[str]) -> bool:
        """Tell that no entry begins with any of these words: so it is with most texts."""
        root = self._root
        return root.words.keys().isdisjoint(tokens) and all(
            root.prefixes.keys().isdisjoint([token[:size] for token in tokens]) for size in root.prefix_sizes
        )

    def _from(self, tokens: Sequence[str], begin: int) -> Iterator[Hit]:
        node = self._root
        for position in range(begin, len(tokens)):
            token = tokens[position]
            for size in node.prefix_sizes:
                if size > len(token):
                    break
                if entry := node.prefixes.get(token[:size]):
                    yield Hit(entry, begin, position + 1)
            following = node.words.get(token)
            if following is None:
                return
            node = following
            if node.entry is not None:
                yield Hit(node.entry, begin, position + 1)
