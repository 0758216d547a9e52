"""A typed answer may contain anything: each value is right or its check fails with its place."""

import tomllib

import pytest

from hooklab import texts
from hooklab.grading.answers import MOST_DOTS, Answers
from hooklab.grading.failure import CheckFailed
from hooklab.grading.fields import TABLES, Fields


def fields(text: str) -> Fields:
    return Fields(tomllib.loads(text), "a.toml")


def refusal(work) -> str:
    with pytest.raises(CheckFailed) as caught:
        work()
    said = f"{caught.value.wanted} / {caught.value.happened}"
    assert len(said) < 600
    return said


def test_right_values_are_read():
    found = fields('a = "x y"\nb = 2\nc = 2.5\nd = "on"\n[t]\nk = 1\n[[row]]\nn = "r"\n')
    assert (found.text("a", words=2), found.name("a"), found.choice("d", ["on"])) == (
        "x y",
        "x y",
        "on",
    )
    assert (found.whole("b", 1, 3), found.number("c", 0, 3)) == (2, 2.5)
    assert found.table("t").whole("k", 0, 1) == 1
    (row,) = found.tables("row", name="n")
    assert row.where == "a.toml, row 'r'"
    assert found.tables("rows", least=0) == []
    found.only("a", "b", "c", "d", "t", "row")


@pytest.mark.parametrize(
    "value",
    [
        *("true", '"3"', "nan", "inf", "-inf", "-1", "11", "1e400", "9" * 4000, "[1]", "{a = 1}"),
        *("1979-05-27", "[" * 150 + "]" * 150),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_no_number_of_the_range_is_refused(value, language):
    texts.use(language)
    found = fields(f"k = {value}")
    assert "a.toml, k" in refusal(lambda: found.number("k", 0, 10))
    assert "a.toml, k" in refusal(lambda: found.whole("k", 0, 10))


@pytest.mark.parametrize("value", ["1", "true", "[]", '"off"', '"ON"', "{a = 1}", '""'])
def test_what_is_no_choice_is_refused(value):
    assert "one of: on" in refusal(lambda: fields(f"k = {value}").choice("k", ["on"]))


@pytest.mark.parametrize("value", ["1", '""', '" … "', "[]"])
def test_what_is_no_text_is_refused(value):
    assert "a text" in refusal(lambda: fields(f"k = {value}").text("k"))


def test_words_are_counted():
    assert "it has 2" in refusal(lambda: fields('k = "one - two !"').text("k", words=3))


def test_a_name_has_one_line():
    assert "one line" in refusal(lambda: fields('k = "a\\nb"').name("k"))
    assert "one line" in refusal(lambda: fields(f'k = "{"a" * 300}"').name("k"))


def test_a_half_is_no_whole_number():
    assert "a whole number" in refusal(lambda: fields("k = 1.5").whole("k", 0, 3))


def test_what_the_skeleton_says_is_no_answer():
    found = fields('k = "TODO 3: how many?"\n')
    for read in (found.text, lambda key: found.number(key, 0, 1), found.name):
        assert "“TODO 3” still stands there" in refusal(lambda read=read: read("k"))


@pytest.mark.parametrize("text", ["", "k = 1", "k = [1]", 'k = "TODO 1"', "k = []", "k = {}"])
def test_what_is_no_list_of_tables_is_refused(text):
    assert "a.toml, k" in refusal(lambda: fields(text).tables("k"))


def test_too_many_tables_are_refused():
    assert str(TABLES) in refusal(lambda: fields("[[k]]\n" * (TABLES + 1)).tables("k"))


def test_an_unknown_key_is_named():
    assert "'kk'" in refusal(lambda: fields("kk = 1").only("k"))


@pytest.mark.parametrize("text", ["k = " + "9" * 5000, "a." * (MOST_DOTS + 1) + "a = 1"])
def test_a_file_that_would_stop_the_parser_is_refused(tmp_path, text):
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    assert "a.toml" in refusal(lambda: Answers(tmp_path).fields("a.toml"))


def test_a_deep_table_is_shown_shortly(tmp_path):
    lines = "[" + "a." * MOST_DOTS + "a]\n"
    (tmp_path / "a.toml").write_text(lines, encoding="utf-8")
    found = Answers(tmp_path).fields("a.toml")
    assert "a.toml, a" in refusal(lambda: found.number("a", 0, 1))


@pytest.mark.parametrize("value", ['["a"]', '["a", "a"]', '["a", "b", "b"]', '["a", 1]', '"ab"'])
def test_an_order_names_each_once(value):
    assert fields('k = ["b", "a"]').order("k", ["a", "b"]) == ["b", "a"]
    assert "each of these once" in refusal(lambda: fields(f"k = {value}").order("k", ["a", "b"]))


def test_an_open_todo_of_a_form_is_told_with_its_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    form = '[first]\nreason = "TODO 1"\n\n[[rows]]\nname = "TODO 2"\n\n[[rows]]\nname = "TODO 2"\n'
    (tmp_path / "form.toml").write_text(form)
    form_fields = Answers(tmp_path).fields("form.toml")
    said = refusal(lambda: form_fields.table("first").text("reason"))
    assert said.endswith("“TODO 1” still stands there: form.toml:2")
    # Nobody knows which of the two it is.
    said = refusal(lambda: form_fields.tables("rows")[0].text("name"))
    assert said.endswith("“TODO 2” still stands there")
