"""Slips that everybody makes, in front of `hooklab watch`: the screen names each, and its line."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLUG = "clerk_endpoint"
WRONG = tomllib.loads((ROOT / "tests/wrong_answers.toml").read_text(encoding="utf-8"))

LOOP = "    while True: pass\n"


def solve(folder):
    for file in (ROOT / "solutions" / SLUG).glob("*.py"):
        shutil.copy(file, folder)


def save(folder, wrong):
    """Save one wrong answer in place of the right one; the line at fault."""
    path = folder / wrong["file"]
    text = (ROOT / "solutions" / SLUG / wrong["file"]).read_text(encoding="utf-8")
    for before, after in wrong["change"].items():
        assert before in text
        text = after.join(text.rsplit(before, 1))
    solve(folder)
    path.write_text(text, encoding="utf-8")
    return next(n for n, line in enumerate(text.splitlines(), 1) if wrong["line"] in line)


def words(screen):
    """What the screen says, whatever the lines that it is folded into."""
    return re.sub(r"[ \n]+", " ", screen)


@pytest.mark.parametrize(("language", "environment"), [("en", {"NO_COLOR": "1"}), ("fr", {})])
def test_each_slip_is_named_with_its_line(clone, terminal, language, environment):
    folder = clone / "exercises" / SLUG
    solve(folder)
    watch = terminal("watch", SLUG, "--lang", language, **environment)
    watch.wait_for("20/20", "hooklab compare")
    for wrong in WRONG.values():
        line = save(folder, wrong)
        place = f"exercises/{SLUG}/{wrong['file']}:{line}"

        def is_told(screen, place=place, said=wrong[language]):
            told = words(screen)
            # A long place may be broken at its end.
            return place in told and said in told

        screen = watch.wait_until(is_told, f"{place}: {wrong[language]}")
        assert len(screen.rstrip().splitlines()) <= 24
    (folder / "app.py").write_text("def create_app(settings)\n")
    watch.wait_until(
        lambda screen: f"exercises/{SLUG}/app.py:1" in words(screen), "the syntax error"
    )
    assert "Traceback" not in watch.screen
    watch.press("q")
    assert watch.end() == 0


def test_a_loop_without_an_end_is_told_with_the_line_where_the_app_stands(clone, terminal):
    folder = clone / "exercises" / SLUG
    solve(folder)
    watch = terminal("watch", SLUG)
    watch.wait_for("20/20", "hooklab compare")
    signature = folder / "signature.py"
    text = signature.read_text(encoding="utf-8")
    start = "    body = bytearray()\n"
    assert start in text
    signature.write_text(text.replace(start, start + LOOP), encoding="utf-8")
    line = text[: text.index(start)].count("\n") + 2
    # Each check waits for Svix's 15 s; most need the first one, and are not tried then.
    place = f"exercises/{SLUG}/signature.py:{line}, where the app stood"
    watch.wait_until(lambda screen: place in words(screen), place)
    watch.press("q")
    assert watch.end() == 0
    assert "Watching has ended." in watch.screen
