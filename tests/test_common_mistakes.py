"""The pages of common mistakes: complete in both languages, and every name in them exists."""

from dataclasses import replace
from pathlib import Path

import pytest

from hooklab import catalogue, texts
from hooklab.authoring import patches
from hooklab.errors import HooklabError
from hooklab.pages import common_mistakes, wrong_code
from hooklab.pages.markers import fill

ROOT = Path(__file__).parents[1]
COURSE = catalogue.load(ROOT)
GROUPS = common_mistakes.groups(COURSE)
TRAPS = [trap for group in GROUPS for trap in common_mistakes.traps(COURSE, group)]
WITH_MISTAKE = [trap for trap in TRAPS if trap.mistake]
A_TRAP = WITH_MISTAKE[0]

each_language = pytest.mark.parametrize("language", texts.LANGUAGES)


@pytest.fixture(autouse=True)
def english():
    texts.use("en")
    yield
    texts.use("en")


def test_each_trap_has_one_entry():
    assert sorted(trap.id for trap in TRAPS) == sorted(f"T{number:02}" for number in range(1, 111))


@each_language
@pytest.mark.parametrize("group", GROUPS)
def test_a_group_names_only_what_exists(group, language):
    texts.use(language)
    page = fill(COURSE, f"<!-- mistakes: {group} -->")
    traps = common_mistakes.traps(COURSE, group)
    assert [f"#{trap.id.lower()} }}" in page for trap in traps] == [True] * len(traps)


@each_language
def test_the_index_lists_every_symptom(language):
    texts.use(language)
    page = fill(COURSE, "<!-- mistakes -->")
    missing = [trap.id for trap in TRAPS if f"[{trap.symptom[language]}]" not in page]
    assert missing == []


def test_no_two_entries_have_one_symptom():
    for language in texts.LANGUAGES:
        symptoms = [trap.symptom[language] for trap in TRAPS]
        assert len(set(symptoms)) == len(symptoms)


@pytest.mark.parametrize("trap", WITH_MISTAKE, ids=lambda trap: trap.id)
def test_the_mistake_shown_loses_a_check_that_is_named(trap):
    slug = trap.mistake.partition("/")[0]
    loses = {
        f"{slug}/{check}" for check in patches.read(wrong_code.patch(COURSE, trap.mistake)).loses
    }
    assert loses & set(trap.checks)


@each_language
def test_a_kept_message_is_shown_with_its_mistake(language):
    texts.use(language)
    kept = next(trap for trap in WITH_MISTAKE if wrong_code.message(COURSE, trap.mistake))
    group = next(name for name in GROUPS if kept in common_mistakes.traps(COURSE, name))
    first_line = wrong_code.message(COURSE, kept.mistake).partition("\n")[0]
    assert f"    {first_line}\n" in fill(COURSE, f"<!-- mistakes: {group} -->")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"section": "module-2-endpoint.md#nowhere"}, "T.*has no section “nowhere”"),
        ({"section": "nowhere.md#at-all"}, "nowhere.md does not exist"),
        ({"checks": ("welcome_email/nothing",)}, "T.*welcome_email has no check “nothing”"),
        ({"checks": ("nobody/nothing",)}, "there is no exercise “nobody”"),
        ({"mistake": "welcome_email/nothing"}, "there is no mistake “welcome_email/nothing”"),
    ],
)
def test_what_does_not_exist_is_refused(monkeypatch, fault, told):
    broken = replace(A_TRAP, **fault)
    monkeypatch.setattr(common_mistakes, "traps", lambda _course, _group: (broken,))
    with pytest.raises(HooklabError, match=told):
        common_mistakes.group_page(COURSE, GROUPS[0])
