"""Proofs are kept by content: what has not changed is not graded again, and all else is."""

import json
from dataclasses import replace

import pytest

from hooklab import catalogue
from hooklab.authoring import gate, proof, tries
from hooklab.authoring.folders import folder_digest
from hooklab.authoring.proof import Manner, one_in

ALL = {
    "solutions/knock",
    "exercises/knock",
    "graders/knock/mistakes/accepts_nobody.patch",
    "graders/knock/mistakes/ignores_the_name.patch",
    "graders/knock/mistakes/no_route.patch",
}


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def cards():
    """What was graded in this file so far, and which lines ran."""
    return {}


@pytest.fixture
def grade_once(cards, monkeypatch):
    """Grade the same files with the same graders only once: it is the ledger that is tested."""
    grade = tries.grade

    def remembered(course, slugs, options, *, launcher, noted=None):
        files = folder_digest(options.submission), folder_digest(course.root / "graders")
        key = (*files, replace(options, submission=None), noted is None)
        if key not in cards:
            calls = []
            note = None if noted is None else lambda *call: calls.append(call)
            cards[key] = grade(course, slugs, options, launcher=launcher, noted=note), calls
        card, calls = cards[key]
        for call in calls:
            noted(*call)
        return card

    monkeypatch.setattr(tries, "grade", remembered)


@pytest.fixture
def prove(own_toy, launcher, monkeypatch, grade_once):
    """Runs the gate over `knock`; the answers that were graded with their checks, and faults."""
    graded = []
    prove_ = proof.Prover._prove

    def noted(self, claim, *rest):
        graded.append((claim.place, claim.only))
        return prove_(self, claim, *rest)

    monkeypatch.setattr(proof.Prover, "_prove", noted)

    def run(**how):
        graded.clear()
        manner = Manner(launcher, **how)
        faults = gate.run(catalogue.load(own_toy.root), ["knock"], manner=manner)
        return dict(graded), faults

    return run


def test_what_has_not_changed_is_not_graded_again(prove):
    graded, faults = prove()
    assert (set(graded), faults) == (ALL, [])
    assert prove() == ({}, [])


def test_all_of_it_is_graded_again_when_asked_for(prove):
    prove()
    assert set(prove(afresh=True)[0]) == ALL


def test_a_mistake_that_changed_is_graded_again(prove, own_toy):
    prove()
    change(
        own_toy.root / "graders/knock/mistakes/no_route.patch",
        '+    @app.get("/knocks',
        '+    @app.get("/doors',
    )
    assert set(prove()[0]) == {"graders/knock/mistakes/no_route.patch"}


def test_the_words_of_a_mistake_prove_nothing_and_its_checks_do(prove, own_toy):
    prove()
    path = own_toy.root / "graders/knock/mistakes/no_route.patch"
    change(path, "The route has another name.", "Another name.")
    assert prove() == ({}, [])
    change(path, "Loses: it_answers", "Loses: it_answers\nLoses: nobody_is_refused")
    graded, faults = prove()
    assert set(graded) == {"graders/knock/mistakes/no_route.patch"}
    assert "which is not tried" in faults[0].what


@pytest.mark.parametrize(
    "name", ["graders/knock/test_knock.py", "graders/knock/rubric.toml", "solutions/knock/app.py"]
)
def test_everything_is_graded_again_after_a_change_of_the_grader_or_the_solution(
    prove, own_toy, name
):
    prove()
    with (own_toy.root / name).open("a") as file:
        file.write("\n# One more line.\n")
    graded = set(prove()[0])
    assert graded == (ALL - {"exercises/knock"} if name.startswith("solutions") else ALL)


def test_a_statement_that_changed_is_looked_at_and_nothing_graded(prove, own_toy):
    prove()
    page = own_toy.root / "course/en/exercises/knock.md"
    change(page, "Say why,", "`MAIL_FROM` says from whom.\nSay why,")
    change(page, "<!-- held by: ", "<!-- held by: nobody, ")
    graded, faults = prove()
    assert graded == {}
    assert ["nobody" in fault.what or "MAIL_FROM" in fault.what for fault in faults] == [True] * 2


@pytest.mark.parametrize(
    "name", ["conftest.py", "__init__.py", "shared/words.py", "words.txt", "sheet.toml"]
)
def test_what_graders_share_decides_too(prove, own_toy, name):
    test = own_toy.root / "graders/knock/test_knock.py"
    test.write_text(f"{test.read_text()}\n# It reads sheet.toml.\n")
    prove()
    path = own_toy.root / "graders" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("# New.\n")
    assert set(prove()[0]) == ALL


def test_a_sheet_that_another_grader_reads_decides_nothing(prove, own_toy):
    prove()
    (own_toy.root / "graders/tariffs.toml").write_text("")
    assert prove() == ({}, [])


def test_a_file_that_is_saved_while_it_is_graded_proves_nothing(prove, own_toy, monkeypatch):
    grade = tries.grade

    def save_and_grade(*arguments, **options):
        card = grade(*arguments, **options)
        with (own_toy.root / "graders/knock/test_knock.py").open("a") as file:
            file.write("\n# One more line.\n")
        return card

    with monkeypatch.context() as context:
        context.setattr(tries, "grade", save_and_grade)
        assert prove()[1] == []
    assert set(prove()[0]) == ALL


def test_another_setting_is_another_proof(prove):
    prove()
    assert set(prove(repeat=2)[0]) == ALL


def test_no_proof_is_kept_of_what_failed(prove, own_toy):
    path = own_toy.root / "graders/knock/mistakes/ignores_the_name.patch"
    change(path, "Loses: ", "Loses: nobody_is_refused\nLoses: ")
    _graded, faults = prove()
    # It does not lose what it declares, and declares much without a reason.
    assert {fault.place for fault in faults} == {"graders/knock/mistakes/ignores_the_name.patch"}
    again, faults_again = prove()
    assert set(again) == {fault.place for fault in faults}
    assert list(map(str, faults_again)) == list(map(str, faults))


def test_a_full_proof_is_a_quick_one_and_not_the_other_way_round(prove):
    prove(quick=True)
    assert prove(quick=True) == ({}, [])
    # The solution too: its lines were not noted.
    assert set(prove()[0]) == ALL - {"exercises/knock"}
    assert prove(quick=True) == ({}, [])


def test_a_share_is_proved_fully_in_a_quick_look(prove, own_toy):
    chosen = one_in(2, own_toy.root)
    graded, _faults = prove(quick=True, share=2)
    mistakes = [place for place in ALL if place.endswith(".patch")]
    quick = {"graders/knock/mistakes/no_route.patch": {"it_answers"}}
    for place in mistakes:
        if place in quick and not chosen(place):
            assert graded[place] == quick[place]
    assert {chosen(f"place {number}") for number in range(30)} == {True, False}
    assert not any(one_in(None, own_toy.root)(place) for place in mistakes)


def test_a_quick_look_may_be_at_a_part_of_the_mistakes(prove, own_toy):
    mistakes = {place for place in ALL if place.endswith(".patch")}
    in_part = one_in(2, own_toy.root)
    graded, faults = prove(quick=True, part=2)
    assert faults == []
    assert mistakes.intersection(graded) == {
        place for place in mistakes if in_part(f"part of {place}")
    }
    # What was left out is not taken for proved.
    graded, _faults = prove(quick=True)
    assert mistakes.intersection(graded) == {
        place for place in mistakes if not in_part(f"part of {place}")
    }


def test_a_mistake_is_graded_on_the_checks_that_run_a_line_of_it(prove):
    graded, _faults = prove()
    # The line runs in the checks that knock with a name.
    assert graded["graders/knock/mistakes/ignores_the_name.patch"] == {
        "it_answers",
        "it_greets_by_name",
    }


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"solutions/knock": 1}', "[" * 100_000])
def test_a_damaged_file_of_proofs_is_as_good_as_none(prove, own_toy, damage):
    prove()
    (own_toy.root / ".hooklab/proofs/knock.json").write_text(damage)
    graded, faults = prove()
    assert "solutions/knock" in graded
    assert faults == []


def test_a_proof_of_another_answer_helps_nobody(prove, own_toy):
    prove()
    kept = own_toy.root / ".hooklab/proofs/knock.json"
    proofs = json.loads(kept.read_text())
    wrong = "graders/knock/mistakes/no_route.patch"
    proofs[wrong] = proofs["graders/knock/mistakes/accepts_nobody.patch"]
    kept.write_text(json.dumps(proofs))
    assert set(prove()[0]) == {wrong}
