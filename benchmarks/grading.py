"""How long grading takes: `python benchmarks/grading.py [SLUG…]`, from the root of the course.

Everything is measured on the reference, several times; the median is printed, with the fastest and
the slowest. Machines differ and are noisy: compare the ratios of one run, never two runs.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hooklab import catalogue, rubric
from hooklab.catalogue import Course
from hooklab.cli.grading import WarmGrading
from hooklab.grading import database
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.grading.slot import Ground, Slot
from hooklab.scorecard import CheckResult, Scorecard
from hooklab.scratch import scratch_folder
from hooklab.worker.isolation import CHOICE, PROCESS, in_force
from hooklab.worker.launch import Launcher, start_launcher

COLD_RUNS = 5
WARM_RUNS = 10
CONFINED_RUNS = 7
STARTS = 20

# What a person needs at least between two saves; the watcher's workers get ready in it.
PAUSE_SECONDS = 8


def main() -> None:
    """Measure the exercises that are named, or all."""
    course = catalogue.load(catalogue.find_root(Path.cwd()))
    known = [exercise.slug for exercise in course.exercises]
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="all, if none is named")
    slugs = parser.parse_args().slugs or known
    if unknown := set(slugs) - set(known):
        parser.error(f"no exercise is called {', '.join(unknown)}; there are {', '.join(known)}")
    print(f"{'':34}{'median':>10}{'fastest':>10}{'slowest':>10}")
    for slug in slugs:
        checks = _measure(course, slug)
        print(f"{slug}: {checks} checks\n")


def _measure(course: Course, slug: str) -> int:
    python = sys.executable
    target = str(course.grader(slug))
    pytest = _seconds(
        COLD_RUNS, lambda: _run([python, "-m", "pytest", "-q", target, "--solutions"])
    )
    cold = _seconds(
        COLD_RUNS, lambda: _run([python, "-m", "hooklab", "grade", slug, "--solutions"])
    )
    confinement = _confinement(slug)
    launcher = start_launcher()
    try:
        checks = _grade(course, slug, launcher)
        back_to_back = _seconds(WARM_RUNS, lambda: _grade(course, slug, launcher))
        # A learner may work on any check: those that are measured stand all over the rubric.
        ids = list(rubric.load(course.grader(slug)).checks)
        mended = [ids[number * len(ids) // WARM_RUNS] for number in range(WARM_RUNS)]
        saves = [_after_a_save(course, slug, launcher, check) for check in mended]
        verdicts, watched = ([each[part] for each in saves] for part in (0, 1))
        starts = _starts(course, slug, launcher)
    finally:
        launcher.close()
    _print(f"{slug}: plain pytest, cold", pytest)
    _print(f"{slug}: hooklab grade, cold", cold)
    _print(f"{slug}: warm, back to back", back_to_back)
    _print(f"{slug}: warm, after a save (watch)", watched)
    _print(f"{slug}: until the first verdict", verdicts)
    _print(f"{slug}: one check, warm", [each / checks for each in watched])
    _print(f"{slug}: start of a worker", starts)
    print(f"cold / plain pytest: {statistics.median(cold) / statistics.median(pytest):.2f}")
    print(f"watch / plain pytest: {statistics.median(watched) / statistics.median(pytest):.2f}")
    print(f"first verdict / watch: {statistics.median(verdicts) / statistics.median(watched):.2f}")
    print(f"processor time behind the wall / without: {confinement:.2f}")
    return checks


def _confinement(slug: str) -> float:
    """The processor time of a whole grading behind the wall, by that of one without it.

    That of all processes, which have ended and been waited for. The runs alternate, because a
    machine that grows busy makes both slower.
    """
    command = [sys.executable, "-m", "hooklab", "grade", slug, "--solutions"]
    seconds: dict[str, list[float]] = {"": [], PROCESS: []}
    for _number in range(CONFINED_RUNS):
        for tier, measured in seconds.items():
            before = _processor_seconds()
            _run(command, {**os.environ, CHOICE: tier})
            measured.append(_processor_seconds() - before)
    behind, without = seconds.values()
    _print(f"{slug}: processor time, {in_force()}", behind)
    _print(f"{slug}: processor time, {PROCESS}", without)
    return statistics.median(behind) / statistics.median(without)


def _processor_seconds() -> float:
    """Of all that this process has started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _grade(course: Course, slug: str, launcher: Launcher) -> int:
    return _count(grade(course, [slug], Options(solutions=True), launcher=launcher))


def _count(card: Scorecard) -> int:
    """How many checks there are; all of them must be earned."""
    if card.earned != card.points:
        raise SystemExit(f"the reference earned {card.earned:g} of {card.points:g}")
    return len(card.exercises[0].checks)


def _after_a_save(course: Course, slug: str, launcher: Launcher, check: str) -> tuple[float, float]:
    """The seconds from the end of a pause to the verdict on `check`, and to the scorecard.

    Graded as `hooklab watch` does when that check was lost before.
    """
    saved_at = verdict_at = 0.0

    def pause() -> bool:
        nonlocal saved_at
        time.sleep(PAUSE_SECONDS)
        saved_at = time.perf_counter()
        return True

    def told(_slug: str, result: CheckResult) -> None:
        nonlocal verdict_at
        # A check with several cases is told after each; the last one is the verdict.
        if result.id == check:
            verdict_at = time.perf_counter()

    options = Options(solutions=True, first=check)
    run = WarmGrading(course, launcher, debug=False)
    card = run([slug], options, pause=pause, told=told)
    seconds = time.perf_counter() - saved_at
    _count(card)
    return verdict_at - saved_at, seconds


def _starts(course: Course, slug: str, launcher: Launcher) -> list[float]:
    folder, server = scratch_folder(), database.server(None)
    ground = Ground(course.solution(slug), folder, launcher, server, seed=0)
    seconds = []
    for number in range(STARTS):
        slot = Slot(ground, number)
        seconds += _seconds(1, lambda: slot.start())  # noqa: B023 - called at once
        slot.stop()
        slot.remove()
    return seconds


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, capture_output=True, env=environment)


def _seconds(count: int, work: Callable[[], object]) -> list[float]:
    measured = []
    for _number in range(count):
        start = time.perf_counter()
        work()
        measured.append(time.perf_counter() - start)
    return measured


def _print(what: str, seconds: list[float]) -> None:
    figures = (statistics.median(seconds), min(seconds), max(seconds))
    print(f"{what:34}" + "".join(f"{figure:8.3f} s" for figure in figures))


if __name__ == "__main__":
    main()
