"""Make the two scripts of a thread out of the modules in `static/thread`: `embed.js` and `later.js`.

`embed.js` is what publishers include and every reader needs at once; `later.js` is what it asks for when
somebody edits, is refused, reports. A module lands in the second if the first does not import it. Whatever
of the first the second imports is handed over by name (CORE), so modules are written as if all were one.

`make embed` after changing one of them; a test tells when that was forgotten. What is committed is what is
served, so neither a service nor a test needs the minifier. Modules share one scope in a bundle: no two
of them may name a thing of their own alike, which is checked. Both bundles and the catalogues carry one
mark, by which they know each other: two versions never meet in a page.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"
WORDS = STATIC / "words"
ENTRY = STATIC / "thread" / "embed.js"
STYLES = STATIC / "thread" / "thread.css"
LATE_ENTRY = STATIC / "thread" / "later.js"
LATE_STYLES = STATIC / "thread" / "later.css"
EARLY, LATE = "embed.js", "later.js"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async function |function |const |class )", re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)
_WITHIN = re.compile(r"\.fw-root (?=\S)")  # says nothing where all stands in a shadow root
_MARK = "@mark@"  # stands in the sources, which the mark is made of


def sources() -> dict[str, str]:
    """Return the source of each bundle.

    Raises ValueError where two modules use one name, or use the language in a way that cannot be joined.
    """
    early = list(_in_order(ENTRY, []))
    late = [module for module in _in_order(LATE_ENTRY, []) if module not in early]
    core = ", ".join(sorted(_taken_from(early, late)))
    return {
        EARLY: "\n".join(
            [
                '(() => {\n"use strict";',
                _given("MARK", _MARK),
                _given("LANGUAGES", languages()),
                _given("ENGLISH", {"thread": _english()["thread"]}),
                _given("STYLES", STYLES.read_text("utf-8")),
                joined(early),
                f"const CORE = {{ {core} }};",
                "})();\n",
            ]
        ),
        LATE: "\n".join(
            [
                f"export {_given('mark', _MARK)}",
                f"export {_given('styles', LATE_STYLES.read_text('utf-8'))}",
                f"export function open({{ {core} }}) {{",
                _given("ENGLISH", {"later": _english()["later"]}),
                joined(late, core.split(", ")),
                "return later;\n}\n",
            ]
        ),
    }


def joined(modules: Sequence[Path], names: Sequence[str] = ()) -> str:
    """Return modules as one, without imports and exports. names: are taken already. Raises ValueError."""
    seen = dict.fromkeys(names, "the other bundle")
    parts = []
    for module in modules:
        source = module.read_text("utf-8")
        for name in _NAME.findall(source):
            if (other := seen.setdefault(name, module.name)) != module.name:
                raise ValueError(f"{module.name} and {other} both name {name}")
        plain = _EXPORT.sub("", _IMPORT.sub("", source))
        if re.search(r"^(?:import|export)\b", plain, re.MULTILINE):
            raise ValueError(f"{module.name} imports or exports in a way that cannot be joined")
        parts.append(plain)
    return "\n".join(parts)


def languages() -> list[str]:
    """Return the languages that have a catalogue."""
    return sorted(path.stem for path in WORDS.glob("*.json"))


def mark(made_of: Mapping[str, str]) -> str:
    """Return what this version of the bundles and the catalogues is known by."""
    known = hashlib.sha256("".join(made_of.values()).encode())
    for language in languages():
        known.update((WORDS / f"{language}.json").read_bytes())
    return known.hexdigest()[:16]


def first_line(version: str) -> str:
    """Return the first line of a bundle of this mark."""
    return f"/* firstword {version} */\n"


def build() -> dict[str, str]:
    """Return the bundles."""
    import minify  # noqa: PLC0415 - `make embed` installs it

    made_of = sources()
    version = mark(made_of)
    made = {}
    for name, source in made_of.items():
        small = source.replace(_MARK, version)
        for sheet in (STYLES, LATE_STYLES):
            styles = sheet.read_text("utf-8")
            shorter = _WITHIN.sub("", str(minify.string("text/css", styles)))
            small = small.replace(_literal(styles), _literal(shorter))
        made[name] = first_line(version) + str(minify.string("text/javascript", small)) + "\n"
    return made


def _in_order(module: Path, known: list[Path]) -> Iterator[Path]:
    """Yield a module after those it imports, each once."""
    known.append(module)
    for _, imported in _IMPORT.findall(module.read_text("utf-8")):
        path = (module.parent / imported).resolve()
        if path not in known:
            yield from _in_order(path, known)
    yield module


def _taken_from(early: Sequence[Path], late: Sequence[Path]) -> Iterator[str]:
    """Yield the names that late modules import of early ones, each once."""
    names: set[str] = set()
    for module in late:
        for imported, path in _IMPORT.findall(module.read_text("utf-8")):
            if (module.parent / path).resolve() in early:
                names.update(name.strip() for name in imported.split(",") if name.strip())
    yield from names


def _english() -> Any:
    return json.loads((WORDS / "en.json").read_text("utf-8"))


def _given(name: str, value: Any) -> str:
    return f"const {name} = {_literal(value)};"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    for name, script in build().items():
        (STATIC / name).write_text(script, "utf-8")
