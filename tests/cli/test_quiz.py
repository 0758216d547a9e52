"""`hooklab quiz`: asked by keyboard, in both languages, and written for an LMS."""

import io
import zipfile
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.quiz import bank
from hooklab.quiz.draw import draw

ROOT = Path(__file__).parents[2]
BANK = bank.load(catalogue.load(ROOT))
SEED = 4
COUNT = 6
DRAWN = draw(BANK, COUNT, SEED)


@pytest.fixture
def quiz(hooklab, monkeypatch):
    """Run the command with lines that are typed."""
    monkeypatch.chdir(ROOT)

    def run(typed: str, *arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return hooklab("quiz", "--questions", COUNT, "--seed", SEED, *arguments)

    return run


def lines(answers):
    return "".join(f"{answer}\n" for answer in answers)


def test_all_right_answers_pass(quiz):
    code, out, err = quiz(lines(each.right for each in DRAWN))
    assert code == 0
    assert out.count("✓ Right.") == COUNT
    assert f"{COUNT} of {COUNT} right, {BANK.needed(COUNT)} needed: passed." in out
    assert f"hooklab quiz --questions {COUNT} --seed {SEED}" in err


def test_a_wrong_answer_is_told_why_and_what_is_right(quiz):
    wrong = [each.right % len(each.choices) + 1 for each in DRAWN]
    code, out, _err = quiz(lines(wrong))
    assert code == 0
    assert f"The right answer is {DRAWN[0].right}." in out
    first_words = DRAWN[0].choices[wrong[0] - 1].why["en"].split("`")[0][:30].strip()
    assert first_words in " ".join(out.split())
    assert f"0 of {COUNT} right" in out
    assert "not passed" in out


def test_what_is_no_answer_is_asked_again(quiz):
    _code, out, _err = quiz(f"0\n9\nyes\n\n{DRAWN[0].right}\nq\n")
    assert out.count("✓ Right.") == 1
    assert f"{COUNT - 1} questions are left." in out


def test_the_end_of_the_input_ends_the_quiz(quiz):
    code, out, _err = quiz("")
    assert code == 0
    assert f"{COUNT} questions are left." in out


def test_it_speaks_french_without_colour(quiz, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    _code, out, err = quiz(lines(each.right for each in DRAWN), "--lang", "fr")
    assert "\x1b" not in out
    assert f"Réponses justes\u00a0: {COUNT} sur {COUNT}" in out
    assert "Les mêmes questions" in err


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_bank_is_written_for_an_lms(hooklab, monkeypatch, tmp_path, language):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "quiz.zip"
    code, _out, err = hooklab("quiz", "--export", "qti", "--lang", language, "--output", file)
    assert code == 0
    assert str(len(BANK.questions)) in err
    question = BANK.questions[0]
    with zipfile.ZipFile(file) as archive:
        assert question.text[language] in archive.read(f"items/{question.id}.xml").decode()


@pytest.mark.parametrize("arguments", [("--export", "qti"), ("--output", "quiz.zip")])
def test_an_export_needs_form_and_file(hooklab, monkeypatch, arguments):
    monkeypatch.chdir(ROOT)
    code, _out, err = hooklab("quiz", *arguments)
    assert code == 2
    assert "hooklab quiz --export qti --output quiz.zip" in err


def test_a_folder_that_cannot_be_written_to_is_told(hooklab, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    code, _out, err = hooklab("quiz", "--export", "qti", "--output", tmp_path / "no" / "quiz.zip")
    assert code == 2
    assert "does not exist" in err


def test_where_no_mistakes_are_kept_the_quiz_does_without_them(hooklab, monkeypatch, tmp_path):
    # What an installed package makes a folder of.
    for name in ("course", "graders", "exercises", "solutions"):
        (tmp_path / name).mkdir()
    for name in ("course/en", "course/fr", "course/data"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "graders" / "course.toml").symlink_to(ROOT / "graders" / "course.toml")
    monkeypatch.chdir(tmp_path)
    there = bank.load(catalogue.load(tmp_path))
    assert len(there.questions) == sum(not each.listing for each in BANK.questions)
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    code, out, _err = hooklab("quiz")
    assert code == 0
    assert f"1/{min(there.length, len(there.questions))}" in out
