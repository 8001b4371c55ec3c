"""The arrows of the house, read from the imports: who may know whom, and nobody in a circle.

Every import counts, wherever it stands: in a function, under TYPE_CHECKING, relative or absolute.
"""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("models", "training", "moderation")

# Whose modules (first match by longest prefix) may import whose; their own are always allowed.
ARROWS = {
    "models": (),
    "training": ("models",),
    "moderation.domain": (),
    "moderation.store": ("moderation.domain",),
    "moderation.live": ("moderation.domain",),
    "moderation.actions": ("moderation.domain", "moderation.store", "moderation.live", "models"),
    "moderation.web": ("moderation.domain", "moderation.actions", "models.explain"),
    "moderation": ("moderation", "models"),  # composition: app, cli, commands, serve, settings, ...
}

# What a part must never load, however far away the library is installed.
FOREIGN = {
    "models": ("sklearn", "scipy", "sqlalchemy", "sqlmodel", "redis", "starlette", "uvicorn", "httpx"),
    "training": ("sqlalchemy", "sqlmodel", "redis", "starlette", "uvicorn"),
    "moderation": ("sklearn", "scipy", "pickle", "joblib", "csv", "openpyxl"),  # no formula leaves us
    "moderation.store": ("redis", "starlette", "pydantic"),
    "moderation.live": ("sqlalchemy", "sqlmodel", "starlette", "pydantic"),
    "moderation.web": ("sqlmodel", "redis", "alembic"),
}

# Who may use the evasion suite: whoever fits a model must not know what it will be asked.
EXAMINERS = {"training.__main__", "training.card", "training.evaluate", "training.examination"}

Graph = dict[str, set[str]]


def read_imports(root: Path) -> Graph:
    """Return what each module under `root` imports: our modules by full name, others as written."""
    paths = {
        _module_name(path, root): path for package in PACKAGES for path in (root / package).rglob("*.py")
    }
    return {name: set(_imports_of(name, path, frozenset(paths))) for name, path in paths.items()}


def _module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports_of(name: str, path: Path, known: frozenset[str]) -> Iterator[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*base, *source.split(".")] if source else base)
            for alias in node.names:  # `from package import module` means the module
                inner = f"{source}.{alias.name}"
                yield inner if inner in known else source


def _place(name: str, table: dict[str, tuple[str, ...]]) -> str:
    return max((place for place in table if _is_in(name, place)), key=len)


def _is_in(name: str, place: str) -> bool:
    return name == place or name.startswith(place + ".")


def forbidden_arrows(graph: Graph) -> list[str]:
    """Name every import of one of our modules that the table does not allow."""
    found = []
    for name, imported in sorted(graph.items()):
        place = _place(name, ARROWS)
        for target in sorted(imported):
            is_ours = target.partition(".")[0] in PACKAGES
            if is_ours and not any(_is_in(target, allowed) for allowed in (place, *ARROWS[place])):
                found.append(f"{name} → {target}")
    return found


def forbidden_libraries(graph: Graph) -> list[str]:
    """Name every import of a library that the importing part must not know."""
    found = []
    for name, imported in sorted(graph.items()):
        unwanted = {library for place in FOREIGN if _is_in(name, place) for library in FOREIGN[place]}
        for target in sorted(imported):
            library = target.partition(".")[0]
            is_standard = library in sys.stdlib_module_names or library in PACKAGES
            if library in unwanted or (_is_in(name, "moderation.domain") and not is_standard):
                found.append(f"{name} → {target}")
    return found


def import_cycle(graph: Graph) -> list[str]:
    """Return one circle of our modules, or nothing."""
    ours = {name: (imported & graph.keys()) - {name} for name, imported in graph.items()}
    try:
        TopologicalSorter(ours).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_imports(ROOT)


def test_the_reader_sees_the_whole_house(graph: Graph) -> None:
    assert "moderation.domain.errors" in graph["moderation.store.writer"]
    assert "moderation.store.comments" in graph["moderation.actions.posting"]
    assert {"models.text", "training.recipe", "moderation.app", "moderation.live.queue"} <= graph.keys()


def test_every_import_follows_an_arrow_of_the_house(graph: Graph) -> None:
    assert forbidden_arrows(graph) == []


def test_no_part_loads_a_library_that_is_not_its_business(graph: Graph) -> None:
    assert forbidden_libraries(graph) == []


def test_no_modules_import_each_other_in_a_circle(graph: Graph) -> None:
    assert import_cycle(graph) == []


def test_training_and_moderation_never_meet_and_nobody_imports_training(graph: Graph) -> None:
    assert _who_knows(graph, "training") == set()
    assert _who_knows(graph, "moderation") == set()


def test_what_fits_a_model_never_sees_the_attacks_that_it_is_examined_with(graph: Graph) -> None:
    assert _who_knows(graph, "training.disguises") <= {"training.attacks"}
    assert _who_knows(graph, "training.attacks") <= EXAMINERS


def _who_knows(graph: Graph, place: str) -> set[str]:
    knowing = {name for name, imported in graph.items() for each in imported if _is_in(each, place)}
    return {name for name in knowing if not _is_in(name, place)}


# The yardstick itself, held against houses that are wrong on purpose.


def _house(root: Path, files: dict[str, str]) -> Graph:
    layers = ("domain", "store", "live", "actions", "web")
    for place in (*PACKAGES, *(f"moderation/{layer}" for layer in layers)):
        (root / place).mkdir(parents=True)
        (root / place / "__init__.py").touch()
    for name, source in files.items():
        (root / name).write_text(source)
    return read_imports(root)


def test_a_sound_house_is_found_sound(tmp_path: Path) -> None:
    graph = _house(
        tmp_path,
        {
            "models/explain.py": "import numpy\n",
            "training/recipe.py": "import sklearn\nfrom models import explain\n",
            "moderation/domain/errors.py": "import re\n",
            "moderation/store/db.py": "from ..domain.errors import Refused\nimport sqlalchemy\n",
            "moderation/actions/submit.py": "from ..store import db\nfrom models import explain\n",
            "moderation/web/routes.py": "from ..actions import submit\nfrom models.explain import Span\n",
            "moderation/app.py": "from .store.db import Database\nfrom .web import routes\n",
        },
    )
    assert (forbidden_arrows(graph), forbidden_libraries(graph), import_cycle(graph)) == ([], [], [])


@pytest.mark.parametrize(
    ("file", "source", "arrow"),
    [
        ("moderation/domain/a.py", "from ..store import x\n", "moderation.domain.a → moderation.store.x"),
        (
            "moderation/store/a.py",
            "import moderation.live.x\n",
            "moderation.store.a → moderation.live.x",
        ),
        ("moderation/live/a.py", "import moderation.store.x\n", "moderation.live.a → moderation.store.x"),
        ("moderation/store/a.py", "from .. import app\n", "moderation.store.a → moderation.app"),
        ("moderation/web/a.py", "from ..store.x import Row\n", "moderation.web.a → moderation.store.x"),
        ("moderation/web/a.py", "from models import x\n", "moderation.web.a → models.x"),
        ("moderation/actions/a.py", "from ..web import x\n", "moderation.actions.a → moderation.web.x"),
        ("moderation/a.py", "import training\n", "moderation.a → training"),
        ("training/a.py", "from moderation import app\n", "training.a → moderation.app"),
        ("models/a.py", "def late():\n    import training.x\n", "models.a → training.x"),
        (
            "moderation/store/a.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..live.x import Row\n",
            "moderation.store.a → moderation.live.x",
        ),
    ],
)
def test_a_forbidden_arrow_is_named(tmp_path: Path, file: str, source: str, arrow: str) -> None:
    modules = ("models/x.py", "training/x.py", "moderation/app.py")
    layers = tuple(f"moderation/{each}/x.py" for each in ("store", "live", "web"))
    graph = _house(tmp_path, {**dict.fromkeys((*modules, *layers), ""), file: source})
    assert forbidden_arrows(graph) == [arrow]


@pytest.mark.parametrize(
    ("file", "library"),
    [
        ("moderation/domain/a.py", "numpy"),
        ("moderation/live/a.py", "sqlalchemy.exc"),
        ("moderation/actions/a.py", "sklearn.metrics"),
        ("models/a.py", "sklearn"),
        ("training/a.py", "redis"),
    ],
)
def test_a_library_in_the_wrong_part_is_named(tmp_path: Path, file: str, library: str) -> None:
    graph = _house(tmp_path, {file: f"def late():\n    import {library}\n"})
    assert forbidden_libraries(graph) == [f"{_module_name(Path(file), Path())} → {library}"]


def test_a_circle_of_three_modules_is_found_even_when_one_import_is_late(tmp_path: Path) -> None:
    graph = _house(
        tmp_path,
        {
            "models/a.py": "from . import b\n",
            "models/b.py": "from models.c import something\n",
            "models/c.py": "def late():\n    from .a import other\n",
        },
    )
    assert set(import_cycle(graph)) == {"models.a", "models.b", "models.c"}
