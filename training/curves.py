"""Pictures of single scores: what the limits do to them, how they rank, what they are worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay, PrecisionRecallDisplay, RocCurveDisplay, roc_auc_score

from models.classifier import Classifier, Limits
from models.example import Example
from training import evaluate, examination, ink
from training.examination import LABEL
from training.ink import BLACK, BLUE, GREY, RED, of_100
from training.provenance import told

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

FEWEST = 20  # examples of each class, below which a picture would show chance
BINS = 40
DASHED = (0, (4, 2))


@dataclass(frozen=True, slots=True)
class Judged:
    """Examples that somebody judged for toxicity; shapes (examples,). name: of where they are from."""

    name: str
    is_toxic: Truths
    scores: Floats
    margins: Floats

    def shows(self) -> bool:
        """Say whether there are enough of both classes."""
        return min(int(self.is_toxic.sum()), int((~self.is_toxic).sum())) >= FEWEST

    def of(self, rows: Truths, name: str) -> "Judged":
        """Return a part of these."""
        return Judged(name, self.is_toxic[rows], self.scores[rows], self.margins[rows])


@dataclass(frozen=True, slots=True)
class Seen:
    """What a classifier made of the largest source (main) and of all others together.

    found: see `training.examination.measure`.
    """

    limits: Limits
    found: dict[str, Any]
    main: Judged
    others: Judged

    def groups(self, second: str) -> list[tuple[Judged, str]]:
        """Return what can be drawn, each with its colour; second: the colour of the other sources."""
        return [(self.main, BLUE)] + ([(self.others, second)] if self.others.shows() else [])


def look(classifier: Classifier, examples: Sequence[Example], found: dict[str, Any]) -> Seen:
    """Score the examples that somebody judged for toxicity."""
    judged = [example for example in examples if LABEL in example.labels]
    margins = classifier.margins([example.text for example in judged])
    column = classifier.labels.index(LABEL)
    scores = classifier.probabilities(margins)[:, column].astype(np.float64)
    is_toxic = np.array([example.labels[LABEL] >= 0.5 for example in judged], dtype=np.bool_)
    main = examination.largest_source(judged)
    is_main = np.array([example.source == main for example in judged], dtype=np.bool_)
    everything = Judged("", is_toxic, scores, margins[:, column])
    return Seen(
        limits=classifier.limits[LABEL],
        found=found,
        main=everything.of(is_main, told(main).name),
        others=everything.of(~is_main, "other sources"),
    )


def decisions(seen: Seen) -> "Figure | None":
    """Show what the shipped limits would do: published, held or refused, toxic or not."""
    main, limits = seen.main, seen.limits
    if not main.shows():
        return None
    place = np.digitize(main.scores, [limits.queue, np.inf if limits.reject is None else limits.reject])
    counts = np.array([np.bincount(place[rows], minlength=3) for rows in (~main.is_toxic, main.is_toxic)])
    shares = counts / counts.sum(axis=1, keepdims=True)
    refusal = "none is refused" if limits.reject is None else f"refused from {limits.reject:.3f}"
    figure, (axes,) = ink.sheet(
        f"Of 100 toxic comments {of_100(shares[1, 1:].sum())} are held or refused; "
        f"of 100 others {of_100(shares[0, 0])} are published at once",
        f"{main.name}, {len(place):,} comments kept back, shipped limits: held from {limits.queue:.3f}, "
        f"{refusal}. The shade is the share of the row.",
        height=2.1,
        left=1.0,
    )
    _table(axes, counts, shares)
    return figure


def limits(seen: Seen) -> "Figure | None":
    """Show how scores are spread, and the two limits between which a person looks."""
    main = seen.main
    if not main.shows():
        return None
    queue, reject = seen.limits.queue, 1.0 if seen.limits.reject is None else seen.limits.reject
    held = ((main.scores >= queue) & (main.scores < reject)).mean()
    figure, (axes,) = ink.sheet(
        f"{of_100(held)} of 100 comments fall between the two limits and wait for a person",
        f"{main.name}, {len(main.scores):,} comments kept back. Each line up is ten times as many.",
        height=2.6,
        left=0.95,
    )
    for rows, begin, name, colour in (
        (~main.is_toxic, 0.2, "not toxic", BLUE),
        (main.is_toxic, 0.7, "toxic", RED),
    ):
        edges = np.linspace(0, 1, BINS + 1).tolist()
        axes.hist(main.scores[rows], edges, histtype="stepfilled", color=colour, alpha=0.25)
        axes.hist(main.scores[rows], edges, histtype="step", color=colour, lw=1.6)
        beside = np.histogram(main.scores[rows], 5, (begin, begin + 5 / BINS))[0].max()
        axes.text(begin, max(beside, 1) * 1.5, name, color=colour, weight="bold")
    axes.set(yscale="log", xlim=(0, 1), xlabel="probability of toxicity", ylabel="comments")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.minorticks_off()
    _zones(axes, queue, reject)
    return figure


def ranking(seen: Seen) -> "Figure | None":
    """Show the trade between finding toxic comments and bothering others, twice."""
    main = seen.main
    if not main.shows():
        return None
    groups = seen.groups(GREY)
    others = f", and all other sources together, {len(seen.others.scores):,}" if len(groups) > 1 else ""
    auc = roc_auc_score(main.is_toxic, main.margins)
    figure, (left, right) = ink.sheet(
        f"A toxic comment outranks another one {of_100(auc)} times in 100",
        f"{main.name}, {len(main.scores):,} comments kept back{others}.",
        height=2.9,
        left=0.8,
        columns=2,
        gap=0.8,
    )
    for at, (part, colour) in enumerate(groups):
        measured = evaluate.figures(part.is_toxic, part.scores, part.margins, draws=0, seed=0)
        for axes, display, measure in ((left, PrecisionRecallDisplay, "ap"), (right, RocCurveDisplay, "auc")):
            line = {"color": colour, "lw": 2}
            display.from_predictions(part.is_toxic, part.margins, ax=axes, curve_kwargs=line)
            axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04), aspect="auto")
            words = f"{part.name}: {measure.upper()} {measured[measure][0]:.3f}"
            axes.text(0.98 if axes is right else 0.05, 0.3 - 0.1 * at, words, color=colour, weight="bold",
                      size=9, ha="right" if axes is right else "left")  # fmt: skip
    _mark(left, main, seen.limits)
    _without_legend(left)
    _without_legend(right)
    left.set(xlabel="share of the toxic that is found", ylabel="share of the found that is toxic")
    right.set(xlabel="share of the others that is found too", ylabel="share of the toxic that is found")
    return figure


def calibration(seen: Seen) -> "Figure | None":
    """Show what a probability is worth, at home and elsewhere."""
    if not seen.main.shows():
        return None
    groups = seen.groups(RED)
    errors = [100 * evaluate.calibration_error(part.is_toxic, part.scores) for part, _ in groups]
    figure, (axes,) = ink.sheet(
        f"A probability is off by {errors[0]:.1f} points on {seen.main.name}"
        + (f", by {errors[1]:.1f} elsewhere" if len(errors) > 1 else ""),
        "Mean gap between probability and truth in fifteen bins of equal counts; none on the dotted line.",
        height=3.2,
        left=0.8,
    )
    for at, ((part, colour), error) in enumerate(zip(groups, errors, strict=True)):
        CalibrationDisplay.from_predictions(
            part.is_toxic, part.scores, n_bins=10, ax=axes, color=colour, lw=2, ms=5
        )
        words = f"{part.name}: off by {error:.1f} points"
        axes.text(0.03, 0.93 - 0.07 * at, words, color=colour, weight="bold")
    _without_legend(axes)
    axes.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="probability that the model gave", ylabel="share that was toxic"
    )
    return figure


def _table(axes: "Axes", counts: NDArray[np.intp], shares: Floats) -> None:
    """Draw two rows of three cells; shapes (2, 3). The display means square tables, so it writes nothing."""
    display = ConfusionMatrixDisplay(shares, display_labels=["not toxic", "toxic"])
    shades = {"vmin": 0, "vmax": 1.25}
    display.plot(ax=axes, include_values=False, cmap="Blues", colorbar=False, im_kw=shades)
    axes.set(xticks=range(3), xticklabels=["published", "held for a person", "refused"], xlabel="", ylabel="")
    axes.set_aspect("auto")
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for (row, column), share in np.ndenumerate(shares):
        colour = "white" if share > 0.6 else BLACK
        axes.text(column, row - 0.05, f"{of_100(share)} %", ha="center", color=colour, size=15, weight="bold")
        axes.text(column, row + 0.22, f"{counts[row, column]:,} comments", ha="center", color=colour, size=9)


def _without_legend(axes: "Axes") -> None:
    """Take away the legend that the display drew: lines are named where they are."""
    if (legend := axes.get_legend()) is not None:
        legend.remove()


def _zones(axes: "Axes", queue: float, reject: float) -> None:
    """Name what happens on each side of the limits; reject 1: nothing is refused."""
    top = axes.get_ylim()[1] * 6
    axes.set_ylim(0.8, top)
    names = ("published", "held for a person", "refused")
    for begin, end, name in zip((0.0, queue, reject), (queue, reject, 1.0), names, strict=True):
        if end > begin:
            axes.text((begin + end) / 2, top / 1.6, name, ha="center", va="top", weight="bold")
        if 0 < begin < 1:
            axes.axvline(begin, color=BLACK, lw=1.2, ls=DASHED)


def _mark(axes: "Axes", part: Judged, chosen: Limits) -> None:
    """Mark where on the curve of precision and recall the shipped limits lie."""
    for limit, name in ((chosen.queue, "held"), (chosen.reject, "refused")):
        if limit is None or not (part.scores >= limit).any():
            continue
        is_found = part.scores >= limit
        at = (float(is_found[part.is_toxic].mean()), float(part.is_toxic[is_found].mean()))
        axes.plot(*at, "o", color=BLACK, ms=6, zorder=5)
        axes.annotate(
            f"{name} from {limit:.2f}", at, (-8, -15), textcoords="offset points",
            ha="right", va="top", size=8, bbox={"color": ink.PAPER, "pad": 1},
        )  # fmt: skip
