"""What `hooklab watch` grades when, and what it shows, on a copy of the toy course."""

import gc
import re
import signal
import sys
from threading import Event

import pytest

from hooklab import catalogue
from hooklab.cli.grading import WarmGrading
from hooklab.cli.inputs import Events
from hooklab.cli.live_page import LivePage
from hooklab.cli.saves import listening, saved
from hooklab.cli.watcher import Watcher


class Scripted(Events):
    """What happens, in order; a step that is a function is work that is done in between."""

    def __init__(self, *steps) -> None:
        super().__init__()
        self.steps = list(steps)

    def next(self):
        while callable(self.steps[0]):
            self.steps.pop(0)()
        if self.steps[0] == "q":
            raise KeyboardInterrupt
        return self.steps.pop(0)


@pytest.fixture
def watch(course, warm_launcher, capsys):
    """Let a watcher meet some events; what was printed, with a mark after each grading."""

    def run(*steps, slug="knock", has_keys=False, page=None):
        here = catalogue.load(course)
        events = Scripted(*steps)
        watcher = Watcher(
            here,
            WarmGrading(here, warm_launcher, debug=False),
            events,
            slug,
            has_keys=has_keys,
            page=page,
        )
        with pytest.raises(KeyboardInterrupt):
            watcher.watch()
        return capsys.readouterr()

    return run


def say(text):
    return lambda: sys.stdout.write(text)


def test_the_exercise_that_was_saved_is_found(course):
    path = str((course / "exercises/knock/app.py").resolve())
    assert saved(catalogue.load(course), ["knock", "ledger"], [path]) == ["knock"]


def test_no_save_is_missed_from_the_beginning_on(course):
    here, told, come = catalogue.load(course), [], Event()

    def tell(slugs):
        told.extend(slugs)
        come.set()

    with listening(here, ["knock", "ledger"], tell):
        # Not a moment later: whoever reads “Waiting for a save” may save at once.
        (course / "README.md").write_text("no exercise")
        (course / "exercises/ledger/app.py").touch()
        assert come.wait(10)
    assert set(told) == {"ledger"}


def test_what_is_saved_while_something_is_graded_comes_next_and_once():
    events = Events()
    for what in (["knock"], ["ledger"], ["knock"]):
        events.saved(what)
    events.pressed("t")
    assert events.next() == ["knock", "ledger"]
    assert events.next() == "t"


@pytest.fixture
def _heeds_ctrl_c():
    # Whoever runs the tests in the background of a script ignores Ctrl-C, and so would this.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_heeds_ctrl_c")
def test_q_is_ctrl_c():
    events = Events()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - a signal comes when it comes
        events.pressed("q")
        events.next()


def test_what_is_saved_is_graded_and_what_changed_is_said(course, solve, watch):
    broken = course / "exercises/knock/greeting.py"
    out = watch(
        *(lambda: solve("knock"), ["knock"], say("FIRST")),
        *(lambda: broken.write_text("def ("), ["knock"], say("SECOND")),
        *(lambda: solve("ledger"), ["ledger"], say("THIRD")),
        *((course / "exercises/ledger/app.py").unlink, ["ledger"], say("FOURTH")),
        "q",
    )
    solved, rest = out.out.split("FIRST")
    lost, rest = rest.split("SECOND")
    other, rest = rest.split("THIRD")
    gone, _rest = rest.split("FOURTH")
    assert "+ now earned: A knock is answered" in solved
    assert "- now lost: A knock is answered" in lost
    assert "ledger" in other
    assert "knock ·" not in other
    assert "- now lost" in gone
    assert out.err.count("Waiting for a save") >= 5


@pytest.mark.parametrize("what", ["knock", "ledger"])
def test_garbage_is_left_alone_only_while_somebody_waits(watch, what):
    at_the_save = []
    watch(lambda: at_the_save.append(gc.isenabled()), [what], "q")
    assert at_the_save == [False]
    assert gc.isenabled()


def test_a_grader_that_changed_in_the_pause_is_read_again(course, solve, watch):
    solve("knock")
    checks = course / "graders/knock/test_knock.py"

    def break_it() -> None:
        checks.write_text(checks.read_text().replace("/knock?name=Ada", "/knocked"))

    assert "- now lost: A knock is answered" in watch(break_it, ["knock"], "q").out


def test_what_is_wrong_with_a_course_is_told_and_the_watch_goes_on(course, solve, watch):
    solve("knock")
    rubric = course / "graders/knock/rubric.toml"
    right = rubric.read_text()
    rubric.write_text(right + "\n[[wrong]]\n")
    told = watch(["knock"], say("MENDED"), lambda: rubric.write_text(right), ["knock"], "q")
    assert "unknown key “wrong”" in told.err
    assert "2.5/4" in told.out.split("MENDED")[1]


def test_the_check_that_was_lost_is_told_before_the_others(course, solve, watch):
    wrong = course / "exercises/knock/greeting.py"

    def forget_the_name() -> None:
        wrong.write_text(wrong.read_text().replace("{name}", "you"))

    solve("knock")
    out = watch(
        *(forget_the_name, ["knock"], say("LOST")),
        *(lambda: solve("knock"), ["knock"], "q"),
    ).out.split("LOST")[1]
    title = "Whoever knocks is greeted by name"
    assert title in out
    assert out.index(f"now earned: {title}") < out.index("2.5/4")


@pytest.fixture
def screen(monkeypatch):
    """A terminal of 80 by 24 without colour, as far as the watcher can tell."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")


CLEAR = "\x1b[2J"


def screens(out):
    return [re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", part) for part in out.split(CLEAR)[1:]]


def test_the_screen_fits_and_tells_the_first_story(course, solve, watch, screen):
    greeting = course / "exercises/knock/greeting.py"
    talkative = "def greet(name):\n    print(*range(30), sep='\\n')\n    1 / 0\n"
    out = watch(lambda: greeting.write_text(talkative), ["knock"], "q", has_keys=True)
    *_others, last = screens(out.out)
    lines = last.rstrip("\n").split("\n")
    assert len(lines) < 24
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].startswith("knock · Knock at the door")
    assert "0/4" in lines[0]
    assert "✗ A knock is answered" in last
    assert "left out: press a" in last
    assert "→ " in last
    assert "q\N{NO-BREAK SPACE}quit" in last


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("h", "Hint 1 of 3"),
        ("t", "A knock is answered"),
        ("a", "What was wanted"),
        ("l", "ledger"),
        ("s", "knock"),
        ("d", "press d again"),
    ],
)
def test_a_key_shows_something_and_any_other_leads_back(course, watch, screen, key, shown):
    out = watch(
        lambda: (course / "exercises/knock/greeting.py").touch(),
        ["knock"],
        key,
        "x",
        "q",
        has_keys=True,
    )
    *_others, view, home = screens(out.out)
    assert shown in view
    assert "Any other key leads back." in view
    assert "✗ " in home


def test_the_solution_is_shown_to_who_asks_twice(watch, screen):
    *_others, solution = screens(watch(["knock"], "d", "d", "q", has_keys=True).out)
    assert '+    return f"Hello {name}"' in solution


def test_the_next_exercise_is_the_next_that_is_not_finished(solve, watch, screen):
    solve("knock")
    *_others, last = screens(watch(["knock"], "n", "q", has_keys=True).out)
    assert last.startswith("ledger · ")


def test_at_full_marks_it_says_what_comes_next(solve, watch, screen):
    solve("knock")
    *_others, last = screens(watch(["knock"], "q", has_keys=True).out)
    assert "It has withstood 3 checks: The door." in last
    assert "hooklab compare knock" in last
    assert "hooklab statement ledger" in last


def test_a_page_follows_each_save(course, solve, watch, screen):
    greeting = course / "exercises/knock/greeting.py"
    titles = []

    def look() -> None:
        titles.append(re.search("<title>(.*)</title>", page.text)[1])

    page = LivePage("http://127.0.0.1:1/")
    out = watch(
        *(lambda: greeting.write_text("def greet(name):\n    1 / 0\n"), ["knock"], look),
        *(lambda: solve("knock"), ["knock"], look, "q"),
        has_keys=True,
        page=page,
    ).out
    assert titles == ["0/4 · Knock at the door · hooklab", "2.5/4 · Knock at the door · hooklab"]
    *_others, last = screens(out)
    assert page.address in last
    assert len(last.splitlines()) < 24


def test_watch_says_where_its_page_is(hooklab, course, monkeypatch):
    asked = []

    def look(watcher) -> None:
        asked.append(watcher._page.text)
        raise KeyboardInterrupt

    monkeypatch.setattr(Watcher, "watch", look)
    code, _out, err = hooklab("watch", "knock", "--page")
    assert code == 0
    assert re.search(r"The scores are also at http://127\.0\.0\.1:\d+/$", err, re.MULTILINE)
    assert "The first scores are on their way." in asked[0]
    code, _out, err = hooklab("watch", "knock", "--page", "--lang", "fr")
    assert "Les notes sont aussi à l\N{RIGHT SINGLE QUOTATION MARK}adresse http://127.0.0.1:" in err
    assert "Les premières notes arrivent." in asked[1]


def test_a_key_tells_how_to_do_a_lost_check_again_in_the_lab(course, solve, watch):
    solve("ledger")
    members = course / "exercises/ledger/members.py"
    members.write_text(members.read_text().replace("greeted = True", "greeted = False"))
    out = watch("o", "q", slug="ledger", has_keys=True).out
    assert "hooklab lab ledger --check cron_greets_once" in out


def test_without_a_lost_check_there_is_nothing_to_do_again(solve, watch):
    solve("ledger")
    out = watch("o", "q", slug="ledger", has_keys=True).out
    assert "No check was lost whose story could be done again." in out
