"""The pristine skeleton of an exercise: from the package, a handout or the history in git."""

from collections.abc import Iterator
from dataclasses import dataclass

import hooklab
from hooklab.catalogue import Course
from hooklab.course_folder import note_of, packaged
from hooklab.errors import HooklabError
from hooklab.file_trees import content
from hooklab.git import history
from hooklab.texts import _


@dataclass(frozen=True)
class Skeleton:
    """An exercise's files as they were in one commit, or as the package or a handout carries them.

    Attributes:
        revision: what was asked for, an abbreviated commit, or hooklab with its version.
        files: content by path below the exercise's folder.
    """

    revision: str
    files: dict[str, bytes]


def skeleton_of(course: Course, slug: str, revision: str | None) -> Skeleton:
    """The skeleton of `slug` in `revision`, or where it is likely to be untouched.

    Raises:
        HooklabError: there is no git, no history, or no such folder in it.
    """
    if not revision and (files := _carried(course, slug)):
        return Skeleton(f"hooklab {hooklab.__version__}", files)
    if not history(course.root, "rev-parse", "--git-dir").strip():
        raise HooklabError(
            _("the skeleton comes from git, and there is no git history here"),
            _("copy exercises/{slug} from a fresh download of the course").format(slug=slug),
        )
    for candidate in [revision] if revision else _candidates(course, slug):
        if files := _files(course, candidate, f"exercises/{slug}"):
            return Skeleton(candidate, files)
    raise HooklabError(
        _("no exercises/{slug} in {revision}").format(
            slug=slug, revision=revision or _("the history of this checkout")
        ),
        _("name a commit or branch that has it, or a copy: hooklab reset {slug} --from REV").format(
            slug=slug
        ),
    )


def _carried(course: Course, slug: str) -> dict[str, bytes]:
    """The skeleton in the package; none where the course's folder was not made of it."""
    folder = packaged() if note_of(course.root) else None
    return content(folder / "exercises" / slug if folder else course.given(slug))


def _candidates(course: Course, slug: str) -> Iterator[str]:
    yield from ("upstream/HEAD", "upstream/main")
    # Only authors change these; so a learner's own commits are passed over.
    authored = ("graders", "solutions", "course", "src", "tests")
    yield from history(course.root, "log", "-1", "--format=%h", "--", *authored).decode().split()
    added = ("log", "--diff-filter=A", "--format=%h", "--", f"exercises/{slug}")
    yield from reversed(history(course.root, *added).decode().split())


def _files(course: Course, revision: str, folder: str) -> dict[str, bytes]:
    # A name that begins with a dash would be an option.
    if revision.startswith("-"):
        return {}
    listing = history(
        course.root, "ls-tree", "-r", "-z", "--name-only", revision, "--", f"{folder}/"
    )
    names = [name for name in listing.decode("utf-8", "surrogateescape").split("\0") if name]
    return {
        name.removeprefix(f"{folder}/"): history(course.root, "show", f"{revision}:./{name}")
        for name in names
    }
