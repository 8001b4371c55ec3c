"""The classifier: can the one that should answer be served, and those one may go back to."""

from collections.abc import Iterator
from pathlib import Path

from models import artifact

from ..settings import Settings
from ..store import migrations, registry
from . import database
from .findings import Finding, ok, problem, warning

KEPT = 20  # promotions that a roll-back could lead to


def champion_can_be_served(settings: Settings) -> Iterator[Finding]:
    """Load the model that would answer: hash, fingerprint and golden scores must agree."""
    folder = settings.model or next(iter(_promoted(settings)), artifact.SHIPPED)
    where = artifact.shipped() if folder == artifact.SHIPPED else folder
    try:
        yield ok("model", f"{artifact.load(where).model_id} can be served.")
    except (artifact.ArtifactError, OSError) as error:
        do = "firstword model rollback, or register it again from where it was made."
        yield problem("model", f"{where} is refused: {error}", do)


def earlier_ones_are_there(settings: Settings) -> Iterator[Finding]:
    """Look for the folders of models that were champions before."""
    for folder in _promoted(settings)[1:]:
        if folder != artifact.SHIPPED and not folder.is_dir():
            do = "Put it back; a backup holds every model that was promoted."
            yield warning("model", f"{folder} is gone: one cannot roll back to it.", do)


def _promoted(settings: Settings) -> list[Path]:
    """Return the folders of promoted models, the champion's first, each once."""
    if database.schema(settings) != migrations.NEWEST:
        return []
    with database.reading(settings) as connection:
        rows = registry.promotions(connection, KEPT)
    return list(dict.fromkeys(Path(row.folder) for row in rows))
