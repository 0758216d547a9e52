"""What an answer that eats all it may costs another: `python benchmarks/neighbours.py`.

The reference of `clerk_endpoint` is graded again and again, beside another reference and beside an
answer that starts as many busy processes as it may, in sessions of their own, and touches all
memory that it gets. The two take turns; the ratio of their medians is printed. With `--together`
the two are not kept to cores of their own.
"""

import argparse
import statistics
from pathlib import Path

from throughput import SLUG, _scratch, _tasks

from hooklab import catalogue
from hooklab.catalogue import Course
from hooklab.classroom.graders import Graders, Task
from hooklab.classroom.hand_ins import Collector

ROUNDS = 3
ANSWERS = 4

# Until it is killed. Its requests are never answered, so that it is there for as long as it may be.
EATER = """
import os
import time

from fastapi import FastAPI


def eat():
    hoard = []
    while True:
        try:
            hoard.append(bytearray(os.urandom(1 << 16) * 64))
        except MemoryError:
            for each in hoard:
                each[::4096] = bytes(len(each[::4096]))


def create_app(settings):
    for _number in range(60):
        if os.fork() == 0:
            os.setsid()
            eat()
    app = FastAPI()

    @app.post("/webhooks/clerk")
    async def receive():
        eat()

    return app
"""


def main() -> None:
    """Measure both, in turns."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--answers", type=int, default=ANSWERS, help="in a round")
    parser.add_argument("--together", action="store_true", help="no cores of their own")
    arguments = parser.parse_args()
    course = catalogue.load(catalogue.find_root(Path.cwd()))
    alone: list[float] = []
    beside: list[float] = []
    with _scratch() as folder:
        for number in range(arguments.rounds):
            calm = folder / f"calm{number}"
            alone += _seconds(
                course, _tasks(course, calm, 2 * arguments.answers), apart=not arguments.together
            )
            tasks = _tasks(course, folder / f"busy{number}", arguments.answers)
            beside += _seconds(
                course,
                [_eater(folder / f"eater{number}", course), *tasks],
                apart=not arguments.together,
            )
            print(
                f"beside another reference {statistics.median(alone):.2f} s, "
                f"beside an eater {statistics.median(beside):.2f} s: "
                f"{statistics.median(beside) / statistics.median(alone):.2f}",
                flush=True,
            )


def _eater(folder: Path, course: Course) -> Task:
    answer = folder / "eater" / SLUG
    answer.mkdir(parents=True)
    (answer / "app.py").write_text(EATER, encoding="utf-8")
    [found] = Collector(course, [SLUG], None).collect(folder).hand_ins
    return Task(found, seed=0)


def _seconds(course: Course, tasks: list[Task], *, apart: bool) -> list[float]:
    """How long each reference takes, two at a time; the first of each process warms it up."""
    measured: list[float] = []
    left = sum(task.hand_in.learner.id != "eater" for task in tasks)
    with Graders(course, 2, apart=apart) as graders:
        for task, graded in graders.grade(tasks):
            if task.hand_in.learner.id == "eater":
                continue
            if not graded.card or graded.card.earned != graded.card.points:
                raise SystemExit(f"{task.hand_in.learner.id}: {graded.failure or 'lost points'}")
            measured.append(graded.seconds)
            left -= 1
            if not left:
                # Nobody waits for the eater: the block ends it.
                break
    return measured[2:] if len(measured) > 4 else measured[1:]


if __name__ == "__main__":
    main()
