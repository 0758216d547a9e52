"""What each lesson is about, done by hand: by the forms of the page, around every reference.

A press is an act with the fields of its form; what the page shows afterwards is looked up where a
person looks: at the timeline, in an entry, in the outside world, among the tables.
"""

import re
from functools import partial
from html import unescape
from pathlib import Path

import pytest

from hooklab import catalogue
from hooklab.workbench.stage import Stage, Subject
from hooklab.workbench.workbench import Workbench

from .conftest import Visitor, text_of

COURSE = catalogue.load(Path(__file__).parents[2])
SLUGS = [
    each.slug for each in COURSE.exercises if (COURSE.solution(each.slug) / "app.py").is_file()
]


@pytest.fixture
def open_page(launcher):
    benches = []

    def open_(slug):
        subject = Subject(COURSE, slug, COURSE.solution(slug))
        benches.append(Workbench(partial(Stage, subject, launcher)))
        return Person(benches[-1])

    yield open_
    for bench in benches:
        bench.close()


class Person(Visitor):
    """Somebody who presses buttons, and reads."""

    def press(self, do, /, **fields):
        """Press a button; nothing is refused."""
        answer = self.do(do, **fields)
        assert answer.status_code == 303, text_of(answer.text)

    def sees(self, path, *texts):
        page = unescape(text_of(self.read(path)))
        for text in texts:
            assert re.search(text, page), f"{text!r} is not on {path}: {page}"

    def opens(self, kind, find, *texts):
        """Open the newest entry of a kind with `find` in it, and read there."""
        listed = self.client.get("/timeline", params={"kind": kind, "find": find}).text
        self.sees(re.search(r"/entry/\d+", listed)[0], *texts)


def test_every_app_of_the_course_has_a_path():
    assert set(PATHS) == set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_page_shows_what_the_lesson_is_about(open_page, slug):
    PATHS[slug](open_page(slug))


def clerk_endpoint(page):
    page.press("send", event="user.created", changes="data.first_name=Ada")
    page.opens("delivery", "user.created", "→ 200", "user · a new row", "Ada")
    page.press("send", event="user.updated", person=1)
    page.opens("delivery", "user.updated", "→ 200", "user · a row is changed", "Before After")
    page.press("again", message=1, same_id="on")
    page.opens("delivery", "user.created", "attempt 2", "stale", "No row that can be seen")
    page.press("send", event="user.updated", person=1, tamper="body")
    page.opens("delivery", "user.updated", "→ 401", "the app has to refuse", "No row that can be")
    page.press("send", event="user.deleted", person=1)
    page.opens("delivery", "user.deleted", "→ 200", "user · a row is gone")


def welcome_email(page):
    page.press("fault", service="mail", way="refuse")
    page.press("send", event="user.created", changes="data.first_name=Ada")
    page.opens("delivery", "user.created", "→ 200", "email_queue · a new row")
    page.sees("/outside", r"E-mails \(0\)")
    page.press("fault", service="mail", way="works")
    page.press("move", to="work", cron="on")
    page.sees("/outside", r"E-mails \(1\)", "@")
    page.opens("mail", "ada", "→ accepted", "How it looks", "Ada")
    page.press("again", message=1, same_id="on")
    page.press("cron")
    page.sees("/outside", r"E-mails \(1\)")


def multi_app_sync(page):
    page.press("fault", service="billing", way="status", status=503)
    page.press("send", event="user.created")
    page.opens("delivery", "user.created", "→ 200", "outbox · a new row", "user · a new row")
    page.sees("/outside", r"Mobile app \(1\)", r"Admin app \(1\)", r"Billing app \(0\)")
    page.opens("call", "billing", "Billing app", "→ 503")
    page.press("fault", service="billing", way="works")
    page.press("move", to="work", cron="on")
    page.sees("/outside", r"Billing app \(1\)")


def gdpr_deletion(page):
    page.press("send", event="user.created", changes="data.first_name=Ada\ndata.last_name=Zuse")
    page.press(
        "ask", method="POST", path="/posts", bearer="person", person=1, body='{"text": "Hi"}'
    )
    page.press("cron")
    page.sees("/tables", "Zuse", "Hi")
    page.sees("/outside", r"E-mails \(1\)")
    page.press("send", event="user.deleted", person=1)
    page.opens("delivery", "user.deleted", "→ 200", "user · a row is gone", "erasure · a new row")
    tables = text_of(page.read("/tables"))
    assert "Zuse" not in tables
    page.press("move", minutes=60 * 24 * 3, cron="on")
    page.sees("/outside", r"E-mails \(1\)")


def fraud_detection(page):
    page.press("send", event="user.created")
    for country in ("FR", "DE", "JP", "BR"):
        page.press(
            "send",
            event="session.created",
            person=1,
            changes=f"data.latest_activity.country={country}",
        )
        page.press("move", minutes=30, cron="on")
    page.opens("delivery", "session.created", "→ 200", "session_log · a new row", "BR")
    page.sees("/outside", r"Messages \([1-9]", r"E-mails \([1-9]")
    page.opens("call", "services", "Slack", "→ 200")


def onboarding(page):
    page.press("send", event="user.created")
    page.opens(
        "delivery", "user.created", "→ 200", "onboarding · a new row", "reminder · a new row"
    )
    chosen = '{"language": "fr", "notifications": true}'
    page.press("ask", method="PUT", path="/me/preferences", bearer="person", person=1, body=chosen)
    page.opens("request", "/me/preferences", "→ 204", "onboarding · a row is changed")
    page.press("move", to="work", cron="on")
    page.opens("mail", "", "→ accepted", "How it looks")
    page.press("move", minutes=2880, cron="on")
    page.sees("/outside", r"E-mails \(1\)")


def analytics(page):
    page.press("send", event="user.created")
    page.opens("delivery", "user.created", "→ 200", "outgoing · a new row", "SADD")
    page.sees("/outside", r"Events \(0\)", "analytics:signups:2026-03-10")
    page.press("move", minutes=1, cron="on")
    page.opens("request", "/internal/cron", "→ 200", "outgoing · a row is gone", "Segment")
    page.sees("/outside", r"Events \(1\)")


def third_party_integrations(page):
    page.press("fault", service="slack", way="status", status=429, retry_after=120)
    page.press("send", event="user.created", changes="data.unsafe_metadata.newsletter=true")
    page.opens("delivery", "user.created", "→ 200", "integration_task · a new row")
    page.press("cron")
    page.sees("/outside", r"Mailchimp \(1\)", r"Intercom \(1\)", r"Segment \(1\)", r"Slack \(0\)")
    page.press("fault", service="slack", way="works")
    page.press("move", minutes=3, cron="on")
    page.sees("/outside", r"Slack \(1\)")


def migration(page):
    admin = {"method": "POST", "bearer": "admin"}

    def go(phase, percent=0):
        body = f'{{"phase": "{phase}", "percent": {percent}}}'
        page.press("ask", path="/migration/phase", body=body, **admin)
        page.opens("request", "/migration/phase", "→ 200", phase)

    go("shadow")
    page.press("send", event="user.created")
    page.opens("delivery", "user.created", "→ 200", "waiting", "inbox · a new row")
    page.press("ask", path="/migration/backfill", **admin)
    page.press("cron")
    page.press("cron")
    page.opens("call", "/v1/users", "Clerk's API", "→ 200")
    go("partial", 100)
    go("full")
    page.press("send", event="user.updated", person=1)
    page.press("cron")
    page.sees("/tables", "Lovelace")


def monitoring(page):
    page.press("send", event="user.created")
    page.opens("delivery", "user.created", "→ 200", "webhook_log · a new row")
    page.press("ask", path="/admin/webhooks", bearer="admin")
    page.opens("request", "/admin/webhooks", "→ 200", "user.created")
    page.press("ask", path="/admin/webhooks")
    page.opens("request", "/admin/webhooks", "→ 401")


def resilience(page):
    page.press("break", what="kill")
    page.press("send", event="user.created", changes="data.first_name=Ada")
    page.sees("/", "nothing listens there", r"again in \d s")
    page.press("break", what="start")
    page.press("move", to="retry")
    page.opens("delivery", "user.created", "→ 200", "attempt 2", "inbox · a new row")
    page.press("cron")
    page.sees("/tables", "Ada")
    page.sees("/outside", r"Billing app \(1\)")


PATHS = {
    each.__name__: each
    for each in (
        *(clerk_endpoint, welcome_email, multi_app_sync, gdpr_deletion, fraud_detection),
        *(onboarding, analytics, third_party_integrations, migration, monitoring, resilience),
    )
}
