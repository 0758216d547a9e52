"""The authors' gate: a sound course passes, and each fault is found, all of them in one run."""

import re

import pytest

from hooklab import catalogue
from hooklab.authoring import gate as authors_gate
from hooklab.authoring import golden, known
from hooklab.authoring.proof import Manner, Prover
from hooklab.errors import HooklabError


@pytest.fixture
def gate(own_toy, launcher):
    def run(*slugs, graded=True, progress=lambda _place, _problems: None, **options):
        manner = Manner(launcher, **options) if graded else None
        return authors_gate.run(
            catalogue.load(own_toy.root), slugs, manner=manner, progress=progress
        )

    return run


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sound_course_has_no_fault(gate):
    steps = []
    assert gate(progress=lambda place, problems: steps.append((place, problems))) == []
    places = [place for place, _problems in steps]
    assert "solutions/knock" in places
    assert "graders/ledger/mistakes/greets_every_time.patch" in places
    assert all(problems == [] for _place, problems in steps)


def test_repeating_with_other_seeds_finds_the_same(gate):
    assert gate("knock", repeat=2) == []


def test_a_quick_look_proves_that_mistakes_lose_what_they_name(gate, own_toy):
    assert gate("ledger", quick=True) == []
    change(
        own_toy.root / "graders/ledger/mistakes/greets_every_time.patch",
        "Loses: ",
        "Loses: a_signup_is_stored\nLoses: ",
    )
    what, of_losses = (problem.what for problem in reversed(gate("ledger", quick=True)))
    assert "does not say why" in of_losses
    assert "loses “a_signup_is_stored”, which is earned" in what


def test_an_unknown_exercise_is_refused(gate):
    with pytest.raises(HooklabError, match="no exercise “knok”"):
        gate("knok")


def drop(path, start):
    """Leave out the lines of a file that begin with `start`."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) < len(lines)
    path.write_text("".join(kept), encoding="utf-8")


def write(path, text="x\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


KNOCK = "graders/knock"
READ = ("it_greets_by_name",)
WIDE = "@@ -4,4 +4,4 @@\n def greet(name: str) -> str:\n"
WIDE += '     """The greeting for `name`."""\n     # answer 1: greet by name.\n'


FAULTS = {
    "a folder of no exercise": (
        lambda root: write(root / "solutions/stranger/app.py"),
        "solutions/stranger",
        "no exercise of this name",
    ),
    "a page of no exercise": (
        lambda root: write(root / "course/fr/exercises/stranger.md"),
        "course/fr/exercises/stranger.md",
        "no exercise and no module with this page",
    ),
    "a missing page": (
        lambda root: (root / "course/fr/exercises/knock.md").unlink(),
        "course/fr/exercises/knock.md",
        "the page is missing",
    ),
    "a missing page of a module": (
        lambda root: (root / "course/en/module-1-toys.md").unlink(),
        "course/en/module-1-toys.md",
        "the page is missing",
    ),
    "a missing skeleton": (
        lambda root: (root / "exercises/knock").rename(root / "gone"),
        "exercises/knock",
        "missing or empty",
    ),
    "points that differ": (
        lambda root: change(root / "graders/course.toml", "points = 4", "points = 5"),
        "graders/course.toml",
        "knock is worth 5 points there and 4 in its rubric",
    ),
    "a broken rubric": (
        lambda root: change(root / KNOCK / "rubric.toml", "points = 2.5", "points = 3"),
        KNOCK,
        "add up to 2.5",
    ),
    "a title that is too long": (
        lambda root: change(root / KNOCK / "rubric.toml", "The door", "The door " * 9),
        f"{KNOCK}/rubric.toml",
        "the en title of “door” has 81 characters",
    ),
    "a file that is only in the solution": (
        lambda root: write(root / "solutions/knock/more.py", '"""More."""\n'),
        "exercises/knock/more.py",
        "the file is missing",
    ),
    "a stale skeleton": (
        lambda root: change(root / "exercises/knock/greeting.py", "name: str", "name: bytes"),
        "exercises/knock/greeting.py:4",
        "not what is cut from the solution",
    ),
    "a marker that cannot be obeyed": (
        lambda root: change(root / "solutions/knock/greeting.py", "answer 1:", "answer:"),
        "solutions/knock/greeting.py:6",
        "this is no marker",
    ),
    "an answer to no TODO": (
        lambda root: change(
            root / "solutions/knock/greeting.py", "# answer 1: greet by name.", "# answer 7"
        ),
        "solutions/knock/greeting.py:6",
        "the skeleton has no TODO 7",
    ),
    "a TODO in the solution": (
        lambda root: change(
            root / "solutions/knock/greeting.py", "    return", "    # TODO\n    return"
        ),
        "solutions/knock/greeting.py:7",
        "a TODO is left",
    ),
    "a TODO without a number": (
        lambda root: change(root / "exercises/knock/greeting.py", "# TODO 1", "# TODO"),
        "exercises/knock/greeting.py:6",
        "without a number",
    ),
    "a gap between TODOs": (
        lambda root: change(root / "exercises/knock/answer.toml", "TODO 2", "TODO 3"),
        "exercises/knock",
        "numbered 1, 3",
    ),
    "a TODO that nobody sees done": (
        lambda root: change(root / "solutions/knock/answer.toml", "A name", "TODO 2"),
        "exercises/knock",
        "with every TODO up to 2 done, these are open: 2; and these should be: none",
    ),
    "a solution that loses a check": (
        lambda root: change(root / "solutions/knock/greeting.py", "{name}", "you"),
        "solutions/knock",
        "does not earn “it_greets_by_name”",
    ),
    "a skeleton that earns a check": (
        lambda root: change(
            root / "exercises/knock/greeting.py", "raise NotImplementedError", "return name or"
        ),
        "exercises/knock",
        "the untouched skeleton earns “it_answers”",
    ),
    "a skeleton that cannot be imported": (
        lambda root: change(root / "exercises/knock/app.py", "from .greeting", "from .greetings"),
        "exercises/knock",
        "does not start",
    ),
    "a mistake without a declaration": (
        lambda root: change(root / KNOCK / "mistakes/ignores_the_name.patch", "Loses:", "Looses:"),
        f"{KNOCK}/mistakes/ignores_the_name.patch",
        "does not say which checks it loses",
    ),
    "a mistake that names no check": (
        lambda root: change(
            root / KNOCK / "mistakes/ignores_the_name.patch", "it_greets", "it_meets"
        ),
        f"{KNOCK}/mistakes/ignores_the_name.patch",
        "loses “it_meets_by_name”, which is no check",
    ),
    "a mistake that loses more": (
        lambda root: change(
            root / KNOCK / "mistakes/no_route.patch", "it_answers", "nobody_is_refused"
        ),
        f"{KNOCK}/mistakes/no_route.patch",
        "it also loses “it_answers”",
    ),
    "a mistake that loses less": (
        lambda root: change(
            root / KNOCK / "mistakes/no_route.patch",
            "it_answers",
            "it_answers\nLoses: nobody_is_refused",
        ),
        f"{KNOCK}/mistakes/no_route.patch",
        "loses “nobody_is_refused”, which is not tried",
    ),
    "a check that no mistake loses": (
        lambda root: (root / KNOCK / "mistakes/accepts_nobody.patch").unlink(),
        f"{KNOCK}/mistakes",
        "no mistake loses the check “nobody_is_refused”",
    ),
    "a mistake that does not apply": (
        lambda root: change(root / "solutions/knock/app.py", "def knock(name", "def door(name"),
        f"{KNOCK}/mistakes/accepts_nobody.patch",
        "it does not apply to the solution: patch failed: app.py:12",
    ),
    "a mistake that changes nothing": (
        lambda root: change(
            root / KNOCK / "mistakes/ignores_the_name.patch",
            'return "Hello Ada"',
            'return f"Hello {name}"  # Ada',
        ),
        f"{KNOCK}/mistakes/ignores_the_name.patch",
        "it changes nothing",
    ),
    "a mistake without a diff": (
        lambda root: write(
            root / KNOCK / "mistakes/empty.patch", "Nothing.\n\nLoses: it_answers\n"
        ),
        f"{KNOCK}/mistakes/empty.patch",
        "it changes nothing",
    ),
    "a mistake without words": (
        lambda root: change(
            root / KNOCK / "mistakes/no_route.patch", "The route has another name.", ""
        ),
        f"{KNOCK}/mistakes/no_route.patch",
        "does not say what it does",
    ),
    "a mistake with too little around its change": (
        lambda root: change(
            root / KNOCK / "mistakes/ignores_the_name.patch",
            WIDE,
            "@@ -7 +7 @@\n",
        ),
        f"{KNOCK}/mistakes/ignores_the_name.patch",
        "fewer than 3 lines around its change in greeting.py",
    ),
    "a mistake that repeats another": (
        lambda root: write(
            root / KNOCK / "mistakes/no_way.patch",
            (root / KNOCK / "mistakes/no_route.patch").read_text(),
        ),
        f"{KNOCK}/mistakes/no_way.patch",
        "it is the same answer as no_route",
    ),
    "a mistake that loses much without a reason": (
        lambda root: drop(root / KNOCK / "mistakes/no_route.patch", "Because: "),
        f"{KNOCK}/mistakes/no_route.patch",
        "it loses 2.5 of 4 points and does not say why: it_answers, it_greets_by_name, nobody_is",
    ),
    "a mistake that loses little with a reason": (
        lambda root: change(
            root / KNOCK / "mistakes/ignores_the_name.patch",
            "it_greets_by_name\n",
            "it_greets_by_name\nBecause: it does.\n",
        ),
        f"{KNOCK}/mistakes/ignores_the_name.patch",
        "it loses 1 of 4 points, and such a loss needs no reason",
    ),
    "a mistake with two reasons": (
        lambda root: change(
            root / KNOCK / "mistakes/no_route.patch", "Because: ", "Because: two.\nBecause: "
        ),
        f"{KNOCK}/mistakes/no_route.patch",
        "“Because: nothing that the door says can be heard where nobody answers.” gives no reason",
    ),
    "another answer that loses much without a reason": (
        lambda root: (
            write(
                root / KNOCK / "others/stranger.toml",
                'says = "Nothing."\nrest = "solution"\nloses = ["it_answers"]\n',
            ),
            write(root / KNOCK / "others/stranger/app.py", "\n"),
        ),
        f"{KNOCK}/others/stranger",
        "it loses 2.5 of 4 points and does not say why",
    ),
    "a right answer with a reason": (
        lambda root: (
            write(root / KNOCK / "others/stranger.toml", 'says = "Nothing."\nbecause = "So."\n'),
            write(root / KNOCK / "others/stranger/app.py", "\n"),
        ),
        f"{KNOCK}/others/stranger",
        "it loses 0 of 4 points, and such a loss needs no reason",
    ),
    "another answer without a declaration": (
        lambda root: write(root / KNOCK / "others/stranger/app.py"),
        KNOCK,
        "others/stranger has no declaration",
    ),
    "a declaration without a folder": (
        lambda root: write(root / KNOCK / "others/stranger.toml", 'says = "Nothing."\n'),
        KNOCK,
        "there is no folder of this name",
    ),
    "a right answer that is not": (
        lambda root: (
            write(root / KNOCK / "others/stranger.toml", 'says = "Nothing."\nrest = "solution"\n'),
            write(root / KNOCK / "others/stranger/greeting.py", "def greet(name): return 'you'\n"),
        ),
        f"{KNOCK}/others/stranger",
        "this right answer does not earn “it_greets_by_name”",
    ),
    "a mistake among the right answers": (
        lambda root: write(
            root / KNOCK / "others/stranger.patch",
            (root / KNOCK / "mistakes/ignores_the_name.patch").read_text(),
        ),
        f"{KNOCK}/others/stranger.patch",
        "it loses checks, and so it is a mistake",
    ),
    "a right answer that is a patch and is not right": (
        lambda root: write(
            root / KNOCK / "others/stranger.patch",
            re.sub(
                "^Loses: .*\n",
                "",
                (root / KNOCK / "mistakes/ignores_the_name.patch").read_text(),
                flags=re.MULTILINE,
            ).replace("Hello Ada", "Hello Bob"),
        ),
        f"{KNOCK}/others/stranger.patch",
        "this right answer does not earn",
    ),
    "a wrong answer that loses more": (
        lambda root: (
            write(
                root / KNOCK / "others/stranger.toml",
                'says = "Nothing."\nrest = "solution"\nloses = ["nobody_is_refused"]\n',
            ),
            write(root / KNOCK / "others/stranger/greeting.py", "def greet(name): return 'you'\n"),
        ),
        f"{KNOCK}/others/stranger",
        "it also loses “it_greets_by_name”",
    ),
    "a grader that fails": (
        lambda root: change(
            root / KNOCK / "test_knock.py", "def test_nobody_is_refused(lab):", BROKEN
        ),
        f"{KNOCK}/mistakes/accepts_nobody.patch",
        "the grader itself fails in “nobody_is_refused”: The grader failed: ZeroDivisionError",
    ),
}
BROKEN = "def test_nobody_is_refused(lab):\n    1 / 0"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(gate, own_toy, name):
    harm, place, said = FAULTS[name]
    harm(own_toy.root)
    whole_course = place.startswith("course/") or "stranger" in place
    slugs = () if whole_course else ("knock",)

    def names_it(found):
        return any(
            fault.place == place and re.search(re.escape(said), fault.what) for fault in found
        )

    # Most faults show without any grading, in a hundredth of the time.
    found = gate(*slugs, graded=False)
    if not names_it(found):
        found = gate(*slugs)
    assert names_it(found), list(map(str, found))
    assert all(fault.hint for fault in found)


def test_all_faults_are_found_in_one_run(gate, own_toy):
    for name in ("a missing page", "points that differ", "a TODO in the solution"):
        FAULTS[name][0](own_toy.root)
    change(own_toy.root / "solutions/ledger/members.py", "member.greeted = True", "pass")
    places = {fault.place for fault in gate()}
    assert {
        "course/fr/exercises/knock.md",
        "graders/course.toml",
        "solutions/knock/greeting.py:7",
        "solutions/ledger",
    } <= places


def test_a_check_that_depends_on_chance_is_found(gate, own_toy):
    change(
        own_toy.root / KNOCK / "test_knock.py",
        '    lab.app.get("/knock").expect("4xx")',
        '    lab.app.get("/knock").expect("4xx")\n'
        '    lab.require(lab.random.random() < 0.5, en="luck", fr="chance", got="-")',
    )
    found = gate("knock", repeat=6)
    assert any("differs from seed to seed" in fault.what for fault in found)


def test_a_learners_kept_copy_is_no_stranger(gate, own_toy):
    write(own_toy.root / "exercises/knock.20260310-0900/app.py")
    assert gate("ledger") == []
    assert [fault for fault in gate() if "knock.2026" in fault.place] == []


def test_what_a_learner_reads_is_proved_when_it_is_kept(gate, own_toy, launcher):
    course = catalogue.load(own_toy.root)
    (mistake,) = (each for each in known.mistakes(course, "knock") if each.loses == READ)
    prover = Prover(course, "knock", Manner(launcher))
    for language, path in golden.wanted(mistake).items():
        path.write_text(prover.read_messages(mistake, language), encoding="utf-8")
    assert gate("knock") == []
    change(own_toy.root / KNOCK / "test_knock.py", 'en=f"a greeting', 'en=f"some greeting')
    (fault,) = gate("knock", quick=True)
    assert fault.place == f"{KNOCK}/mistakes/ignores_the_name.en.txt"
    assert "-  a greeting for Grace" in fault.what
    assert "+  some greeting for Grace" in fault.what
    assert "hooklab mistake messages knock ignores_the_name" in fault.hint
    change(own_toy.root / KNOCK / "test_knock.py", 'en=f"some greeting', 'en=f"a greeting')
    french = golden.wanted(mistake)["fr"]
    kept = french.read_text(encoding="utf-8")
    french.write_text(kept + "rien de plus\n", encoding="utf-8")
    assert gate("knock", quick=True) == [], "a quick look reads one language"
    (fault,) = gate("knock")
    assert "-rien de plus" in fault.what
    french.unlink()
    (fault,) = gate("knock", quick=True)
    assert fault.place == f"{KNOCK}/mistakes/ignores_the_name.fr.txt"
