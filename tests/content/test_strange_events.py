"""Whatever Clerk signs, a reference answers without a 5xx, on both databases.

Every official type, the shapes that were captured over the years, and texts that no column, no
header and no line of Slack can hold, in each text of the events.
"""

import copy
import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hooklab import catalogue
from hooklab.authoring.proof import one_in
from hooklab.catalogue import own_settings
from hooklab.grading import database
from hooklab.grading.lab import Lab
from hooklab.grading.slot import Ground, Slot
from hooklab.sender import ClerkEvent
from hooklab.sender.stories import STORIES, example
from hooklab.sender.users import VIAS
from hooklab.worker import launch

COURSE = catalogue.load(catalogue.find_root(Path(__file__)))
SLUGS = [
    exercise.slug
    for exercise in COURSE.exercises
    if (COURSE.solution(exercise.slug) / "app.py").is_file()
]

# Thousands of deliveries: a sixth of the references after each commit, and `make load` tries all.
IS_CHOSEN = one_in(6, COURSE.root)
TRIED = [pytest.param(slug, marks=[] if IS_CHOSEN(slug) else pytest.mark.load) for slug in SLUGS]

# A NUL, half an emoji, the line separator, a carriage return: each is sound JSON.
ODD = "a\0b\ud83dc\u2028d\re"
# PostgreSQL indexes no more than a third of a page: as random as this, it cannot be compressed.
LONG = "".join(random.Random(1).choices(string.ascii_letters, k=20_000))
# What these are called by: Clerk's are short, and the database looks for them.
NAMES = (("type",), ("data", "id"), ("data", "user_id"))
ADDED_SINCE = {"enterprise_accounts", "legal_accepted_at", "locale", "mfa_enabled_at", "passkeys"}
# The exercise in which the verified body is read by the learner, and may be refused.
READS_ITSELF = "clerk_endpoint"
HANDLED = ("user.created", "user.updated", "user.deleted", "session.created", "session.ended")


@pytest.fixture(scope="module")
def launcher() -> Iterator[launch.Launcher]:
    launcher = launch.start_launcher()
    yield launcher
    launcher.close()


@pytest.fixture(params=["sqlite", "postgres"])
def server(request) -> database.Server:
    if request.param == "postgres":
        return request.getfixturevalue("postgres")
    return database.SqliteServer()


@pytest.fixture(params=TRIED)
def slug(request) -> str:
    return request.param


@pytest.fixture
def lab(slug, launcher, server, tmp_path) -> Iterator[Lab]:
    """A lab around the reference; one process takes all events."""
    settings = own_settings(COURSE.grader(slug))
    ground = Ground(
        submission=COURSE.solution(slug),
        compiled=tmp_path,
        launcher=launcher,
        server=server,
        seed=1,
        settings=settings if settings.is_file() else None,
        slug=slug,
    )
    slot = Slot(ground, slug)
    slot.start()
    lab = Lab(slot, slug)
    lab.require_running()
    yield lab
    lab.close()
    slot.stop()
    slot.remove()


def texts_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every text in `value`."""
    match value:
        case str():
            yield path
        case dict():
            for key, each in value.items():
                yield from texts_in(each, (*path, key))
        case list():
            for index, each in enumerate(value):
                yield from texts_in(each, (*path, index))


def with_text(event: ClerkEvent, path: tuple[Any, ...], text: str) -> ClerkEvent:
    """The event under an id of its own, with `text` at the end of what stands at `path`."""
    payload = copy.deepcopy(event.payload)
    place = payload
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] += text
    return ClerkEvent(event.new_message_id(), payload["type"], payload, event.occurred_at)


def handled(lab: Lab) -> Iterator[ClerkEvent]:
    """An event of each type that some exercise handles, rich in texts."""
    for number, type_ in enumerate(HANDLED):
        user = lab.clerk.user_created(
            via=("google", "email", "saml", "google", "email")[number],
            has_image=True,
            username=f"ada{number}",
            external_id=f"own_{number}",
            locale="fr-FR",
            public_metadata={"plan": "free"},
            unsafe_metadata={"consent": "yes"},
        )
        match type_:
            case "user.created":
                yield user
            case "user.updated":
                yield lab.clerk.user_updated(user, first_name="Ada")
            case "user.deleted":
                yield lab.clerk.user_deleted(user)
            case "session.created":
                yield lab.clerk.session_created(user)
            case "session.ended":
                yield lab.clerk.session_ended(lab.clerk.session_created(user))


def promised(slug: str, path: tuple[Any, ...], text: str) -> range:
    """The statuses that the statement allows for an event with `text` at `path`."""
    if slug == READS_ITSELF:
        return range(200, 500)
    return range(400, 401) if text == LONG and path in NAMES else range(200, 300)


@pytest.mark.parametrize("text", [ODD, LONG], ids=["odd", "long"])
def test_a_strange_text_anywhere_is_answered_as_promised(slug, lab, text):
    count, wrong = 0, {}
    for event in handled(lab):
        for path in texts_in(event.payload):
            status = lab.deliver(with_text(event, path, text)).status
            count += 1
            if status not in promised(slug, path, text):
                wrong[f"{event.type} {path}"] = status
    assert count > 100
    assert wrong == {}
    # What was stored harms neither the work that is due nor anybody who comes later.
    secret = {"authorization": f"Bearer {lab.settings['CRON_SECRET']}"}
    lab.app.post("/internal/cron", headers=secret).expect("2xx", "404")
    lab.deliver(lab.clerk.user_created()).expect("2xx")


@pytest.mark.parametrize("is_example", [False, True], ids=["real", "example"])
def test_every_official_type_is_accepted(lab, is_example):
    assert len(STORIES) == 45
    events = [example(type_) if is_example else make(lab.clerk) for type_, make in STORIES.items()]
    answers = {event.type: lab.deliver(event).status for event in events}
    assert {type_: status for type_, status in answers.items() if not 200 <= status < 300} == {}


def as_captured(lab: Lab) -> Iterator[ClerkEvent]:
    """Sign-ups in the shapes in which they were captured from 2023 to 2025."""
    for via in VIAS:
        yield lab.clerk.user_created(via=via, private_metadata=None, attributes=False)
    signup = lab.clerk.user_created(via="google")
    # Nobody had signed in yet, and no terms were asked for.
    yield signup.changed(new_id=True, last_sign_in_at=None, legal_accepted_at=None)
    # Of 2023: the keys of today's envelope and user that were still to come.
    data = {key: signup.data[key] for key in signup.data.keys() - ADDED_SINCE}
    payload = {"data": data, "object": "event", "type": signup.type}
    yield ClerkEvent(signup.new_message_id(), signup.type, payload, signup.occurred_at)


def test_every_captured_shape_is_accepted(lab):
    for event in as_captured(lab):
        lab.deliver(event).expect("2xx")
