"""Every technique that is known has its test, and every test that is named is there."""

import ast
import tomllib

import pytest

from .arena import HERE

TABLE = tomllib.loads((HERE / "techniques.toml").read_text(encoding="utf-8"))

# How many techniques each family has.
FAMILIES = {"A": 7, "B": 5, "C": 5, "D": 9, "E": 9, "F": 4, "G": 5, "H": 5}

# What cannot be tried, as the table says why.
NO_ATTACK = {"H2"}


def _named() -> dict[str, set[str]]:
    """The names of all tests here, with the texts of their files: names of cases are among them."""
    found: dict[str, set[str]] = {}
    for path in HERE.glob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        found.update(dict.fromkeys(names, texts))
    return found


TESTS = _named()


def test_every_technique_stands_in_the_table():
    wanted = {f"{family}{n + 1}" for family, most in FAMILIES.items() for n in range(most)}
    assert set(TABLE["technique"]) == wanted


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, rows in TABLE.items() for name in rows]
)
def test_a_technique_is_tried(kind, name):
    row = TABLE[kind][name]
    assert row["what"]
    assert bool(row["tests"]) == (name not in NO_ATTACK)
    for test in row["tests"]:
        function, _bracket, case = test.partition("[")
        assert function in TESTS
        assert not case or case.removesuffix("]") in TESTS[function]
