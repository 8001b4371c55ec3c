"""`firstword labels`: what people and programs think right, as training examples."""

from pathlib import Path
from typing import Annotated

import typer

from .actions import exchange, suggested
from .app import opened
from .printing import AsJson, print_rows
from .settings import load

app = typer.Typer(
    help="What moderators decided and programs suggested, as training examples.", no_args_is_help=True
)


@app.command()
def export(file: Path) -> None:
    """Write decided comments, and what trusted keys suggested, for `python -m training fit --labels`."""
    with opened(load()) as (database, _):
        number = exchange.export_labels(database, file)
    typer.echo(f"Wrote {number} labelled comments to {file}.")


@app.command()
def pairs(file: Path) -> None:
    """Write what authors softened before they posted, as JSON Lines: only what they ticked may be kept."""
    with opened(load()) as (database, _):
        number = exchange.export_pairs(database, file)
    typer.echo(f"Wrote {number} pairs to {file}.")


@app.command("suggested")
def list_suggested(as_json: AsJson = False) -> None:
    """Count the scores that programs suggested, by key and community."""
    with opened(load()) as (database, _):
        rows = suggested.counted(database)
    print_rows(rows, as_json=as_json)


@app.command()
def forget(
    key: Annotated[str | None, typer.Option(help="Id of the token whose suggestions are deleted.")] = None,
    community: Annotated[str | None, typer.Option(help="Of the key: only this community's.")] = None,
    text: Annotated[str | None, typer.Option(help="Delete what was suggested for this very text.")] = None,
) -> None:
    """Delete suggestions, with their texts. There is no way back."""
    with opened(load()) as (database, writer):
        count = suggested.forget(database, writer, key=key, community=community, text=text)
    typer.echo(f"Deleted {count} suggestions.")
