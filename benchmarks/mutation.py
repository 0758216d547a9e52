"""How much the graders notice: `python benchmarks/mutation.py SLUG… [--sample N] [--all]`.

Small faults are made in a reference, one at a time, by Cosmic Ray's operators. Each such mutant is
graded as the authors' gate grades a mistake, on the checks that run a line in which it differs, and
killed by the first that it loses. One that loses none has survived, and is listed with the reason
that `benchmarks/survivors/<slug>.toml` gives:

    [[survivor]]
    file = "app.py"
    was = "a line of the reference"
    became = "the line of the mutant"
    same = "why both behave alike"

Without `became`, the reason holds for whatever becomes of the line.

The reason has one of three names. `same`: no behaviour is changed. `free`: the statement leaves
this open, so a check would be wrong to notice. `unseen`: a check could notice, and none does. Only
the first two take the mutant out of the count, and it is believed to survive; with `--all` it is
graded too, and a reason that no survivor needs is refused. What could twice not be graded does not
count either, and then no score is enough: the machine was too busy, or a check has failed with an
exception of its own.

With the machine to itself, a mutant takes a second or two, or five where checks let clocks run and
processes die; an exercise from one minute to half an hour.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path

from mutants import Mutant, mutants

from hooklab import catalogue
from hooklab.authoring.proof import Manner, Prover
from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker.launch import Launcher, start_launcher

KILLED, SURVIVED, UNGRADED = "killed", "survived", "could not grade"
UNCOUNTED = ("same", "free")
KINDS = (*UNCOUNTED, "unseen")
TARGET = 0.95
SURVIVORS = Path(__file__).parent / "survivors"


class Reasons:
    """Why mutants of an exercise survive, as its authors have written it down."""

    def __init__(self, slug: str) -> None:
        path = SURVIVORS / f"{slug}.toml"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        entries = tomllib.loads(text).get("survivor", [])
        self._reasons = {(each["file"], each["was"], each.get("became")): each for each in entries}

    def of(self, mutant: Mutant) -> tuple[str, str]:
        """The kind of the reason, and the reason; both empty when there is none."""
        entry = self._reasons.get(self._key(mutant), {})
        return next(((kind, entry[kind]) for kind in KINDS if kind in entry), ("", ""))

    def without(self, found: list[Mutant]) -> list[str]:
        """The lines of the reasons that none of `found` has."""
        used = {self._key(mutant) for mutant in found}
        return [
            f"{file}: {was}  →  {became or '…'}"
            for file, was, became in self._reasons.keys() - used
        ]

    def _key(self, mutant: Mutant) -> tuple[str, str, str | None]:
        exact = (mutant.file, mutant.was, mutant.became)
        return exact if exact in self._reasons else (mutant.file, mutant.was, None)


class Bench:
    """Grades the mutants of one exercise.

    Raises:
        HooklabError: the reference does not earn everything, so that nothing can be told of others.
    """

    def __init__(self, course: Course, slug: str, launcher: Launcher) -> None:
        self._course, self._slug, self._launcher = course, slug, launcher
        self._prover = Prover(course, slug, Manner(launcher))
        for problem in self._prover.solution():
            raise HooklabError(f"{problem.place}: {problem.what}", problem.hint)
        self._killers: list[str] = []

    def outcome(self, mutant: Mutant) -> str:
        """Whether the mutant is killed, has survived, or could not be graded."""
        with tempfile.TemporaryDirectory() as folder:
            answer = Path(folder) / self._slug
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(self._course.solution(self._slug), answer, ignore=ignored)
            (answer / mutant.file).write_text(mutant.code, encoding="utf-8")
            seeing = self._prover.seeing(answer, {mutant.file})
            if seeing is not None and not seeing:
                return SURVIVED
            first = self._grade(answer, seeing)
            return self._grade(answer, seeing) if first == UNGRADED else first

    def _grade(self, answer: Path, seeing: frozenset[str] | None) -> str:
        # The check that has noticed the last fault nearby often notices this one too.
        first = next((each for each in self._killers if seeing is None or each in seeing), "")
        options = Options(
            submission=answer, only=seeing or frozenset(), first=first, first_loss=True
        )
        try:
            card = grade(self._course, [self._slug], options, launcher=self._launcher)
        except HooklabError:
            return UNGRADED
        checks = card.exercises[0].checks
        if lost := [check.id for check in checks if check.outcome == "not_earned"]:
            self._killers = lost + [each for each in self._killers if each not in lost]
            return KILLED
        return UNGRADED if any(each.outcome == "could_not_grade" for each in checks) else SURVIVED


def main() -> None:
    """Measure the exercises that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, chosen by chance")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="choose others")
    parser.add_argument("--all", action="store_true", help="believe no reason before it is tried")
    options = parser.parse_args()
    course = catalogue.load(catalogue.find_root(Path.cwd()))
    apps = [each.slug for each in course.exercises if any(mutants(course.solution(each.slug)))]
    launcher = start_launcher()
    try:
        reached = [_measure(course, slug, launcher, options) for slug in options.slugs or apps]
    finally:
        launcher.close()
    sys.exit(not all(reached))


def _measure(course: Course, slug: str, launcher: Launcher, options: argparse.Namespace) -> bool:
    began = time.perf_counter()
    reasons = Reasons(slug)
    tried = list(mutants(course.solution(slug)))
    refused = [f"no mutant has this: {line}" for line in reasons.without(tried)]
    if options.sample is not None:
        chance = random.Random(f"{slug} {options.seed}")  # noqa: S311
        tried = chance.sample(tried, min(options.sample, len(tried)))
    bench = Bench(course, slug, launcher)
    counts: Counter[str] = Counter()
    survivors = []
    for number, mutant in enumerate(tried, start=1):
        print(f"\r{slug}: {number} of {len(tried)} mutants", end="", flush=True, file=sys.stderr)
        kind, reason = reasons.of(mutant)
        believed = kind in UNCOUNTED and not options.all
        outcome = SURVIVED if believed else bench.outcome(mutant)
        if outcome == SURVIVED:
            survivors.append(mutant)
        counts[(kind or "no reason") if outcome == SURVIVED else outcome] += 1
        if outcome != KILLED and not believed:
            told = f"{kind}, {reason}" if kind else f"by {mutant.operator}"
            print("\r", end="", flush=True, file=sys.stderr)
            print(f"  {outcome}: {mutant}\n      {told}", flush=True)
    if options.all and options.sample is None:
        refused += [f"no survivor needs this: {line}" for line in reasons.without(survivors)]
    print(file=sys.stderr)
    print("".join(f"  {line}\n" for line in sorted(refused)), end="")
    changed = len(tried) - sum(counts[kind] for kind in (*UNCOUNTED, UNGRADED))
    share = counts[KILLED] / changed if changed else 1.0
    print(
        f"{slug}: {share:.1%} of {changed} mutants that change what is promised are killed"
        f" ({len(tried)} tried in {time.perf_counter() - began:.0f} s; "
        + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        + ")",
        flush=True,
    )
    return share >= TARGET and not counts[UNGRADED] and not refused


if __name__ == "__main__":
    main()
