"""Pictures of what `training.examination` found: a row for each source, group of people, or disguise."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from training import examination, ink
from training.curves import Seen
from training.ink import BLACK, BLUE, FAINT, GREEN, RED, of_100
from training.provenance import told

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.25  # inches
HALF = 0.5  # of a group of the behaviour suite: with fewer right it stands out
# Where a name in the code is not what people would say.
DISGUISES = {
    "clean": "none",
    "zero_width": "invisible characters",
    "bidi_controls": "direction marks",
    "bidi_override": "written backwards",
    "cyrillic": "Cyrillic letters",
    "homoglyphs": "look-alikes of any script",
    "stylised": "signs that look like letters",
    "full_width": "full-width letters",
    "html_entities": "HTML entities",
    "digits": "digits (1d10t)",
    "leet": "leet (|d|()t)",
    "masked": "masked (id*ot)",
    "repeats": "repeated letters",
    "swap": "letters swapped",
    "deletion": "a letter left out",
    "insertion": "a letter put in",
    "neighbour_key": "neighbouring key",
}
FAMILIES = {
    "hateful": "Hatred: to be found",
    "lookalike": "Looks bad: to be left alone",
    "person": "Towards a person",
    "label": "The other labels",
    "robust": "The same in other words",
}
# Which of the three AUCs, how it is drawn, and where along the axes it is named.
IDENTITY = (
    ("subgroup", GREEN, "o", "\u25cf both about the group", 0.0),
    ("bpsn", BLUE, "s", "\u25a0 kind here, cruel elsewhere", 0.29),
    ("bnsp", RED, "D", "\u25c6 cruel here, kind elsewhere", 0.65),
)
CHOICES = (
    ("listed", BLUE, "o", "\u25cf listed swear words and insults", 0.0),
    ("strongest", RED, "D", "\u25c6 the three words that the model finds strongest", 0.42),
)


def disguise(name: str) -> str:
    """Name a disguise (see `training.disguises`) for people."""
    return DISGUISES.get(name, plain(name))


def plain(name: str) -> str:
    """Return a name in the code as words."""
    return name.replace("_", " ")


def parts(seen: Seen) -> "Figure | None":
    """Show how well it ranks in each source, and by length."""
    sources, lengths = (_aucs(seen.found["slices"][name]) for name in ("source", "length"))
    if not sources or not lengths:
        return None
    sources = dict(sorted(sources.items(), key=lambda pair: (-pair[1], pair[0])))
    rows = max(len(sources), len(lengths))
    figure, (left, right) = ink.sheet(
        _best_and_worst(sources, lengths),
        "AUC of toxicity: how often a toxic comment outranks another one. 0.5 is chance, 1 is perfect.",
        height=0.3 + ROW * rows,
        left=1.95,
        columns=2,
        gap=1.35,
    )
    _dots(left, {told(name).name: value for name, value in sources.items()}, rows)
    _dots(right, lengths, rows)
    left.set_xlabel("AUC by source")
    right.set_xlabel("AUC by length in characters")
    return figure


def identities(seen: Seen) -> "Figure | None":
    """Show the groups of people that are served worst, on our own templates."""
    found = seen.found["templates"]
    worst = examination.served_worst(found["identities"])[: examination.SHOWN]
    figure, (axes,) = ink.sheet(
        f"Of 100 kind sentences that name a group {of_100(found['false_alarms'])} are called toxic; "
        f"of 100 cruel ones {of_100(found['misses'])} are missed",
        f"AUC on {found['texts']:,} sentences of our own; of {len(found['identities'])} groups the "
        f"{len(worst)} served worst. How well cruel and kind sentences are told apart:",
        height=0.3 + ROW * len(worst),
        left=1.75,
    )
    _rows(axes, worst)
    for name, colour, mark, words, x in IDENTITY:
        values = [found["identities"][term][name] for term in worst]
        axes.plot(values, range(len(worst)), mark, color=colour, ms=6, clip_on=False, mec=ink.PAPER, mew=0.6)
        axes.text(x, 1.01, words, transform=axes.transAxes, color=colour, size=7.5, weight="bold")
    axes.set_xlim(axes.get_xlim()[0], 1)
    axes.set_xlabel("AUC (1: always told apart)")
    return figure


def behaviour(seen: Seen) -> "Figure | None":
    """Show the share of each group of the behaviour suite that is judged right."""
    overall = seen.found["behaviour"]["overall"]
    families: dict[str, dict[str, float]] = {}
    for name, group in seen.found["behaviour"]["groups"].items():
        families.setdefault(group["family"], {})[name] = group["share"]
    halves = _halves(families)
    rows = max(sum(len(families[family]) + 1.5 for family in half) for half in halves)
    figure, columns = ink.sheet(
        f"It leaves {of_100(overall['no'])} of 100 harmless texts alone and "
        f"finds {of_100(overall['yes'])} of 100 harmful ones",
        f"Share judged right in each group of the behaviour suite: {overall['cases']:,} cases of our own, "
        "many hard on purpose; a label applies from 0.5. Orange: less than half.",
        height=0.185 * rows,
        left=2.1,
        columns=2,
        gap=2.25,
    )
    for axes, half in zip(columns, halves, strict=True):
        _families(axes, {family: families[family] for family in half}, rows)
    return figure


def evasion(seen: Seen) -> "Figure | None":
    """Show what each disguise of words costs."""
    if "attacks" not in seen.found:
        return None
    found = seen.found["attacks"]
    figures = {name: each for name, each in found["figures"].items() if name != "clean"}
    names = sorted(figures, key=lambda name: (-figures[name]["listed"]["auc"], name))
    clean, cost = found["figures"]["clean"]["auc"], figures[names[-1]]["listed"]["auc"]
    figure, (axes,) = ink.sheet(
        f"The costliest disguise, {disguise(names[-1])}, takes the AUC from {clean:.3f} to {cost:.3f}",
        f"{told(found['source']).name}, {found['texts']:,} comments; in the {found['toxic']:,} toxic ones "
        "words were disguised. Dotted line: none.",
        height=0.3 + 0.22 * len(names),
        left=1.75,
    )
    _rows(axes, [disguise(name) for name in names])
    axes.axvline(clean, color=BLACK, lw=1.2, ls=(0, (1, 2)))
    values = {choice: [figures[name][choice]["auc"] for name in names] for choice, *_ in CHOICES}
    axes.hlines(range(len(names)), values["listed"], values["strongest"], color=FAINT, lw=3, zorder=1)
    for choice, colour, mark, words, x in CHOICES:
        axes.plot(values[choice], range(len(names)), mark, color=colour, ms=6, mec=ink.PAPER, mew=0.6)
        axes.text(x, 1.01, words, transform=axes.transAxes, color=colour, size=7.5, weight="bold")
    axes.set_xlabel("AUC of toxicity")
    return figure


def _aucs(slices: Mapping[str, Any]) -> dict[str, float]:
    return {name: figures["auc"][0] for name, figures in slices.items() if "auc" in figures}


def _best_and_worst(sources: Mapping[str, float], lengths: Mapping[str, float]) -> str:
    (best, high), (worst, low) = next(iter(sources.items())), list(sources.items())[-1]
    if best == worst:
        return f"By length its AUC lies between {min(lengths.values()):.2f} and {max(lengths.values()):.2f}"
    return f"It ranks best on {told(best).name} ({high:.2f}), worst on {told(worst).name} ({low:.2f})"


def _rows(axes: "Axes", names: Sequence[str]) -> None:
    """Give each name a row, the first one at the top."""
    axes.set_yticks(np.arange(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _dots(axes: "Axes", values: Mapping[str, float], rows: int) -> None:
    """Draw a dot for each value on a stem from chance; rows: how many would fill the axes."""
    _rows(axes, list(values))
    axes.set_ylim(rows - 0.4, -0.6)
    axes.hlines(range(len(values)), 0.5, list(values.values()), color=BLUE, lw=2)
    axes.plot(list(values.values()), range(len(values)), "o", color=BLUE, ms=6)
    for row, value in enumerate(values.values()):
        axes.annotate(
            f"{value:.2f}", (max(value, 0.5), row), (6, 0), textcoords="offset points", va="center", size=8
        )
    axes.set_xlim(min(0.5, *values.values()), 1.09)
    axes.set_xticks([0.5, 0.75, 1.0])


def _halves(families: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    """Deal the families out to two columns that are about equally long, in order."""
    halves: list[list[str]] = [[], []]
    total, taken = sum(len(groups) for groups in families.values()), 0
    for family, groups in families.items():
        halves[taken + len(groups) / 2 > total / 2].append(family)
        taken += len(groups)
    return halves


def _families(axes: "Axes", families: Mapping[str, Mapping[str, float]], rows: float) -> None:
    """Draw a bar for each group, below the name of its family; rows: how many would fill the axes."""
    at = 0.0
    ticks: dict[float, str] = {}
    for family, groups in families.items():
        axes.text(
            -0.02, at, FAMILIES.get(family, plain(family)), weight="bold", size=8.5, ha="right", va="center"
        )
        for name, share in sorted(groups.items(), key=lambda pair: (-pair[1], pair[0])):
            at += 1
            axes.barh(at, share, 0.72, color=BLUE if share >= HALF else RED)
            axes.text(share + 0.02, at, f"{100 * share:.0f}", va="center", size=7.5)
            ticks[at] = plain(name)
        at += 1.5
    axes.set_yticks(list(ticks), list(ticks.values()), size=7.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set(xlim=(0, 1.12), ylim=(rows - 0.6, -0.8), xticks=[0, 0.5, 1], xticklabels=["0", "50", "100 %"])
