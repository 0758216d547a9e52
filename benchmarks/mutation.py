"""How much the graders notice: `python benchmarks/mutation.py SLUG… [--sample N]`.

Small faults are made in a reference, one at a time, by Cosmic Ray's operators; each such mutant is
graded until it loses a check. A mutant that loses none has survived, and is listed with the reason
that `benchmarks/survivors/<slug>.toml` gives:

    [[survivor]]
    file = "app.py"
    was = "a line of the reference"
    became = "the line of the mutant"
    same = "why both behave alike"

Without `became`, the reason holds for whatever becomes of the line.

The reason has one of three names. `same`: no behaviour is changed. `free`: the statement leaves
this open, so a check would be wrong to notice. `unseen`: a check could notice, and none does. Only
the first two take the mutant out of the count.
"""

import argparse
import difflib
import random
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.exceptions import CosmicRayTestingException
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.exception_replacer import ExceptionReplacer
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import PythonNode
from parso.tree import NodeOrLeaf

from hooklab import catalogue
from hooklab.catalogue import Course
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker.launch import Launcher, start_launcher

# One fault of each kind for each place: Cosmic Ray knows a dozen ways to spoil a "+".
OPERATORS = (
    "AddNot",
    "ExceptionReplacer",
    "NumberReplacer",
    "RemoveDecorator",
    "ReplaceAndWithOr",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Mod_Mul",
    "ReplaceBinaryOperator_Mul_Add",
    "ReplaceBinaryOperator_Pow_Mul",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBreakWithContinue",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_USub_UAdd",
    "ZeroIterationForLoop",
)
UNCOUNTED = ("same", "free")
KINDS = (*UNCOUNTED, "unseen")
TARGET = 0.85
SURVIVORS = Path(__file__).parent / "survivors"

Reasons = dict[tuple[str, str, str | None], dict[str, str]]


@dataclass(frozen=True)
class Mutant:
    """A reference with one small fault.

    Attributes:
        file: the file's name.
        operator: what made the fault.
        code: the whole text of the file.
        was: the lines that the fault replaced.
        became: the lines with the fault.
    """

    file: str
    operator: str
    code: str
    was: str
    became: str

    def __str__(self) -> str:
        return f"{self.file}: {self.was}  →  {self.became}"


def main() -> None:
    """Measure the exercises that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, chosen by chance")
    options = parser.parse_args()
    course = catalogue.load(catalogue.find_root(Path.cwd()))
    slugs = options.slugs or [exercise.slug for exercise in course.exercises]
    launcher = start_launcher()
    try:
        reached = [_measure(course, slug, launcher, options.sample) for slug in slugs]
    finally:
        launcher.close()
    sys.exit(not all(reached))


def _measure(course: Course, slug: str, launcher: Launcher, sample: int | None) -> bool:
    mutants = list(_mutants(course.solution(slug)))
    if sample is not None:
        mutants = random.Random(slug).sample(mutants, min(sample, len(mutants)))  # noqa: S311
    reasons = _reasons(slug)
    survivors = []
    for number, mutant in enumerate(mutants, start=1):
        print(f"\r{slug}: {number} of {len(mutants)} mutants", end="", flush=True, file=sys.stderr)
        if _survives(course, slug, mutant, launcher):
            survivors.append(mutant)
    print(file=sys.stderr)
    uncounted = [each for each in survivors if _kind(_entry(reasons, each)) in UNCOUNTED]
    changed = len(mutants) - len(uncounted)
    caught = len(mutants) - len(survivors)
    share = caught / changed if changed else 1.0
    print(f"{slug}: {caught} of {changed} mutants that change behaviour are caught: {share:.1%}")
    for mutant in survivors:
        entry = _entry(reasons, mutant)
        kind = _kind(entry)
        reason = entry[kind] if kind else f"by {mutant.operator}"
        print(f"  {kind or 'NO REASON YET'}: {mutant}\n      {reason}")
    return share >= TARGET


def _mutants(folder: Path) -> Iterator[Mutant]:
    seen = set()
    for path in sorted(folder.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        for operator in OPERATORS:
            for code in _occurrences(source, operator):
                was, became = _difference(source, code)
                if _is_code(was) and (path.name, was, became, code) not in seen:
                    seen.add((path.name, was, became, code))
                    yield Mutant(path.name, operator, code, was, became)


class _DottedExceptionReplacer(ExceptionReplacer):
    """Cosmic Ray's own replacer, for names with a dot too: it fails on `(httpx.HTTPError, …)`."""

    def mutate(self, node: PythonNode, index: int) -> PythonNode:
        name = self._name_nodes(node)[index]
        if isinstance(name, PythonNode):
            name.children = name.children[:1]
            name = name.children[0]
        name.value = CosmicRayTestingException.__name__
        return node

    @staticmethod
    def _name_nodes(node: PythonNode) -> Sequence[NodeOrLeaf]:
        caught = node.children[1]
        if caught.type == "atom":
            caught = caught.children[1]
        return caught.children[::2] if caught.type == "testlist_comp" else (caught,)


def _operator(name: str) -> Operator:
    if name == "ExceptionReplacer":
        return _DottedExceptionReplacer()
    return get_operator(f"core/{name}")()


def _occurrences(source: str, operator: str) -> Iterator[str]:
    made, occurrence = _operator(operator), 0
    while (code := mutate_code(source, made, occurrence)) is not None:
        yield code
        occurrence += 1


def _difference(source: str, code: str) -> tuple[str, str]:
    lines = list(difflib.ndiff(source.splitlines(), code.splitlines()))
    was = " ".join(line[2:].strip() for line in lines if line.startswith("- "))
    became = " ".join(line[2:].strip() for line in lines if line.startswith("+ "))
    return was, became


def _is_code(line: str) -> bool:
    # What only a type checker reads is no behaviour.
    return not line.startswith(("from ", "import ", "if TYPE_CHECKING"))


def _survives(course: Course, slug: str, mutant: Mutant, launcher: Launcher) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / slug
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(course.solution(slug), answer, ignore=ignored)
        (answer / mutant.file).write_text(mutant.code, encoding="utf-8")
        options = Options(submission=answer, first_loss=True)
        card = grade(course, [slug], options, launcher=launcher)
    return all(check.outcome == "earned" for check in card.exercises[0].checks)


def _reasons(slug: str) -> Reasons:
    path = SURVIVORS / f"{slug}.toml"
    if not path.is_file():
        return {}
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
    return {(each["file"], each["was"], each.get("became")): each for each in entries}


def _entry(reasons: Reasons, mutant: Mutant) -> dict[str, str]:
    exact, line = (mutant.file, mutant.was, mutant.became), (mutant.file, mutant.was, None)
    return reasons.get(exact) or reasons.get(line) or {}


def _kind(entry: dict[str, str]) -> str | None:
    return next((kind for kind in KINDS if kind in entry), None)


if __name__ == "__main__":
    main()
