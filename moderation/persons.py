"""`firstword person`: what a reader asked for by letter instead of in the page."""

import json

import typer

from .actions import person
from .app import opened
from .settings import load

app = typer.Typer(help="Readers' own data.", no_args_is_help=True)


@app.command()
def export(person_id: str) -> None:
    """Print everything that is kept of a reader, as JSON."""
    with opened(load()) as (database, _):
        typer.echo(json.dumps(person.export(database, person_id), indent=2, ensure_ascii=False))


@app.command()
def erase(person_id: str) -> None:
    """Erase a reader: withdraw and empty every comment, forget the name. There is no way back."""
    with opened(load()) as (database, writer):
        count = person.erase(database, writer, person_id)
    typer.echo(f"Erased, with {count} comments.")
