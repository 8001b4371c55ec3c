"""How our pictures look, and how a figure becomes a small file with the same bytes every time.

Light background (a card is read on dark pages too), colours that colour-blind readers tell apart
(Okabe and Ito), titles that say what was found. matplotlib is optional: it is imported when asked for.
"""

import textwrap
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, RED, GREEN, GREY, FAINT, BLACK = "#0072B2", "#D55E00", "#009E73", "#6B7280", "#E5E7EB", "#1F2937"
PAPER = "#FFFFFF"
WIDTH, SCALE = 7.2, 200  # inches, dots per inch: twice the 720 points at which a page shows it
EDGE = 0.25  # inches around everything
LINE, SMALL_LINE = 0.26, 0.19  # inches from one line of a title, or of what stands below it, to the next
COLOURS = 24  # of a palette: flat areas and the soft edges of letters need no more
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so it is the same everywhere
    "font.size": 9.5,
    "text.color": BLACK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": FAINT,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": BLACK,
    "ytick.labelcolor": BLACK,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
}


def of_100(share: float) -> str:
    """Say a share in hundreds; a small one, or one near the whole, with a digit more."""
    percent = 100 * float(share)
    near = 0 < percent < 1.95 or 98.05 < percent < 100
    return f"{percent:.1f}" if near else f"{percent:.0f}"


def is_there() -> bool:
    """Say whether pictures can be drawn here."""
    return find_spec("matplotlib") is not None


def style() -> Any:
    """Return a context in which figures look like ours, whatever the user's own settings are."""
    import matplotlib.style  # noqa: PLC0415

    return matplotlib.style.context(["default", STYLE])


def sheet(
    title: str, below: str, *, height: float, left: float, columns: int = 1, gap: float = 0.6
) -> tuple["Figure", list["Axes"]]:
    """Return a figure with a title, a line or two below it, and axes side by side.

    height: inches of the axes. left: inches for the labels of the first axes; gap: between axes.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415

    lines, small = _even(title, 60), _even(below, 104)
    head = EDGE + LINE * len(lines) + SMALL_LINE * len(small) + 0.3
    foot = 0.6
    whole = head + height + foot
    figure = Figure(figsize=(WIDTH, whole), dpi=SCALE)
    at = whole - EDGE
    for line in lines:
        at -= LINE
        figure.text(EDGE / WIDTH, (at + 0.08) / whole, line, weight="bold", size=13, va="baseline")
    for line in small:
        at -= SMALL_LINE
        figure.text(EDGE / WIDTH, at / whole, line, color=GREY, size=9, va="baseline")
    each = (WIDTH - left - EDGE - gap * (columns - 1)) / columns
    places = [
        ((left + column * (each + gap)) / WIDTH, foot / whole, each / WIDTH, height / whole)
        for column in range(columns)
    ]
    return figure, [figure.add_axes(place) for place in places]


def save(figure: "Figure", path: Path) -> Path:
    """Write a figure as a PNG with a palette and without a date or a maker, and return the path."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415 - matplotlib itself needs it

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    drawn.quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def _even(text: str, width: int) -> list[str]:
    """Wrap a text into as few lines as `width` letters allow, and make them about equally long."""
    lines = textwrap.wrap(text, width)
    while len(narrower := textwrap.wrap(text, width - 1)) == len(lines):
        lines, width = narrower, width - 1
    return lines
