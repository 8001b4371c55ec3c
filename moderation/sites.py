"""`firstword site`: what a publication is called, and who may comment there."""

import json
from typing import Annotated, Any, Literal

import typer

from .actions import publish
from .app import opened
from .settings import load

app = typer.Typer(help="Publications.", no_args_is_help=True)

SignIn = Literal["optional", "required"]


@app.command("list")
def list_sites(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List the sites and what each asks of its readers."""
    with opened(load()) as (database, _):
        rows = [publish.shown(row) for row in publish.sites(database)]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['id']}  {row['title']}  sign-in {row['sign_in']}")


@app.command("set")
def set_site(
    site_id: str,
    title: Annotated[str | None, typer.Option(help="What readers know the site as.")] = None,
    sign_in: Annotated[
        SignIn | None, typer.Option(help="required: strangers read, those who are signed in write.")
    ] = None,
) -> None:
    """Change a site; services that run follow within a second."""
    said: dict[str, Any] = {"title": title, "sign_in": sign_in}
    given = {name: value for name, value in said.items() if value is not None}
    if not given:
        raise typer.BadParameter("Say what to change: --title or --sign-in.")
    with opened(load()) as (_, writer):
        row = publish.set_site(writer, site_id, given, made_by="cli")
    typer.echo(f"{row.id}: {row.title}, sign-in {publish.shown(row)['sign_in']}.")
