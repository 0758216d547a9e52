"""From a fresh clone to full marks in the first exercise, one TODO after the other."""

import re

import pytest

from hooklab import catalogue
from hooklab.authoring import cutter

SLUG = "clerk_endpoint"
WORDS = {
    "en": {
        "next": "Next: TODO 1, exercises/clerk_endpoint/signature.py:",
        "one": "TODO 1 is done; next: TODO 2, exercises/clerk_endpoint/signature.py:",
        "some": "TODO {before} and {done} are done; next: TODO {next}",
        "keys": "q\N{NO-BREAK SPACE}quit",
        "label": "\nl\N{NO-BREAK SPACE}list",
        "earned": "+ now earned: ",
        "end": "Well done: every check of “A complete endpoint” is earned.",
        "after": "hooklab statement welcome_email",
        "over": "Watching has ended.",
        "welcome": "Welcome! Zero points is where everyone starts.",
        "untouched": "Not started yet",
        "busy": "the machine is too busy",
    },
    "fr": {
        "next": "Ensuite\N{NO-BREAK SPACE}: TODO 1, exercises/clerk_endpoint/signature.py:",
        "one": "TODO 1 est fait\N{NO-BREAK SPACE}; ensuite\N{NO-BREAK SPACE}: TODO 2, ",
        "some": "TODO {before} et {done} sont faits\N{NO-BREAK SPACE}; "
        "ensuite\N{NO-BREAK SPACE}: TODO {next}",
        "keys": "q\N{NO-BREAK SPACE}quitter",
        "label": "\nn\N{NO-BREAK SPACE}exercice\N{NO-BREAK SPACE}suivant",
        "earned": "+ obtenu\N{NO-BREAK SPACE}: ",
        "end": "Bravo\N{NO-BREAK SPACE}: chaque contrôle de",
        "after": "welcome_email",
        "over": "La surveillance est terminée.",
        "welcome": "Bienvenue",
        "untouched": "Pas encore commencés",
        "busy": "la machine est trop occupée",
    },
}
COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-7](?:;[0-9;]*)?m")


def fill_in(clone, done):
    """Do the TODOs up to `done`, as the solution does."""
    made, _problems = cutter.skeleton(catalogue.load(clone), SLUG, range(1, done + 1))
    for name, content in made.items():
        path = clone / "exercises" / SLUG / name
        if path.read_bytes() != content:
            path.write_bytes(content)


def points(screen):
    found = re.search(r" ([\d.,]+)/20\b", screen)
    return float(found[1].replace(",", "."))


def wait_patiently(watch, busy, keys, *texts):
    """The screen that shows `keys` and `texts`. A machine too `busy` to grade is asked again, as it
    tells a learner to.
    """

    def comes(screen):
        return keys in screen and (busy in screen or all(text in screen for text in texts))

    for _ in range(5):
        screen = watch.wait_until(comes, str(texts))
        if busy not in screen:
            return screen
        watch.press("r")
        watch.wait_until(lambda screen: busy not in screen, "a new run")
    raise AssertionError(f"the machine stays busy:\n{screen}")


@pytest.mark.parametrize(("language", "environment"), [("en", {}), ("fr", {"NO_COLOR": "1"})])
def test_a_learner_does_one_todo_after_the_other(clone, terminal, language, environment):
    words = WORDS[language]
    spoken = ("--lang", language)
    watch = terminal("watch", SLUG, *spoken, **environment)
    screen = watch.wait_for(words["next"], words["keys"])
    assert points(screen) == 0
    earned = [0.0]
    for done in range(1, 6):
        fill_in(clone, done)
        if done == 1:
            # Nothing can be earned yet, and the learner sees that something has moved all the same.
            screen = watch.wait_for(words["one"], "✗ ", words["keys"])
        elif done < 5:
            before = ", ".join(map(str, range(1, done)))
            step = words["some"].format(before=before, done=done, next=done + 1)
            screen = watch.wait_for(step, "✗ ", "→ ", words["keys"])
            # The names of the keys are folded between them.
            assert words["label"] in screen
        else:
            wanted = (words["end"], words["after"])
            screen = wait_patiently(watch, words["busy"], words["keys"], *wanted)
        earned.append(points(screen))
        assert screen.splitlines()[0].startswith(SLUG), "the first line has scrolled away"
        if earned[-1] > earned[-2]:
            assert words["earned"] in screen
    assert earned == sorted(earned)
    assert earned[1] == 0 < earned[2] < earned[4] < 20 == earned[-1]
    assert bool(COLOUR.search(watch.raw)) == ("NO_COLOR" not in environment)
    watch.press("q")
    assert watch.end() == 0
    assert words["over"] in watch.screen
    assert "Traceback" not in watch.screen


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_fresh_clone_is_told_where_to_start_on_one_screen(terminal, language):
    words = WORDS[language]
    grade = terminal("grade", "--lang", language)
    assert grade.end() == 0
    screen = grade.wait_for(words["untouched"], words["welcome"])
    assert "clerk_endpoint" in screen
    assert "0/40" in screen
    assert grade.raw.count(b"\n") <= 40


def test_the_screen_follows_the_size_of_the_window(clone, terminal):
    fill_in(clone, 1)
    watch = terminal("watch", SLUG)
    wide = watch.wait_for("✗ ", "q\N{NO-BREAK SPACE}quit").splitlines()[0]
    assert wide.index("0/20") > 50
    # The points, at the right, are cut off until the screen is drawn anew.
    watch.resize(24, 50)
    watch.wait_for("0/20", "✗ ", "q\N{NO-BREAK SPACE}quit")
    watch.press("t")
    assert "✗  A signed delivery" in watch.wait_for("The space bar turns the page")
    watch.press("q")
    assert watch.end() == 0
