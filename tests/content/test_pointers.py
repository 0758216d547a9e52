"""Wrong answers to the first exercise: a lost check says where the fault is, in both languages."""

import shutil
import tomllib
from pathlib import Path

import pytest

from hooklab import catalogue, texts
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import launch

ROOT = Path(__file__).parents[2]
SLUG = "clerk_endpoint"
COURSE = catalogue.load(ROOT)
ACCEPTED = "a_signed_delivery_is_accepted"
REFUSED = "a_changed_body_or_another_secret_is_refused"

REFUSAL = 'raise Refused(401, "the signature does not hold") from None'
WRONG = tomllib.loads((ROOT / "tests/wrong_answers.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def launcher():
    launcher = launch.start_launcher()
    yield launcher
    launcher.close()


@pytest.fixture(autouse=True)
def _english():
    yield
    texts.use("en")


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_told_where_its_fault_is(tmp_path, launcher, monkeypatch, name, language):
    wrong = WRONG[name]
    file, lost = wrong["file"], wrong["lost"]
    answer = tmp_path / "exercises" / SLUG
    shutil.copytree(COURSE.solution(SLUG), answer)
    text = (answer / file).read_text(encoding="utf-8")
    for before, after in wrong["change"].items():
        # The last one: comments may have it too.
        assert before in text
        text = after.join(text.rsplit(before, 1))
    (answer / file).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    texts.use(language)
    check = checks(answer, launcher, lost)[lost]
    lines = enumerate(text.splitlines(), 1)
    line = next(number for number, each in lines if wrong["line"] in each)
    first = {"en": "First", "fr": "D\u2019abord"}[language]
    assert check.hint.startswith(f"{first} exercises/{SLUG}/{file}:{line}")
    assert wrong[language] in check.hint


def test_a_hole_in_the_signature_is_told_before_an_open_todo(tmp_path, launcher, monkeypatch):
    answer = tmp_path / "exercises" / SLUG
    shutil.copytree(COURSE.skeleton(SLUG), answer)
    solved = (COURSE.solution(SLUG) / "signature.py").read_text(encoding="utf-8")
    (answer / "signature.py").write_text(solved.replace(REFUSAL, "pass"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = checks(answer, launcher, REFUSED, "a_new_user_is_stored")
    assert found[ACCEPTED].outcome == "earned"
    assert "this except also catches" in found[REFUSED].hint
    assert "TODO" not in found[REFUSED].hint
    stored = found["a_new_user_is_stored"]
    assert stored.hint.startswith(f"TODO 4 (exercises/{SLUG}/users.py:")
    assert "Traceback" not in stored.message
    assert (
        f"TODO 4 is still open (NotImplementedError): exercises/{SLUG}/users.py:" in stored.message
    )


def checks(answer, launcher, *only):
    card = grade(
        COURSE, [SLUG], Options(submission=answer, only=frozenset(only)), launcher=launcher
    )
    return {check.id: check for check in card.exercises[0].checks}
