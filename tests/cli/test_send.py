"""`hooklab send` with whatever is to be sent: captured, changed, or the dashboard's example."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from svix.webhooks import Webhook

from hooklab.sender.stories import STORIES

SECRET = "whsec_" + "QUJD" * 8
EVENT = {"type": "user.created", "object": "event", "data": {"id": "user_1", "name": "Zoé <3"}}
TEXT = '{ "type":"user.created",\n  "data": {"id": "user_1", "name": "Zo\\u00e9"} }'


@pytest.fixture
def printed(hooklab):
    """What `send … --print` writes: each request with its body read."""

    def requests(*arguments: object) -> list[dict]:
        code, out, err = hooklab("send", *arguments, "--secret", SECRET, "--print")
        assert code == 0, err
        found = [json.loads(line) for line in out.splitlines()]
        for request in found:
            Webhook(SECRET).verify(request["body"], request["headers"])
        return [request | {"event": json.loads(request["body"])} for request in found]

    return requests


def capture(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    Path("captured.json").write_text(text, encoding="utf-8")
    return "--file=captured.json"


def test_a_fresh_clone_prints_without_any_secret_of_its_own(course, hooklab):
    code, out, err = hooklab("send", "user.created", "--print")
    request = json.loads(out)
    secret = err.split()[-1]
    assert code == 0
    assert request.keys() == {"headers", "body"}
    assert err.startswith("Signed with a secret made up for this: whsec_")
    Webhook(secret).verify(request["body"], request["headers"])


def test_a_secret_of_ones_own_is_never_replaced(course, hooklab):
    Path(".env").write_text(f"CLERK_WEBHOOK_SIGNING_SECRET={SECRET}\n")
    code, out, err = hooklab("send", "user.created", "--print")
    request = json.loads(out)
    assert (code, err) == (0, "")
    Webhook(SECRET).verify(request["body"], request["headers"])
    Path(".env").write_text("CLERK_WEBHOOK_SIGNING_SECRET=whsec_short\n")
    assert hooklab("send", "user.created", "--print")[0] == 2


def test_a_terminal_shows_lines_to_read_and_obeys_nothing_in_them(course):
    file = capture({"type": "user.created", "data": {"name": "Zoé \x9b2J"}})
    command = [sys.executable, "-m", "hooklab", "send", file, "--secret", SECRET, "--print"]
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": "80", "TERM": "dumb"}
    subprocess.run(command, stdout=theirs, env=environment, check=True, timeout=60)
    shown = os.read(ours, 65536).decode()
    os.close(theirs)
    os.close(ours)
    assert "svix-id: msg_" in shown
    assert '    "name": "Zoé \\u009b2J"' in shown
    assert "\x9b" not in shown


def test_every_example_is_nobodys_and_counts_in_seconds(course, printed):
    for name in STORIES:
        (request,) = printed(name, "--example")
        event = request["event"]
        assert event["type"] == name
        assert event["timestamp"] == 1716883199
        assert event["instance_id"] == "ins_2hookLabExample000000000001"
        assert "event_attributes" in event


def test_the_example_of_a_user_has_a_primary_address_that_is_in_no_list(course, printed):
    first, again = (printed("user.created", "--example")[0] for _number in range(2))
    user = first["event"]["data"]
    assert user["email_addresses"] == []
    assert user["primary_email_address_id"].startswith("idn_")
    assert first["body"] == again["body"]
    assert first["headers"]["svix-id"] != again["headers"]["svix-id"]


def test_an_organization_is_another_one_each_time(course, printed):
    one, other = (printed("organizationMembership.created")[0]["event"] for _number in range(2))
    assert one["data"]["organization"]["id"] != other["data"]["organization"]["id"]
    assert one["data"]["public_user_data"]["user_id"].startswith("user_")
    assert len(str(one["timestamp"])) == 13


def test_a_payment_belongs_to_the_instance_that_tells_of_it(course, printed):
    (request,) = printed("paymentAttempt.created")
    assert request["event"]["data"]["instance_id"] == request["event"]["instance_id"]


WRAPPED = {
    "a Clerk event": EVENT,
    "a Svix message": {"id": "msg_7", "eventType": "user.created", "payload": EVENT},
    "an attempt": {"id": "atmpt_1", "msg": {"id": "msg_7", "payload": EVENT}},
    "a payload that is a text": {"payload": json.dumps(EVENT)},
    "what --print wrote": {"headers": {"Svix-Id": "msg_7"}, "body": json.dumps(EVENT)},
}


@pytest.mark.parametrize("shape", WRAPPED)
def test_what_was_captured_is_sent_in_any_wrapping(course, printed, shape):
    (request,) = printed(capture(WRAPPED[shape]))
    assert request["event"] == EVENT
    kept = "msg_7" in json.dumps(WRAPPED[shape])
    assert (request["headers"]["svix-id"] == "msg_7") is kept


def test_a_text_is_sent_to_the_letter(course, printed):
    assert printed(capture(TEXT))[0]["body"] == TEXT
    assert printed(capture({"headers": {}, "body": TEXT}))[0]["body"] == TEXT


def test_what_print_wrote_is_the_same_messages_again(course, hooklab, printed):
    out = hooklab("send", "user.created", "--reorder", "--secret", SECRET, "--print")[1]
    written = [json.loads(line) for line in out.splitlines()]
    again = printed(capture(out))
    assert [each["body"] for each in again] == [each["body"] for each in written]
    assert [each["headers"]["svix-id"] for each in again] == [
        each["headers"]["svix-id"] for each in written
    ]


def test_the_life_of_an_organization_is_about_one_user_and_one_organization(course, hooklab):
    asked = ("send", "organization.created", "--reorder", "--secret", SECRET, "--print")
    events = [json.loads(json.loads(line)["body"]) for line in hooklab(*asked)[1].splitlines()]
    gone, left, joined, made, founder = (event["data"] for event in events)
    assert [event["type"] for event in events][::-1] == [
        "user.created",
        "organization.created",
        "organizationMembership.created",
        "organizationMembership.deleted",
        "organization.deleted",
    ]
    assert left["id"] == joined["id"]
    assert gone["id"] == made["id"] == joined["organization"]["id"]
    assert made["created_by"] == founder["id"] == left["public_user_data"]["user_id"]


def test_a_list_as_svix_gives_it_is_sent_in_its_order(course, printed):
    second = {"type": "user.deleted", "data": {"id": "user_1"}}
    for several in ([EVENT, second], {"data": [EVENT, {"payload": second}], "done": True}):
        assert [each["event"] for each in printed(capture(several))] == [EVENT, second]


def test_data_alone_gets_an_envelope_when_the_event_is_named(course, printed):
    (request,) = printed("user.created", capture(EVENT["data"]))
    assert (request["event"]["type"], request["event"]["data"]) == ("user.created", EVENT["data"])
    assert len(str(request["event"]["timestamp"])) == 13


def test_a_message_of_another_sender_keeps_its_own_shape(course, printed):
    message = {"id": "msg_7", "eventType": "invoice.paid", "payload": {"amount": 3}}
    assert printed(capture(message))[0]["body"] == '{"amount":3}'


def test_fields_are_set_before_the_event_is_signed(course, printed):
    (request,) = printed(
        "user.created",
        *("--set", "data.first_name=Ada", "--set", "data.public_metadata={'plan'}"),
        *("--set", "data.email_addresses.0.email_address=ada@example.com"),
        *(
            "--set",
            'data.last_name="42"',
            "--set",
            "data.banned=true",
            "--set",
            "data.username=NaN",
        ),
    )
    user = request["event"]["data"]
    assert (user["first_name"], user["last_name"], user["banned"]) == ("Ada", "42", True)
    assert (user["public_metadata"], user["username"]) == ("{'plan'}", "NaN")
    assert user["email_addresses"][0]["email_address"] == "ada@example.com"


def test_what_is_changed_is_another_message(course, printed):
    (request,) = printed(capture(WRAPPED["a Svix message"]), "--set", "data.id=user_2")
    assert request["event"]["data"] == EVENT["data"] | {"id": "user_2"}
    assert request["headers"]["svix-id"] != "msg_7"
    seeded = ("user.created", "--seed", "7", "--set", "data.first_name=Ada")
    one, again = (printed(*seeded)[0]["headers"]["svix-id"] for _number in range(2))
    assert one == again


def test_a_user_without_an_address_can_be_sent(course, printed):
    nothing = ("--set", "data.email_addresses=[]", "--set", "data.primary_email_address_id=null")
    user = printed("user.created", *nothing)[0]["event"]["data"]
    assert (user["email_addresses"], user["primary_email_address_id"]) == ([], None)


def test_the_same_address_comes_under_a_new_id(course, printed):
    same = ("--set", "data.email_addresses.0.email_address=ada@example.com")
    one, other = (printed("user.created", *same)[0]["event"]["data"] for _number in range(2))
    assert one["email_addresses"][0]["email_address"] == "ada@example.com"
    assert other["email_addresses"][0]["email_address"] == "ada@example.com"
    assert one["id"] != other["id"]


def test_a_type_that_nobody_knows_yet_can_be_set(course, printed):
    (request,) = printed("user.created", "--set", "type=user.renamed")
    assert request["event"]["type"] == "user.renamed"


def test_a_field_that_is_new_is_told(course, hooklab):
    send = ("send", "user.created", "--secret", SECRET, "--print", "--set")
    code, out, err = hooklab(*send, "data.frist_name=Ada")
    assert code == 0
    assert json.loads(json.loads(out)["body"])["data"]["frist_name"] == "Ada"
    assert err == "data.frist_name is new in this event (did you mean data.first_name?)\n"
    for forgotten in ("first_name", "frist_name"):
        err = hooklab(*send, f"{forgotten}=Ada")[2]
        assert err == f"{forgotten} is new in this event (did you mean data.first_name?)\n"


@pytest.mark.parametrize(
    ("change", "what", "hint"),
    [
        ("data", "“data” names no field", "write it like data.first_name=Ada"),
        ("data..x=1", "“data..x=1” names no field", "write it like data.first_name=Ada"),
        ("data.emails.0=x", "no “emails” in data", "did you mean data.email_addresses?"),
        ("data.zzz.0=x", "no “zzz” in data", "it has: backup_code_enabled, banned"),
        ("data.email_addresses.1=x", "no “1” in data.email_addresses", "of length 1"),
        ("data.passkeys.0=x", "no “0” in data.passkeys", "it is empty"),
        ("data.object.x=1", "no “x” in data.object", 'it is "user"'),
        ("email_addresses.0=x", "no “email_addresses” in", "did you mean data.email_addresses?"),
        ("nothing.x=1", "no “nothing” in the body", "it has: data, event_attributes"),
    ],
)
def test_a_field_without_a_place_is_told(course, hooklab, change, what, hint):
    code, out, err = hooklab("send", "user.created", "--secret", SECRET, "--set", change)
    first, second = err.splitlines()
    assert (code, out) == (2, "")
    assert what in first
    assert hint in second


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (b"{", "captured.json is no JSON (line 1, column 2)", "and --print writes"),
        (b"[" * 9000, "captured.json is no JSON (nested too deeply)", '{"type": …, "data": …}'),
        (b"", "captured.json is no JSON", '{"eventType": …, "payload": …}'),
        (b'{"a": 1}\n{"b', "captured.json is no JSON", "a Clerk event is"),
        (b"[]", "holds no JSON object", "a Clerk event is"),
        (b"[1]", "holds no JSON object", "a Clerk event is"),
        (b'{"id": 1, "name": 2}', "holds no event: it has id, name", "hooklab send user.created"),
        (b'{"headers": {}, "body": "no"}', "the body in captured.json is no JSON", "--print"),
        (b'{"headers": {}, "body": "{\\"a\\": \\"\\ud800\\"}"}', "the body in", "--print writes"),
        (b"\xff\xfe{", "captured.json is not UTF-8 text", "save it again as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_sent_is_told(course, hooklab, content, what, hint):
    Path("captured.json").write_bytes(content)
    code, out, err = hooklab("send", "--file", "captured.json", "--secret", SECRET)
    first, second = err.splitlines()
    assert (code, out) == (2, "")
    assert what in first
    assert hint in second


def test_a_file_of_another_type_than_named_is_told(course, hooklab):
    code, _out, err = hooklab("send", "user.deleted", capture(EVENT), "--secret", SECRET)
    assert code == 2
    assert "holds the event “user.created”, not “user.deleted”" in err


@pytest.mark.parametrize(("file", "what"), [("gone", "gone does not exist"), (".", ". cannot be")])
def test_a_file_that_is_none_is_told(course, hooklab, file, what):
    code, _out, err = hooklab("send", "--file", file, "--secret", SECRET)
    assert code == 2
    assert err.startswith(what)
