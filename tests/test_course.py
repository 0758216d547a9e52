"""The real course keeps its promises: all that the authors' gate finds without grading.

Solutions, skeletons and the known mistakes are graded by `make quick-check` and `make check`.
"""

from pathlib import Path

from hooklab import catalogue
from hooklab.authoring import check


def test_the_rooms_of_the_course_agree():
    course = catalogue.load(Path(__file__).parents[1])
    faults = check.run(course, launcher=None)
    assert faults == [], "\n\n".join(map(str, faults))
