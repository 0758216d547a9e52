"""Grades on request, in a process of its own: a hostile answer may kill, stop or read it.

Run as `python judge.py`. The first line of its standard input holds {"memory": …}, a text that it
keeps in its memory; each further line is a request, and is answered by one line: what is in the
memory now, and the scorecard with its reports, or what kept it from grading.
"""

import json
import os
import sys
from pathlib import Path

from hooklab import catalogue, scratch, texts
from hooklab.errors import HooklabError
from hooklab.grading import app
from hooklab.grading.options import Options, seed_for
from hooklab.grading.run import grade
from hooklab.reports.formats import WRITERS
from hooklab.worker import launch, process

KEPT = bytearray(json.loads(sys.stdin.readline())["memory"], "ascii")


def answer(request: dict, launcher: launch.Launcher) -> dict:
    """The scorecard and its reports."""
    # An answer that hangs must not cost a test more than it has to.
    app.RESPONSE_SECONDS = request["response_seconds"]
    process.START_SECONDS = request["start_seconds"]
    scratch._MEMORY = Path(request["scratch"])
    submission = Path(request["submission"])
    options = Options(
        submission=submission,
        seed=seed_for(submission, request.get("seed")),
        only=frozenset(request["only"]),
        database=request["database"],
    )
    course = catalogue.load(Path(request["course"]))
    try:
        card = grade(course, [request["slug"]], options, launcher=launcher)
    except HooklabError as error:
        return {"refused": str(error)}
    # All of them are told of what is hostile; they take as long as a check.
    forms = request["forms"] or WRITERS
    return {"card": card.plain(), "reports": {form: WRITERS[form](card) for form in forms}}


def main() -> None:
    """Answer until standard input ends."""
    # Whatever is printed here must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    texts.use("en")
    launcher = launch.start_launcher()
    try:
        for line in sys.stdin:
            told = answer(json.loads(line), launcher)
            print(json.dumps({**told, "memory": KEPT.decode()}), file=answers, flush=True)
    finally:
        launcher.close()


if __name__ == "__main__":
    main()
