"""The words at the door. TODO 1 is here."""


def greet(name: str) -> str:
    """The greeting for `name`."""
    # answer 1: greet by name.
    return f"Hello {name}"
