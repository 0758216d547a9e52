"""What the forms of skeletons were when their authors gave them, known without git.

Python files are cut from solutions at any time, see `cutter`. A form is written by hand: a digest
tells whether a learner has begun it, also in a folder that was downloaded without its history.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping

from hooklab.authoring.folders import files, plain
from hooklab.authoring.problem import Problem
from hooklab.catalogue import Course
from hooklab.texts import _

NOTE = "graders/forms.json"
ENDINGS = (".toml", ".md")
"""Files with these endings are written by hand in both rooms."""


def noted(course: Course) -> dict[str, str]:
    """The digests by the path below `exercises/`; empty where there is no note."""
    try:
        read = json.loads((course.root / NOTE).read_text(encoding="utf-8"))
        return {str(path): str(digest) for path, digest in read.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def as_given(course: Course, slug: str, answer: Mapping[str, bytes]) -> dict[str, bytes]:
    """The forms of `slug` in `answer` when all of them are as they were given; else none.

    Args:
        answer: content with plain line ends, by the path below the exercise's folder.
    """
    before = {
        path.removeprefix(f"{slug}/"): digest
        for path, digest in noted(course).items()
        if path.startswith(f"{slug}/")
    }
    is_given = all(_digest(answer.get(name, b"")) == digest for name, digest in before.items())
    return {name: answer[name] for name in before} if is_given else {}


def note(course: Course, slug: str) -> None:
    """Note that the forms of `slug` are given as they are now."""
    others = {path: told for path, told in noted(course).items() if not path.startswith(f"{slug}/")}
    all_of_them = others | _now(course, slug)
    if all_of_them:
        text = json.dumps(all_of_them, indent=1, sort_keys=True)
        (course.root / NOTE).write_text(f"{text}\n", encoding="utf-8")


def stale(course: Course, slug: str) -> Iterator[Problem]:
    """The forms of `slug` that are not as they are noted."""
    before = noted(course)
    for path, digest in _now(course, slug).items():
        if before.get(path) != digest:
            yield Problem(
                f"exercises/{path}",
                _("{file} does not have this form as it is").format(file=NOTE),
                _("note it with: hooklab cut {slug}").format(slug=slug),
            )


def _now(course: Course, slug: str) -> dict[str, str]:
    folder = course.skeleton(slug)
    names = [name for name in files(folder) if name.endswith(ENDINGS)]
    return {f"{slug}/{name}": _digest(plain((folder / name).read_bytes())) for name in names}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
