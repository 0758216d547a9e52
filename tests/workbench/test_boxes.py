"""What the boxes "Try it" say to press is pressed, around the reference, and what they claim comes.

A share of the boxes is pressed, others after each commit. Where HOOKLAB_ALL_BOXES is set, all are.
"""

import os
import re

import pytest

from hooklab import catalogue, texts
from hooklab.cli.lab import show
from hooklab.cli.sending import show_delivery
from hooklab.git import history
from hooklab.sender import ClerkEvent, Response
from hooklab.workbench.stage import Stage, Subject
from hooklab.workbench.workbench import Workbench

from ..site.try_it import COURSE, box, differences, spoken
from .conftest import Visitor
from .pressing import Hand
from .test_lessons import LESSONS, sentence

ROOT = COURSE.parent
SHARES = 9
COMMIT = int(history(ROOT, "rev-parse", "HEAD").strip() or b"0", 16)
ALL_BOXES = bool(os.environ.get("HOOKLAB_ALL_BOXES"))
PRESSED = [
    pytest.param(page, id=page.relative_to(COURSE).as_posix())
    for number, page in enumerate(LESSONS)
    if ALL_BOXES or number % SHARES == COMMIT % SHARES
]
_QUOTED = {"en": "“([^”]+)”", "fr": "« ([^»]+) »"}
# What a step does, and how it is said; Q stands for words of the page, in quotation marks.
_STEPS = {
    "en": {
        "event": "choose `([^`]+)`",
        "unfold": "under Q",
        "choose": "choose Q at Q",
        "person": "the first person at Q",
        "put": r"put (\d+) at Q",
        "tick": "tick Q",
        "write": "write ((?:`[^`]+`(?: and |, a line each,)?)+) in Q",
        "press": "press Q( twice)?",
        "": "; then |, | and | |[.]$",
    },
    "fr": {
        "event": "choisissez `([^`]+)`",
        "unfold": "sous Q",
        "choose": "choisissez Q à Q",
        "person": "la première personne à Q",
        "put": r"mettez (\d+) à Q",
        "tick": "cochez Q",
        "write": "écrivez ((?:`[^`]+`(?: et |, une par ligne,)?)+) dans Q",
        "press": "pressez Q( deux fois)?",
        "": " ; puis |, | et | |[.]$",
    },
}


def steps(said, language):
    """What a box says to do, as the name of each step and its words; all of it has to be read."""
    patterns = {
        name: re.compile(form.replace("Q", _QUOTED[language]))
        for name, form in _STEPS[language].items()
    }
    found, at = [], 0
    while at < len(said):
        tried = ((name, each.match(said, at)) for name, each in patterns.items())
        name, match = next((pair for pair in tried if pair[1]), (None, None))
        assert match, f"not a step: {said[at:]}"
        if name:
            found.append((name, *match.groups()))
        at = match.end()
    return found


def follow(hand, said, language):
    """Do what a box says."""
    for name, *words in steps(said, language):
        match name:
            case "event":
                hand.choose(*words, _EVENT[language])
            case "choose":
                hand.choose(*words)
            case "person":
                hand.choose("1", *words)
            case "put":
                hand.write(*words)
            case "tick":
                hand.tick(*words)
            case "write":
                lines, field = words
                hand.write("\n".join(re.findall("`([^`]+)`", lines)), field)
            case "press":
                button, twice = words
                for _time in range(2 if twice else 1):
                    hand.press(button)


_EVENT = {"en": "Event", "fr": "Événement"}


@pytest.fixture
def open_lab(launcher):
    """Opens a lab around the reference of an exercise; and what arrives there, in order."""
    course, benches = catalogue.load(ROOT), []

    def open_(slug):
        arrived = []
        subject = Subject(course, slug, course.solution(slug))

        def stage(tell, world_name):
            def hear(*record):
                arrived.append(record)
                tell(*record)

            return Stage(subject, launcher, hear, world_name)

        benches.append(Workbench(stage))
        return benches[-1], arrived

    yield open_
    for bench in benches:
        bench.close()
    texts.use("en")


@pytest.mark.parametrize("page", PRESSED)
def test_what_a_box_claims_comes_by_hand_too(open_lab, capsys, page):
    language, tried = spoken(page), box(page)
    bench, arrived = open_lab(tried.slug)
    hand = Hand(Visitor(bench, language).client)
    capsys.readouterr()
    follow(hand, sentence(page), language)
    texts.use(language)
    for entry in reversed(bench.timeline.newest(kinds=("delivery",))):
        tell_delivery(bench, entry.data)
    for service, record in arrived:
        show(service, record)
    shown = [line for line in capsys.readouterr().out.splitlines() if line]
    assert differences(tried.by_hand, shown) == []


def tell_delivery(bench, data):
    """Show a delivery as the command of the box does."""
    event: ClerkEvent = bench.deliverer.message(data["message"]).event
    headers, answer = data["answer_headers"], data["answer"]
    response = Response(data["status"], headers, answer, data["problem"])
    show_delivery(event, response, data["seconds"])
