"""`firstword token`: API tokens, how often they may ask, how much they asked, and whether they teach."""

from typing import Annotated

import typer

from .actions import api_keys, sessions
from .actions.parts import now_ms
from .app import opened
from .domain.roles import ROLES
from .live.rates import parse_rate
from .printing import AsJson, print_rows
from .settings import load

app = typer.Typer(help="API tokens.", no_args_is_help=True)

Rate = Annotated[str | None, typer.Option(help='Scoring requests, such as "60/minute", or off.')]


@app.command()
def create(
    role: Annotated[str, typer.Option(help="reader, scorer, moderator or admin.")],
    name: Annotated[str, typer.Option(help="Who or what will use it.")],
    rate: Rate = None,
) -> None:
    """Print a new API token, alone and once."""
    found = next((each for each in ROLES if each == role), None)
    if found is None:
        raise typer.BadParameter(f"{role!r} is not one of {', '.join(ROLES)}.", param_hint="--role")
    if rate is not None:
        parse_rate(rate)
    with opened(load()) as (_, writer):
        typer.echo(sessions.make_api_token(writer, role=found, name=name, rate=rate))


@app.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """List API tokens and what they asked today and in thirty days; the secrets themselves are not kept."""
    with opened(load()) as (database, _):
        rows = api_keys.listed(database, now_ms())
    print_rows(rows, as_json=as_json)


@app.command()
def revoke(token_id: str) -> None:
    """End an API token at once; as a key for scoring it works five seconds longer."""
    with opened(load()) as (_, writer):
        sessions.revoke_api_token(writer, token_id)
    typer.echo(f"Revoked {token_id}.")


@app.command()
def limit(token_id: str, rate: str) -> None:
    """Say how often a token may ask for scores: "60/minute", or off."""
    with opened(load()) as (_, writer):
        api_keys.limit(writer, token_id, rate)
    typer.echo(f"{token_id}: {rate}.")


@app.command()
def trust(
    token_id: str,
    weight: Annotated[float, typer.Option(help="Of each suggestion in training; 0 ends the trust.")] = 0.5,
) -> None:
    """Let what a program suggests teach the next model; before, it is kept and counts nothing."""
    with opened(load()) as (_, writer):
        api_keys.trust(writer, token_id, weight)
    typer.echo(f"{token_id}: what it suggests weighs {weight:g}.")
