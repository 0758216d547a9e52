"""The words at the door. TODO 1 is here."""


def greet(name: str) -> str:
    """The greeting for `name`."""
    return f"Hello {name}"
