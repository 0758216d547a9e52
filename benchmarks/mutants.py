"""Small faults that are made in a reference, one at a time, by Cosmic Ray's operators."""

import difflib
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


@dataclass(frozen=True)
class Mutant:
    """A reference with one small fault.

    Attributes:
        file: the file's name.
        line: the number of the first line that differs.
        operator: what made the fault.
        code: the whole text of the file.
        was: the lines that the fault replaced.
        became: the lines with the fault.
    """

    file: str
    line: int
    operator: str
    code: str
    was: str
    became: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.was}  →  {self.became}"


def mutants(folder: Path) -> Iterator[Mutant]:
    """Every mutant of the reference in `folder`, file by file.

    The settings are left out: the class that an app gets is the course's own, whatever its file is.
    """
    seen = set()
    for path in sorted({*folder.glob("*.py")} - {folder / "settings.py"}):
        source = path.read_text(encoding="utf-8")
        for operator in OPERATORS:
            for code in _occurrences(source, operator):
                line, was, became = _difference(source, code)
                if _is_code(was) and (path.name, was, became, code) not in seen:
                    seen.add((path.name, was, became, code))
                    yield Mutant(path.name, line, operator, code, was, became)


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


def _difference(source: str, code: str) -> tuple[int, str, str]:
    before, after = source.splitlines(), code.splitlines()
    pairs = zip(before, after, strict=False)
    first = next((number for number, (old, new) in enumerate(pairs, 1) if old != new), 0)
    lines = list(difflib.ndiff(before, after))
    was = " ".join(line[2:].strip() for line in lines if line.startswith("- "))
    became = " ".join(line[2:].strip() for line in lines if line.startswith("+ "))
    return first, was, became


def _is_code(line: str) -> bool:
    # What only a type checker reads is no behaviour.
    return not line.startswith(("from ", "import ", "if TYPE_CHECKING"))
