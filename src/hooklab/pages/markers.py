"""What a page asks for in a comment on a line of its own, for the site and for a terminal.

`<!-- rubric: slug -->` is the rubric of one exercise, and `<!-- computed: file.py:function … -->`
what a function of the course returns.
"""

import re
from functools import partial

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.pages.computed import computed
from hooklab.pages.rubric_table import rubric_table

_MARKER = re.compile(r"^<!-- (?P<name>rubric|computed): (?P<of>.+) -->$", re.MULTILINE)


def fill(course: Course, text: str) -> str:
    """`text` with Markdown in the place of every marker, in the language in use.

    HooklabError says what is wrong with a rubric or a function.
    """
    return _MARKER.sub(partial(_filled, course), text)


def _filled(course: Course, match: re.Match[str]) -> str:
    if match["name"] == "computed":
        return computed(course.root, match["of"])
    return rubric_table(rubric.load(course.grader(match["of"])))
