"""The command `firstword`. Exit status 0, 1 (refused or failed, one sentence on stderr) or 2 (usage)."""

import sys

from .commands import app
from .domain.errors import Refused


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Refused as refusal:
        sys.stderr.write(f"firstword: {refusal.detail}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
