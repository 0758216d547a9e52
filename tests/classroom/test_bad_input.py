"""Everything that is wrong with a class at once: each is named, the rest is graded."""

import io
import os
import shutil
import socket
import sqlite3
import sys
import tarfile
import zipfile
from contextlib import closing

import pytest

from hooklab.classroom import members

# What lies in the class beside an honest answer, and what is said of it.
SAID = {
    "bomb.zip": "it is larger than",
    "damaged.zip": "it is damaged",
    "empty": "there is no exercise in it",
    "essay.txt": "the roster has no learner “essay.txt”",
    "nothing": "there is no exercise in it",
    "outside.tar": "leads out of the folder",
    "pipe": "it is neither a folder nor an archive",
    "talk": "it is neither a folder nor an archive",
    "linked": "it is neither a folder nor an archive",
    "links.tar": "is a link, a pipe or the like",
    "twice": "twice has handed in twice",
    "twice.zip": "twice has handed in twice",
    "mallory": "the roster has no learner “mallory”",
}


def tar(path, *members_):
    with tarfile.open(path, "w") as archive:
        for name, kind in members_:
            member = tarfile.TarInfo(name)
            content = b"# good\n" if kind == tarfile.REGTYPE else b""
            member.type, member.size, member.linkname = kind, len(content), "/etc/passwd"
            archive.addfile(member, io.BytesIO(content))


@pytest.fixture
def bad(class_, course, tmp_path, monkeypatch):
    """The class, and its roster."""
    monkeypatch.setattr(members, "MOST_UNPACKED", 1 << 20)
    class_.hand_in("ada/knock")
    class_.hand_in("strange/knock").joinpath("app.py").write_bytes("é = 'good'".encode("utf-16"))
    for slug in ("knock", "ledger"):
        class_.hand_in(f"five/exercises/{slug}")
    (class_ / "empty").mkdir()
    class_.hand_in("nothing/homework")
    (class_ / "essay.txt").write_text("I did my best.")
    (class_ / "damaged.zip").write_bytes(b"PK\x03\x04 and no more")
    with zipfile.ZipFile(class_ / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("knock/app.py", bytes(64 << 20))
    good = ("knock/app.py", tarfile.REGTYPE)
    tar(class_ / "outside.tar", good, ("../../evil.py", tarfile.REGTYPE))
    tar(
        class_ / "links.tar", good, ("knock/link", tarfile.SYMTYPE), ("knock/null", tarfile.CHRTYPE)
    )
    os.mkfifo(class_ / "pipe")
    (class_ / "linked").symlink_to(class_ / "ada")
    with socket.socket(socket.AF_UNIX) as server:
        # A socket's path has to be short.
        monkeypatch.chdir(class_.folder)
        server.bind("talk")
        monkeypatch.chdir(course.root)
    class_.hand_in("twice/knock")
    shutil.make_archive(str(class_ / "twice"), "zip", class_ / "ada")
    class_.hand_in("mallory/knock")
    learners = {path.name.partition(".")[0] for path in class_.folder.iterdir()} - {"mallory"}
    roster = tmp_path / "roster.csv"
    roster.write_text("learner\n" + "\n".join(sorted(learners)) + "\nzoe\n", encoding="utf-8")
    return roster


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes and sockets in folders")
def test_each_bad_upload_is_named_and_the_rest_is_graded(bad, grade, statuses):
    code, out, err = grade("--roster", bad)
    assert code == 1
    assert "Traceback" not in out + err
    for place, said in SAID.items():
        line = next(
            (
                each
                for each in out.splitlines()
                if each.startswith((f"  {place}: ", f"  {place}, "))
            ),
            out,
        )
        assert said in line
    assert any(each.startswith("Nothing from") and "zoe" in each for each in out.splitlines())
    graded = {place for place, (status, _points) in statuses().items() if status == "graded"}
    assert graded == {
        *(("ada", "knock"), ("strange", "knock"), ("five", "knock"), ("five", "ledger")),
        *(("outside", "knock"), ("links", "knock")),
    }


@pytest.mark.parametrize(
    ("roster", "said"),
    [
        ("name,mail\nAda,a@b.c\n", "has no column “learner”; it has: name, mail"),
        ("learner\nzoé\n".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_a_roster_that_cannot_be_read_stops_before_anything(
    class_, grade, quick, tmp_path, book_file, roster, said
):
    class_.hand_in("ada/knock")
    path = tmp_path / "roster.csv"
    path.write_bytes(roster if isinstance(roster, bytes) else roster.encode())
    code, _out, err = grade("--roster", path)
    assert code == 2
    assert said in err
    assert (quick.graded, book_file.exists()) == ([], False)


def test_a_gradebook_of_a_newer_version_stays_as_it_is(class_, grade, quick, book_file):
    class_.hand_in("ada/knock")
    grade()
    with closing(sqlite3.connect(book_file)) as connection, connection:
        connection.execute("UPDATE gradebook_version SET version_num = 'of_tomorrow'")
    before, count = book_file.read_bytes(), len(quick.graded)
    code, _out, err = grade()
    assert code == 2
    assert "was written by a newer hooklab" in err
    assert (book_file.read_bytes(), len(quick.graded)) == (before, count)


def test_a_class_without_anybody_is_refused(class_, grade, book_file):
    code, _out, err = grade()
    assert code == 2
    assert "is empty" in err
    assert not book_file.exists()
