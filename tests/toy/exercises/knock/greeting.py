"""The words at the door. TODO 1 is here."""


def greet(name: str) -> str:
    """The greeting for `name`."""
    # TODO 1: greet by name.
    raise NotImplementedError("greet(): TODO 1 is still open, in greeting.py")
