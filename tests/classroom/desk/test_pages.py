"""What the pages show: the class, an answer with its story, the files as text."""

import re
from html import unescape

import pytest

from hooklab.classroom.desk.place import Selection
from hooklab.classroom.kept_files import MOST_OF_A_FILE, MOST_OF_AN_ANSWER, KeptFiles

from ..one_book import EVIL, keep


def names(page):
    """The learners in the table, in its order."""
    return [unescape(name).strip() for name in re.findall(r"<a data-stop [^>]*>([^<]*)", page)]


def test_the_class_is_a_table(instructor):
    page = instructor().read("/")
    assert names(page)[1:] == ["Ada", "Carol", "Dora", "Eve"]
    assert "5 answers" in page
    assert "2.5/4" in page
    assert "missing" in page
    assert "waits for review" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"find": "ARO"}, ["Carol"]),
        ({"find": "../eve"}, ["Eve"]),
        ({"state": "missing"}, ["Dora"]),
        ({"state": "waiting", "find": "a", "sort": "points", "down": 1}, ["Ada", "Carol"]),
        ({"lost": "it_greets_by_name", "find": "o", "sort": "learner"}, ["Carol", "Eve"]),
        ({"only": "ledger"}, []),
        ({"page": 2}, []),
    ],
)
def test_it_is_narrowed_down_and_sorted(instructor, query, found):
    listed = names(instructor().read("/", **query))
    assert [name for name in listed if "script" not in name] == found


@pytest.mark.parametrize("sort", ["learner", "exercise", "points", "status", "lost"])
def test_every_order_can_be_turned_round(instructor, sort):
    grace = instructor()
    there = names(grace.read("/", sort=sort))
    back = names(grace.read("/", sort=sort, down=1))
    assert sorted(there) == sorted(back)
    if sort != "exercise":
        assert there[0] != back[0]


def test_a_long_class_has_pages(instructor, monkeypatch):
    monkeypatch.setattr("hooklab.classroom.desk.routes.LINES", 2)
    grace = instructor()
    first = grace.read("/")
    assert len(names(first)) == 2
    assert "5 answers" in first
    assert 'rel="next"' in first
    assert 'rel="next"' not in grace.read("/", page=3)


def test_an_answer_shows_each_lost_check_with_its_story(instructor):
    page = instructor().read("/answer", learner="carol", exercise="knock")
    assert "Whoever knocks is greeted by name" in page
    assert "<svg" in page
    assert "a greeting" in page
    assert "Says why, with an example." in page
    assert "1 of 1" not in page
    assert "3 of 5" in page


def test_the_neighbours_are_those_of_the_table(instructor):
    page = instructor().read("/answer", learner="carol", exercise="knock", lost="it_greets_by_name")
    assert "2 of 3" in page
    [onward] = re.findall(r'rel="next" href="([^"]*)"', page)
    assert "learner=..%2Feve" in unescape(onward)
    assert "lost=it_greets_by_name" in unescape(onward)


def test_hostile_text_stays_text(instructor):
    grace = instructor()
    for page in (
        grace.read("/"),
        grace.read("/", find=EVIL, only=EVIL, state=EVIL, lost=EVIL),
        grace.read("/answer", learner="bob", exercise="knock", find=EVIL),
        grace.read("/questions"),
    ):
        assert "<script>" not in page
        assert "<img" not in page
        assert "\u202e" not in page
    page = grace.read("/answer", learner="bob", exercise="knock")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;.md" in page
    assert "a::b" in page


def test_files_that_are_no_text_are_shown_as_bytes(instructor):
    page = instructor().read("/answer", learner="bob", exercise="knock")
    assert "00 01 ff 00 01" in page
    assert "1500 bytes, no text, only the beginning" in page
    # What was written in words comes first.
    assert page.index("<summary>answer.toml") < page.index("<summary>app.py")


def test_so_much_of_an_answer_is_kept(course, book):
    large = {f"{n:02}.txt": b"x" * (MOST_OF_A_FILE + 1) for n in range(12)}
    submission = keep(course, book, "dora", is_right=True, files=large, seed=9)
    rows = KeptFiles(book).of(submission)
    assert {row.size for row in rows} == {MOST_OF_A_FILE + 1}
    assert max(len(row.content) for row in rows) == MOST_OF_A_FILE
    assert sum(len(row.content) for row in rows) == MOST_OF_AN_ANSWER


def test_files_that_the_gradebook_never_had_are_missed_in_words(instructor, book):
    with book.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM file")
    page = instructor().read("/answer", learner="bob", exercise="knock")
    assert "does not have these files" in page
    assert "Nothing that could be read" in instructor().read(
        "/answer", learner="dora", exercise="knock"
    )


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"learner": "nobody", "exercise": "knock"}, 404),
        ({"learner": "ada", "exercise": "../../etc"}, 404),
        ({}, 404),
        ({"learner": "ada", "exercise": "knock", "sort": "age"}, 422),
    ],
)
def test_what_is_not_there_says_so(instructor, query, status):
    answer = instructor().client.get("/answer", params=query)
    assert answer.status_code == status
    assert "→" in answer.text


def test_a_page_that_is_not_there_says_so(instructor):
    for path in ("/nowhere", "/static/..%2fapp.py", "/docs", "/openapi.json"):
        answer = instructor().client.get(path)
        assert answer.status_code == 404
        assert "there is no such page" in answer.text


def test_the_gradebook_may_fail(instructor, monkeypatch, book_file):
    grace = instructor()
    book_file.write_bytes(b"noise" * 1000)
    answer = grace.client.get("/")
    assert answer.status_code == 500
    assert "cannot be used" in answer.text


def test_a_language_that_was_chosen_stays(instructor):
    grace = instructor()
    assert "The class" in grace.read("/")
    assert "La classe" in grace.read("/", lang="fr")
    assert "Touches" in grace.read("/keys")
    assert "Keys" in grace.read("/keys", lang="en")
    assert "Touches" in instructor("Grace", "fr").read("/keys")


def test_an_address_has_only_what_is_not_as_always():
    assert Selection().query() == ""
    assert Selection(find="é&", down=True).query(page=3) == "find=%C3%A9%26&down=1&page=3"
    assert Selection(page=-4).page == 1
