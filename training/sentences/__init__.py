"""Write labelled sentences of our own about people, groups and things, kind ones and cruel ones.

Public data name groups mostly in attacks, and never teach denial or quotation; a model of n-grams then
learns the name instead of the attack. Here the same terms stand in many kind and many cruel frames, about
equally often, so that only the frame tells. The data files contain offensive language, because it has to
be recognised. Pure: a seed in, examples out; examinations are written elsewhere, by others.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from models.example import Example
from training.sentences import language as languages
from training.sentences.language import MISSING, Frame, Kind, Language, Variant, cut

SOURCE = "sentences"  # what the source of every example begins with; then a slash and its kind
COUNT = 30_000
# How often a sentence is dressed as comments are. The same for kind and cruel ones: it must tell nothing.
OPENING, ENDING, REMARK = 0.2, 0.15, 0.15
LOWER, UPPER, NO_STOP, SHOUT = 0.15, 0.03, 0.3, 0.12
TRIES = 20  # draws until a text is new; a kind whose frames are used up gives fewer


def examples(*, seed: int, count: int | None = None, language: str = "en") -> list[Example]:
    """Return about `count` different examples, kind by kind; `thread` names the frame.

    The same seed gives the same list. To hold out frames, split by `thread`.
    """
    known = languages.read(language)
    writer = Writer(known, random.Random(seed))  # noqa: S311 - a sample, not a secret
    total = sum(kind.share for kind in known.kinds)
    wanted = COUNT if count is None else count
    return [
        example for kind in known.kinds for example in writer.write(kind, round(wanted * kind.share / total))
    ]


@dataclass(slots=True)
class Writer:
    """Fill frames with terms. Each list of terms is dealt like cards, for kind and cruel sentences apart."""

    language: Language
    rng: random.Random
    seen: set[str] = field(default_factory=set)
    decks: dict[tuple[str, bool], list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    slots: dict[str, tuple[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.slots = self.language.slots()

    def write(self, kind: Kind, count: int) -> Iterator[Example]:
        """Yield up to `count` new examples; every frame has its turn before one has a second."""
        numbers = list(range(len(kind.frames)))
        for turn in range(count):
            place = turn % len(numbers)
            if place == 0:
                self.rng.shuffle(numbers)
            number = numbers[place]
            text = self._new(kind.frames[number], is_toxic=kind.is_toxic)
            if text is not None:
                thread = f"{kind.name}/{number}"
                yield Example(text, dict(kind.labels), source=f"{SOURCE}/{kind.name}", thread=thread)

    def _new(self, frame: Frame, *, is_toxic: bool) -> str | None:
        for _ in range(TRIES):
            text = self._filled(self.rng.choice(frame), is_toxic)
            for pattern, replacement in self.language.repairs:
                text = pattern.sub(replacement, text)
            text = self._dressed(text, is_toxic)
            if text not in self.seen:
                self.seen.add(text)
                return text
        return None

    def _filled(self, variant: Variant, is_toxic: bool) -> str:
        pieces = list(variant)
        for at in range(1, len(pieces), 2):
            term = self._term(pieces[at], is_toxic)
            pieces[at] = self._filled(cut(term), is_toxic) if "{" in term else term
        return "".join(pieces)

    def _term(self, slot: str, is_toxic: bool) -> str:
        name, form = self.slots[slot]
        deck = self.decks[name, is_toxic]
        while True:
            if not deck:
                deck.extend(self.language.terms[name].rows)
                self.rng.shuffle(deck)
            term = deck.pop()[form]
            if term != MISSING:
                return term

    def _dressed(self, text: str, is_toxic: bool) -> str:
        """Add what comments begin and end with, a second sentence, and careless spelling."""
        chance = self.rng.random
        if chance() < OPENING:
            text = f"{self._one('opening', is_toxic)} {text}"
        if text[-1].isalnum() and chance() > NO_STOP:
            text += "!" if chance() < SHOUT else "."
        if chance() < ENDING:
            text = f"{text} {self._one('ending', is_toxic)}"
        text = text[0].upper() + text[1:]
        if chance() < REMARK:
            remark = self._one("remark", is_toxic)
            text = f"{remark} {text}" if chance() < 0.5 else f"{text} {remark}"
        style = chance()
        if style < LOWER:
            return text.lower()
        return text.upper() if style < LOWER + UPPER else text

    def _one(self, slot: str, is_toxic: bool) -> str:
        return self._filled(("", slot, ""), is_toxic)
