"""The champion: which classifier and which rules judge now, and how they are swapped.

A `Bench` is immutable: a classifier with the rules and word lists of one site. A request reads it
once, so a promotion between two lines of code cannot mix two models. `refresh` compares the
pointer in SQL with what is loaded; every process calls it each second.
"""

import hashlib
import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection

from models import artifact
from models.classifier import Classifier
from models.text import WORD, Simple, simplify

from ..domain import content
from ..domain.brake import Brake
from ..domain.errors import Missing
from ..domain.policy import Limits, Rules, Signals
from ..domain.wordlist import WordList
from ..store import brakes, policies, registry
from ..store.db import Database
from . import language, measures

FIRST_LANGUAGES = ("en",)  # of models whose manifest is older than the question
KEPT_NAMES = 2000  # about a megabyte of scores
AGAIN_S = 5.0  # a folder that was damaged may have been mended, or be on a disk that has come back
NUMBERS = ("links_queue", "repeats_queue", "newcomers_queue", "reports_queue", "reports_hide")

log = structlog.get_logger()

Scores = Mapping[str, float]


@dataclass(frozen=True)
class Written:
    """A comment's text; what is read off it is read once."""

    body: str

    @cached_property
    def simple(self) -> Simple:
        """The body as the classifier and the word lists read it."""
        return simplify(self.body)

    @cached_property
    def words(self) -> list[str]:
        """The normalised words of the body."""
        return WORD.findall(self.simple.text)

    @cached_property
    def words_hash(self) -> str:
        """What repeats of the same words have in common."""
        return hashlib.blake2b(" ".join(self.words).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Bench:
    """One model with what one site wants. classifier None: nothing could be loaded, all is unscored."""

    classifier: Classifier | None
    rules: Rules
    banned: WordList
    suspect: WordList
    title: str = ""  # of the site
    needs_sign_in: bool = False
    brakes: tuple[Brake, ...] = ()  # that were on when this was made; each knows its end
    names: dict[str, Scores | None] = field(default_factory=dict, compare=False)

    def remember(self, names: Mapping[str, Scores | None]) -> None:
        """Keep what display names scored: who writes once writes again. Bounded, and gone with the model."""
        if len(self.names) > KEPT_NAMES:
            self.names.clear()
        self.names.update(names)

    @property
    def model_id(self) -> str | None:
        """The champion's id."""
        return self.classifier.model_id if self.classifier else None


class Scoring:
    """Holds the benches; `bench` is a dictionary look-up."""

    def __init__(self, database: Database, pinned: Path | None = None) -> None:
        """pinned: a model folder that overrules the promoted one (`FIRSTWORD_MODEL`)."""
        self._database = database
        self._pinned = pinned
        self._classifier: Classifier | None = None
        self._loaded: tuple[Path, int] | None = None  # with the number of its promotion
        self._again_s = math.inf  # when to try again what could not be loaded
        self._sites: Sequence[Any] = ()
        self._benches: Mapping[str, Bench] = {}
        self._lock = threading.Lock()

    def bench(self, site_id: str) -> Bench:
        """Return what judges a site's comments now. Raises Missing for an unknown site."""
        found = self._benches.get(site_id)
        if found is None:
            raise Missing(f"There is no site {site_id!r}.")
        return found

    @property
    def classifier(self) -> Classifier | None:
        """The champion."""
        return self._classifier

    def refresh(self) -> bool:
        """Load what SQL points to, if that is not what answers already; tell whether it changed."""
        with self._lock, self._database.read() as connection:
            is_new_model = self._refresh_classifier(connection)
            newest = policies.in_force(connection)
            held = _brakes(connection)
            sites = [
                (row.site_id, row.id, row.title, row.needs_sign_in, held.get(row.site_id, ()))
                for row in newest
            ]
            if not is_new_model and sites == self._sites:
                return False
            classifier = self._classifier
            self._benches = {
                row.site_id: replace(
                    make_bench(classifier, row.id, row.rules),
                    title=row.title,
                    needs_sign_in=row.needs_sign_in,
                    brakes=held.get(row.site_id, ()),
                )
                for row in newest
            }
            self._sites = sites
            log.info("champion", model=classifier.model_id if classifier else None, sites=len(sites))
            return True

    def _refresh_classifier(self, connection: Connection) -> bool:
        folder, promotion = (self._pinned, 0) if self._pinned else _promoted(connection)
        if (folder, promotion) == self._loaded and time.monotonic() < self._again_s:
            return False
        self._loaded, self._again_s = (folder, promotion), math.inf
        try:
            self._classifier = artifact.load(artifact.shipped() if folder == artifact.SHIPPED else folder)
        except (artifact.ArtifactError, OSError) as error:
            # The model that answered so far goes on; without any, comments wait for people.
            log.error("model_refused", folder=str(folder), reason=str(error))
            self._again_s = time.monotonic() + AGAIN_S
            return False
        return True


def _promoted(connection: Connection) -> tuple[Path, int]:
    newest = registry.promotions(connection, limit=1)
    return (Path(newest[0].folder), newest[0].number) if newest else (artifact.SHIPPED, 0)


def _brakes(connection: Connection) -> Mapping[str, tuple[Brake, ...]]:
    """Return what is on now, by site; one that ends is missing in the next look."""
    found: dict[str, tuple[Brake, ...]] = {}
    for row in brakes.in_force(connection, time.time_ns() // 1_000_000):
        made = Brake(row.id, row.kind, row.article_key, row.pause_s, row.until_ms)
        found[row.site_id] = (*found.get(row.site_id, ()), made)
    return found


def make_bench(classifier: Classifier | None, policy_id: str, rules: Mapping[str, Any]) -> Bench:
    """Resolve a policy over a model: the site's own limits where it has them, else the shipped ones."""
    shipped = classifier.limits if classifier else {}
    limits = {label: Limits(each.queue, each.reject) for label, each in shipped.items()}
    limits |= {label: Limits(**own) for label, own in rules.get("limits", {}).items()}
    evidence = classifier.evidence if classifier else {}
    weak = frozenset(label for label, kind in evidence.items() if kind == "weak")
    numbers = {name: rules[name] for name in NUMBERS if name in rules}
    return Bench(
        classifier=classifier,
        rules=Rules(
            policy_id=policy_id, limits=limits, weak=weak, languages=languages(classifier), **numbers
        ),
        banned=_word_list(rules.get("banned", ())),
        suspect=_word_list(rules.get("suspect", ())),
    )


def languages(classifier: Classifier | None) -> frozenset[str]:
    """Return the languages that a model has learnt, as ISO 639 codes; none without a model."""
    if classifier is None:
        return frozenset()
    return frozenset(classifier.manifest.get("languages") or FIRST_LANGUAGES)


def _word_list(entries: Sequence[str]) -> WordList:
    return WordList((entry, normal_words(entry)) for entry in entries)


def read_signals(bench: Bench, comments: Sequence[tuple[Written, str]]) -> list[Signals]:
    """Read all signals that need no database off comments, each with its display name.

    All texts are scored at once; a name is text that others must read, judged by the same model.
    """
    names = {name: bench.names.get(name) for _, name in comments}
    fresh = [name for name, known in names.items() if known is None]
    bodies = [written.simple for written, _ in comments]
    scores = scored(bench.classifier, [*bodies, *map(simplify, fresh)])
    names.update(zip(fresh, scores[len(bodies) :], strict=True))
    bench.remember({name: names[name] for name in fresh})
    return [
        _signals(bench, written, name, said, names[name])
        for (written, name), said in zip(comments, scores, strict=False)
    ]


def _signals(
    bench: Bench, written: Written, name: str, scores: Scores | None, name_scores: Scores | None
) -> Signals:
    return Signals(
        scores=scores,
        name_scores=name_scores,
        language=language.detect(written.body, expected=bench.rules.languages),
        banned=tuple(hit.entry for hit in bench.banned.find(written.words)),
        suspect=tuple(hit.entry for hit in bench.suspect.find(written.words)),
        name_banned=_name_banned(bench, name),
        link_count=content.link_count(written.body),
        is_shouting=content.is_shouting(written.body),
    )


def _name_banned(bench: Bench, name: str) -> tuple[str, ...]:
    if not bench.banned.size:
        return ()
    return tuple(hit.entry for hit in bench.banned.find(normal_words(name)))


@measures.timed(measures.SCORE, "score")
def scored(classifier: Classifier | None, texts: Sequence[str | Simple]) -> Sequence[Scores | None]:
    """Return label → probability for each text, or None where that fails."""
    if classifier is None:
        measures.UNSCORED.inc(len(texts))
        return [None] * len(texts)
    try:
        rows = classifier.score(texts).tolist()
    except Exception as error:  # whatever a model does wrong, the comment waits for a person
        if len(texts) > 1:  # but only the one that it cannot read
            return [scored(classifier, [each])[0] for each in texts]
        measures.UNSCORED.inc()
        log.error("unscored", model=classifier.model_id, error=type(error).__name__)
        return [None]
    return [dict(zip(classifier.labels, row, strict=True)) for row in rows]


def normal_words(written: str) -> list[str]:
    """Return the normalised words of a text: what lists and repeats are compared by."""
    return WORD.findall(simplify(written).text)
