"""Everybody is Ada.

Loses: it_greets_by_name
"""


def greet(name: str) -> str:
    """The greeting for `name`."""
    return "Hello Ada"
