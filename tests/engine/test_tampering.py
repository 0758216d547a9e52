"""What was forged in a delivery stands below it in the story, in one line."""

from datetime import timedelta

import pytest

from hooklab import texts
from hooklab.grading.tampering import LONGEST, tell_changes, tell_signing

HEADERS = {
    "svix-id": "msg_3AkOezyR7YOw5JUufyXEdGVZEa5",
    "svix-timestamp": "1773133200",
    "svix-signature": "v1,Cz2UtDOigLvHIzCz2UtDOigLvHIz=",
    "content-type": "application/json",
}
BODY = '{"data":{"id":"user_3AkOeyRBG5z2","first_name":"Ada","n":12}}'


def told(body=BODY, **change):
    """What is told of a delivery with this body and these headers, or without them (None)."""
    named = {name.replace("_", "-"): value for name, value in change.items()}
    sent = {name: value for name, value in {**HEADERS, **named}.items() if value is not None}
    return tell_changes((HEADERS, BODY.encode()), (sent, body.encode()))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BODY, ""),
        (BODY.replace("Ada", "Eve"), 'body: "Ada" → "Eve"'),
        (BODY.replace("5z2", "5q9"), 'body: …z2" → …q9"'),
        (BODY.replace("12", "13"), "body: 2}} → 3}}"),
        (BODY + " ", "body: “ ” added at its end"),
        ("{", "body: cut off after 1 byte"),
        ("[]", 'body: {"data":{"id":"us… → []'),
    ],
)
def test_a_changed_body_is_shown_where_it_changes(body, said):
    assert told(body) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"content_type": "text/plain"}, ""),
        ({"svix_signature": "v1,made-up"}, "svix-signature: v1,Cz2UtDOigLvHIz… → v1,made-up"),
        ({"svix_id": None}, "svix-id: msg_3AkOezyR7YOw5… → left out"),
        ({"svix_timestamp": ""}, "svix-timestamp: 1773133200 → “”"),
    ],
)
def test_a_changed_header_is_shown(change, said):
    assert told(**change) == said


def test_several_changes_share_one_line_of_a_terminal():
    line = told("[]", svix_signature="v1,made-up-by-somebody")
    assert line == 'svix-signature: v1,Cz2Ut… → v1,made-…; body: {"data":… → []'
    assert len(told("x" * 100, svix_id="y" * 100, svix_signature="z" * 100)) <= LONGEST


def test_a_signature_of_another_secret_or_time_is_told():
    assert tell_signing(is_foreign=False, age=timedelta(0)) == ""
    assert tell_signing(is_foreign=True, age=timedelta(0)) == (
        "signed with a secret that is not yours"
    )
    assert tell_signing(is_foreign=False, age=timedelta(minutes=6)) == "signed 6 min ago"
    texts.use("fr")
    assert tell_signing(is_foreign=False, age=timedelta(minutes=-6)) == "signé 6 min en avance"


def test_the_story_shows_what_was_forged(sample):
    sample.write(
        """
        def test_refused(lab):
            ada = lab.clerk.user_created(first_name="Ada")
            body = ada.body.replace('"Ada"', '"Eve"').encode()
            lab.deliver(ada, body=body, note="another name").expect("418")
        """,
        "refused",
    )
    story = sample.grade()["refused"].message.splitlines()
    assert story[-1] == '              body: "Ada" → "Eve"'
    assert "another name → 404" in story[-2]
