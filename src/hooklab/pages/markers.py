"""What a page asks for in a comment on a line of its own, for the site and for a terminal.

`<!-- rubric: slug -->` is the rubric of one exercise, `<!-- prices: group group -->` a part of the
price sheet, `<!-- confidence -->` what its letters mean, and `<!-- bill: name -->` the computed
bill of `course/code/<name>.toml`.
"""

import re
from functools import partial

from hooklab import prices, rubric
from hooklab.catalogue import Course
from hooklab.pages.rubric_table import rubric_table
from hooklab.site.prices import bill_table, confidence_list, price_table

_MARKER = re.compile(
    r"^<!-- (?:(?P<name>rubric|prices|bill): (?P<of>[\w ]+)|(?P<alone>confidence)) -->$",
    re.MULTILINE,
)


def fill(course: Course, text: str) -> str:
    """`text` with a table in the place of every marker, in the language in use.

    HooklabError says what is wrong with the rubric, the price sheet or the bill.
    """
    return _MARKER.sub(partial(_filled, course), text)


def _filled(course: Course, match: re.Match[str]) -> str:
    if match["name"] == "rubric":
        return rubric_table(rubric.load(course.grader(match["of"])))
    sheet = prices.load(course.root / "graders")
    if match["name"] == "prices":
        return price_table(sheet, match["of"].split())
    if match["name"] == "bill":
        path = course.root / "course" / "code" / f"{match['of']}.toml"
        return bill_table(sheet, prices.read_bill(path, sheet))
    return confidence_list(sheet)
