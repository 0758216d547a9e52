"""What a page asks for in a comment on a line of its own, for the site and for a terminal.

`<!-- rubric: slug -->` is the rubric of one exercise, `<!-- review: slug -->` a walk through its
solution, `<!-- computed: file.py:function … -->` what
a function of the course returns, `<!-- lost check: slug/mistake -->` the story of a check that a
mistake loses, `<!-- mistakes: group -->` the common mistakes of one group,
`<!-- mistakes -->` the symptoms of all of them, `<!-- quiz -->` the quiz that ends the course,
`<!-- glossary -->` the words of the field, `<!-- doctor -->` why webhooks fail, `<!-- commands -->`
the reference of the command line and `<!-- lab -->` that of the fixture. Marks behind promises are
for authors, see `hooklab.authoring.promises`.
"""

import re
from collections.abc import Callable
from functools import partial

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.pages import common_mistakes, review_page
from hooklab.pages.command_line import command_reference
from hooklab.pages.computed import computed
from hooklab.pages.doctor_symptoms import doctor_symptoms
from hooklab.pages.glossary import glossary_table
from hooklab.pages.lost_check import lost_check
from hooklab.pages.quiz_page import quiz_page
from hooklab.pages.rubric_table import rubric_table

_MARKER = re.compile(
    r"^<!-- (?:(?P<name>rubric|computed|mistakes|review|lost check): (?P<of>.+)"
    r"|(?P<alone>commands|doctor|glossary|lab|mistakes|quiz)) -->$",
    re.MULTILINE,
)

MARK = re.compile(
    r"\s*<!--\s*(?P<kind>held by|not graded|explains)(?::\s*(?P<of>.*?))?\s*-->", re.DOTALL
)
"""What an author notes of a promise."""


def fill(course: Course, text: str) -> str:
    """`text` with Markdown in the place of every marker, in the language in use, and without marks.

    HooklabError says what is wrong with a rubric or a function.
    """
    return _MARKER.sub(partial(_filled, course), MARK.sub("", text))


def _filled(course: Course, marker: re.Match[str]) -> str:
    match marker["name"] or marker["alone"], marker["of"]:
        case "computed", call:
            return computed(course.root, call)
        case "rubric", slug:
            return rubric_table(rubric.load(course.grader(slug)))
        case "review", slug:
            return review_page.review(course, slug)
        case "lost check", name:
            return lost_check(course, name)
        case "mistakes", str(group):
            return common_mistakes.group_page(course, group)
        case "lab", None:
            # Here, since a terminal shows pages too, and should not wait for the graders' engine.
            from hooklab.pages.lab_reference import lab_reference

            return lab_reference()
    return _WHOLE[marker["alone"]](course)


_WHOLE: dict[str, Callable[[Course], str]] = {
    "commands": lambda _course: command_reference(),
    "doctor": lambda _course: doctor_symptoms(),
    "glossary": lambda course: glossary_table(course.root),
    "mistakes": common_mistakes.symptom_list,
    "quiz": quiz_page,
}
"""What stands for the whole course, by the word of its marker."""
