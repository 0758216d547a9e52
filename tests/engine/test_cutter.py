"""Skeletons are cut from solutions as the markers say; one that cannot be obeyed is told."""

import shutil
from textwrap import dedent

import pytest

from hooklab import catalogue
from hooklab.authoring import gate
from hooklab.authoring.cutter import cut, skeleton
from hooklab.todo_markers import BadMarker, is_marker


def cut_from(solution, keep=()):
    return cut(dedent(solution), "door.py", keep)


def without_markers(solution):
    lines = dedent(solution).splitlines(keepends=True)
    return "".join(line for line in lines if not is_marker(line))


def test_a_marked_body_becomes_a_todo():
    solution = '''
    def knock(name: str) -> str:
        """Say who knocks."""
        # answer 2, first half: greet by name.
        # A comment of the answer.
        if name:
            return f"It is {name}."

        return "It is nobody."
        # Another one.


    def ring() -> None:
        pass
    '''
    assert cut_from(solution) == dedent('''
    def knock(name: str) -> str:
        """Say who knocks."""
        # TODO 2, first half: greet by name.
        raise NotImplementedError("knock(): TODO 2 is still open, in door.py")


    def ring() -> None:
        pass
    ''')


def test_what_stands_above_the_marker_is_given():
    solution = """
    async def knock(doors):
        for door in doors:
            count = len(doors)
            # answer 1: knock.
            await door.knock()
            count += 1
        return count
    """
    assert cut_from(solution) == dedent("""
    async def knock(doors):
        for door in doors:
            count = len(doors)
            # TODO 1: knock.
            raise NotImplementedError("knock(): TODO 1 is still open, in door.py")
        return count
    """)


def test_the_skeleton_can_have_lines_of_its_own():
    solution = """
    def knock(doors):
        #: _first, *_others = doors
        # answer 1: knock at each.
        # answer 1: then wait.
        #: # Until then nobody is at home.
        #:
        #: if doors:
        #:     return None
        first, *others = doors
        return wait(first, others)
    """
    assert cut_from(solution) == dedent("""
    def knock(doors):
        _first, *_others = doors
        # TODO 1: knock at each.
        # TODO 1: then wait.
        # Until then nobody is at home.

        if doors:
            return None
    """)


def test_more_of_the_comment_is_no_code():
    solution = """
    def knock():
        # answer 1: knock.
        #: # A long line.  # noqa: E501
        return 1
    """
    assert cut_from(solution) == dedent("""
    def knock():
        # TODO 1: knock.
        # A long line.
        raise NotImplementedError("knock(): TODO 1 is still open, in door.py")
    """)


def test_outside_functions_an_answer_is_one_statement():
    solution = """
    # answer 1: add the second.
    #: DOORS = [
    #:     "front",
    #: ]
    DOORS = [
        "front",
        "back",
    ]


    # answer 1: give each door a name.
    #: # It is unique.
    #:
    #:
    class Door(Table):
        # answer 1
        #: name: str
        # Nobody knows why.
        name: str = Field(unique=True)
        colour: str
    """
    assert cut_from(solution) == dedent("""
    # TODO 1: add the second.
    DOORS = [
        "front",
    ]


    # TODO 1: give each door a name.
    # It is unique.


    class Door(Table):
        name: str
        colour: str
    """)


HELPERS = '''
"""Doors."""

import time
from house import (
    bell,
    door,
    knocker,
    wall,
)
from sound import Loud, Quiet, again as echo

from .models import GONE

_LOUDEST = 11
# not in the skeleton
_START = time.time()
"""When it was built."""


def knock():
    # answer 1: knock.
    return _knock(door, knocker, wall, GONE)


# not in the skeleton
@echo
def _knock(*things):
    return _hit(things, _START, Loud)


# not in the skeleton
def _hit(things, start, sound):
    return bell


def ring() -> Quiet:
    # answer 2: ring.
    return bell


# not in the skeleton
def _unlock():
    return _hit((), 0, Loud)
'''


def test_what_only_answers_need_is_left_out():
    assert cut_from(HELPERS) == dedent('''
    """Doors."""

    from sound import Quiet

    _LOUDEST = 11


    def knock():
        # TODO 1: knock.
        raise NotImplementedError("knock(): TODO 1 is still open, in door.py")


    def ring() -> Quiet:
        # TODO 2: ring.
        raise NotImplementedError("ring(): TODO 2 is still open, in door.py")
    ''')


def test_what_a_kept_answer_needs_stays():
    text = cut_from(HELPERS, keep={1})
    assert "def _knock" in text
    assert "def _hit" in text
    assert "_START = time.time()\n" in text
    assert "_unlock" not in text
    assert "TODO 1" not in text
    assert "TODO 2" in text
    assert cut_from(HELPERS, keep={2}).startswith(
        dedent('''
        """Doors."""

        from house import bell
        from sound import Quiet
        ''')
    )


def test_without_any_cut_only_the_markers_go():
    used = HELPERS.replace("return bell\n\n\n# not", "return _unlock()\n\n\n# not")
    assert cut_from(used, keep={1, 2}) == without_markers(used)


def test_imports_that_the_solution_does_not_use_itself_stay():
    solution = """
    import time

    from house import door
    from sound import loud  # noqa: F401 - others find it here


    def knock():
        # answer 1: knock.
        return door, time.time()
    """
    assert cut_from(solution).startswith(
        "\nfrom sound import loud  # noqa: F401 - others find it here\n\n\ndef knock"
    )


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        ("import a, b", "b", "import b"),
        ("from .x import a, b as c, d", "c, d", "from .x import b as c, d"),
        (
            "from x import (\n    a,\n    b,\n    c,\n)",
            "b, c",
            "from x import (\n    b,\n    c,\n)",
        ),
        ("from x import (\n    a,\n    b,\n)", "b", "from x import b"),
    ],
)
def test_an_import_keeps_the_names_and_the_form_that_it_can(before, given, after):
    solution = f"{before}\n\n\ndef f(given=({given})):\n    # answer 1: f.\n    return a\n"
    assert cut_from(solution).startswith(f"{after}\n\n\ndef f(")


def test_a_remark_about_unused_arguments_goes_with_the_body():
    solution = """
    def knock(name):  # noqa: ARG001 - all are called alike
        # answer 1: knock.
        return 1
    """
    assert "def knock(name):\n" in cut_from(solution)
    assert cut_from(solution, keep={1}) == without_markers(solution)


def test_what_looks_like_a_marker_inside_a_text_is_a_text():
    solution = '''
    TEXT = """
    # answer 1: knock.
    # not in the skeleton
    """
    '''
    assert cut_from(solution) == dedent(solution)


BAD = {
    "no number": ("    # answer: knock.\n    return 1", "this is no marker: # answer: knock."),
    "no colon": ("    # answer 1 knock.\n    return 1", "this is no marker"),
    "no space": (
        "    # answer 1: a.\n    #:return 2\n    return 1",
        "this is no marker: #:return 2",
    ),
    "two numbers": ("    # answer 1: a.\n    # answer 2: b.\n    return 1", "or to several"),
    "lines of no TODO": ("    #: return 2\n    return 1", "it belongs to no TODO"),
    "an answer in an answer": (
        "    # answer 1: a.\n    x = 1\n    # answer 2: b.\n    return x",
        "inside what the marker of line 2 leaves out",
    ),
    "a helper in an answer": (
        "    # answer 1: a.\n    # not in the skeleton\n    return 1",
        "no private function, class or constant",
    ),
    "an answer in a helper": (
        "    return _g()\n\n\n# not in the skeleton\ndef _g():\n    # answer 1: g.\n    return 1",
        "inside what the marker of line 5 leaves out",
    ),
    "nothing below": ("    return 1\n    # answer 1: a.", "no whole statement begins below it"),
    "half a statement": (
        "    return [\n        # answer 1: a.\n        1,\n    ]",
        "no whole statement begins below it",
    ),
    "the end of another block": (
        "    if g:\n        h()\n        # answer 1: a.\n    return 1",
        "no whole statement begins below it",
    ),
    "no code outside functions": (
        "    return X\n\n\n# answer 1: an X.\nX = 1",
        "does not say what the skeleton has instead",
    ),
    "a skeleton that is no Python": (
        "    # answer 1: a.\n    #: return (\n    return 1",
        "its skeleton is no Python",
    ),
    "a public name": ("    return g()\n\n\n# not in the skeleton\ndef g(): ...", "no private"),
    "a blank line": ("    return 1\n\n\n# not in the skeleton\n\n_X = 1", "no private"),
    "no name": ("    return 1\n\n\n# not in the skeleton\nprint()", "no private"),
    "a helper of what is given": (
        "    return _g()\n\n\n# not in the skeleton\ndef _g(): ...",
        "the skeleton needs _g",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_marker_that_cannot_be_obeyed_is_told_with_its_line(name):
    body, said = BAD[name]
    solution = f"def f():\n{body}\n"
    with pytest.raises(BadMarker) as caught:
        cut_from(solution)
    assert said in caught.value.what
    assert caught.value.hint
    line = solution.splitlines()[caught.value.line - 1]
    assert line.strip().startswith("#")


def test_an_exercise_is_cut_copied_and_asked_by_hand(own_toy):
    root = own_toy.root
    (root / "solutions/knock/page.css").write_bytes(b"p {}\r\n")
    (root / "solutions/knock/PLAN.md").write_text("First this.\n")
    (root / "solutions/knock/broken.py").write_text("def f(:\n")
    (root / "solutions/knock/wrong.py").write_text("x = 1\n# answer: y\n")
    made, problems = skeleton(catalogue.load(root), "knock")
    assert sorted(made) == ["app.py", "greeting.py", "page.css"]
    assert made["page.css"] == b"p {}\r\n"
    assert made["greeting.py"] == (root / "exercises/knock/greeting.py").read_bytes()
    assert [problem.place for problem in problems] == [
        "solutions/knock/broken.py",
        "solutions/knock/wrong.py:2",
    ]


def test_an_exercise_can_be_cut_with_answers_in_it(own_toy):
    course = catalogue.load(own_toy.root)
    first = skeleton(course, "ledger", keep={1})[0]["members.py"].decode()
    assert "# TODO 1" not in first
    assert "on_conflict_do_nothing" in first
    assert "# TODO 2" in first
    whole = skeleton(course, "ledger", keep={1, 2})[0]["members.py"].decode()
    assert whole == without_markers(
        (own_toy.root / "solutions/ledger/members.py").read_text(encoding="utf-8")
    )


def test_the_skeleton_is_refused_when_it_is_not_what_is_cut(own_toy):
    shutil.copy(
        own_toy.root / "solutions/knock/greeting.py", own_toy.root / "exercises/knock/greeting.py"
    )
    course = catalogue.load(own_toy.root)
    faults = gate.run(course, ["knock"], manner=None)
    fault = next(each for each in faults if "what is cut" in each.what)
    assert fault.place == "exercises/knock/greeting.py:6"
    assert "hooklab cut knock" in fault.hint
