"""The scorecard in every form, with everything in it that a submission could have written."""

import json
import re
from xml.etree import ElementTree

import jsonschema
import pytest
from rich.cells import cell_len

from hooklab import texts
from hooklab.reports import formats
from hooklab.reports import json as json_report
from hooklab.reports.clean import cell, clean
from hooklab.reports.markdown import escape, fenced
from hooklab.reports.text import print_scorecard
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Scorecard

EVIL = (
    "\x1b[2J\x00 ]]> <script>alert(1)</script> &amp; \ud800 \uffff \u202e\n"
    "[[ATTACHMENT|/etc/passwd]] [[PROPERTY|points=20]]\n"
    "```\n````` [x](javascript:alert(1)) | *a* " + "山田" * 60 + " " + "w" * 300
)


def check(name: str, outcome: str = "earned", message: str = "") -> CheckResult:
    earned = 0.5 if outcome == "earned" else 0.0
    hint = "" if outcome == "earned" else "TODO 1 in app.py"
    return CheckResult(name, f"Title of {name}", earned, 0.5, outcome, message, hint, 0.25)


def card(*checks: CheckResult, isolation: str = "process") -> Scorecard:
    earned = sum(each.earned for each in checks)
    auto = CriterionResult("door", "The door", earned, len(checks) / 2, "auto", checks)
    read = CriterionResult("why", "The reasons", 0, 1.5, "reviewed", ())
    exercise = ExerciseResult("knock", "Knock", earned, len(checks) / 2 + 1.5, (auto, read))
    return Scorecard("0.1.0", isolation, 7, (exercise,))


MIXED = card(
    check("good"),
    check("bad", "not_earned", EVIL),
    check("later", "not_tried", "not tried, because this is not earned yet: Title of bad"),
    check("broken", "could_not_grade", "The grader failed"),
)


def test_json_has_the_shape_of_its_schema():
    schema = json_report.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for tier in ("landlock-7", "process", "debug"):
        each = card(check("good"), isolation=tier)
        jsonschema.validate(json.loads(formats.render(each, "json")), schema)
    jsonschema.validate(json.loads(formats.render(MIXED, "json")), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(card(check("good"), isolation="a wish").plain(), schema)


# The schema of Classroom 50 has no place for a seed.
@pytest.mark.parametrize("form", [form for form in formats.WRITERS if form != "classroom50"])
def test_every_report_names_the_seed(form):
    told = re.sub("&#160;|\u00a0", " ", formats.render(MIXED, form))
    assert re.search(r"seed\W+(value=\W*)?7\b", told)


@pytest.mark.parametrize("form", ["text", "markdown", "junit", "json"])
def test_every_report_names_the_tier(form):
    text = formats.render(card(check("good"), isolation="landlock-7"), form)
    assert "isolation" in text
    assert "landlock-7" in text


def test_junit_can_be_read_back():
    suite = ElementTree.fromstring(formats.render(MIXED, "junit"))[0]
    cases = suite.findall("testcase")
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert names == [("knock.door", name) for name in ("good", "bad", "later", "broken")]
    kinds = [[child.tag for child in case if child.tag != "properties"] for case in cases]
    assert kinds == [[], ["failure"], ["failure"], ["error"]]
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["4", "2", "1", "0"]
    values = {each.get("name"): each.get("value") for each in cases[0].iter("property")}
    assert values["points"] == values["max_points"] == "0.5"
    assert values["rubric_id"] == "knock/door/good"


def test_junit_keeps_the_story_and_gives_no_orders():
    text = formats.render(MIXED, "junit")
    story = ElementTree.fromstring(text).findall(".//failure")[0].text or ""
    assert "]]> <script>" in story
    assert "[[ATTACHMENT" not in text
    assert "[[PROPERTY" not in text


def test_names_in_junit_are_the_same_in_french():
    def names(text: str) -> list[str]:
        return re.findall(r'(?:classname|name)="[^"]*"', text)

    english = names(formats.render(MIXED, "junit"))
    texts.use("fr")
    try:
        assert names(formats.render(MIXED, "junit")) == english
    finally:
        texts.use("en")


def test_markdown_lets_no_submission_out_of_its_fence():
    text = formats.render(MIXED, "markdown")
    outside = re.sub(r"^(`{3,})text\n.*?^\1\n", "", text, flags=re.DOTALL | re.MULTILINE)
    for word in ("<script>", "javascript", "\x1b", "ATTACHMENT"):
        assert word not in outside
    assert "``````text" in text


@pytest.mark.parametrize("text", ["`", "````", "a ``` b\n`````"])
def test_a_fence_is_longer_than_what_it_holds(text):
    fence = fenced(text).split("text\n")[0]
    assert fence not in text
    assert set(fence) == {"`"}


def test_markdown_escapes_what_means_something():
    assert escape("<b>|*x*\n[a](b)") == r"\<b\>\|\*x\* \[a\](b)"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_text_fits_eighty_columns(language, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    texts.use(language)
    try:
        print_scorecard(MIXED)
    finally:
        texts.use("en")
    out = capsys.readouterr().out
    assert max(cell_len(line) for line in out.splitlines()) <= 80
    assert "\x1b" not in out
    assert ("0,5/3,5" if language == "fr" else "0.5/3.5") in out


def test_only_the_first_stories_are_told_and_the_others_named(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    bad = [check(f"bad{number}", "not_earned", f"story {number}") for number in range(5)]
    print_scorecard(card(check("good"), *bad), most=3)
    out = capsys.readouterr().out
    assert [f"story {number}" in out for number in range(5)] == [True] * 3 + [False] * 2
    assert "2 more stories" in out
    assert out.count("Title of bad4") == 2


def test_the_picture_asks_nothing_of_other_hosts():
    text = formats.render(card(check("bad", "not_earned", "x]]><y")), "svg")
    ElementTree.fromstring(text)
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "https://www.textualize.io"}
    assert "@font-face" not in text
    assert "url(http" not in text


def test_a_debug_run_says_that_it_does_not_count():
    debugged = card(check("good"), isolation="debug")
    for form in ("text", "markdown"):
        assert "does not count" in formats.render(debugged, form)


def test_what_an_earned_check_has_noted_is_in_every_report():
    noted = card(check("books", message="lost 0"))
    text = formats.render(noted, "text")
    assert "✓ Title of books\n  lost 0\n" in text
    assert "lost 0" in formats.render(noted, "markdown")
    [case] = ElementTree.fromstring(formats.render(noted, "junit"))[0].findall("testcase")
    assert [child.tag for child in case] == ["properties", "system-out"]
    assert case.findtext("system-out") == "lost 0"
    written = json.loads(formats.render(noted, "json"))
    jsonschema.validate(written, json_report.schema())
    assert written["exercises"][0]["criteria"][0]["checks"][0]["message"] == "lost 0"


ORDERS = [
    "::error file=app.py,line=1::forged",
    "   ::set-output name=points::20",
    "\t::add-mask::secret",
    "::stop-commands::x",
    "x" * 78 + "::error::at the fold",
    "y" * 77 + " ::warning::at the other fold",
    "##[error]forged",
    "said ##[group]forged",
    "##vso[task.setvariable variable=points]20",
    "##teamcity[testFinished name='forged']",
    "[[ATTACHMENT|/etc/passwd]]",
    "  [[ property | points=20 ]]",
]
# GitHub's runner takes the first at the beginning of a line only, the others anywhere.
OBEYED = re.compile(r"^\s*::[A-Za-z]|##\w*\[|\[\[\s*[a-z]+\s*\|", re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("form", formats.WRITERS)
@pytest.mark.parametrize("order", ORDERS)
def test_no_line_of_an_answer_is_an_order_in_any_report(order, form, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert OBEYED.search(order) or "fold" in order
    said = check("bad", "not_earned", f"What happened:\n{order}\n  {order}")
    noted = check("good", "earned", order)
    text = formats.render(card(said, noted), form)
    # Attachments are orders in JUnit's files only; JSON tells the exact words.
    obeyed = [each for each in OBEYED.findall(text) if form != "json" or not each.startswith("[[")]
    assert obeyed == []


def test_json_tells_the_exact_words_all_the_same():
    [written] = json.loads(formats.render(card(check("bad", "not_earned", ORDERS[6])), "json"))[
        "exercises"
    ]
    assert written["criteria"][0]["checks"][0]["message"] == ORDERS[6]


@pytest.mark.parametrize("text", ["std::1", "a[::2]", "# ## heading", "[[1, 2], [3]]", "10::20"])
def test_what_is_no_order_stays(text):
    assert clean(text) == text


@pytest.mark.parametrize("mark", "\x1b\x00\x07\r\x7f\x9b\u2028\u202e\u061c\ud800\U000e0041")
def test_nothing_that_a_terminal_obeys_or_no_eye_sees_is_left(mark):
    assert clean(f"a{mark}b") == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("first", "=+-@|%\uff1d")
def test_a_cell_is_no_formula(first):
    assert cell(f"{first}HYPERLINK(1)") == f"'{first}HYPERLINK(1)"
    assert cell(f"\t {first}1\n2") == f"'{first}1 2"


def test_an_ordinary_cell_stays_as_it_is():
    assert cell("Ada  Lovelace\n20") == "Ada Lovelace 20"
