"""Where the walks through the solutions are: pages and data that a handout leaves out."""

from pathlib import Path

from hooklab.catalogue import Course
from hooklab.toml import read_table

FILE = Path("course/data/reviews.toml")
FOLDER = "reviews"
"""Where the pages are below `course/<language>/`: one for each exercise that has TODOs."""


def pages(course: Course) -> list[str]:
    """The pages below `course/<language>/`, in teaching order; none where nothing is told."""
    if not (course.root / FILE).is_file():
        return []
    told = read_table(course.root / FILE)
    return [
        f"{FOLDER}/{each.slug}.md" for each in course.exercises if told.get(each.slug, dict, {})
    ]
