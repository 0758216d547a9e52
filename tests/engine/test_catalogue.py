"""The catalogue: what it says, and what it refuses."""

import re

import pytest

from hooklab import catalogue
from hooklab.authoring import rooms
from hooklab.errors import HooklabError


def test_the_toy_course_reads_as_written(toy):
    assert [exercise.slug for exercise in toy.exercises] == ["knock", "ledger"]
    knock, ledger = toy.exercises
    assert (knock.points, knock.minutes, knock.assessment) == (4, 5, False)
    assert ledger.assessment
    assert toy.grader("knock") == toy.root / "graders" / "knock"
    assert toy.skeleton("knock") == toy.root / "exercises" / "knock"
    assert toy.solution("knock") == toy.root / "solutions" / "knock"


@pytest.mark.parametrize(
    ("slug", "hint"),
    [("knok", "did you mean “knock”?"), ("zzz", "choose one of: knock, ledger")],
)
def test_an_unknown_slug_is_answered_with_the_nearest(toy, slug, hint):
    with pytest.raises(HooklabError, match=f"no exercise “{slug}”") as caught:
        toy.exercise(slug)
    assert caught.value.hint == hint


def test_a_slug_with_dashes_finds_its_twin(tmp_path, sample):
    sample.catalogue(points=1)
    path = sample.root / "graders" / "course.toml"
    path.write_text(path.read_text().replace('"sample"', '"my_sample"'))
    with pytest.raises(HooklabError) as caught:
        catalogue.load(sample.root).exercise("my-sample")
    assert "my_sample" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes = 1", 'minutes = "1"', "“minutes” is '1'"),
        ("minutes = 1", "minutes = true", "“minutes” is True"),
        ("minutes = 1", "", "“minutes” is missing"),
        ("points = 1", "points = -1", "“points” is -1"),
        ("points = 1", 'points = 1\nsecret = "x"', "unknown key “secret”"),
        (', fr = "Exemple"', "", "“fr” is missing"),
        ("number = 1", "number = 1.5", "“number” is 1.5"),
    ],
)
def test_a_broken_catalogue_is_refused(sample, old, new, said):
    sample.catalogue(points=1)
    path = sample.root / "graders" / "course.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(HooklabError, match=re.escape(said)) as caught:
        catalogue.load(sample.root)
    assert "course.toml" in caught.value.what


def test_a_slug_that_stands_there_twice_is_refused(sample):
    sample.catalogue(points=1)
    path = sample.root / "graders" / "course.toml"
    text = path.read_text()
    path.write_text(text + text[text.index("[[module.exercise]]") :])
    with pytest.raises(HooklabError, match="“sample” stands there twice"):
        catalogue.load(sample.root)


def test_the_root_is_found_from_below_and_missed_outside(toy, tmp_path):
    assert catalogue.find_root(toy.skeleton("knock")) == toy.root
    with pytest.raises(HooklabError, match="is not inside the course"):
        catalogue.find_root(tmp_path)


def test_a_draft_is_kept_and_shown_to_nobody_who_does_not_name_it(sample):
    sample.write("def test_a(lab):\n    pass", "a")
    path = sample.root / "graders" / "course.toml"
    path.write_text(path.read_text().replace("points = 1", "points = 1\ndraft = true"))
    course = catalogue.load(sample.root)
    assert course.exercises == ()
    assert [draft.slug for draft in course.drafts] == ["sample"]
    assert course.exercise("sample").draft
    # Its folders and pages are not taken for forgotten ones.
    places = [problem.place for problem in rooms.whole_course(course)]
    assert not [place for place in places if "sample" in place]
