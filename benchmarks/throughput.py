"""How fast a class is graded: `python benchmarks/throughput.py`, from the root of the course.

Measured on the reference of `clerk_endpoint`, beside what an instructor would write instead: a loop
of one fresh pytest process for each answer, which makes the same deliveries through Starlette's
test client, in the answer's own process (`benchmarks/peer`). Both grade two answers at a time, in
rounds that take turns: compare the ratios of one run, never two runs. With `--write` the figures
are kept in `benchmarks/throughput.json`, from which a page computes what a large class needs.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hooklab import catalogue
from hooklab.catalogue import Course
from hooklab.classroom.graders import Graders, Task
from hooklab.classroom.hand_ins import Collector
from hooklab.grading import app as grading_app
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.scratch import remove_folder, scratch_folder
from hooklab.worker.descendants import family
from hooklab.worker.isolation import in_force
from hooklab.worker.launch import start_launcher
from hooklab.worker.processor import used_seconds

SLUG = "clerk_endpoint"
FIGURES = Path(__file__).with_suffix(".json")
PEER = Path(__file__).parent / "peer" / "test_loop.py"
AT_ONCE = 2
ROUNDS = 3
# Answers of a round, and of the run in which memory is looked at.
ANSWERS = 10
MANY = 200


def main() -> None:
    """Measure both, print the ratio, then look at the memory of a long run."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="0 for memory alone")
    parser.add_argument("--answers", type=int, default=ANSWERS, help="in a round")
    parser.add_argument("--many", type=int, default=MANY, help="in the run for memory; 0 for none")
    parser.add_argument("--write", action="store_true", help="keep the figures")
    arguments = parser.parse_args()
    figures: dict[str, object] = {"exercise": SLUG, "tier": in_force(), "at_once": AT_ONCE}
    course = catalogue.load(catalogue.find_root(Path.cwd()))
    with _scratch() as folder:
        deliveries = folder / "deliveries.json"
        checks = _note_deliveries(course)
        deliveries.write_text(json.dumps(checks), encoding="utf-8")
        sent = sum(len(each["deliveries"]) for each in checks)
        print(f"{SLUG}: {len(checks)} checks, {sent} deliveries, {in_force()}, {AT_ONCE} at a time")
        with Graders(course, AT_ONCE) as graders:
            _grade(graders, _tasks(course, folder / "warm", AT_ONCE))
            if arguments.rounds:
                figures |= _compare(course, graders, folder, deliveries, arguments)
        if arguments.many:
            figures |= _memory_of(course, folder, arguments.many)
    if arguments.write:
        known = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
        FIGURES.write_text(json.dumps(known | figures, indent=1) + "\n", encoding="utf-8")


def _compare(
    course: Course, graders: Graders, folder: Path, deliveries: Path, arguments: Any
) -> dict[str, float]:
    loop, ours = [], []
    for number in range(arguments.rounds):
        tasks = _tasks(course, folder / f"round{number}", arguments.answers)
        loop.append(_measure(lambda tasks=tasks: _loop(tasks, deliveries), _of_children))
        ours.append(
            _measure(lambda tasks=tasks: _grade(graders, tasks), lambda: _of_graders(graders))
        )
    for what, measured in (("a loop of pytest", loop), ("hooklab class grade", ours)):
        rates = [arguments.answers * 3600 / seconds for seconds, _used in measured]
        used = statistics.median(used for _seconds, used in measured) / arguments.answers
        print(
            f"{what:22}{statistics.median(rates):6.0f} answers an hour "
            f"({min(rates):.0f} to {max(rates):.0f}), {used:.2f} s of a processor for each"
        )
    both = list(zip(loop, ours, strict=True))
    print(f"hooklab / loop: {statistics.median(a[0] / b[0] for a, b in both):.2f}")
    # Others on the machine change this one less.
    by_processor = statistics.median(a[1] / b[1] for a, b in both)
    print(f"by processor time: {by_processor:.2f}")
    each = [used / arguments.answers for _seconds, used in ours]
    return {
        "ratio": round(statistics.median(a[0] / b[0] for a, b in both), 2),
        "ratio_by_processor": round(by_processor, 2),
        "processor_seconds": round(statistics.median(each), 2),
    }


def _note_deliveries(course: Course) -> list[dict[str, Any]]:
    """What is sent to the reference in each check, with how it responds."""
    noted: dict[int, dict[str, Any]] = {}
    send = grading_app.App._send

    def note(self: Any, app: int, *request: Any) -> Any:
        response = send(self, app, *request)
        method, path, headers, body = request[:4]
        slot = self._slot
        # The test client frames its requests itself.
        framed = {"content-length", "transfer-encoding"} & {name.lower() for name in headers}
        if response.status and not framed:
            check = noted.setdefault(id(slot), {"slot": slot, "deliveries": []})
            check["environment"] = _own_settings(slot.settings)
            secret = slot.settings["CLERK_WEBHOOK_SIGNING_SECRET"]
            check["deliveries"].append(
                {
                    "method": method,
                    "path": path,
                    "headers": dict(headers),
                    "body": body.decode("latin-1"),
                    "status": response.status,
                    "secret": "" if 400 <= response.status < 500 else secret,
                }
            )
        return response

    grading_app.App._send = note  # type: ignore[method-assign]
    launcher = start_launcher()
    try:
        grade(course, [SLUG], Options(solutions=True), launcher=launcher)
    finally:
        grading_app.App._send = send  # type: ignore[method-assign]
        launcher.close()
    return [{name: each[name] for name in ("environment", "deliveries")} for each in noted.values()]


def _own_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """What the app is told, but where its services were: nobody listens there any more."""
    system = ("HOME", "TMPDIR", "PATH", "LANG", "TZ", "DATABASE_URL")
    return {name: value for name, value in environment.items() if name not in system}


def _tasks(course: Course, folder: Path, count: int) -> list[Task]:
    """So many right answers, of which no two are the same."""
    for number in range(count):
        answer = folder / f"learner{number:03}" / SLUG
        shutil.copytree(course.solution(SLUG), answer)
        with (answer / "app.py").open("a", encoding="utf-8") as file:
            file.write(f"# {folder.name} {number}\n")
    found = Collector(course, [SLUG], None).collect(folder)
    return [Task(each, seed=number) for number, each in enumerate(found.hand_ins)]


def _grade(graders: Graders, tasks: list[Task]) -> None:
    for task, graded in graders.grade(tasks):
        if graded.failure or not graded.card or graded.card.earned != graded.card.points:
            raise SystemExit(f"{task.hand_in.learner.id}: {graded.failure or 'points are missing'}")


def _loop(tasks: list[Task], deliveries: Path) -> None:
    def run(task: Task) -> None:
        answer = task.hand_in.upload / SLUG
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        subprocess.run(
            [*command, "--rootdir", str(PEER.parent), "-c", os.devnull, str(PEER)],
            env={
                **os.environ,
                # Each would look through what the others have installed.
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "ANSWER": str(answer),
                "DELIVERIES": str(deliveries),
            },
            stdout=subprocess.DEVNULL,
            check=True,
        )

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(run, tasks))


def _memory_of(course: Course, folder: Path, many: int) -> dict[str, int]:
    """What the grading processes, and all that they start, hold: early and late in a run."""
    tasks = _tasks(course, folder / "many", many)
    held: list[int] = []
    with Graders(course, AT_ONCE) as graders:
        for _task, _graded in graders.grade(tasks):
            held.append(sum(map(_memory, family(graders.pids))))
    tenth = max(1, many // 10)
    # At the very end there is less and less to do.
    early, late = held[:tenth], held[-tenth - AT_ONCE : -AT_ONCE]
    first, last = (int(statistics.median(some)) >> 20 for some in (early, late))
    print(f"memory after {tenth} of {many}: {first} MiB, and at the end {last} MiB")
    return {"answers": many, "memory_mib": first, "memory_mib_at_the_end": last}


def _memory(pid: int) -> int:
    """Its memory in bytes, what it shares divided by those who share it; see proc(5)."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    words = next(line.split() for line in text.splitlines() if line.startswith("Pss:"))
    return int(words[1]) * 1024


def _measure(work: Any, used: Any) -> tuple[float, float]:
    """The seconds that `work` takes, and those of a processor."""
    started, before = time.perf_counter(), used()
    work()
    return time.perf_counter() - started, used() - before


def _of_children() -> float:
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def _of_graders(graders: Graders) -> float:
    return sum(map(used_seconds, family(graders.pids)))


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = scratch_folder()
    try:
        yield folder
    finally:
        remove_folder(folder)


if __name__ == "__main__":
    main()
