"""What the authors' gate says of one fault."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault of the content.

    Attributes:
        place: the file or folder, relative to the course's root.
        what: what is wrong there, with names; one sentence.
        hint: the next thing to change or to type.
    """

    place: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}\nhint: {self.hint}"
