"""Names that learning platforms give to what a class has handed in.

- Moodle: `Ada Lovelace_12345_assignsubmission_file_`, a folder, or behind it the file's own name;
- Canvas: `lovelaceada_1234_56789_answer.zip`, with `_LATE` behind the name of who is late;
- Blackboard: `Homework_ada_attempt_2026-10-05-13-45-12_answer.zip`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_MOODLE = re.compile(
    r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_.*)?"
)
_CANVAS = re.compile(r"(?P<name>[^\W_]+)(?:_LATE)?_(?P<number>\d+)_(?P<file>\d+)_.+")
_BLACKBOARD = re.compile(
    r".+_(?P<name>[^_]+)_attempt_(?P<attempt>\d{4}(?:-\d\d){5})(?P<rest>_.+|\.txt)?"
)


@dataclass(frozen=True)
class Label:
    """What the name of an upload says.

    Attributes:
        name: what its learner is called.
        number: what else a roster may call them; empty for nothing.
        attempt: of several uploads of one learner the newest has the largest; empty when the name
            does not say.
        platform: which one has given the name; empty for none.
        is_upload: whether it is what a learner has handed in, and no note of the platform about it.
    """

    name: str
    number: str = ""
    attempt: str = ""
    platform: str = ""
    is_upload: bool = True


def read_label(name: str, *, is_folder: bool) -> Label:
    """What the name of an upload, without the ending of an archive, says.

    Args:
        is_folder: whether it is a folder; only Moodle makes those.
    """
    if found := _MOODLE.fullmatch(name):
        is_upload = found["kind"] == "file"
        return Label(found["name"], found["number"], platform="Moodle", is_upload=is_upload)
    if is_folder:
        return Label(name)
    if found := _BLACKBOARD.fullmatch(name):
        is_upload = found["rest"] != ".txt"
        return Label(
            found["name"], attempt=found["attempt"], platform="Blackboard", is_upload=is_upload
        )
    if found := _CANVAS.fullmatch(name):
        # The numbers of files grow.
        return Label(found["name"], found["number"], found["file"].zfill(20), "Canvas")
    return Label(name)


def squeezed(name: str) -> str:
    """`name` as platforms squeeze it: small letters without accents, and nothing between them."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in plain if each.isalnum())


def spellings(name: str) -> Iterator[str]:
    """`name`, squeezed, with any of its words first: platforms put family names in front."""
    words = name.replace(",", " ").split()
    for first in range(len(words)):
        yield squeezed(" ".join((*words[first:], *words[:first])))
