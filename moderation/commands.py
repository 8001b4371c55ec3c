"""Every command: read the settings, call an action, print."""

import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from .actions import health, registry, sessions
from .actions.relay import rebuild
from .app import opened, queue_at_hand
from .domain.errors import Missing
from .domain.roles import Role
from .labels import app as labels_app
from .persons import app as person_app
from .printing import AsJson, print_rows
from .settings import Settings, data_folder, load
from .sites import app as site_app
from .tokens import app as token_app

app = typer.Typer(
    name="firstword",
    help="A comment section that moderates itself with its moderators' judgement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
moderator_app = typer.Typer(help="Accounts of the console.", no_args_is_help=True)
queue_app = typer.Typer(help="The review queue.", no_args_is_help=True)
model_app = typer.Typer(help="Classifiers: register, promote, roll back.", no_args_is_help=True)
for name, group in (
    ("token", token_app),
    ("moderator", moderator_app),
    ("queue", queue_app),
    ("labels", labels_app),
    ("person", person_app),
    ("site", site_app),
    ("model", model_app),
):
    app.add_typer(group, name=name)


@app.command()
def serve() -> None:
    """Run the service in the foreground; Ctrl-C stops it."""
    from .serve import serve as run  # noqa: PLC0415 - the other commands need no web server

    run(load())


@app.command()
def worker() -> None:
    """Run the relay without a web process (PostgreSQL and Redis by URL)."""
    from .worker import work  # noqa: PLC0415

    work(load())


@app.command()
def scorer() -> None:
    """Serve the Perspective API's protocol alone; needs no database and no Redis."""
    from .scorer import serve as run  # noqa: PLC0415

    run(load())


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from .store.db import open_database  # noqa: PLC0415
    from .store.migrations import upgrade  # noqa: PLC0415

    settings = load()
    database = open_database(settings.database_url, data_folder(settings))
    upgrade(database.writing)
    database.close()
    with opened(settings):  # makes the main site
        typer.echo("The database is at the newest schema.")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Look for what is wrong with this installation, and say what to do; status 1 if there is a problem."""
    from .doctor import examine  # noqa: PLC0415 - the other commands need no classifier

    found = list(examine())
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=1))
    else:
        for each in found:
            typer.echo(f"{each.level:8} {each.about:9} {each.says}")
            if each.do:
                typer.echo(f"{'':18} {each.do}")
    raise typer.Exit(int(any(each.level == "problem" for each in found)))


@app.command()
def backup(file: Path) -> None:
    """Write database, secret key and promoted models into one file, while the service runs."""
    from .archive import copies  # noqa: PLC0415 - the other commands need no tar

    parts = copies.backup(load(), file)
    typer.echo(f"Wrote {len(parts)} parts to {file}. It holds what readers typed and the key: keep it safe.")


@app.command()
def restore(
    file: Path,
    force: Annotated[bool, typer.Option("--force", help="Keep what is there aside and restore.")] = False,
) -> None:
    """Put a backup in the place of what is there, with the service stopped."""
    from .archive import copies  # noqa: PLC0415

    kept = copies.restore(load(), file, replace=force)
    typer.echo(f"Restored {file}." + (f" What was there is in {kept}." if kept else ""))


@app.command("settings")
def show_settings(as_json: AsJson = False) -> None:
    """List every setting with its default and what it means."""
    rows = [
        {"name": f"FIRSTWORD_{name.upper()}", "default": _default(field.default), "help": field.description}
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['name']} ({row['default'] or 'unset'})\n    {row['help']}")


@app.command()
def score(
    texts: Annotated[list[str] | None, typer.Argument(help="Without texts: JSON Lines on stdin.")] = None,
) -> None:
    """Score texts; one JSON object a line, in order."""
    from .score_lines import score_lines, score_texts  # noqa: PLC0415 - the classifier

    lines = score_texts(load(), texts) if texts else score_lines(load(), sys.stdin)
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


@moderator_app.command("add")
def add_moderator(
    name: str, role: Annotated[str, typer.Option(help="moderator or admin.")] = "moderator"
) -> None:
    """Make an account; the password is asked for on a terminal, else read from stdin or made up."""
    if role not in {"moderator", "admin"}:
        raise typer.BadParameter(f"{role!r} is not moderator or admin.", param_hint="--role")
    password, is_made_up = _password()
    granted: Role = "admin" if role == "admin" else "moderator"
    with opened(load()) as (_, writer):
        sessions.add_account(writer, name=name, role=granted, password=password)
    typer.echo(f"Added {name} ({role})." + (f" Password: {password}" if is_made_up else ""))


@moderator_app.command("reset")
def reset_moderator(name: str) -> None:
    """Set an account's password and end its sessions."""
    password, is_made_up = _password()
    with opened(load()) as (database, writer):
        sessions.reset_password(database, writer, name=name, password=password)
    typer.echo(f"Reset {name}." + (f" Password: {password}" if is_made_up else ""))


@queue_app.command("status")
def queue_status(as_json: AsJson = False) -> None:
    """Show what waits in each lane."""
    with opened(settings := load()) as (database, _), queue_at_hand(settings) as queue:
        status = health.queue_status(database, queue, "main")
    rows = [{"lane": lane.lane, "waiting": lane.waiting} for lane in status.lanes]
    if as_json:
        typer.echo(json.dumps({"state": status.state, "leased": status.leased, "lanes": rows}))
        return
    typer.echo(f"{status.state}, {status.leased} leased")
    print_rows(rows, as_json=False)


@queue_app.command("rebuild")
def rebuild_queue() -> None:
    """Make the queue in Redis what SQL says is waiting."""
    with opened(settings := load()) as (database, _), queue_at_hand(settings) as queue:
        number = rebuild(database, queue, "main")
        queue.set_epoch(queue.run_id())
    typer.echo(f"{number} comments wait.")


@model_app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List registered models; the champion is marked."""
    with opened(load()) as (database, _):
        rows = [
            {"model": each.model_id, "champion": "*" if each.is_champion else "", "folder": each.folder}
            for each in registry.models(database)
        ]
    print_rows(rows, as_json=as_json)


@model_app.command("show")
def show_model(model_id: str) -> None:
    """Print a registered model's card."""
    with opened(load()) as (database, _):
        found = next((each for each in registry.models(database) if each.model_id == model_id), None)
    if found is None:
        raise Missing(f"There is no registered model {model_id}.")
    card = Path(found.folder) / "CARD.md"
    typer.echo(card.read_text() if card.exists() else f"{model_id} in {found.folder} has no card.")


@model_app.command("register")
def register_model(folder: Path) -> None:
    """Check a model folder's locks and register it; prints its id."""
    with opened(load()) as (_, writer):
        typer.echo(registry.register(writer, folder))


@model_app.command("promote")
def promote_model(model_id: str) -> None:
    """Make a registered model the champion; every process answers with it within 5 s."""
    with opened(load()) as (_, writer):
        registry.promote(writer, model_id, made_by="cli")
    typer.echo(f"Promoted {model_id}.")


@model_app.command("rollback")
def rollback_model() -> None:
    """Go back to the champion before the present one."""
    with opened(load()) as (_, writer):
        typer.echo(f"Promoted {registry.rollback(writer, made_by='cli')}.")


def _password() -> tuple[str, bool]:
    """Return (a password, whether it was made up here)."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True)), False
    given = sys.stdin.readline().rstrip("\n")
    return (given, False) if given else (secrets.token_urlsafe(12), True)


def _default(value: Any) -> str | None:
    if value is None or value == ():
        return None
    return str(value)
