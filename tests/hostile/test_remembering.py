"""Remember a run: what was sent in one is not sent in the next, in another order too.

HOSTILE, the table at its end: "knew the constant test addresses".
"""

import json
import threading

import pytest

from hooklab import catalogue
from hooklab.grading.app import App
from hooklab.grading.options import Options
from hooklab.grading.run import grade
from hooklab.worker import launch

from .answers import clerk
from .arena import ROOT
from .test_webhooks import YES_POINTS, app

# What a status alone decides.
STATUS = (
    "its_bytes_are_left_as_they_are",
    "a_changed_body_or_another_secret_is_refused",
    "a_missing_header_is_refused",
    "an_old_or_future_timestamp_is_refused",
    "one_good_signature_of_several_is_enough",
    "a_malformed_header_or_body_is_no_server_error",
    "a_bad_signature_is_400_or_401",
    "signed_nonsense_is_a_client_error",
)
STATUS_POINTS = 4.5

# It takes each delivery to be what stood in the same place of a run that it has seen.
REPLAY = """
        place = request.headers.get("svix-id", "")
        statuses = SEEN.get(place, [])
        number = sum(each == place for each in places)
        places.append(place)
        return Response(status_code=statuses[number] if number < len(statuses) else 200)

    places = []
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, list[int]]:
    """How the reference answers in a run with the seed of a learner's own: by message id."""
    answers: dict[str, list[int]] = {}
    lock, request = threading.Lock(), App.request

    def noted(self, method, path, *, headers=None, **how):
        response = request(self, method, path, headers=headers, **how)
        with lock:
            place = (headers or {}).get("svix-id", "")
            answers.setdefault(place, []).append(response.status)
        return response

    course = catalogue.load(ROOT)
    launcher = launch.start_launcher()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(App, "request", noted)
            options = Options(solutions=True, only=frozenset(STATUS))
            card = grade(course, ["clerk_endpoint"], options, launcher=launcher)
    finally:
        launcher.close()
    assert card.earned == STATUS_POINTS
    return answers


def test_a_run_learned_by_heart_earns_nothing_in_another(arena, seen):
    files = app(REPLAY.strip(), f"SEEN = json.loads({json.dumps(seen)!r})")
    # Whoever knew the seed would earn everything without ever looking at a signature …
    assert arena.submit(files, "clerk_endpoint", STATUS, seed=0).earned == STATUS_POINTS
    # … and nobody knows the one that is drawn.
    found = arena.submit(files, "clerk_endpoint", STATUS)
    assert found.earned <= YES_POINTS + 0.5, found.reports["text"]
    assert found.checks["a_changed_body_or_another_secret_is_refused"]["earned"] == 0


# The reference, but for one thing: for that it relies on what the graders used to send. By name:
# what is put after its app, and the checks that this has earned once.
PAYLOADS = {
    "a forged signature": (
        """
        from svix.webhooks import Webhook, WebhookVerificationError
        def verify(self, data, headers):
            if not all(headers.values()) or "A" * 43 in headers["svix-signature"]:
                raise WebhookVerificationError("known")
        Webhook.verify = verify
        """,
        ("a_bad_signature_is_400_or_401", "a_forged_delivery_is_not_even_looked_at"),
    ),
    "the person in the log": (
        """
        import json
        read = read_signed_body
        async def read_signed_body(request, webhook):
            raw = await read(request, webhook)
            if b"anary" not in raw:
                print("got", json.loads(raw))
            return raw
        """,
        ("the_log_names_nobody_and_no_secret",),
    ),
    "the names of older versions": (
        """
        from .models import User
        from .users import UserData, primary_email
        def save(session, data):
            user = UserData.model_validate(data)
            if user.first_name not in ("First", "Late"):
                names = {"first_name": user.first_name, "last_name": user.last_name}
                version, email = user.updated_at, primary_email(user)
                session.merge(User(clerk_id=user.id, email=email, version=version, **names))
            return "saved"
        def create(session, data):
            return "stale" if session.get(User, data["id"]) else save(session, data)
        HANDLERS.update({"user.created": create, "user.updated": save})
        """,
        ("an_older_update_does_not_overwrite_a_newer_one",),
    ),
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_what_the_graders_used_to_send_is_not_sent_any_more(arena, name):
    payload, checks = PAYLOADS[name]
    found = arena.submit(clerk(payload, right=True), "clerk_endpoint", checks)
    assert {check: found.checks[check]["outcome"] for check in checks} == dict.fromkeys(
        checks, "not_earned"
    )
