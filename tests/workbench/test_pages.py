"""The lab's pages, read without a browser."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from hooklab.grading.tampering import tell_signing
from hooklab.texts import LANGUAGES, speaking
from hooklab.workbench.acts import Send

from .conftest import ORIGIN, Visitor, text_of

PAGES = ("/", "/outside", "/tables", "/story", "/timeline")


@pytest.mark.parametrize("path", [*PAGES, "/changes", "/story.json", "/entry/1"])
def test_without_the_token_there_is_nothing(visitor, path):
    stranger = TestClient(visitor.client.app, base_url=ORIGIN)
    assert stranger.get(path).status_code == 403
    assert stranger.get(f"{path}?token=wrong").status_code == 403


def test_another_origin_may_not_post(visitor, bench):
    for origin in ("http://evil.example", "null", ""):
        answer = visitor.client.post("/do", data={"do": "send"}, headers={"origin": origin})
        assert answer.status_code == 403
    assert bench.story == []


def test_each_type_of_event_can_be_chosen(visitor):
    chosen = re.findall(r"<option[^>]*>([a-zA-Z]+\.[\w.]+)</option>", visitor.read())
    assert len(chosen) == len(set(chosen)) == 45


def test_a_form_sends_and_leads_back(visitor, bench):
    answer = visitor.do("send", event="user.created", burst="2", age="0,5")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert bench.story == [Send(burst=2, age=0.5)]
    assert text_of(visitor.read()).count("user.created ·") >= 2


def test_what_was_typed_is_not_lost(visitor):
    answer = visitor.do("send", body="{no json", burst="3")
    assert answer.status_code == 422
    assert "{no json" in unescape(answer.text)
    assert 'name="burst" value="3"' in answer.text
    assert 'role="alert"' in answer.text
    answer = visitor.do("send", burst="many")
    assert "“many” cannot be used for “At once”" in unescape(answer.text)


def test_an_entry_takes_the_signature_apart(visitor, bench):
    visitor.do("send", event="user.created")
    number = next(each for each in bench.timeline.newest() if each.kind == "delivery").number
    page = text_of(visitor.read(f"/entry/{number}"))
    for part in ("svix-id", "svix-timestamp", "svix-signature", "v1,", "HMAC"):
        assert part in page
    for copied in ("curl", "hooklab send", "lab.deliver("):
        assert copied in unescape(page)
    assert "member" in page
    assert visitor.client.get("/entry/999").status_code == 404


def test_entries_are_found_by_kind_and_words(visitor):
    visitor.do("send", event="user.created")
    visitor.do("cron")
    assert "internal/cron" in visitor.read("/timeline?kind=request")
    assert "internal/cron" not in visitor.read("/timeline?kind=delivery")
    assert "internal/cron" in visitor.read("/timeline?find=cron")
    assert "user.created" not in visitor.read("/timeline?find=nothing-like-this")


def test_hostile_text_stays_text(visitor):
    evil = "<script>alert(1)</script>"
    fields = f"data.first_name={evil}\ndata.email_addresses.0.email_address={evil}@example.org"
    assert visitor.do("send", changes=fields).status_code in (303, 422)
    visitor.do("send", changes=f"data.first_name={evil}")
    visitor.do("cron")
    for path in (*PAGES, *(f"/entry/{number}" for number in range(1, 5))):
        assert evil not in visitor.read(path)


def test_the_story_is_saved_loaded_and_drawn(visitor, bench):
    visitor.do("send", event="user.created")
    kept = visitor.read("/story.json")
    assert json.loads(kept)["acts"] == [{"do": "send"}]
    assert "user.created" in visitor.read("/story")
    visitor.client.post("/begin", follow_redirects=False)
    assert bench.story == []
    answer = visitor.client.post(
        "/story", files={"file": ("story.json", kept)}, follow_redirects=False
    )
    assert answer.status_code == 303
    assert bench.story == [Send()]
    answer = visitor.client.post("/story", files={"file": ("story.json", "no")})
    assert answer.status_code == 422


def test_the_pages_are_in_french_too(bench):
    visitor = Visitor(bench, "fr")
    visitor.do("send", event="user.created")
    for path in ("/", "/outside", "/tables", "/story"):
        page = visitor.read(path)
        assert '<html lang="fr"' in page
        assert not re.search(r"\b(Timeline|Send|Outside|Story|someone new)\b", text_of(page))


def test_what_was_changed_on_the_way_is_told_in_the_language_of_who_did_it(bench):
    visitor = Visitor(bench, "fr")
    visitor.do("send", age="6")
    (entry,) = (each for each in bench.timeline.newest() if each.kind == "delivery")
    told = {}
    for language in LANGUAGES:
        with speaking(language):
            told[language] = tell_signing(is_foreign=False, age=timedelta(minutes=6))
    assert entry.data["forged"] == told["fr"] != told["en"]


def test_ten_thousand_entries_stay_quick(visitor, bench):
    for number in range(10_000):
        bench.timeline.add("log", bench.stage.now(), text=f"line {number}")
    page = visitor.read()
    assert len(page) < 400_000
    assert "line 9999" in page
    assert "line 4321" in visitor.read("/timeline?find=line+4321")


def test_news_are_streamed(visitor, bench):
    bench.hush()
    assert visitor.client.get("/changes").headers["content-type"].startswith("text/event-stream")


def test_an_app_without_a_cron_is_not_asked_for_its_work(open_bench):
    bench = open_bench(slug="knock")
    visitor = Visitor(bench)
    assert "Run the cron" not in visitor.read("/")
    visitor.do("move", minutes=60, cron="on")
    assert bench.timeline.newest(kinds=("request",)) == []
