"""`hooklab hint`: the next hint, in three rungs: a question, a pointer, almost the answer."""

import re
from difflib import get_close_matches
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from hooklab import rubric
from hooklab.catalogue import Course
from hooklab.cli.completion import complete_check
from hooklab.cli.finished import congratulate, unfinished
from hooklab.cli.grading import warm_grading
from hooklab.cli.memory import Memory
from hooklab.cli.parameters import Lang, OptionalSlug, course
from hooklab.cli.speaking import output
from hooklab.cli.standing import place_to_open
from hooklab.errors import HooklabError
from hooklab.grading.options import Options, check_folder
from hooklab.program import as_typed
from hooklab.reports.clean import clean
from hooklab.reports.folding import write_folded, write_to_copy
from hooklab.rubric import RUNGS, Check, Rubric
from hooklab.scorecard import CheckResult
from hooklab.texts import _, pick

CheckName = Annotated[
    str | None,
    typer.Argument(
        metavar="CHECK",
        help=_("One of its checks, by id or title; by default the first that is not earned."),
        autocompletion=complete_check,
    ),
]


def command(
    slug: OptionalSlug = None,
    check: CheckName = None,
    again: Annotated[bool, typer.Option("--again", help=_("Repeat the last hint."))] = False,
    lang: Lang = None,
) -> None:
    """Grade an exercise, and give the next hint for its first check that is not earned.

    Without a slug it is the first exercise that is not finished; a check may be named too.
    """
    here = course()
    memory = Memory(here.root)
    exercise = here.exercise(slug) if slug else unfinished(here, memory) or here.exercises[0]
    graded_on = rubric.load(here.grader(exercise.slug))
    named = find_check(graded_on, check) if check else None
    options = Options(only=frozenset([named.id] if named else []))
    check_folder(options.folder(here, exercise.slug))
    with warm_grading(here) as run:
        card = run([exercise.slug], options)
    if not named:
        memory.keep_scores(card)
    # A check that was not tried needs an earlier one, whose hint comes first.
    missing = [
        result
        for result in card.exercises[0].checks
        if result.outcome != "earned" and (not named or result.id == named.id)
    ]
    if missing:
        give(here, exercise.slug, missing[0], memory, output(), again=again)
        if _is_without_app(missing[0]):
            return
        again_for = f"{exercise.slug} {named.id}" if named else exercise.slug
        rung = memory.rung(exercise.slug, missing[0].id)
        said = _next_step(exercise.slug, again_for, rung)
        write_to_copy(output(), said, style="dim")
    elif named:
        output().print(_("“{title}” is earned already.").format(title=pick(named.title)))
    else:
        congratulate(here, card.exercises[0], memory, output())


def find_check(graded_on: Rubric, name: str) -> Check:
    """The check that a person names by its id, or by its title in either language."""
    names = {check.id: check for check in graded_on.checks.values()}
    for check in graded_on.checks.values():
        names |= {title.casefold(): check for title in check.title.values()}
    wanted = name.strip().casefold()
    if found := names.get(wanted) or names.get(wanted.replace("-", "_")):
        return found
    near = [name for name in names if wanted in name] or get_close_matches(wanted, names, n=1)
    raise HooklabError(
        _("{slug} has no check “{name}”").format(slug=graded_on.slug, name=name),
        _("did you mean “{near}”?").format(near=names[near[0]].id)
        if near
        else _("copy its title from the scorecard: hooklab grade {slug}").format(
            slug=graded_on.slug
        ),
    )


def give(
    course: Course,
    slug: str,
    result: CheckResult,
    memory: Memory,
    console: Console,
    *,
    again: bool = False,
) -> None:
    """Print the next hint for a check, or the last one `again`."""
    check = rubric.load(course.grader(slug)).checks[result.id]
    console.print(Text(f"{slug} · {result.title}", style="bold"))
    if result.outcome == "could_not_grade":
        console.print(clean(result.message))
        return
    if result.loss and _is_without_app(result):
        # A rung of a hint would be lost on it: nothing that the hint is about has run.
        write_folded(console, _("First the app has to start:"), style="yellow")
        for line in clean(result.loss.happened).splitlines():
            content = line.lstrip(" ")
            write_folded(console, content, "  " + line[: len(line) - len(content)])
        return
    if result.outcome == "not_tried":
        write_folded(console, clean(result.message), style="yellow")
    given = memory.rung(slug, check.id)
    rung = max(given, 1) if again else min(given + 1, RUNGS)
    memory.keep_rung(slug, check.id, rung)
    console.print(
        Text(_("Hint {rung} of {count}").format(rung=rung, count=RUNGS), style="cyan"),
    )
    # Non-breaking spaces are white space to split(), and are meant to stay.
    words = re.split(r"[ \t\n]+", pick(check.hints[rung - 1]).strip())
    write_folded(console, " ".join(words), indent="  ")
    place = place_to_open(course, slug, f"{result.hint} {pick(check.look)}")
    console.print(_("Open {place}").format(place=place), soft_wrap=True)


def _is_without_app(result: CheckResult) -> bool:
    return result.loss is not None and result.loss.is_without_app


def _next_step(slug: str, again_for: str, rung: int) -> str:
    if rung < RUNGS:
        return _("For the next one: hooklab hint {words}").format(words=again_for)
    story = as_typed(f"hooklab grade {slug} --all-messages")
    return _("This is the last one. For the whole story: {command}").format(command=story)
