"""`hooklab class report`: what is in each form, and that names and answers stay text in it."""

import csv
import io
import json
import re
import shutil
from xml.etree import ElementTree

import jsonschema
import pytest

from .quick_graders import BROKEN

EVIL = '=HYPERLINK("x") <script>alert(1)</script> [a](javascript:b) ::error::x'
# https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json
INSTANT = r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"
TEXT = {"type": "string", "minLength": 1}
WHOLE = {"type": "integer", "minimum": 0}
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission"),
        *("commit", "release", "review", "datetime", "score", "max-score", "tests"),
    ],
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        **dict.fromkeys(("classroom", "assignment", "owner", "commit", "release", "review"), TEXT),
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": INSTANT},
        "graded_at": {"type": "string", "pattern": INSTANT},
        "submitted_by": {
            "type": "object",
            "additionalProperties": False,
            "required": ["username"],
            "properties": {"username": TEXT, "id": {"type": "integer"}},
        },
        "score": WHOLE,
        "max-score": WHOLE,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": TEXT,
                    "passed": {"type": "boolean"},
                    "score": WHOLE,
                    "max-score": WHOLE,
                },
            },
        },
    },
}


@pytest.fixture
def graded(class_, grade, tmp_path):
    """A class in which everything has happened."""
    roster = tmp_path / "roster.csv"
    with roster.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["learner", "name", "language"])
        lines.writerows([["ada", "Ada", "fr"], ["bob", EVIL, ""], ["index", "", ""]])
        lines.writerows([["carol", "", ""], ["dora", "", ""], ["../eve", "", ""]])
    class_.hand_in("ada/knock")
    class_.hand_in("bob/knock", f"not yet {EVIL}")
    class_.hand_in("bob/ledger")
    class_.hand_in("carol/knock", BROKEN.decode())
    (class_ / "dora.zip").write_bytes(b"noise")
    class_.hand_in("index/knock")
    class_.leave("index/ledger", "ledger")
    assert grade("--roster", roster)[0] == 1


@pytest.fixture
def report(hooklab, book_file, tmp_path, graded):
    """Write a report; its files by name."""

    def run(form, *arguments):
        folder = tmp_path / "out"
        code, _out, _err = hooklab(
            *("class", "report", "--gradebook", book_file),
            *("--format", form, "--output", folder, *arguments),
        )
        assert code == 0
        return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}

    return run


def test_csv_has_a_line_for_each_mark(hooklab, book_file, graded, tmp_path):
    code, out, err = hooklab("class", "report", "--gradebook", book_file, "--format", "csv")
    assert (code, err) == (0, "")
    header, *lines = csv.reader(io.StringIO(out))
    assert header[:5] == ["learner", "exercise", "earned", "points", "status"]
    assert [line[:5] for line in lines] == [
        ["../eve", "knock", "0", "4", "missing"],
        ["../eve", "ledger", "0", "3", "missing"],
        ["ada", "knock", "1", "4", "graded"],
        ["ada", "ledger", "0", "3", "missing"],
        ["bob", "knock", "0", "4", "graded"],
        ["bob", "ledger", "1", "3", "graded"],
        ["carol", "knock", "0", "4", "could_not_grade"],
        ["carol", "ledger", "0", "3", "missing"],
        ["dora", "knock", "0", "4", "refused"],
        ["dora", "ledger", "0", "3", "refused"],
        ["index", "knock", "1", "4", "graded"],
        ["index", "ledger", "0", "3", "not_started"],
    ]
    by_name = [dict(zip(header, line, strict=True)) for line in lines]
    assert by_name[2]["same_as"] == "index"
    assert by_name[6]["reason"] == "no memory left"
    assert by_name[8]["reason"] == "dora.zip: it is damaged: its end is missing"
    assert not any(re.match(r"[=+\-@\t]", cell) for line in lines for cell in line)
    file = tmp_path / "marks.csv"
    hooklab("class", "report", "--gradebook", book_file, "--format", "csv", "--output", file)
    assert file.read_text(encoding="utf-8") == out


@pytest.mark.parametrize(
    ("form", "ending"),
    [
        ("html", ".html"),
        ("markdown", ".md"),
        ("gradescope", ".json"),
        ("classroom50", ".json"),
        ("junit", ".xml"),
    ],
)
def test_each_learner_has_a_file_whose_name_is_safe(report, form, ending):
    files = report(form)
    files.pop("index.html", None)
    safe = re.compile(rf"[\w-][\w.-]*{re.escape(ending)}")
    assert all(safe.fullmatch(name) for name in files)
    assert {f"{name}{ending}" for name in ("ada", "bob", "carol", "dora")} < set(files)
    # Two names stand for something else: the overview, and the folder above.
    assert len(files) == 6
    assert f"index{ending}" not in files


def test_pages_are_in_each_learners_language_and_run_nothing(report):
    files = report("html")
    assert '<html lang="fr">' in files["ada.html"]
    assert '<html lang="en">' in files["bob.html"]
    for page in files.values():
        assert "<script" not in page
        assert "default-src 'none'" in page
    assert "a greeting" in files["bob.html"]
    assert "a été rendu" in files["ada.html"]
    assert "could not be read: dora.zip: it is damaged" in files["dora.html"]


def test_the_overview_shows_marks_figures_and_what_needs_attention(report):
    page = report("html")["index.html"]
    root = ElementTree.fromstring(
        re.sub(r"<(meta|link)([^>]*)>", r"<\1\2/>", page.removeprefix("<!doctype html>"))
    )
    text = re.sub(r"\s+", " ", " ".join(root.itertext()))
    for told in (
        "How the points are spread",
        "What the class loses most",
        "1 of 3",
        "Could not be graded",
        "carol, knock: no memory left",
        "dora, knock: dora.zip: it is damaged: its end is missing",
        "knock: ada, index",
        "<script>alert(1)</script>",
    ):
        assert told in text
    links = {link.get("href") for link in root.iter("a")}
    assert len(links) == 6
    spread, lost, *_more = root.iterfind(".//table[@class='bars']")
    bars = [(bar.get("value"), bar.get("max")) for bar in spread.iter("progress")]
    assert sum(int(value) for value, _most in bars) == 6
    assert [(bar.get("value"), bar.get("max")) for bar in lost.iter("progress")] == [("1", "3")]


def test_the_overview_is_in_the_language_of_whoever_reads_it(report):
    page = report("html", "--lang", "fr")["index.html"]
    assert '<html lang="fr">' in page
    assert "Ce que la classe perd le plus souvent" in page


def test_gradescope_takes_points_and_shows_what_happened(report):
    result = json.loads(report("gradescope")["bob.json"])
    assert result["score"] == 1
    assert {test["max_score"] for test in result["tests"]} == {1}
    first, second = result["tests"]
    assert (first["score"], first["status"], first["number"]) == (0, "failed", "1.1.1")
    assert (second["score"], second["status"], second["number"]) == (1, "passed", "2.1.1")
    assert "it said" in first["output"]
    assert "::error" not in first["output"]
    assert result["test_output_format"] == result["output_format"] == "text"


def test_classroom_50_takes_whole_points(report):
    for text in report("classroom50").values():
        result = json.loads(text)
        jsonschema.validate(result, CLASSROOM50)
        assert result["score"] <= result["max-score"]
        assert result["score"] == sum(test["score"] for test in result["tests"])
    # Two halves of a point.
    assert json.loads(report("classroom50")["ada.json"])["score"] == 2


def test_markdown_and_junit_are_those_of_one_grading(report):
    assert "## Knock" in report("markdown")["bob.md"]
    suites = ElementTree.fromstring(report("junit")["bob.xml"])
    assert [suite.get("name") for suite in suites] == ["knock", "ledger"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "html"], "--output DIR"),
        (["--format", "pdf"], "--format"),
        (["--format", "html", "--output", "/dev/null/x"], "cannot be written"),
        (["--format", "csv", "--output", "/nowhere/marks.csv"], "does not exist"),
    ],
)
def test_a_mistake_in_the_command_is_a_usage_error(hooklab, book_file, graded, arguments, said):
    code, out, err = hooklab("class", "report", "--gradebook", book_file, *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_an_upload_that_is_refused_keeps_the_earlier_grade(class_, grade, hooklab, book_file):
    def marks():
        out = hooklab("class", "report", "--gradebook", book_file, "--format", "csv")[1]
        return [line[:5] for line in csv.reader(io.StringIO(out))][1:]

    (class_ / "ada.zip").write_bytes(b"noise")
    grade()
    assert marks() == [["ada", "", "0", "0", "refused"]]
    (class_ / "ada.zip").unlink()
    class_.hand_in("ada/knock")
    grade()
    assert marks() == [["ada", "knock", "1", "4", "graded"]]
    shutil.make_archive(str(class_ / "ada"), "zip", class_ / "ada")
    grade()
    assert marks() == [["ada", "knock", "1", "4", "refused"]]
    (class_ / "ada.zip").unlink()
    grade("--changed")
    assert marks() == [["ada", "knock", "1", "4", "graded"]]


def test_without_a_gradebook_there_is_no_report(hooklab, course, tmp_path):
    file = tmp_path / "none.db"
    code, _out, err = hooklab("class", "report", "--gradebook", file, "--format", "csv")
    assert code == 2
    assert "does not exist" in err
    assert not file.exists()
