# ruff: noqa: RUF001 - French has its own apostrophe
"""The services around an app, as a check sees them: state, counts, faults and their story."""

from datetime import timedelta

import pytest

from hooklab import texts
from hooklab.grading.failure import CheckFailed

SYNC = """
    import httpx
    from fastapi import BackgroundTasks, FastAPI
    from hooklab.services import slack_client
    from standardwebhooks import Webhook
    from datetime import UTC, datetime

    def create_app(settings):
        app = FastAPI()
        body = '{"type": "user.updated"}'

        def tell(url: str, secret: str) -> str:
            now = datetime.now(UTC)
            headers = {
                "webhook-id": "msg_1",
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(secret).sign("msg_1", now, body),
            }
            try:
                answer = httpx.post(f"{url}/webhooks/user-sync", content=body, headers=headers)
            except httpx.HTTPError as error:
                return type(error).__name__
            return str(answer.status_code)

        @app.post("/sync")
        def sync() -> list[str]:
            secret = settings.mobile_app_secret.get_secret_value()
            return [tell(url, secret) for url in (settings.mobile_app_url, settings.admin_app_url)]

        @app.post("/later")
        def later(tasks: BackgroundTasks) -> None:
            tasks.add_task(slack_client(settings).send, text="Grüße &amp; <b>")

        return app
"""


@pytest.fixture
def lab(open_lab):
    return open_lab(SYNC)


def test_a_look_waits_for_work_in_the_background(lab):
    lab.app.post("/later").expect("2xx")
    [message] = lab.slack.messages
    assert message.text == "Grüße &amp; <b>"
    assert lab.slack.expect_messages(1, containing="&amp;") == [message]
    lab.slack.expect_messages(0, containing="nothing like it")
    [call] = lab.slack.expect(1, method="POST", path="/services/*", done=True)
    assert call.status == 200


def test_another_number_of_calls_is_told_with_all_of_them(lab):
    for _time in range(10):
        lab.app.post("/sync")
    lab.mobile.expect(10, path="/webhooks/user-sync")
    lab.mobile.expect_at_most(10)
    lab.mobile.expect(0, method="GET")
    for look in (
        lambda: lab.mobile.expect(1),
        lambda: lab.mobile.expect_at_most(9),
        lambda: lab.mobile.expect(1, done=True),
        lambda: lab.mobile.expect_at_most(1, done=True),
    ):
        with pytest.raises(CheckFailed) as caught:
            look()
        assert "to the mobile app" in caught.value.wanted
        assert caught.value.happened.startswith("10 calls arrived\n  2026-03-10 09:00:00 POST /web")
        assert caught.value.happened.endswith("→ 204\n  and 2 more")


def test_deliveries_that_are_too_many_are_shown(lab):
    lab.app.post("/sync")
    assert lab.mobile.expect_deliveries(1, message_id="msg_1")[0].json == {"type": "user.updated"}
    lab.mobile.expect_deliveries(0, message_id="msg_2")
    with pytest.raises(CheckFailed) as caught:
        lab.mobile.expect_deliveries(2)
    assert caught.value.wanted == "exactly 2 webhooks to the mobile app"
    assert 'msg_1 {"type": "user.updated"}' in caught.value.happened


def test_a_signature_must_be_the_receivers_own(lab):
    with pytest.raises(CheckFailed, match="0 calls arrived"):
        lab.mobile.expect_signed()
    lab.app.post("/sync")
    assert len(lab.mobile.expect_signed()) == 1
    with pytest.raises(CheckFailed) as caught:
        lab.admin.expect_signed()
    assert "msg_1" in caught.value.happened
    assert "no signature in webhook-signature" in caught.value.happened


def test_too_many_messages_are_shown(lab):
    lab.app.post("/later")
    with pytest.raises(CheckFailed) as caught:
        lab.slack.expect_messages(0, containing="Grüße")
    assert "with “Grüße”" in caught.value.wanted
    assert caught.value.happened == "1 message was posted\n  2026-03-10 09:00:00 Grüße &amp; <b>"


def test_faults_reach_the_app(lab):
    lab.mobile.fail(status=503, times=1)
    lab.admin.fail(refuse=True)
    assert lab.app.post("/sync").json == ["503", "ConnectError"]
    lab.admin.recover()
    lab.mobile.fail(lost_answer=True)
    lab.admin.fail(drop=True)
    assert lab.app.post("/sync").json == ["RemoteProtocolError"] * 2
    assert (len(lab.mobile.deliveries), len(lab.admin.deliveries)) == (1, 0)
    with pytest.raises(CheckFailed) as caught:
        lab.mobile.expect(0, done=True)
    assert "→ 503" in caught.value.happened
    assert "→ done, but not answered" in caught.value.happened
    with pytest.raises(CheckFailed, match="→ not answered"):
        lab.admin.expect(0)


def test_a_held_service_lets_the_app_wait(lab):
    with lab.slack.hold("request") as hold:
        lab.app.post("/later").expect("2xx")
        assert hold.wait(1) == 1
    lab.slack.expect_messages(1)


STORY = {
    "en": [
        "Slack answers 429, Retry-After: 30 (2 times)",
        "Slack takes 0.5 s over each call",
        "Slack lets anyone who calls wait before it does anything",
        "the billing app does the work and lets the caller wait for the answer",
        "the billing app does the work and hangs up without an answer (once)",
        "the billing app hangs up before it has done anything",
        "the billing app refuses connections",
        "the billing app works again",
    ],
    "fr": [
        "Slack répond 429, Retry-After: 30 (2 fois)",
        "Slack met 0,5 s à traiter chaque appel",
        "Slack fait attendre chaque appel avant d’agir",
        "l’application de facturation fait le travail et laisse attendre sa réponse",
        "l’application de facturation fait le travail et raccroche sans répondre (1 fois)",
        "l’application de facturation raccroche sans avoir rien fait",
        "l’application de facturation refuse les connexions",
        "l’application de facturation fonctionne de nouveau",
    ],
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_journal_tells_every_fault(lab, language):
    texts.use(language)
    lab.slack.fail(status=429, retry_after=30, times=2)
    lab.slack.slow(0.5)
    lab.slack.hold("request")
    lab.billing.hold("answer")
    lab.billing.fail(lost_answer=True, times=1)
    lab.billing.fail(drop=True)
    lab.billing.fail(refuse=True)
    lab.billing.recover()
    assert [line[10:] for line in str(lab.journal).splitlines()] == STORY[language]


def test_what_a_service_does_not_have_is_an_error(lab):
    with pytest.raises(AttributeError, match="mails"):
        _ = lab.slack.mails
    with pytest.raises(AttributeError, match="mails"):
        lab.slack.mails = []
    with pytest.raises(ValueError, match="exactly one of"):
        lab.slack.fail()
    assert str(lab.journal) == ""


def test_each_check_has_secrets_of_its_own(start_slot):
    app = "def create_app(settings): raise SystemExit"
    one, two = start_slot(app).settings, start_slot(app).settings
    for name in ("MOBILE_APP_SECRET", "ADMIN_APP_SECRET", "SLACK_WEBHOOK_URL"):
        assert one[name] != two[name]
    assert one["MOBILE_APP_SECRET"] != one["ADMIN_APP_SECRET"]


COUNT = """
    from fastapi import FastAPI
    from hooklab.services.redis import redis_client
    from redis.exceptions import RedisError

    def create_app(settings):
        app, redis = FastAPI(), redis_client(settings)

        @app.post("/count")
        def count() -> str:
            try:
                return str(redis.incr("visits"))
            except RedisError as error:
                return type(error).__name__

        return app
"""


def test_what_the_app_counts_is_read_from_outside(open_lab):
    lab = open_lab(COUNT)
    assert [lab.app.post("/count").json for _time in range(2)] == ["1", "2"]
    assert lab.redis.client.get("visits") == "2"
    assert [command.name for command in lab.redis.commands()] == ["INCRBY", "INCRBY"]
    assert len(lab.redis.commands("INCRBY")) == 2
    assert lab.redis.commands("GET") == []
    lab.redis.wipe()
    assert lab.app.post("/count").json == "1"
    lab.app.kill()
    lab.app.restart()
    assert lab.app.post("/count").json == "2"


def test_redis_fails_as_the_others_do(open_lab):
    lab = open_lab(COUNT)
    lab.redis.fail(refuse=True)
    assert lab.app.post("/count").json == "ConnectionError"
    lab.redis.recover()
    lab.redis.fail(lost_answer=True, times=1)
    assert lab.app.post("/count").json == "ConnectionError"
    assert lab.app.post("/count").json == "2"
    with lab.redis.hold("command"):
        pass
    lab.redis.wipe()
    story = str(lab.journal)
    for told in ("refuses connections", "works again", "wait before it does anything"):
        assert f"Redis {told}" in story or f"Redis lets anyone who calls {told}" in story
    assert "Redis has lost all its data" in story


def test_each_check_has_a_redis_of_its_own(open_lab):
    assert [open_lab(COUNT).app.post("/count").json for _time in range(2)] == ["1", "1"]


ENVIRONMENT = """
    from fastapi import FastAPI
    from hooklab.services.clerk_api import clerk_api_client
    from hooklab.services.intercom import intercom_client
    from hooklab.services.mailchimp import mailchimp_client
    from hooklab.services.push import push_client, send_push
    from hooklab.services.segment import segment_client
    from hooklab.services.stripe import stripe_client

    def create_app(settings):
        app = FastAPI()

        @app.post("/all")
        def all_services() -> None:
            stripe_client(settings).v1.customers.create({"email": "ada@example.org"})
            mailchimp_client(settings).lists.set_list_member(
                settings.mailchimp_list_id,
                "ada@example.org",
                {"email_address": "ada@example.org", "status_if_new": "subscribed"},
            )
            intercom_client(settings).contacts.create(request={"external_id": "user_1"})
            segment_client(settings).track(user_id="user_1", event="Signed up")
            send_push(push_client(settings), [{"to": "ExponentPushToken[x]", "title": "Hi"}])

        @app.get("/users")
        def users() -> list[str]:
            answer = clerk_api_client(settings).get("/v1/users")
            if answer.is_error:
                return [str(answer.status_code), answer.headers.get("retry-after", "-")]
            return [user["id"] for user in answer.json()]

        return app
"""


def test_every_client_finds_its_service(open_lab):
    lab = open_lab(ENVIRONMENT)
    lab.app.post("/all").expect("2xx")
    assert len(lab.stripe.customers) == 1
    assert len(lab.newsletter.members) == 1
    assert len(lab.support.contacts) == 1
    assert len(lab.analytics.events) == 1
    assert len(lab.push.notifications) == 1
    for service in (lab.stripe, lab.newsletter, lab.support, lab.analytics, lab.push):
        service.expect(1, done=True)


def test_clerks_api_answers_from_the_directory_of_the_check(open_lab):
    lab = open_lab(ENVIRONMENT)
    assert lab.app.get("/users").json == []
    ada, bob = lab.clerk.user_created(), lab.clerk.user_created()
    lab.clerk.user_deleted(bob)
    assert lab.app.get("/users").json == [ada.user_id]
    lab.clerk_api.expect(2, path="/v1/users", done=True)
    lab.clerk_api.fail(status=429, retry_after=30)
    assert lab.app.get("/users").json == ["429", "30"]
    assert "Clerk's API answers 429, Retry-After: 30" in str(lab.journal)


def test_what_can_be_set_is_set_on_the_service(lab):
    lab.support.search_lag = timedelta(minutes=1)
    assert lab.support.search_lag == timedelta(minutes=1)
    lab.push.unregister("ExponentPushToken[x]")
    assert lab.push.unregistered == {"ExponentPushToken[x]"}
