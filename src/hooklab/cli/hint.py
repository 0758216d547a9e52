"""`hooklab hint`: the next hint, in three rungs: a question, a pointer, almost the answer."""

import re
from typing import Annotated

import typer
from rich.text import Text

from hooklab import rubric
from hooklab.catalogue import Course, Exercise
from hooklab.cli.grading import warm_grading
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Lang, OptionalSlug, course
from hooklab.cli.speaking import output
from hooklab.grading.options import Options, check_folder
from hooklab.reports.clean import clean
from hooklab.reports.folding import write_folded
from hooklab.rubric import RUNGS
from hooklab.scorecard import CheckResult
from hooklab.texts import _, pick


def command(
    slug: OptionalSlug = None,
    again: Annotated[bool, typer.Option("--again", help=_("Repeat the last hint."))] = False,
    lang: Lang = None,
) -> None:
    """Grade an exercise, and give the next hint for its first check that is not earned.

    Without a slug it is the first exercise that is not finished.
    """
    here = course()
    memory = Memory(here.root)
    exercise = here.exercise(slug) if slug else unfinished(here, memory) or here.exercises[0]
    options = Options()
    check_folder(options.folder(here, exercise.slug))
    with warm_grading(here) as run:
        card = run([exercise.slug], options)
    memory.keep_scores(card)
    # A check that was not tried needs an earlier one, whose hint comes first.
    missing = [check for check in card.exercises[0].checks if check.outcome != "earned"]
    if missing:
        _give(here, exercise.slug, missing[0], memory, again=again)
    else:
        _congratulate(exercise, unfinished(here, memory))


def unfinished(course: Course, memory: Memory) -> Exercise | None:
    """The first exercise whose last grading did not earn every check; None when all did."""
    return next((each for each in course.exercises if not memory.is_complete(each.slug)), None)


def _give(course: Course, slug: str, check: CheckResult, memory: Memory, *, again: bool) -> None:
    console = output()
    console.print(Text(f"{slug} · {check.title}", style="bold"))
    if check.outcome == "could_not_grade":
        console.print(clean(check.message))
        return
    given = memory.rung(slug, check.id)
    rung = max(given, 1) if again else min(given + 1, RUNGS)
    memory.keep_rung(slug, check.id, rung)
    text = pick(rubric.load(course.grader(slug)).checks[check.id].hints[rung - 1])
    console.print(
        Text(_("Hint {rung} of {count}").format(rung=rung, count=RUNGS), style="cyan"),
    )
    # Non-breaking spaces are white space to split(), and are meant to stay.
    write_folded(console, " ".join(re.split(r"[ \t\n]+", text.strip())), indent="  ")
    console.print(Text(_next_step(slug, rung), style="dim"))


def _next_step(slug: str, rung: int) -> str:
    if rung < RUNGS:
        return _("For the next one: hooklab hint {slug}").format(slug=slug)
    return _("This is the last one. For the whole story: hooklab grade {slug}").format(slug=slug)


def _congratulate(exercise: Exercise, following: Exercise | None) -> None:
    console = output()
    done = _("Well done: every check of “{title}” is earned.").format(title=pick(exercise.title))
    console.print(Text(done, style="bold green"))
    if following:
        console.print(
            _("Next: “{title}”. Read it with: hooklab statement {slug}").format(
                title=pick(following.title), slug=following.slug
            )
        )
    else:
        console.print(_("That was the last exercise. The course is done."))
