"""The scorecard as a page: what it tells, and that nothing of an answer is more than text on it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from hooklab import texts
from hooklab.elements import LONGEST_TEXT
from hooklab.program import as_typed
from hooklab.reports import formats, html
from hooklab.scorecard import CheckResult, CriterionResult, ExerciseResult, Loss, Scorecard
from hooklab.story import Step, Story

SVG = "{http://www.w3.org/2000/svg}"
VOID = {"link", "meta"}

STORY = Story(
    ("Svix", "the app", "the mail server"),
    (
        Step("call", "user.created · Ada", "Svix", "the app", "09:00:00", aside="svix-signature"),
        Step("call", "e-mail to ada@example.com", "the app", "the mail server"),
        Step("lost", "no answer", "the mail server", "the app"),
        Step("death", "the app is killed (kill -9)", "the app"),
        Step("note", "the clock moves forward by 2:00:00", when="11:00:00"),
        Step("start", "the app is started again", "the app"),
        Step("reply", "200 done", "the app", "Svix"),
    ),
)

ATTACKS = [
    "<script>alert(1)</script>",
    "</title></style></svg></pre><script src=//evil.example/x.js></script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)' autofocus='",
    "javascript:alert(1) https://evil.example/ [x](https://evil.example)",
    "<a href=https://evil.example>more points</a>",
    "<svg onload=alert(1)><foreignObject>",
    "]]><![CDATA[<b>",
    "--><style>*{display:none}</style><!--",
    "&lt;b&gt; &#60;i&#62; &amp;",
    "{{ 7 * 7 }} ${7*7} <%= 7 %>",
    "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
    "\x1b[2J\x00\u202e\ud800\uffff\u2028",
]


def card(*checks: CheckResult) -> Scorecard:
    criterion = CriterionResult("door", "The door", 0.5, len(checks) / 2, "auto", checks)
    exercise = ExerciseResult("knock", "Knock", 0.5, len(checks) / 2, (criterion,))
    return Scorecard("0.1.0", "landlock-7", 7, (exercise,))


def lost(name: str, said: str = "said", story: Story = STORY) -> CheckResult:
    loss = Loss(f"wanted {said}", f"found {said}", story)
    return CheckResult(name, "A title", 0.0, 0.5, "not_earned", f"all {said}", said, 0.1, loss)


GOOD = CheckResult("good", "A good one", 0.5, 0.5, "earned", "", "", 0.1)


class Page(HTMLParser):
    """A page as a browser reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str, kind: str = "") -> list[dict]:
        found = [attributes for name, attributes in self.tags if name == tag]
        return [each for each in found if not kind or kind in each.get("class", "").split()]

    def said(self, *tags: str) -> str:
        return " ".join(data for tag, data in self.texts if not tags or tag in tags)


def pictures(text: str) -> list[ElementTree.Element]:
    """Every diagram of a page, read as the XML that it is."""
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def test_the_page_shows_criteria_checks_and_points():
    page = Page(html.write(card(GOOD, lost("bad"))))
    for words in ("Knock", "The door", "A good one", "A title", "0.5/1", "0/0.5", "seed: 7"):
        assert words in page.said()
    assert "#knock-bad" in [link["href"] for link in page.all("a")]
    assert "knock-bad" in [each["id"] for each in page.all("article", "not_earned")]


def test_what_was_wanted_stands_beside_what_was_found():
    page = Page(html.write(card(lost("bad", "this"))))
    assert page.said("dt").split() == ["Wanted", "Found"]
    assert page.said("dd") == "wanted this found this"


def test_each_lost_check_has_a_picture_and_the_same_as_a_table():
    text = html.write(card(GOOD, lost("one"), lost("two")))
    drawn = pictures(text)
    assert len(drawn) == 2
    page = Page(text)
    assert len(page.all("details", "steps")) == 2
    for step in STORY.steps:
        assert step.text in page.said("td")
        assert step.text.split()[0] in "".join(drawn[0].itertext())
    assert "Svix → the app" in page.said("td")
    assert "forged: svix-signature" in page.said("td")


def test_a_picture_has_a_name_a_description_and_ids_of_its_own():
    drawn = pictures(html.write(card(lost("one"), lost("two"))))
    for picture in drawn:
        assert picture.get("role") == "img"
        ids = picture.get("aria-labelledby").split()
        assert [picture.findtext(f"{SVG}{tag}") is not None for tag in ("title", "desc")]
        assert [picture.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")] == ids
    ids = re.findall(r'\bid="([^"]+)"', html.write(card(lost("one"), lost("two"))))
    assert len(ids) == len(set(ids))


def test_the_picture_tells_what_was_forged_lost_and_killed():
    [picture] = pictures(html.write(card(lost("bad"))))
    kinds = [each.get("class") for each in picture.iter(f"{SVG}g")]
    assert kinds == ["lifelines", "call forged", "call", "lost", "death", "note", "start", "reply"]
    assert "⚠ forged: svix-signature" in list(picture.itertext())
    # Svix, the mail server, and the app, whose line has a gap while it is dead.
    assert len(picture.findall(f"{SVG}g[@class='lifelines']/{SVG}line")) == 4


def test_nothing_of_a_picture_lies_outside_of_it():
    [picture] = pictures(html.write(card(lost("bad"))))
    _x, _y, width, height = map(float, picture.get("viewBox").split())
    for name, most in (("x", width), ("x1", width), ("x2", width), ("y", height), ("y2", height)):
        values = [float(each.get(name)) for each in picture.iter() if each.get(name)]
        assert values
        assert all(0 <= value <= most for value in values)


@pytest.mark.parametrize("said", ATTACKS)
def test_no_word_of_an_answer_is_more_than_text(said):
    harmless = Page(html.write(card(GOOD, lost("bad"))))
    step = Step("call", said, "Svix", "the app", aside=said)
    evil = html.write(card(GOOD, lost("bad", said, Story(STORY.actors, (step, *STORY.steps[1:])))))
    page = Page(evil)
    # Some lines of a picture may be more or fewer; everything else is as it was.
    assert [tag for tag, _attributes in page.tags if tag != "text"] == [
        tag for tag, _attributes in harmless.tags if tag != "text"
    ]
    names = {name for _tag, attributes in page.tags for name in attributes}
    assert names == {name for _tag, attributes in harmless.tags for name in attributes}
    assert {link["href"] for link in page.all("a")} == {"#knock-bad"}
    assert len(pictures(evil)) == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\ud800-\udfff]", evil)


def test_the_exact_words_of_an_answer_are_readable():
    for said in ATTACKS[:-1]:
        assert f"found {said}" in Page(html.write(card(lost("bad", said)))).said("dd")


def test_the_page_loads_nothing_and_runs_nothing():
    text = html.write(card(GOOD, lost("bad")))
    page = Page(text)
    assert page.all("script") == []
    assert {each.get("href") for each in page.all("link")} == {"data:,"}
    [policy] = [each["content"] for each in page.all("meta") if "http-equiv" in each]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    addresses = set(re.findall(r"(?:https?:)?//[^\s\"'<>)]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"url\(|@import", text)


def test_a_flood_is_cut():
    text = html.write(card(lost("bad", "x" * 1_000_000)))
    assert len(text) < 10 * LONGEST_TEXT
    assert "[…]" in text


def test_a_check_without_a_story_has_no_picture():
    text = html.write(card(lost("bad", story=Story(("the app",), ()))))
    assert pictures(text) == []
    assert "found said" in Page(text).said("dd")


def test_what_was_not_tried_says_why_in_its_line():
    why = "not tried, because this is not earned yet: A title"
    later = CheckResult("later", "A later one", 0.0, 0.5, "not_tried", why, "", 0.0)
    page = Page(html.write(card(lost("bad"), later)))
    assert page.said("small") == why
    assert len(page.all("article")) == 1


def test_an_exercise_that_nobody_has_started_is_told_in_a_line():
    later = CheckResult("later", "A later one", 0.0, 0.5, "not_tried", "not started", "", 0.0)
    page = Page(html.write(card(later)))
    assert page.said("p") == "not started"
    assert page.all("table") == []


def test_the_page_speaks_french():
    texts.use("fr")
    try:
        page = Page(html.write(card(GOOD, lost("bad"))))
    finally:
        texts.use("en")
    assert page.all("html") == [{"lang": "fr"}]
    for words in ("Attendu", "Constaté", "0,5/1", "non obtenu", "Étape par étape"):
        assert words in page.said()
    assert "falsifié\u00a0: svix-signature" in page.said("td")
    for words in ("Wanted", "Found", "forged", "Points earned"):
        assert words not in page.said("dt", "th", "summary", "desc")


def test_no_level_of_the_headings_is_left_out():
    one = card(lost("bad", "this"))
    page = Page(html.write(one))
    assert page.all("h2")
    assert not page.all("h3")
    page = Page(html.write(Scorecard("0.1.0", "process", 7, one.exercises * 2)))
    assert page.all("h1")
    assert page.all("h2")
    assert page.all("h3")


def test_several_exercises_have_a_sum_above_them():
    both = card(GOOD)
    page = Page(html.write(Scorecard("0.1.0", "process", 7, both.exercises * 2)))
    assert "hooklab · 1/1" in page.said("h1")
    assert len(page.all("h2")) == 2


def test_no_other_format_tells_the_parts_of_a_loss():
    for form in set(formats.WRITERS) - {"html"}:
        assert "wanted this" not in formats.render(card(lost("bad", "this")), form)


def test_a_lost_check_names_the_command_that_does_it_again():
    one = lost("bad")
    command = "hooklab lab knock --check bad"
    page = html.write(card(replace(one, loss=replace(one.loss, command=command))))
    assert f"<code>{as_typed(command)}</code>" in page
    assert "in the lab" not in html.write(card(one))
