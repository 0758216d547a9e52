"""Uploads as learning platforms name them: whose they are, and which attempt counts."""

import shutil
import unicodedata

import pytest

from hooklab.classroom.hand_ins import Collector
from hooklab.classroom.platforms import read_label
from hooklab.classroom.roster import Learner

ROSTER = {
    each.id: each
    for each in (
        Learner("alovelace", "Ada Lovelace", "en"),
        Learner("4711", "Zoé Müller-Núñez", "fr"),
        Learner("pm1", "Pierre de la Mare", "fr"),
        Learner("k1", "Kim Lee", "en"),
        Learner("k2", "Lee Kim", "en"),
    )
}


@pytest.fixture
def download(course, class_):
    """Make uploads with these names, and collect them: who has handed in, and what is refused."""

    def run(*names, roster=None):
        for number, name in enumerate(names):
            if name.endswith(("/", ".txt")):
                (class_ / name).mkdir() if name.endswith("/") else (class_ / name).write_text("x")
                home = class_ / name if name.endswith("/") else None
            else:
                home = class_.folder
            if home:
                answer = class_.folder.parent / f"answer{number}" / "knock"
                answer.mkdir(parents=True)
                (answer / "app.py").write_text(f"# {name}\n")
                file = home / ("answer.zip" if name.endswith("/") else name)
                made = shutil.make_archive(str(answer.parent), "zip", answer.parent)
                shutil.move(made, file)
        found = Collector(course, ["knock"], roster).collect(class_.folder)
        learners = [each.learner.id for each in found.hand_ins]
        return learners, [(each.place, each.why) for each in found.refusals], found

    return run


MOODLE = "_12345_assignsubmission_file_"
ATTEMPT = "_attempt_2026-10-05-13-45-12_answer.zip"


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        (f"Ada Lovelace{MOODLE}/", "alovelace"),
        ("Ada Lovelace_12345_assignsubmission_file/", "alovelace"),
        (f"Ada Lovelace{MOODLE}answer.zip", "alovelace"),
        (f"Lovelace Ada{MOODLE}/", "alovelace"),
        (f"ZOE MULLER-NUNEZ{MOODLE}/", "4711"),
        (f"{unicodedata.normalize('NFD', 'Zoé Müller-Núñez')}{MOODLE}/", "4711"),
        ("lovelaceada_99_100_answer.zip", "alovelace"),
        ("lovelaceada_LATE_99_100_my_answer-2.zip", "alovelace"),
        ("delamarepierre_99_100_answer.zip", "pm1"),
        ("anybody_4711_100_answer.zip", "4711"),
        (f"Homework 1_alovelace{ATTEMPT}", "alovelace"),
        (f"gradebook_2026_web_hooks_Homework_1_alovelace{ATTEMPT}", "alovelace"),
        ("alovelace.zip", "alovelace"),
    ],
)
def test_a_learner_is_found_in_the_roster(download, name, learner):
    learners, refused, found = download(name, roster=ROSTER)
    assert (learners, refused) == ([learner], [])
    assert found.hand_ins[0].read() == {"app.py": f"# {name}\n".encode()}


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        (f"Zoé Müller-Núñez{MOODLE}/", "Zoé Müller-Núñez"),
        ("lovelaceada_99_100_answer.zip", "lovelaceada"),
        (f"Homework_ada{ATTEMPT}", "ada"),
        ("ada_12_34_x/", "ada_12_34_x"),
        ("group_7.zip", "group_7"),
    ],
)
def test_without_a_roster_the_name_itself_counts(download, name, learner):
    assert download(name)[:2] == ([learner], [])


def test_who_may_be_two_is_nobody(download):
    learners, refused, _found = download("leekim_99_100_answer.zip", roster=ROSTER)
    assert learners == []
    told = "several learners in the roster may be called “leekim”: k1, k2"
    assert refused == [("leekim_99_100_answer.zip", told)]


def test_a_stranger_and_another_spelling_without_a_platform_are_nobody(download):
    learners, refused, _found = download(f"Eve{MOODLE}/", "ada lovelace.zip", roster=ROSTER)
    assert learners == []
    assert [why for _place, why in refused] == [
        "the roster has no learner “Eve”",
        "the roster has no learner “ada lovelace”",
    ]


@pytest.mark.parametrize("roster", [None, ROSTER])
def test_the_last_of_several_attempts_counts(download, roster):
    early = "Homework_alovelace_attempt_2026-10-04-23-59-59_answer.zip"
    late = "Homework_alovelace_attempt_2026-10-05-00-00-00_answer.zip"
    learners, refused, found = download(early, late, roster=roster)
    assert learners == ["alovelace"]
    assert found.hand_ins[0].upload.name == late
    assert (refused, found.superseded) == ([], {early: late})


def test_the_last_file_of_canvas_counts_whatever_its_length(download):
    names = ("adalovelace_9_999_a.zip", "adalovelace_9_1000_a-1.zip")
    found = download(*names)[2]
    assert [each.upload.name for each in found.hand_ins] == [names[1]]


def test_two_uploads_of_which_nobody_knows_the_last_are_refused(download):
    names = (f"Ada Lovelace{MOODLE}/", "alovelace.zip", f"Homework_alovelace{ATTEMPT}")
    learners, refused, _found = download(*names, roster=ROSTER)
    assert learners == []
    assert {why for _place, why in refused} == {"alovelace has handed in twice"}


def test_what_a_platform_puts_beside_the_files_is_nobodys(download):
    notes = ("Homework_ada_attempt_2026-10-05-13-45-12.txt",)
    learners, refused, _found = download(f"Homework_ada{ATTEMPT}", *notes)
    assert (learners, refused) == (["ada"], [])
    text = read_label("Ada_1_assignsubmission_onlinetext_", is_folder=True)
    assert not text.is_upload


def test_earlier_attempts_are_named_and_no_fault(download, grade):
    names = ("adalovelace_9_999_a.zip", "adalovelace_9_1000_a-1.zip")
    download(*names)
    code, out, _err = grade("knock")
    assert code == 0
    assert f"{names[0]} is an earlier attempt: {names[1]} is graded\n" in out
