"""How commands print what they found: a table for people, JSON for programs."""

import json
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Print rows, one a line."""
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo("  ".join(str(value) for value in row.values() if value != ""))
