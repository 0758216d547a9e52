"""A wrong answer is graded on the checks that run a line that differs, and on no more."""

import random
import sys
from textwrap import dedent

import pytest

from hooklab.authoring.reach import reached, touched_lines

BEFORE = dedent("""
    import time

    LIMIT = 3


    def first(items):
        if not items:
            return None
        for item in items:
            if item.ready:
                use(item)
        return items[0]


    class Box:
        size = 1

        def grow(self):
            self.size += 1
            return self


    def make(settings):
        app = App()

        @app.get("/")
        def home():
            one = 1
            return one

        return app
""").lstrip()


def line(text):
    """The number of the line that is `text`."""
    return [each.strip() for each in BEFORE.splitlines()].index(text) + 1


def changed(old, new):
    assert BEFORE.count(old) == 1
    return touched_lines(BEFORE, BEFORE.replace(old, new))


def test_a_statement_that_differs_is_reached_by_itself():
    assert changed("return None", "return 0") == {line("return None")}
    assert changed("if item.ready:", "if not item.ready:") == {line("if item.ready:")}
    assert changed("            use(item)\n", "            pass\n") == {line("use(item)")}


def test_of_a_statement_of_several_lines_any_may_run():
    text = "def f():\n    return call(\n        1,\n        2,\n    )\n"
    assert touched_lines(text, text.replace("2", "3")) == {2, 3, 4, 5}


def test_something_new_is_reached_where_what_follows_it_is():
    assert changed("    for item", "    items = sort(items)\n    for item") == {
        line("for item in items:")
    }


def test_something_new_at_the_end_is_reached_where_the_last_statement_is():
    text = "def f():\n    if a:\n        x()\n"
    assert touched_lines(text, text + "    y()\n") == {2}


def test_of_what_goes_away_the_first_statement_decides():
    assert changed("        if item.ready:\n            use(item)\n", "        pass\n") == {
        line("if item.ready:")
    }


def test_a_new_local_name_leaves_the_other_lines_alone():
    assert changed("return items[0]", "last = items[0]\n    return last") == {
        line("return items[0]")
    }


def test_a_method_is_reached_when_it_runs():
    assert changed("self.size += 1", "self.size += 2") == {line("self.size += 1")}


def test_a_nested_function_is_reached_when_it_runs_and_not_when_it_is_made():
    assert changed("one = 1", "one = 2") == {line("one = 1")}
    assert line("def home():") in changed("def home():", "def home(name):")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("size = 1", "size = 2"),
        ("def first(items):", "def first(items=()):"),
        ("def make(settings):\n", 'def make(settings):\n    """Make the app."""\n'),
        ("def make(", "def more():\n    return 1\n\n\ndef make("),
        ("class Box:", "class Box(Base):"),
    ],
)
def test_what_stands_outside_of_functions_runs_at_every_start(old, new):
    assert changed(old, new) is None


def test_an_answer_that_is_no_python_may_differ_everywhere():
    assert touched_lines(BEFORE, BEFORE + "def\n") is None


def test_comments_and_blank_lines_make_no_difference():
    assert changed("LIMIT = 3\n", "# How many.\n\nLIMIT = 3\n") == set()


def test_an_import_changes_what_uses_its_names():
    assert changed("import time\n", "import time, json\n") == set()
    assert changed("import time\n", "") == set()
    text = "from re import I, sub\n\n\ndef one():\n    return I\n\n\ndef two():\n    return sub()\n"
    assert touched_lines(text, text.replace("I, sub", "I")) == {9}
    assert touched_lines(text, text.replace("re import I, sub", "re import M as I, sub")) == {5}
    assert touched_lines(text, "from sqlmodel import col\n" + text) is None
    known = "from sqlmodel import col\n" + text
    assert touched_lines(known, known.replace("col", "col, col as c")) == set()
    assert touched_lines(known, text) == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import re\n", "import re, not_installed\n"),
        ("import re\n", "import re, os.nothing\n"),
        ("import re\n", "import re\nfrom os import nothing\n"),
        ("from . import models\n", ""),
        ("from . import models\n", "from . import others\n"),
        ("from . import models\nimport re\n", "import re\nfrom . import models\n"),
        ("from os import *\n", ""),
        ("from __future__ import annotations\n", ""),
        ("import submission.models\n", ""),
        ("import re\nX = 1\n", "X = 1\nimport re\nfrom os import X\n"),
        ("import re\nX = re.I\n", "X = re.I\nimport re\n"),
    ],
)
def test_an_import_that_may_do_more_counts_at_every_start(old, new):
    text = "\n\ndef f():\n    return 1\n"
    assert touched_lines(old + text, new + text) is None


@pytest.mark.parametrize(
    ("other", "everywhere"),
    [
        ("from .app import sub\n", True),
        ("from .app import *\n", True),
        ("from submission.app import sub\n", True),
        ("from . import app\n\n\ndef f():\n    app.sub()\n", True),
        ("from re import sub\n", False),
    ],
)
def test_an_import_that_another_file_may_take_counts_at_every_start(other, everywhere):
    before = "from re import I, sub\n"
    assert touched_lines(before, "from re import I\n", other) == (None if everywhere else set())


def test_the_checks_that_ran_such_a_line_are_chosen(tmp_path):
    solution, answer = tmp_path / "solution", tmp_path / "answer"
    for folder, text in ((solution, BEFORE), (answer, BEFORE.replace("return None", "return 0"))):
        folder.mkdir()
        (folder / "app.py").write_text(text)
        (folder / "page.css").write_text("")
    lines = {
        "empty": {"app.py": {line("return None")}},
        "full": {"app.py": {line("use(item)")}, "other.py": {line("return None")}},
    }
    assert reached(lines, solution, answer, {"app.py"}) == {"empty"}
    assert reached(lines, solution, answer, {"app.py", "page.css"}) is None
    assert reached(lines, solution, answer, {"new.py"}) is None


class A(Exception):
    pass


class B(Exception):
    pass


class _TooLongError(BaseException):
    pass


def played(text, values):
    """What `f` in `text` does with these values, and the lines that it runs."""
    seen, ran, left = [], set(), iter(values)

    def take():
        if len(seen) > 60 or (value := next(left, None)) is None:
            raise _TooLongError
        return value

    def on_line(frame, event, _argument):
        if frame.f_code.co_filename != "played":
            return None
        if event == "line":
            ran.add(frame.f_lineno)
        return on_line

    names = {"log": seen.append, "take": take, "A": A, "B": B, "v": "outer"}
    code = compile(text, "played", "exec")
    before = sys.gettrace()
    sys.settrace(on_line)
    try:
        exec(code, names)
        result = names["f"]()
        result = "generator" if hasattr(result, "send") else result
    except _TooLongError:
        result = None
    except Exception as error:
        result = type(error).__name__
    finally:
        sys.settrace(before)
    return (result, seen), ran


BRANCHES = """
if take():
    log("x")
elif take():
    log("y")
return log("z")
"""
LOOP = """
while take():
    if take():
        return "x"
return "none"
"""
HANDLERS = """
try:
    if take():
        raise A
    if take():
        raise KeyError
except A:
    log("a")
except B:
    log("b")
return 2
"""
CASES = """
match take():
    case 0:
        log("0")
    case 1:
        log("1")
return 2
"""
EARLY = """
log(v)
if take():
    return 1
return 2
"""


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (BRANCHES, "elif take():", "if take():"),
        (BRANCHES, "elif take():\n    ", "    "),
        (BRANCHES, "elif take", "if take():\n    log(1)\nelif take"),
        (LOOP, 'return "none"', '    return "none"'),
        (
            LOOP.replace('return "none', 'if take():\n    return 2\nreturn "none'),
            "\nif take():",
            "",
        ),
        (HANDLERS, "return 2", 'except Exception:\n    log("all")\nreturn 2'),
        (HANDLERS, "return 2", "finally:\n    log(3)\nreturn 2"),
        (HANDLERS, "except B:", "else:"),
        (HANDLERS, "except B:", "finally:"),
        (HANDLERS, "except B:\n", ""),
        (CASES, "    case 1:\n", ""),
        (EARLY, "return 2", "v = 0\nreturn 2"),
        (EARLY, "return 2", "import json as v\nreturn 2"),
        (EARLY, "return 2", "yield 3\nreturn 2"),
        ("global v\nv = take()\nreturn g()\n", "global v\n", ""),
        ("v: int\nreturn v\n", "v: int\n", ""),
        ("g = lambda: v\nlog(g())\nreturn 2\n", "return 2", "v = 0\nreturn 2"),
        ('log("x\x0cy")\nif take():\n    log("u")\n', 'log("u")', 'log("w")'),
    ],
)
def test_what_shows_without_the_edited_line_is_reached_all_the_same(text, old, new):
    tail = "\ndef g():\n    return v\n"
    before, after = (
        "def f():\n" + "".join(f"    {each}\n" for each in body.strip("\n").split("\n")) + tail
        for body in (text, text.replace(old, new, 1))
    )
    assert _hold(before, after, [[x, y, z, 0, 0] for x in (0, 1) for y in (0, 1) for z in (0, 1)])


def test_a_text_that_goes_on_at_the_margin_ends_no_suite():
    before = "def f():\n    while take():\n        log('''\nt\n''')\n    return 3\n"
    after = before.replace("\nt\n", "")
    assert touched_lines(before, after) == {3, 4, 5}
    assert _hold(before, after, [[0], [1, 0]]) == 1


def test_a_function_of_one_line_is_reached_when_it_changes_its_kind():
    assert touched_lines("def f(): return v\n", "def f(): return v; v = 1\n") == {1}


def _hold(before, after, inputs):
    """Whenever the two differ, a touched line has run. Returns how often they differed."""
    touched, differed = touched_lines(before, after), 0
    for values in inputs:
        (does, ran), (did, _ran) = played(before, values), played(after, values)
        if does != did:
            differed += 1
            assert touched is None or touched & ran, f"{before}\n{after}\n{values}"
    return differed


class _Writer:
    """Writes little functions, and edits them."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._next = 0

    def inputs(self):
        return [[self._random.randrange(3) for _ in range(25)] for _ in range(6)]

    def function(self):
        return ["def f():", *self._suite(4, 3)]

    def _simple(self, indent):
        self._next += 1
        chosen = ["log(v)", "v = 7", "return 8", "raise A", "raise B", f"log({self._next})"]
        return " " * indent + self._random.choice([*chosen, *chosen[-1:] * 5])

    def _suite(self, indent, depth):
        lines = []
        for _ in range(self._random.randint(1, 3)):
            kinds = [["if take():", "elif take():", "else:"], ["for _ in 1, 2:", "else:"]]
            kinds += [["try:", "except A:", "except B:", "finally:"], ["try:", "finally:"]]
            kinds += [["while take():"], ["match take():"]]
            kind = self._random.choice(kinds) if depth and self._random.random() < 0.6 else []
            if not kind:
                lines.append(self._simple(indent))
            for number, head in enumerate(kind):
                if number > 1 and self._random.random() < 0.4:
                    continue
                lines.append(" " * indent + head)
                for case in ("0", "1", "_") if head.startswith("match") else ():
                    lines += [f"{' ' * indent}    case {case}:", *self._suite(indent + 8, 0)]
                if not head.startswith("match"):
                    lines += self._suite(indent + 4, depth - 1)
        return lines

    def edited(self, lines):
        lines, at = list(lines), self._random.randrange(1, len(lines))
        indent = len(lines[at]) - len(lines[at].lstrip())
        words = [
            ("elif", "if"),
            ("if", "elif"),
            ("except A", "except Exception"),
            ("else", "finally"),
        ]
        words += [("except B:", "else:"), ("except B:", "finally:"), ("v = 7", "yield 7")]
        old, new = self._random.choice(words)
        nearer = max(4, indent - 4)
        first, line, rest = lines[:at], lines[at], lines[at + 1 :]
        handler = [" " * indent + "except Exception:", " " * indent + "    log(0)"]
        edits = [
            [*first, *rest],
            [*first, self._simple(self._random.choice([indent, nearer])), line, *rest],
            [*first, " " * nearer + line.lstrip(), *rest],
            [*first, "    " + line, *rest],
            [*first, *self._suite(self._random.choice([indent, nearer]), 1), line, *rest],
            [*first, *handler, line, *rest],
            [each.replace(old, new) if each.lstrip().startswith(old) else each for each in lines],
        ]
        return self._random.choice(edits)


def test_whatever_is_edited_a_difference_never_shows_without_a_touched_line():
    writer, edits, differed = _Writer(17), 0, 0
    while edits < 300:
        lines = writer.function()
        before, after = "\n".join(lines) + "\n", "\n".join(writer.edited(lines)) + "\n"
        try:
            compile(before, "", "exec")
            compile(after, "", "exec")
        except SyntaxError:
            continue
        edits += before != after
        differed += _hold(before, after, writer.inputs()) > 0
    assert differed > 100
