"""The pictures of a card: what a classifier does to comments, where it ranks well, where it fails.

Needs matplotlib (the extra `plots`) and examples that people judged, best those that were kept back.
A picture that the examples cannot fill is left out. Same model, examples and seed: same bytes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models import artifact
from models.example import Example
from training import bars, curves, examination, ink
from training.curves import Seen
from training.examination import LABEL, Say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOLDER = "pictures"
HOW = "To get them: pip install 'firstword[plots]', then python -m training card MODEL --data FILE."
# Name of the file -> how it is drawn, and what it shows (read aloud where it cannot be seen).
PICTURES: dict[str, tuple[Callable[[Seen], "Figure | None"], str]] = {
    "decisions": (
        curves.decisions,
        "Shares of toxic and other comments that are published, held and refused",
    ),
    "limits": (curves.limits, "Histogram of the scores of toxic and other comments, with the two limits"),
    "ranking": (curves.ranking, "Precision against recall, and the ROC curve, of toxicity"),
    "calibration": (curves.calibration, "Share that was toxic against the probability that the model gave"),
    "parts": (bars.parts, "AUC of toxicity by source and by length of the comment"),
    "identities": (
        bars.identities,
        "Subgroup, BPSN and BNSP AUC of the groups of people that are served worst",
    ),
    "behaviour": (bars.behaviour, "Share judged right in each group of the behaviour suite"),
    "evasion": (bars.evasion, "AUC of toxicity under each disguise of words"),
}


def draw(
    folder: Path, examples: Sequence[Example], *, seed: int = 0, say: Say = lambda _: None
) -> list[Path]:
    """Draw what can be drawn into `folder`/pictures, and return the files; none without matplotlib."""
    if not ink.is_there():
        say(f"no pictures: matplotlib is not installed. {HOW}")
        return []
    classifier = artifact.load(folder)
    if LABEL not in classifier.labels:
        say(f"no pictures: {folder.name} has no head for {LABEL}")
        return []
    seen = curves.look(classifier, examples, examination.measure(classifier, examples, seed=seed, say=say))
    (folder / FOLDER).mkdir(exist_ok=True)
    drawn = []
    with ink.style():
        for name, (picture, _) in PICTURES.items():
            path = folder / FOLDER / f"{name}.png"
            path.unlink(missing_ok=True)
            if (figure := picture(seen)) is not None:
                drawn.append(ink.save(figure, path))
    say(f"drew {len(drawn)} pictures")
    return drawn
