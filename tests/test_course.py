"""The real course keeps its promises: all that the authors' gate finds without grading.

Solutions, skeletons and the known mistakes are graded by `make quick-check` and `make check`.
"""

from functools import partial
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.authoring import check


def test_the_rooms_of_the_course_agree():
    course = catalogue.load(Path(__file__).parents[1])
    launch = partial(pytest.fail, "an app was started")
    faults = check.run(course, launch=launch, graded=False)
    assert faults == [], "\n\n".join(map(str, faults))
