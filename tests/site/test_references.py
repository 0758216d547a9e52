"""The references of the command line and of `lab` are complete, in both languages."""

import re
from pathlib import Path

import pytest

from hooklab import program, texts
from hooklab.pages.command_line import command_reference
from hooklab.pages.lab_reference import lab_reference

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.use("en")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_command_has_a_section(language):
    texts.use(language)
    sections = re.findall(
        r"^## `hooklab (\w+)` \{ #hooklab-\w+ \}$", command_reference(), re.MULTILINE
    )
    assert sections == list(program.COMMANDS)


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "| `--burst N` | Send it N times at once. | `1` |"),
        ("fr", "| `--burst N` | L\u2019envoyer N fois à la fois. | `1` |"),
        ("fr", "| `--lang <en | fr>` | Langue\N{NO-BREAK SPACE}: anglais ou français."),
        ("en", "| `SLUG` | An exercise, see: hooklab list | required |"),
    ],
)
def test_an_option_is_told_with_its_default_in_the_language_in_use(language, row):
    texts.use(language)
    assert f"\n{row}" in command_reference()


def test_commands_below_others_are_told():
    assert "\n### `hooklab class report` { #hooklab-class-report }\n" in command_reference()


def test_every_option_that_a_page_names_is_told():
    reference = command_reference()
    for page in (ROOT / "course/en").rglob("*.md"):
        for line in re.findall(r"hooklab ([a-z].*)", page.read_text(encoding="utf-8")):
            for option in re.findall(r"(?<!\S)--[a-z][a-z-]+", line.partition("`")[0]):
                assert option == "--help" or re.search(rf"`[^`]*{option}\b", reference), page


def test_all_that_the_checks_use_of_lab_is_told():
    reference = lab_reference()
    checks = [path for path in (ROOT / "graders").rglob("*.py") if "others" not in path.parts]
    used = {
        name
        for path in checks
        for name in re.findall(r"\blab\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert len(used) > 20
    assert {name for name in used if f"`lab.{name}" not in reference} == set()


@pytest.mark.parametrize(
    "line",
    [
        "| `lab.clock` | virtual time. |",
        "## `lab.deliver`",
        "- `lab.clock.advance(",
        "- `lab.app.kill()`: End the app at once, as a crash or `kill -9` does.",
    ],
)
def test_parts_of_lab_are_told_with_what_they_can_do(line):
    assert f"\n{line}" in lab_reference()
