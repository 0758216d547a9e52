"""Data goes to standard output, talk goes to standard error."""

import sys

from rich.console import Console

from hooklab.errors import HooklabError
from hooklab.reports.clean import clean
from hooklab.reports.folding import write_to_copy
from hooklab.texts import _


def output() -> Console:
    """Where results are printed."""
    return Console(highlight=False, emoji=False, markup=False)


def talk() -> Console:
    """Where progress and remarks are printed."""
    # The stream as it is now: a grading run captures what its tests write to the standard ones.
    return Console(file=sys.stderr, highlight=False, emoji=False, markup=False)


def complain(error: HooklabError) -> None:
    """Print what is wrong, and what to do about it; a command to copy is in one piece."""
    console = talk()
    write_to_copy(console, clean(error.what))
    write_to_copy(console, f"{_('hint:')} {clean(error.hint)}", style="cyan")
