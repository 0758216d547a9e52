"""A gradebook in which a small class was graded: what a person may find there."""

from dataclasses import replace

from hooklab.authoring.folders import content_digest
from hooklab.classroom.book_tables import ResultRow
from hooklab.classroom.cards import as_data
from hooklab.classroom.gradebook import Gradebook, now
from hooklab.classroom.kept_files import KeptFiles
from hooklab.classroom.roster import Learner
from hooklab.grading.not_started import not_started
from hooklab.scorecard import Loss, Scorecard
from hooklab.story import Step, Story

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)> [a](javascript:b) \u202etxt'
LEARNERS = (
    Learner("ada", "Ada", "en"),
    Learner("bob", EVIL, "fr"),
    Learner("carol", "Carol", "en"),
    Learner("dora", "Dora", "en"),
    Learner("../eve & co", "Eve", "en"),
)
STORY = Story(("Clerk", "the app"), (Step("call", f"a knock {EVIL}", "Clerk", "the app"),))
FILES = {
    "app.py": f"print('a::b', {EVIL!r})\r\n".encode(),
    "answer.toml": b'why = "Names are kind."\n',
    "data.bin": b"\x00\x01\xff" * 500,
    "<b>.md": "\ufeffWritten \u202eby night".encode(),
}


def fill(course, address):
    """Grade `knock` for a class: Ada earns all, Bob, Carol and Eve lose the second check."""
    with Gradebook(str(address), is_new=True) as book:
        book.keep_learners(LEARNERS)
        for learner, is_right in (("ada", True), ("bob", False), ("carol", False)):
            keep(course, book, learner, is_right=is_right)
        keep(course, book, "../eve & co", is_right=False, seed=2)


def keep(course, book, learner, *, is_right, files=None, seed=1):
    """Keep a result of `knock`, in a run of its own where the seed is new."""
    contents = {**FILES, "who.txt": learner.encode()} if files is None else files
    submission = content_digest(contents)
    KeptFiles(book).keep(submission, contents)
    run = book.begin(course.root, ["knock"], seed)
    result = graded(course, is_right=is_right)
    book.keep(
        ResultRow(
            run_id=run.id,
            learner=learner,
            exercise="knock",
            status="graded",
            earned=result.earned,
            points=result.points,
            submission=submission,
            engine="0.1.0",
            seed=seed,
            tier="process",
            language="en",
            submitted_at=now(),
            graded_at=now(),
            scorecard=as_data(Scorecard("0.1.0", "process", seed, (result,))),
        )
    )
    return submission


def graded(course, *, is_right):
    """A scorecard in which all checks are earned, or all but the second."""
    result = not_started(course, "knock")
    criteria = []
    for criterion in result.criteria:
        checks = [
            replace(check, earned=check.points, outcome="earned", message="")
            for check in criterion.checks
        ]
        if not is_right and len(checks) > 1:
            checks[1] = replace(
                checks[1],
                earned=0.0,
                outcome="not_earned",
                message=f"it said {EVIL}",
                hint="TODO 1",
                loss=Loss("a greeting", f"said {EVIL}", STORY),
            )
        earned = sum(check.earned for check in checks)
        criteria.append(replace(criterion, checks=tuple(checks), earned=earned))
    return replace(result, criteria=tuple(criteria), earned=sum(each.earned for each in criteria))
