"""What a learner was given, and whether an answer still is that."""

from collections.abc import Mapping

from hooklab.authoring import cutter, forms
from hooklab.authoring.folders import files, plain
from hooklab.authoring.history import skeleton_of
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.file_trees import content


def given(course: Course, slug: str, answer: Mapping[str, bytes]) -> dict[str, bytes]:
    """The skeleton's files as they were given, by path; without those that nobody knows.

    They are cut from the solution, which works without git. Forms cannot be: those of `answer` are
    known again, see `forms`, and others come from the history.

    Args:
        answer: content with plain line ends, by the path below the exercise's folder.
    """
    if handed_out := content(course.given(slug)):
        return {name: plain(text) for name, text in handed_out.items()}
    cut, _problems = cutter.skeleton(course, slug)
    names = files(course.skeleton(slug)) | cut.keys()
    if cut and not any(name.endswith(forms.ENDINGS) for name in names):
        return cut
    if as_given := forms.as_given(course, slug, answer):
        return as_given | cut
    try:
        pristine = skeleton_of(course, slug, None).files
    except HooklabError:
        return cut
    return {name: plain(content) for name, content in pristine.items()} | cut


def is_untouched(course: Course, slug: str, answer: Mapping[str, bytes]) -> bool:
    """Whether `answer`, as `given` wants it, is the skeleton; False as well when nobody knows."""
    as_given = given(course, slug, answer)
    return bool(as_given) and answer == as_given
