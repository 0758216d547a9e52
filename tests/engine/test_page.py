"""Pages are read by roles, names and text, whatever their layout."""

import pytest

from hooklab.grading.failure import CheckFailed
from hooklab.grading.page import read_page

PAGE = """
<!doctype html><html lang="en"><head><title>Unread</title><style>b { color: red }</style></head>
<body><h1>Parcels <b>to</b>day</h1>
<form method="get"><label>From <input type=date name=from></label>
<label for="kind">Kind</label><select id="kind" name="type"><option>a<option selected>b</select>
<input type="hidden" name="proof" value="1"><button>Filter</button></form>
<table><caption>Latest</caption><thead><tr><th>Id<th>Status</thead>
<tbody><tr><th scope=row>p1<td>late<tr><th scope=row>p2<td>&lt;script&gt;1&lt;/script&gt;</table>
<section aria-labelledby="x y"><p id="x">More<p id="y">of it</section><section>none</section>
<a rel="nofollow next" href="?after=1">Next</a> <a>no link</a>
<img src="x.png" alt="A chart"><script>let unread = "<b>"</script></body></html>
"""


@pytest.fixture
def page():
    return read_page(PAGE)


def test_controls_have_the_names_that_a_screen_reader_says(page):
    controls = page.find(tag="form").find_all(tag="input") + page.find_all(tag="select")
    assert [(each.role, each.name) for each in controls] == [
        ("textbox", "From"),
        ("", ""),
        ("combobox", "Kind"),
    ]
    assert page.find(role="button").name == "Filter"
    assert page.find(role="heading").name == "Parcels today"
    assert page.find(role="region", name="More of it")
    assert len(page.find_all(role="region")) == 1
    assert page.find(role="img", name="A chart")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('<img src="go.png" alt="Go">', "Go"),
        ("Go<b>!</b> <img src=go.png>", "Go!"),
        ("<svg><title>Go</title><path d=M0/></svg>", "Go"),
        ("<svg aria-label=Go><path d=M0/></svg> on", "Go on"),
        ("<svg><text>Go</text></svg>", "Go"),
        ("<svg><path d=M0/></svg>", ""),
        ("<span aria-hidden=true>x</span>", ""),
        ("<span hidden>x</span>", ""),
    ],
)
def test_a_picture_in_a_button_is_called_by_its_name(content, name):
    assert read_page(f"<button>{content}</button>").find(role="button").name == name


def test_cells_and_items_end_where_html_ends_them(page):
    table = page.find(role="table", name="Latest")
    rows = [[cell.text for cell in row.children] for row in table.find_all(role="row")]
    assert rows == [["Id", "Status"], ["p1", "late"], ["p2", "<script>1</script>"]]
    assert [each.text for each in page.find_all(tag="option")] == ["a", "b"]


def test_only_links_are_links_and_only_words_are_read(page):
    assert [each.attributes["href"] for each in page.find_all(rel="next")] == ["?after=1"]
    assert len(page.find_all(role="link")) == 1
    assert "unread" not in page.text.lower()


def test_what_is_hidden_is_hidden_with_all_that_is_in_it():
    page = read_page("<p>a <b>b</b></p><div hidden><p>c <b>d</b></p></div>")
    assert [each.is_hidden for each in page.find_all(tag="b")] == [False, True]
    assert page.text == "a b"


def test_what_is_not_there_is_named(page):
    with pytest.raises(CheckFailed) as failure:
        page.find(role="button", name="Replay")
    assert "Replay" in failure.value.wanted
    assert "Parcels today" in failure.value.happened


def test_whatever_comes_is_read():
    deep = read_page("<div>" * 5_000 + "</p></table>" + "x" + "</div>" * 9_000)
    assert deep.text == "x"
    assert len(deep.find_all(tag="div")) == 5_000
    assert read_page("<").text == "<"
    assert read_page('<a href="1" href="2">').find(tag="a").attributes["href"] == "1"


ENDLESS = {
    "tags that nobody closes": "<a ",
    "attributes": "a='",
    "comments": "<!--",
    "declarations": "<!x",
    "end tags": "</a ",
    "end tags that are none": "</",
    "scripts": "<script>",
    "titles": "<title></t",
    "references": "&#9",
    "names": "&amp",
    "equals signs": "<a = ",
    "spaces": "<a \t\n",
    "elements": "<b>",
    "rows": "<table><tr><td>",
    "items": "<li><ul>",
}


@pytest.mark.parametrize("begin", ["", "<a "])
@pytest.mark.parametrize("name", ENDLESS)
def test_each_character_is_looked_at_a_few_times(name, begin, monkeypatch):
    """Not by the clock: so many characters in square would take days."""
    text = begin + ENDLESS[name] * 60_000
    page = read_page(text)
    assert len(page.find_all()) <= 30_000


def test_a_number_without_end_is_no_character():
    assert read_page("<p title='&#" + "9" * 5_000 + ";'>&#x" + "f" * 50 + "</p>").text == "\ufffd"


TANGLES = {
    "labels of everything": '<body id="a">'
    + "x " * 20_000
    + '<i aria-labelledby="'
    + "a " * 50_000,
    "pictures in pictures": "<a href=1>" * 90 + "<svg>" * 90 + "<b></b>" * 20_000,
}


@pytest.mark.parametrize("name", TANGLES)
def test_a_page_that_is_entangled_fails_its_check(name):
    page = read_page(TANGLES[name] + '">')
    with pytest.raises(CheckFailed, match="entangled"):
        [element.name for element in page.find_all()]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<!-- <b>x</b> -->b", "ab"),
        ("a<!-->b", "ab"),
        ("a<!-- b", "a"),
        ("a<!doctype html>b<?php c ?>d</>e</ f>g", "abdeg"),
        ("1 < 2 & 3 <4", "1 < 2 & 3 <4"),
        ("&lt;&#60;&#x3c;&eacute;&nbsp;", "<<<é"),
        ("<script>'</b>' < 1</SCRIPT >x", "x"),
        ("<textarea><b>&lt;</textarea>", "<b><"),
        ("<p a='>' b=\">\" c=/>x", "x"),
        ("<a title=never closed", ""),
    ],
)
def test_markup_is_read_as_browsers_read_it(html, text):
    assert read_page(html).text == text


def test_attributes_are_read_as_browsers_read_them():
    page = read_page("<a HREF=/x/ b = 'c&amp;d' e ='f' = g b=h/i =j>k</a><br/><a/>l")
    first, second = page.find_all(tag="a")
    assert first.attributes == {"href": "/x/", "b": "c&d", "e": "f", "=": "", "g": "", "=j": ""}
    assert (first.text, second.text, page.text) == ("k", "", "k l")
