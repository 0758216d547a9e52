"""Rosters as spreadsheets write them, and what is wrong with others."""

import pytest

from hooklab.classroom.roster import Learner, read_roster
from hooklab.errors import HooklabError


@pytest.fixture
def roster(tmp_path):
    def write(content):
        path = tmp_path / "roster.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_roster_is_read_as_any_spreadsheet_writes_it(roster, separator, end, mark):
    lines = ["Name;learner;language;group", "Ada;ada;fr;1", '"Zoé, the; 2nd";zoe;;2', ";bob;EN;"]
    written = [line.replace(";", separator) if '"' not in line else line for line in lines]
    written[2] = '"Zoé, the; 2nd"' + ";zoe;;2".replace(";", separator)
    assert read_roster(roster(mark + end.join(written) + end)) == {
        "ada": Learner("ada", "Ada", "fr"),
        "zoe": Learner("zoe", "Zoé, the; 2nd", "en"),
        "bob": Learner("bob", "bob", "en"),
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no column “learner”; it has: none"),
        ("name,mail\nAda,a@b.c\n", "has no column “learner”; it has: name, mail"),
        ("learner\nada\nbob\nada\n", "roster.csv:4: “ada” stands there twice"),
        ("learner,name\n,Ada\n", "roster.csv:2: the learner is missing"),
        ("learner,language\nada,de\n", "roster.csv:2: there is no language “de”"),
        ("learner\nzoé\n".encode("latin-1"), "is not UTF-8: byte 11"),
        ("learner\nzoé\n".encode("utf-16"), "is not UTF-8: byte 1"),
        ('learner,name\nada,"' + "x" * 200_000, "cannot be read as CSV"),
    ],
)
def test_what_is_wrong_with_a_roster_is_said(roster, content, said):
    with pytest.raises(HooklabError, match=r"roster\.csv") as refused:
        read_roster(roster(content))
    assert said in refused.value.what


def test_a_roster_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(HooklabError, match="cannot be read"):
        read_roster(tmp_path / "nobody.csv")
