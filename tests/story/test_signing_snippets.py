"""What publishers copy to sign a token: run, and believed by the service's own verifier."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from moderation.actions.sso import Trust, verify
from moderation.web.console import SNIPPETS
from tests.signing import SECRET

pytestmark = pytest.mark.anyio

DOCS = Path(__file__).parents[2] / "docs"
TRUST = Trust("https://www.example.org", "comments", 30, secret=SECRET)

# Interpreter, the file's name, and what is run beside the snippet.
RUNS = {
    "python": (sys.executable, "run.py", '\n\nprint(comment_token("7", "Zoë \u00abQuay\u00bb"))\n'),
    "node": ("node", "run.mjs", '\nconsole.log(commentToken(7, "Zoë \u00abQuay\u00bb"));\n'),
    "php": ("php", "run.php", '\necho comment_token("7", "Zoë \u00abQuay\u00bb");\n'),
}


@pytest.mark.parametrize("name", [each for each, (program, *_) in RUNS.items() if shutil.which(program)])
async def test_a_token_signed_as_the_manual_says_is_believed(name: str, tmp_path: Path) -> None:
    claims = await verify(TRUST, None, printed(name, tmp_path))
    assert (claims.subject, claims.name) == ("7", "Zoë \u00abQuay\u00bb")


async def test_the_manual_shows_what_is_run() -> None:
    manual = (DOCS / "identity.md").read_text("utf-8")
    shown = {path.stem: path.read_text("utf-8").rstrip() for path in SNIPPETS.glob("*.txt")}
    assert shown.keys() == {*RUNS, "page", "renewal"}
    for name, text in shown.items():
        assert text.replace("BASE", "https://comments.example.org") in manual, name


def printed(name: str, folder: Path) -> str:
    program, file, more = RUNS[name]
    (folder / file).write_text((SNIPPETS / f"{name}.txt").read_text("utf-8") + more, "utf-8")
    given = os.environ | {"FIRSTWORD_SSO_SECRET": SECRET}
    command = [program, file]
    ran = subprocess.run(
        command, cwd=folder, env=given, capture_output=True, text=True, check=True, timeout=60
    )
    return ran.stdout.strip()
