"""Models: register (its locks must agree), promote, roll back; the pointer lives in SQL."""

from dataclasses import dataclass
from pathlib import Path

from models import artifact

from ..domain.errors import Conflict, Invalid, Missing
from ..store import audit, registry
from ..store.db import Database
from ..store.writer import Transaction, Writer


@dataclass(frozen=True, slots=True)
class Listed:
    """A registered model. is_champion: it answers now."""

    model_id: str
    folder: str
    registered_at_ms: int
    is_champion: bool


def register(writer: Writer, folder: Path) -> str:
    """Check a model folder's four locks and remember it; return its id. Raises Invalid."""
    try:
        model_id = artifact.load(folder).model_id
    except (artifact.ArtifactError, OSError) as error:
        raise Invalid(f"{folder} is not a model that can be served: {error}") from error
    where = str(folder.resolve())

    def act(transaction: Transaction) -> str:
        registry.add_model(transaction, model_id=model_id, folder=where)
        audit.add(transaction, actor_id="cli", act="model.registered", subject_id=model_id, facts={})
        return model_id

    return writer.run(act)


def promote(writer: Writer, model_id: str, *, made_by: str) -> None:
    """Make a registered model the champion. Raises Missing, or Invalid when its folder has changed."""

    def act(transaction: Transaction) -> None:
        found = registry.get_model(transaction.connection, model_id)
        if found is None:
            raise Missing(f"There is no registered model {model_id}.")
        try:
            artifact.load(Path(found.folder))
        except (artifact.ArtifactError, OSError) as error:
            raise Invalid(f"The model {model_id} cannot be served any more: {error}") from error
        if not registry.promotions(transaction.connection, limit=1):
            _promote_shipped(transaction)
        registry.promote(transaction, model_id, made_by)
        audit.add(transaction, actor_id=made_by, act="model.promoted", subject_id=model_id, facts={})

    writer.run(act)


def _promote_shipped(transaction: Transaction) -> None:
    """Write down who answered before the first promotion, so that one can roll back to it."""
    try:
        folder = artifact.shipped()
    except artifact.ArtifactError:
        return  # an installation without a shipped model has nothing to go back to
    registry.add_model(transaction, model_id=folder.name, folder=str(folder))
    registry.promote(transaction, folder.name, "installation")


def rollback(writer: Writer, *, made_by: str) -> str:
    """Promote the champion before the present one; return its id. Raises Conflict without one."""

    def act(transaction: Transaction) -> str:
        newest = registry.promotions(transaction.connection, limit=1000)
        earlier = next((row.model_id for row in newest if row.model_id != newest[0].model_id), None)
        if earlier is None:
            raise Conflict("There is no earlier champion to go back to.")
        registry.promote(transaction, earlier, made_by)
        audit.add(transaction, actor_id=made_by, act="model.rolled_back", subject_id=earlier, facts={})
        return str(earlier)

    return writer.run(act)


def models(database: Database) -> list[Listed]:
    """List every registered model, oldest first."""
    with database.read() as connection:
        newest = registry.promotions(connection, limit=1)
        champion = newest[0].model_id if newest else None
        rows = registry.models(connection)
    return [Listed(row.id, row.folder, row.registered_at_ms, row.id == champion) for row in rows]
