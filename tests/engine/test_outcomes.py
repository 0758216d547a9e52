"""What may become of a check, and what it is worth then."""

import ast

import pytest

from hooklab.errors import HooklabError
from hooklab.grading.advice.clues import Clues
from hooklab.grading.advice.code import Code
from hooklab.grading.advice.sections import Sections
from hooklab.grading.options import Options
from hooklab.grading.outcomes import Trial
from hooklab.grading.run import grade
from hooklab.grading.tally import check_result
from hooklab.rubric import Check

ENDINGS = """
    import pytest

    def test_it_passes(lab):
        lab.app.get("/").expect("2xx")

    def test_it_wants_more(lab):
        lab.app.get("/").expect("418")

    def test_it_asserts(lab):
        assert lab.app.get("/").status == 418, "a teapot"

    def test_it_skips(lab):
        pytest.skip("no time")

    def test_it_expects_to_fail(lab):
        pytest.xfail("one day")

    @pytest.mark.xfail
    def test_it_passes_unexpectedly(lab):
        pass

    @pytest.mark.skip
    def test_it_is_marked(lab):
        pass

    def test_it_is_broken(lab):
        raise KeyError("the grader's own")

    def test_it_leaves(lab):
        raise SystemExit(0)

    def test_it_needs_what_passed(lab):
        pass

    def test_it_needs_what_failed(lab):
        pass

    def test_it_needs_the_untried(lab):
        pass

    def test_it_needs_what_nobody_knows(lab):
        pass
"""


@pytest.fixture
def endings(sample):
    names = [
        line.split("test_")[1].split("(")[0] for line in ENDINGS.splitlines() if "def test_" in line
    ]
    needs = {
        "it_needs_what_passed": ["it_passes"],
        "it_needs_what_failed": ["it_passes", "it_wants_more"],
        "it_needs_the_untried": ["it_needs_what_failed"],
        "it_needs_what_nobody_knows": ["it_passes", "it_is_broken"],
    }
    sample.write(ENDINGS, *names, needs=needs)
    return sample.grade()


def test_only_a_passed_check_is_earned(endings, sample):
    outcomes = {id_: check.outcome for id_, check in endings.items()}
    assert outcomes == {
        "it_passes": "earned",
        "it_wants_more": "not_earned",
        "it_asserts": "not_earned",
        "it_skips": "could_not_grade",
        "it_expects_to_fail": "could_not_grade",
        "it_passes_unexpectedly": "could_not_grade",
        "it_is_marked": "could_not_grade",
        "it_is_broken": "could_not_grade",
        "it_leaves": "could_not_grade",
        "it_needs_what_passed": "earned",
        "it_needs_what_failed": "not_tried",
        "it_needs_the_untried": "not_tried",
        "it_needs_what_nobody_knows": "could_not_grade",
    }
    assert (sample.card.earned, sample.card.points) == (2, 13)


def test_messages_name_what_happened(endings):
    assert "418" in endings["it_wants_more"].message
    assert "home" in endings["it_wants_more"].message
    assert "a teapot" in endings["it_asserts"].message
    assert "KeyError" in endings["it_is_broken"].message
    assert "it_wants_more" in endings["it_needs_what_failed"].message
    assert "it_is_broken" in endings["it_needs_what_nobody_knows"].message
    assert endings["it_passes"].message == ""


def test_only_a_lost_check_says_where_to_look(endings):
    assert endings["it_passes"].hint == ""
    assert endings["it_wants_more"].hint == "here"


OPEN = Code({"a.py": ast.parse('\n\nraise NotImplementedError("keep(): TODO 1 is still open")')})


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ("TODO 5 in worker.py", "First TODO 1 (a.py:3), which is still open. Then TODO 5 in w"),
        ("TODO 10 in app.py", "First TODO 1 (a.py:3), which is still open. Then TODO 10 in app"),
        ("TODO 1 and TODO 5; page", "TODO 1 (a.py:3); page"),
    ],
)
def test_the_todo_that_stopped_the_app_comes_first(look, said):
    words = dict.fromkeys(("en", "fr"), look)
    check = Check("first", words, points=1, needs=(), look=words, hints=())
    clues = Clues(todo=1, place="a.py:9", sections=Sections(OPEN))
    assert check_result(check, [Trial("not_earned", "500", clues=clues)]).hint.startswith(said)


def test_a_parametrized_check_is_earned_only_as_a_whole(sample):
    sample.write(
        """
        import pytest

        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_all(lab, number):
            assert number != 2, "two"

        @pytest.mark.parametrize("number", [1, 2])
        def test_both(lab, number):
            pass

        def test_needs_all(lab):
            pass
        """,
        "all",
        "both",
        "needs_all",
        needs={"needs_all": ["all"]},
    )
    found = sample.grade()
    assert found["all"].outcome == "not_earned"
    assert found["all"].earned == 0
    assert "two" in found["all"].message
    assert found["both"].earned == 1
    assert found["needs_all"].outcome == "not_tried"


def sample_that_ends_early(sample, end):
    sample.write(
        f"""
        import pytest

        def test_first(lab):
            {end}

        def test_second(lab):
            pass
        """,
        "first",
        "second",
    )
    return sample


def test_control_c_ends_the_run(sample):
    with pytest.raises(KeyboardInterrupt):
        sample_that_ends_early(sample, "raise KeyboardInterrupt").grade()


def test_a_grader_that_stops_the_run_is_at_fault(sample):
    with pytest.raises(HooklabError, match="enough") as caught:
        sample_that_ends_early(sample, "pytest.exit('enough', returncode=0)").grade()
    assert "fault of the course" in caught.value.hint


def test_a_fixture_that_fails_is_the_graders_fault(sample):
    sample.write(
        """
        import pytest

        @pytest.fixture
        def broken():
            raise RuntimeError("a broken fixture")

        @pytest.fixture
        def late(lab):
            yield
            raise RuntimeError("a broken end")

        def test_before(lab, broken):
            pass

        def test_after(lab, late):
            pass
        """,
        "before",
        "after",
    )
    found = sample.grade()
    assert {check.outcome for check in found.values()} == {"could_not_grade"}
    assert "a broken fixture" in found["before"].message


def test_a_test_file_that_cannot_be_read_is_refused(sample):
    sample.write("import nothing_of_this_name\n\ndef test_a(lab):\n    pass\n", "a")
    with pytest.raises(HooklabError, match="nothing_of_this_name"):
        sample.grade()


def test_a_check_without_the_lab_is_graded_too(sample):
    sample.write("def test_a():\n    assert 1 == 2, 'no'\n", "a")
    assert sample.grade()["a"].outcome == "not_earned"


def test_the_points_are_the_rubrics_and_not_what_ran(toy, launcher):
    options = Options(solutions=True)
    card = grade(toy, ["knock", "ledger"], options, launcher=launcher)
    assert [(each.slug, each.earned, each.points) for each in card.exercises] == [
        ("knock", 2.5, 4),
        ("ledger", 3, 3),
    ]
    reviewed = card.exercises[0].criteria[1]
    assert (reviewed.kind, reviewed.earned, reviewed.points) == ("reviewed", 0, 1.5)
    assert card.exercises[0].waiting == 1.5


def test_progress_hears_of_every_check(toy, launcher):
    heard = []
    grade(
        toy,
        ["knock"],
        Options(solutions=True),
        launcher=launcher,
        progress=lambda slug, result: heard.append((slug, result.id, result.outcome)),
    )
    assert heard[0] == ("knock", "it_answers", "earned")
    assert heard[-1] == ("knock", "nobody_is_refused", "earned")


@pytest.mark.parametrize(("make", "said"), [(None, "does not exist"), ("file", "is a file")])
def test_a_submission_that_is_no_folder_is_refused(toy, launcher, tmp_path, make, said):
    folder = tmp_path / "answer"
    if make:
        folder.write_text("no folder")
    with pytest.raises(HooklabError, match=said):
        grade(toy, ["knock"], Options(submission=folder), launcher=launcher)
