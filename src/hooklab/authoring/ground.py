"""The files outside an answer on which its outcomes depend, and that authors change."""

from pathlib import Path

from hooklab.authoring.folders import files
from hooklab.catalogue import Course

_KNOWN = ("mistakes", "others", "__pycache__")


def ground(course: Course, slug: str) -> dict[str, Path]:
    """The files by their names here: those of the grader, the shared ones, the settings."""
    grader = course.grader(slug)
    return {
        **{f"grader/{name}": grader / name for name in _own(grader)},
        **{f"shared/{name}": grader.parent / name for name in _shared(grader)},
        "settings": course.solution(slug) / "settings.py",
    }


def _own(grader: Path) -> set[str]:
    """The names of a grader's files, without the hundreds of its known answers."""
    folders = [each for each in grader.iterdir() if each.is_dir() and each.name not in _KNOWN]
    below = {f"{each.name}/{name}" for each in folders for name in files(each)}
    return {each.name for each in grader.iterdir() if each.is_file()} | below


def _shared(grader: Path) -> set[str]:
    """The names of the files that several graders may use.

    A module or a sheet beside the graders' folders counts for those that name it, or that name
    another one which does.
    """
    graders = grader.parent
    beside = [each for each in graders.iterdir() if not (each / "rubric.toml").is_file()]
    shared = {each.name for each in beside if each.is_file()}
    shared |= {f"{each.name}/{name}" for each in beside if each.is_dir() for name in files(each)}
    named = {name for name in shared if "/" not in name and name.endswith((".py", ".toml"))}
    named -= {"conftest.py", "__init__.py"}
    found = shared - named
    text = "".join(path.read_text(encoding="utf-8") for path in grader.rglob("*.py"))
    while more := {name for name in named - found if Path(name).stem in text}:
        text += "".join((graders / name).read_text(encoding="utf-8") for name in more)
        found |= more
    return found
