"""The real course keeps its promises: all that the authors' gate finds without grading.

Solutions, skeletons and the known mistakes are graded by `make quick-check` and `make check`.
"""

import re
from pathlib import Path

from hooklab import catalogue
from hooklab.authoring import gate

ROOT = Path(__file__).parents[1]


def test_the_rooms_of_the_course_agree():
    faults = gate.run(catalogue.load(ROOT), manner=None)
    assert faults == [], "\n\n".join(map(str, faults))


def test_a_copied_command_runs():
    pages = [*(ROOT / "course").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    assert len(pages) > 50
    # The site has a button that copies a whole block, with a prompt if there is one.
    prompts = {
        f"{page.relative_to(ROOT)}:{number}"
        for page in pages
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1)
        if re.match(r"\s*(\$|PS>|>>>) ", line)
    }
    assert prompts == set()
