"""Make `static/embed.js`, the one script that publishers include, out of the modules in `static/thread`.

`make embed` after changing one of them; a test tells when that was forgotten. What is committed is what is
served, so neither a service nor a test needs the minifier. Modules share one scope in the bundle: no two
of them may name a thing of their own alike, which is checked.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

STATIC = Path(__file__).parent / "static"
ENTRY = STATIC / "thread" / "embed.js"
STYLES = STATIC / "thread" / "thread.css"
BUNDLE = STATIC / "embed.js"

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async function |function |const |class )", re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def joined() -> str:
    """Return all modules and the styles as one script.

    Raises ValueError where two modules use one name, or use the language in a way that cannot be joined.
    """
    parts = [f"const STYLES = {json.dumps(STYLES.read_text('utf-8'), ensure_ascii=False)};"]
    seen: dict[str, str] = {}
    for module in _in_order(ENTRY, []):
        source = module.read_text("utf-8")
        for name in _NAME.findall(source):
            if (other := seen.setdefault(name, module.name)) != module.name:
                raise ValueError(f"{module.name} and {other} both name {name}")
        plain = _EXPORT.sub("", _IMPORT.sub("", source))
        if re.search(r"^(?:import|export)\b", plain, re.MULTILINE):
            raise ValueError(f"{module.name} imports or exports in a way that cannot be joined")
        parts.append(plain)
    return "\n".join(['(() => {\n"use strict";', *parts, "})();\n"])


def mark(source: str) -> str:
    """Return the first line of a bundle made of this source."""
    return f"/* firstword {hashlib.sha256(source.encode()).hexdigest()[:16]} */\n"


def build() -> str:
    """Return the bundle."""
    import minify  # noqa: PLC0415 - `make embed` installs it

    source = joined()
    styles = STYLES.read_text("utf-8")
    small = source.replace(
        json.dumps(styles, ensure_ascii=False),
        json.dumps(minify.string("text/css", styles), ensure_ascii=False),
    )
    return mark(source) + str(minify.string("text/javascript", small)) + "\n"


def _in_order(module: Path, known: list[Path]) -> Iterator[Path]:
    """Yield a module after those it imports, each once."""
    known.append(module)
    for imported in _IMPORT.findall(module.read_text("utf-8")):
        path = (module.parent / imported).resolve()
        if path not in known:
            yield from _in_order(path, known)
    yield module


if __name__ == "__main__":
    BUNDLE.write_text(build(), "utf-8")
