"""The authors' gate: does everything that the course promises about its exercises hold?"""

from collections.abc import Callable, Iterator, Sequence

from hooklab import rubric
from hooklab.authoring import cutter, forms, known, losses, promises, rooms, sources, steps
from hooklab.authoring.known import Known
from hooklab.authoring.problem import Problem
from hooklab.authoring.proof import Manner, Prover
from hooklab.catalogue import Course, Exercise
from hooklab.errors import HooklabError

Progress = Callable[[str, list[Problem]], None]


def run(
    course: Course,
    slugs: Sequence[str] = (),
    *,
    manner: Manner | None,
    progress: Progress = lambda _place, _problems: None,
) -> list[Problem]:
    """Look for every fault of the content, and return all of them.

    Args:
        slugs: the exercises to look at; none means the whole course, and then also folders and
            pages that belong to no exercise.
        manner: how to grade the answers whose outcome is known; None leaves out this part, which
            takes nearly all of the time.
        progress: called after each step with what was looked at and the faults found there.

    Raises:
        HooklabError: an exercise is unknown.
    """
    exercises = [course.exercise(slug) for slug in slugs] or list(course.exercises)
    found: list[Problem] = []
    for place, problems in _steps(course, exercises, manner, whole=not slugs):
        found += problems
        progress(place, problems)
    return found


Steps = Iterator[tuple[str, list[Problem]]]


def _steps(
    course: Course, exercises: list[Exercise], manner: Manner | None, *, whole: bool
) -> Steps:
    if whole:
        yield "graders/course.toml", list(rooms.whole_course(course))
    for exercise in exercises:
        yield from _steps_of(course, exercise, manner)


def _steps_of(course: Course, exercise: Exercise, manner: Manner | None) -> Steps:
    slug = exercise.slug
    missing = list(rooms.missing_rooms(course, slug))
    pages = [each for page in exercise.pages for each in rooms.missing_pages(course, page)]
    yield slug, [*missing, *pages]
    if missing:
        return
    yield (
        f"exercises/{slug}",
        [
            *sources.compare(course, slug),
            *cutter.stale(course, slug),
            *forms.stale(course, slug),
            *steps.unseen(course, slug),
        ],
    )
    grader = f"graders/{slug}"
    try:
        graded_on = rubric.load(course.grader(slug))
        answers = [*known.mistakes(course, slug), *known.others(course, slug)]
    except HooklabError as error:
        yield grader, [Problem(grader, error.what, error.hint)]
        return
    if not pages:
        yield f"course/*/{exercise.page}", list(promises.faults(course, exercise, graded_on))
    declared = list(known.judge(course, graded_on, answers))
    losing = losses.judge(course, graded_on, answers)
    yield grader, [*rooms.titles(course, exercise, graded_on), *declared, *losing]
    if manner and graded_on.checks:
        faulty = {problem.place for problem in declared}
        sound = [each for each in answers if _place(course, each) not in faulty]
        yield from _proofs(course, slug, sound, manner)


def _proofs(course: Course, slug: str, answers: list[Known], manner: Manner) -> Steps:
    prover = Prover(course, slug, manner)
    yield f"solutions/{slug}", prover.solution()
    yield f"exercises/{slug}", prover.skeleton()
    for each in answers:
        yield _place(course, each), [*prover.known(each), *prover.messages(each)]


def _place(course: Course, answer: Known) -> str:
    return answer.path.relative_to(course.root).as_posix()
