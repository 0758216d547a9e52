"""Whose answer lies where: layouts of uploads, and what cannot be told."""

import os
import shutil
import sys
import unicodedata

import pytest

from hooklab.classroom.hand_ins import Collector
from hooklab.classroom.members import BadUpload
from hooklab.classroom.roster import Learner
from hooklab.errors import HooklabError


@pytest.fixture
def collect(course, class_):
    def run(*slugs, roster=None, besides=()):
        return Collector(course, slugs, roster).collect(class_.folder, besides)

    return run


def found(collected):
    return [(each.learner.id, each.slug, sorted(each.names)) for each in collected.hand_ins]


def refused(collected):
    return [(each.place, each.why) for each in collected.refusals]


@pytest.mark.parametrize(
    "path", ["ada/knock", "ada/exercises/knock", "ada/webhooks-main/exercises/knock", "ada/x/knock"]
)
@pytest.mark.parametrize("form", ["folder", "zip", "gztar"])
def test_an_exercise_is_found_where_learners_put_it(class_, collect, path, form):
    class_.hand_in(path)
    # A clone has other rooms, with the same names in them.
    if "main" in path:
        class_.hand_in("ada/webhooks-main/solutions/knock", "the solution")
    if form != "folder":
        shutil.make_archive(str(class_ / "ada"), form, class_ / "ada")
        shutil.rmtree(class_ / "ada")
    collected = collect()
    assert found(collected) == [("ada", "knock", ["app.py"])]
    assert collected.hand_ins[0].read() == {"app.py": b"# good\n"}
    assert refused(collected) == []


@pytest.mark.parametrize("path", ["ada", "ada/src"])
def test_the_files_of_one_exercise_may_lie_there_directly(class_, collect, path):
    class_.hand_in(path)
    assert found(collect("knock")) == [("ada", "knock", ["app.py"])]
    assert refused(collect()) == [("ada", "there is no exercise in it")]


def test_another_exercise_is_not_taken_for_the_one(class_, collect):
    class_.hand_in("ada/ledger")
    (class_.hand_in("bob/notes") / "app.py").rename(class_ / "bob/notes/readme.md")
    assert refused(collect("knock")) == [
        ("ada", "there is no exercise in it"),
        ("bob", "there is no exercise in it"),
    ]


def test_several_exercises_may_be_in_one_upload_and_only_those_asked_for_count(class_, collect):
    class_.hand_in("ada/exercises/knock")
    class_.hand_in("ada/exercises/ledger")
    assert [slug for _learner, slug, _names in found(collect())] == ["knock", "ledger"]
    assert [slug for _learner, slug, _names in found(collect("ledger"))] == ["ledger"]


def test_one_exercise_in_two_places_is_refused(class_, collect):
    class_.hand_in("ada/knock")
    class_.hand_in("ada/exercises/knock")
    class_.hand_in("bob/one/knock")
    class_.hand_in("bob/two/knock")
    assert refused(collect()) == [
        ("ada", "“knock” is in it twice: exercises/knock/, knock/"),
        ("bob", "exercises are in several folders of it"),
    ]


def test_two_uploads_of_one_learner_are_refused_and_the_others_graded(class_, collect):
    class_.hand_in("ada/knock")
    shutil.make_archive(str(class_ / "ada"), "zip", class_ / "ada")
    class_.hand_in("bob/knock")
    collected = collect()
    assert found(collected) == [("bob", "knock", ["app.py"])]
    assert refused(collected) == [(name, "ada has handed in twice") for name in ("ada", "ada.zip")]


def test_systems_that_spell_an_accent_differently_mean_the_same_learner(class_, collect):
    class_.hand_in(unicodedata.normalize("NFD", "zoé/knock"))
    roster = {"zoé": Learner("zoé", "Zoé", "fr")}
    assert found(collect(roster=roster)) == [("zoé", "knock", ["app.py"])]


def test_a_learner_whom_the_roster_does_not_know_is_refused(class_, collect):
    class_.hand_in("ada/knock")
    class_.hand_in("mallory/knock")
    collected = collect(roster={"ada": Learner("ada", "Ada", "fr")})
    assert found(collected) == [("ada", "knock", ["app.py"])]
    assert refused(collected) == [("mallory", "the roster has no learner “mallory”")]
    assert collected.refusals[0].learner is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names of any bytes out")
def test_names_that_are_no_text_are_refused(class_, collect):
    class_.hand_in("ada/knock")
    (class_ / os.fsdecode(b"\xff\xfe")).mkdir()
    (class_ / "a\x1b[2Jb").mkdir()
    collected = collect()
    assert found(collected) == [("ada", "knock", ["app.py"])]
    assert [why for _place, why in refused(collected)] == [
        "its name is not UTF-8, or cannot be printed"
    ] * 2
    assert all(place.isascii() and place.isprintable() for place, _why in refused(collected))


def test_an_empty_folder_and_one_that_is_none_are_refused(class_, collect, course):
    with pytest.raises(HooklabError, match="is empty"):
        collect()
    with pytest.raises(HooklabError, match="cannot be read"):
        Collector(course, [], None).collect(class_ / "nowhere")


def test_what_lies_there_and_is_nobodys_is_passed_over(class_, collect):
    class_.hand_in("ada/knock")
    (class_ / ".DS_Store").touch()
    (class_ / "grades.db").touch()
    assert len(collect().refusals) == 1
    assert collect(besides={(class_ / "grades.db").resolve()}).refusals == []


def test_a_skeleton_is_known_by_its_content(class_, collect):
    class_.leave("ada/knock")
    (class_.leave("bob/knock") / "greeting.py").write_bytes(
        (class_ / "ada/knock/greeting.py").read_bytes().replace(b"\n", b"\r\n")
    )
    (class_.leave("carol/knock") / "notes.txt").touch()
    untouched = {each.learner.id: each.is_untouched for each in collect().hand_ins}
    assert untouched == {"ada": True, "bob": True, "carol": False}


def test_a_part_that_is_left_out_is_named_and_the_rest_graded(class_, collect):
    (class_.hand_in("ada/knock") / "link").symlink_to("/etc/passwd")
    collected = collect()
    assert found(collected) == [("ada", "knock", ["app.py"])]
    [refusal] = collected.refusals
    assert "knock/link is a link" in refusal.why
    assert not refusal.is_whole


def test_only_the_first_of_many_faults_are_named(class_, collect):
    folder = class_.hand_in("ada/knock")
    for number in range(50):
        (folder / str(number)).symlink_to("/")
    whys = [why for _place, why in refused(collect())]
    assert len(whys) == 11
    assert whys[-1] == "and 40 more like that"


def test_an_answer_that_is_far_too_large_is_refused(class_, collect, monkeypatch):
    monkeypatch.setattr("hooklab.classroom.hand_ins.MOST_FILES", 3)
    folder = class_.hand_in("ada/knock")
    for number in range(4):
        (folder / f"{number}.py").touch()
    class_.hand_in("ada/ledger")
    collected = collect()
    assert found(collected) == [("ada", "ledger", ["app.py"])]
    assert refused(collected) == [("ada", "there are more than 3 files")]
    assert collected.refusals[0].slug == "knock"


def test_an_answer_that_changes_in_the_meantime_is_not_graded(class_, collect):
    folder = class_.hand_in("ada/knock")
    [hand_in] = collect().hand_ins
    (folder / "app.py").write_text("another", encoding="utf-8")
    with pytest.raises(BadUpload, match="was changed"):
        hand_in.read()
    (folder / "app.py").unlink()
    with pytest.raises(BadUpload, match="cannot be read"):
        hand_in.read()
