"""`hooklab promises`: what statements promise, and what holds it, for authors."""

from hooklab import rubric
from hooklab.catalogue import Course, Exercise
from hooklab.cli.parameters import Lang, Slugs, chosen, course
from hooklab.cli.speaking import output
from hooklab.texts import _


def command(slugs: Slugs = None, lang: Lang = None) -> None:
    """Print each promise of a statement with the checks that hold it and the mistakes against it.

    Review begins here: is it all that the sentence says?
    """
    here = course()
    for slug in chosen(here, slugs):
        _show(here, here.exercise(slug))


def _show(here: Course, exercise: Exercise) -> None:
    from hooklab.authoring import known, promises

    page = here.root / "course" / promises.MARKED / exercise.page
    checks = rubric.load(here.grader(exercise.slug)).checks
    breaking: dict[str, list[str]] = {}
    for mistake in known.mistakes(here, exercise.slug):
        for check in mistake.loses:
            breaking.setdefault(check, []).append(mistake.name)
    for promise in promises.read(page.read_text(encoding="utf-8")):
        if promise.explains:
            continue
        lines = [f"{exercise.slug}:{promise.line}: {' '.join(promise.says.split())}"]
        for name in promise.held_by:
            mistakes = ", ".join(breaking.get(name, [])) if name in checks else _("by a reviewer")
            lines.append(f"    {name}: {mistakes}")
        if promise.ungraded:
            lines.append("    " + _("not graded: {why}").format(why=promise.ungraded))
        output().print("\n".join(lines), soft_wrap=True, highlight=False, markup=False)
