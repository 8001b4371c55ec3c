"""The command `firstword`. Exit status 0, 1 (refused or failed, one sentence on stderr) or 2 (usage)."""

import logging
import os
import sys

from sqlalchemy.exc import SQLAlchemyError

from . import logs
from .commands import app
from .domain.errors import Refused


def main() -> None:
    """Run the command line."""
    logs.configure(logging.WARNING)
    os.umask(0o077)  # what the service and its exports write holds what people typed
    try:
        app()
    except Refused as refusal:
        _fail(refusal.detail)
    except SQLAlchemyError as error:
        _fail(f"The database cannot be used: {str(error).splitlines()[0]}")
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _fail(sentence: str) -> None:
    sys.stderr.write(f"firstword: {sentence}\n")
    sys.exit(1)
