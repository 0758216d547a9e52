"""The reference of the fixture `lab`, made from the class `Lab` and what it consists of.

Signatures and docstrings are English, as the code is; the words around them are translated.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from inspect import Parameter, cleandoc, getdoc, getsource, isfunction, signature

from hooklab.grading.clock import Clock
from hooklab.grading.lab import Lab
from hooklab.pages.cells import cell, table
from hooklab.syntax import parse_python
from hooklab.texts import _

FIXTURE = "lab"
_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^ {4}(?P<names>\w+(?:, \w+)*): (?P<means>.*(?:\n {8}.*)*)", re.MULTILINE)
# What the engine calls when a check is over; no check does.
_ENGINES_OWN = {"abandon", "close", "clues", "obituary", "story", "require_running"}


def lab_reference() -> str:
    """What `lab` has, and for each part what can be done with it, as Markdown."""
    kinds = _kinds()
    header = (_("Name"), _("What it is"))
    rows = [(f"`{FIXTURE}.{name}`", cell(means)) for name, means in _attributes().items()]
    parts = [f"## `{FIXTURE}`", table(header, rows, left={0, 1}), _methods(FIXTURE, Lab)]
    for kind in dict.fromkeys(kinds.values()):
        typed = [f"{FIXTURE}.{name}" for name in _attributes() if kinds.get(name) is kind]
        titles = ", ".join(f"`{each}`" for each in typed)
        parts += [f"## {titles}", _summary(kind), _methods(typed[0], kind)]
    return "\n\n".join(parts)


def _attributes() -> dict[str, str]:
    """The attributes that the docstring of `Lab` tells of, with what it says."""
    told = cleandoc(Lab.__doc__ or "").partition("Attributes:\n")[2]
    return {
        name: " ".join(found["means"].split())
        for found in _ATTRIBUTE.finditer(told)
        for name in found["names"].split(", ")
    }


def _kinds() -> dict[str, type]:
    """The classes of the attributes that `Lab` makes, by name, in the order of its docstring."""
    known = vars(sys.modules[Lab.__module__])
    found: dict[str, type] = {"clock": Clock}
    for node in ast.walk(parse_python(getsource(Lab))):
        match node:
            case ast.Assign(
                targets=[ast.Attribute(attr=name)], value=ast.Call(func=ast.Name(id=kind))
            ) if isinstance(known.get(kind), type):
                found[name] = known[kind]
    return {name: found[name] for name in _attributes() if name in found}


def _methods(typed: str, kind: type) -> str:
    """A list of the public methods of a class, those that it inherits last."""
    return "\n".join(_entries(typed, kind))


def _entries(typed: str, kind: type) -> Iterator[str]:
    seen: set[str] = set()
    for owner in kind.__mro__[:-1]:
        for name, member in vars(owner).items():
            if name in seen or (name.startswith("_") and name != "__call__"):
                continue
            seen.add(name)
            called = typed if name == "__call__" else f"{typed}.{name}"
            if isfunction(member) and getdoc(member) and name not in _ENGINES_OWN:
                yield f"- `{called}({_parameters(member)})`{_(': ')}{_summary(member)}"
            elif isinstance(member, property) and getdoc(member):
                yield f"- `{called}`{_(': ')}{_summary(member)}"


def _parameters(function: Callable[..., object]) -> str:
    """The parameters of a method with their defaults, without `self` and annotations."""
    found = signature(function)
    plain = [
        each.replace(annotation=Parameter.empty) for each in list(found.parameters.values())[1:]
    ]
    told = found.replace(parameters=plain, return_annotation=Parameter.empty)
    return str(told)[1:-1]


def _summary(told: object) -> str:
    """The first paragraph of a docstring, on one line."""
    text = _SECTION.split(getdoc(told) or "")[0].split("\n\n")[0]
    return " ".join(text.split())
