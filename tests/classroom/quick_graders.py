"""Graders that judge an answer by its text, at once: for tests of all that is around grading."""

import time
from typing import ClassVar

from hooklab.classroom.graders import Graded
from hooklab.classroom.members import BadUpload
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Loss, Scorecard
from hooklab.story import Story

BROKEN = b"the machine breaks here"
GOOD = b"good"


class QuickGraders:
    """Like `Graders`: an answer with the word “good” earns its point, one that breaks the machine
    is not graded.
    """

    seconds = 0.0
    graded: ClassVar[list[tuple[str, str]]] = []
    only: ClassVar[set[frozenset[str]]] = set()

    def __init__(self, course, jobs, *, database=None):
        self.jobs = jobs

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass

    def longest(self):
        return None

    def grade(self, tasks):
        for task in tasks:
            time.sleep(self.seconds)
            self.graded.append((task.hand_in.learner.id, task.hand_in.slug))
            self.only.add(task.only)
            try:
                text = b"".join(task.hand_in.read().values())
            except BadUpload as error:
                yield task, Graded(None, error.what, 0.0)
                continue
            if BROKEN in text:
                yield task, Graded(None, "no memory left", 0.0)
            else:
                yield task, Graded(card(task, text), "", 0.1)


def card(task, text):
    earned = 1.0 if GOOD in text else 0.0
    said = text.decode("utf-8", "surrogateescape")
    check = CheckResult(
        id="it_answers",
        title="A knock is answered",
        earned=earned,
        points=1.0,
        outcome="earned" if earned else "not_earned",
        message="" if earned else f"it said {said} \0\ud800",
        hint="" if earned else "TODO 1",
        seconds=0.1,
        loss=None if earned else Loss("a greeting", said, Story(("Clerk", "the app"), ())),
    )
    criterion = CriterionResult("door", "The door", earned, 1.0, "auto", (check,))
    exercise = ExerciseResult(task.hand_in.slug, "Knock", earned, 1.0, (criterion,))
    return Scorecard("0.1.0", "landlock-7", task.seed, (exercise,))
