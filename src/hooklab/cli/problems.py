"""Telling authors what is wrong with the content."""

from collections.abc import Iterable

from hooklab.authoring.problem import Problem
from hooklab.cli.speaking import complain
from hooklab.errors import HooklabError

FOUND_SOMETHING = 1
"""The exit code of a command that has found a fault of the content."""


def tell(problems: Iterable[Problem]) -> None:
    """Print each problem with its place and its remedy."""
    for problem in problems:
        complain(HooklabError(f"{problem.place}: {problem.what}", problem.hint))
