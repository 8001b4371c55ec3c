"""Judge sub-labels where no person did, from word lists, phrases and the human label `toxicity`.

Weak on purpose and marked so: a head that learns from this informs people and never decides alone.
It is examined on the rows that people did judge, none of which it is given here.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.example import Example
from models.text import WORD, simplify, tokens

HATE_SOURCES = frozenset({"hatemoji_build", "stormfront_vicomtech", "edos"})  # their label is hate
CERTAIN, LIKELY, UNLIKELY = 1.0, 0.3, 0.2  # weight of a judgement: as good as a person's, or a guess
# Words that the list files under sexual acts, but that people mostly swear with.
SWEARING = frozenset(
    {"fuck", "ass", "shit", "bitch", "suck", "balls", "cunt", "dick", "cock", "pussy", "bastard"}
)
HARM = "kill|murder|stab|shoot|hang|burn|behead|strangle|rape|hunt|hurt|beat"
THREAT = re.compile(
    rf"\b(?:{HARM}) (?:you|u|him|her|them|your|ur|all|every)\b"
    r"|\b(?:i|we|someone) (?:will|ll|am going to|m going to|gonna|should|hope)\b.{0,30}"
    r"\b(?:die|dead|kill|killed|hurt|shot|hanged|burn)\b"
    r"|\b(?:you|u) (?:will|ll|are going to|re going to|should|deserve to|need to|better) "
    r"(?:die|be killed|be shot|hang|burn|bleed)\b"
)
YOU = frozenset({"you", "your", "youre", "u", "ur", "yourself", "he", "she", "him", "her", "they"})


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of a word list: severity from 1 (mild) to 3 (severe)."""

    root: str
    category: str
    severity: float


@dataclass(frozen=True, slots=True)
class Words:
    """Entries by their words, and the words with which one begins: most texts have none of these."""

    entries: Mapping[str, Word]
    starts: frozenset[str]


def read_words(path: Path) -> Words:
    """Read a CSV with text, canonical_form_1, category_1 and severity_rating, keyed as tokens see it."""
    with path.open(encoding="utf-8", newline="") as lines:
        entries = {
            " ".join(token.text for token in tokens(row["text"])): Word(
                row["canonical_form_1"].lower(), row["category_1"], float(row["severity_rating"])
            )
            for row in csv.DictReader(lines)
        }
    return Words(entries, frozenset(entry.partition(" ")[0] for entry in entries))


def judge(example: Example, words: Words) -> dict[str, tuple[float, float]]:
    """Return label -> (0 or 1, weight) for the labels about which the evidence says something."""
    said = WORD.findall(simplify(example.text).text)
    found = _matches(said, words)
    is_toxic = example.labels.get("toxicity", 0.0) >= 0.5
    judged = {
        "profanity": _known(bool(found), CERTAIN if is_toxic or not found else UNLIKELY),
        "sexually_explicit": _sexual(found),
    }
    if "toxicity" not in example.labels:
        return judged
    judged["severe_toxicity"] = _known(is_toxic and any(word.severity >= 2 for word in found))
    judged["threat"] = _known(is_toxic and bool(THREAT.search(" ".join(said))))
    judged["identity_attack"] = _hate(found, is_toxic, example.source)
    if example.source not in HATE_SOURCES:
        judged["insult"] = _insult(found, is_toxic, said)
    return judged


def _known(answer: bool, weight: float = CERTAIN) -> tuple[float, float]:
    return float(answer), weight


def _matches(said: list[str], words: Words) -> list[Word]:
    begun = [at for at, word in enumerate(said) if word in words.starts]
    spans = (" ".join(said[at : at + size]) for size in (1, 2, 3) for at in begun if at + size <= len(said))
    return [words.entries[span] for span in spans if span in words.entries]


def _sexual(found: list[Word]) -> tuple[float, float]:
    sexual = [w for w in found if w.category.startswith("sexual anatomy")]
    explicit = {word.root for word in sexual if word.root not in SWEARING and word.severity >= 1.6}
    swearing = {word.root for word in sexual if word.root in SWEARING}
    if explicit:
        return _known(answer=True)
    return _known(answer=len(swearing) > 1, weight=LIKELY if swearing else CERTAIN)


def _hate(found: list[Word], is_toxic: bool, source: str) -> tuple[float, float]:
    if source in HATE_SOURCES:
        return _known(is_toxic, CERTAIN if is_toxic else LIKELY)
    slurs = any(word.category.startswith(("racial", "religious")) and word.severity >= 2 for word in found)
    slurs |= any(word.root in {"faggot", "tranny", "dyke"} for word in found)
    return _known(is_toxic and slurs, CERTAIN if slurs or not is_toxic else LIKELY)


def _insult(found: list[Word], is_toxic: bool, said: list[str]) -> tuple[float, float]:
    aimed = not YOU.isdisjoint(said) or any(
        "insult" in word.category or "disability" in word.category for word in found
    )
    return _known(is_toxic, CERTAIN if aimed or not is_toxic else LIKELY)
