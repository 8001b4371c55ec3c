"""`python -m moderation` is the command `firstword`."""

from .cli import main

main()
