"""What people must find on the page, and what only they may do there."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from hooklab.grading.page import read_page
from hooklab.sender import new_secret

from .helpers import (
    EVIL,
    PAGE,
    Browser,
    durations,
    expect,
    fail,
    figure,
    form_in,
    instant,
    logged,
    replay_form,
    row_of,
    seed,
    shown_ids,
    stats,
)

SECRETS = ("ADMIN_TOKEN", "CRON_SECRET", "SESSION_SECRET")
CONTROLS = ("button", "link", "textbox", "combobox", "searchbox", "checkbox", "radio")


def figures(lab, page, **wanted):
    """Fail unless the page shows these figures; the names are ids with an underscore."""
    got = {name: figure(page, name.replace("_", "-")) for name in wanted}
    lab.require(
        all(_shows(got[name], value) for name, value in wanted.items()),
        en=f"on the page, by id: {wanted}",
        fr=f"sur la page, par id : {wanted}",
        got=str(got),
    )


def _shows(got, value):
    """Whether that is the value, rounded; durations may be shown in seconds too."""
    return abs(got - value) < 0.6 or (value > 300 and abs(1000 * got - value) < 60)


def test_the_page_shows_the_figures_of_the_moment(lab):
    browser = Browser(lab)
    lab.deliver(lab.clerk.user_created()).expect("2xx")
    figures(lab, browser.open(), total=1, failed=0, success_rate=100)
    count, longest = lab.random.randrange(15, 40), lab.random.randrange(300, 900)
    seed(lab, count, duration_ms=longest)
    seed(lab, status="failed", duration_ms=1)
    times = durations(lab, stats(lab))
    expect(lab, times, p95=float(longest))
    page = browser.open()
    rate, mean = 100 * (count + 1) / (count + 2), times.get("mean") or 0
    figures(lab, page, total=count + 2, failed=1, success_rate=rate, p95=longest, mean=mean)


def test_the_latest_deliveries_are_listed(lab):
    browser, events = Browser(lab), []
    for _ in range(3):
        events.append(lab.clerk.user_created())
        lab.deliver(events[-1]).expect("2xx")
        lab.clock.advance(minutes=1)
    # In which zone the app writes its times is the claim of another check.
    lab.clock.advance(hours=3)
    failed = seed(lab, type="user.created", status="failed")[0]
    page = browser.open()
    ids = [failed["svix_id"], *(event.message_id for event in reversed(events))]
    found = shown_ids(page, ids)
    lab.require(
        found == ids,
        en=f"a table row for each message, the newest first: {ids}",
        fr=f"une ligne de tableau par message, du plus récent au plus ancien : {ids}",
        got=str(found),
    )
    for svix_id, error in ((failed["svix_id"], failed["error"]), (events[0].message_id, "")):
        row = row_of(page, svix_id).text
        lab.require(
            "user.created" in row and error in row,
            en=f"a row with the type user.created and the error {error or '-'}",
            fr=f"une ligne avec le type user.created et l’erreur {error or '-'}",
            got=row,
        )


def test_the_filter_narrows_the_page(lab):
    browser = Browser(lab)
    seeded = {
        (kind, day): seed(lab, at=instant(f"2026-03-0{day}T12:00:00+00:00"), type=kind)[0][
            "svix_id"
        ]
        for kind in ("user.created", "user.updated")
        for day in (1, 2, 3)
    }
    filled = {"type": "user.updated", "from": "2026-03-01", "to": "2026-03-03"}
    page = browser.open()
    form = form_in(page, "get", filled)
    lab.require(
        form,
        en=f"a form with method=get and the fields {', '.join(filled)}",
        fr=f"un formulaire avec method=get et les champs {', '.join(filled)}",
        got=str([_fields_of(each) for each in page.find_all(tag="form")]),
    )
    page = read(browser.submit(form, **filled))
    wanted = [seeded["user.updated", 2], seeded["user.updated", 1]]
    found = shown_ids(page, seeded.values())
    lab.require(
        sorted(found) == sorted(wanted),
        en=f"with the filter {filled}, the messages {wanted}",
        fr=f"avec le filtre {filled}, les messages {wanted}",
        got=str(found),
    )
    figures(lab, page, total=2)
    # A browser sends the fields that were left empty as well.
    everything = read(browser.submit(form, **dict.fromkeys(filled, "")))
    figures(lab, everything, total=6)


def _fields_of(form):
    named = [each.attributes.get("name") for each in form.walk()]
    return [name for name in named if name]


def read(answer):
    """The page in an answer."""
    return read_page(answer.expect("200").text)


def test_the_next_page_goes_on_with_the_filter(lab):
    browser = Browser(lab)
    noon = lab.clock.now().replace(hour=12)
    days = {"type": "user.created", "from": f"{noon - timedelta(days=2):%Y-%m-%d}"}
    wanted = seed(lab, 230, at=noon - timedelta(days=1), step=1, type="user.created")
    wanted = [row["svix_id"] for row in wanted]
    others = [row["svix_id"] for row in seed(lab, 60, at=noon - timedelta(days=1), step=2)]
    before = seed(lab, 60, at=noon - timedelta(days=4), step=1, type="user.created")
    others += [row["svix_id"] for row in before]
    found, address = [], f"{PAGE}?{urlencode(days)}"
    for _ in range(230):
        page = browser.open(address)
        found += shown_ids(page, wanted + others)
        links = page.find_all(role="link", rel="next")
        if not links:
            break
        address = links[0].attributes["href"]
        seed(lab, type="user.created")
    lab.require(
        sorted(found) == sorted(wanted),
        en=f"from link rel=next to link rel=next, each of the 230 messages of {days} once",
        fr=f"de lien rel=next en lien rel=next, chacun des 230 messages de {days} une fois",
        got=f"{len(found)} shown, {len(set(found) & set(wanted))} of 230, "
        f"{len(set(found) & set(others))} of another type or day",
    )


def test_the_page_can_be_used_without_seeing_it(lab):
    seed(lab, status="failed")
    page = Browser(lab).open()
    for wanted, en, fr in (
        ({"tag": "html"}, "a language: <html lang=…>", "une langue : <html lang=…>"),
        ({"tag": "title"}, "a title: <title>", "un titre : <title>"),
        ({"tag": "h1"}, "a main heading: <h1>", "un titre principal : <h1>"),
        (
            {"role": "columnheader"},
            "headings of the table: <th>",
            "des en-têtes de tableau : <th>",
        ),
    ):
        found = page.find_all(**wanted)
        said = [each.attributes.get("lang") if each.tag == "html" else each.text for each in found]
        lab.require(any(said), en=en, fr=fr, got=str(found))
    controls = [each for each in page.walk() if each.role in CONTROLS and not each.is_hidden]
    nameless = [each for each in controls if not each.name]
    # Three fields, and a button to replay.
    lab.require(
        len(controls) >= 4 and not nameless,
        en="every field, button and link has a name that a screen reader can say",
        fr="chaque champ, bouton et lien a un nom qu’un lecteur d’écran peut dire",
        got=f"{len(controls)}: " + ", ".join(map(str, nameless)),
    )


def test_a_failed_message_is_replayed(lab):
    browser, signup = Browser(lab), lab.clerk.user_created()
    fail(lab, signup, times=2)
    handled = len(lab.billing.calls(done=True))
    form = replay_form(lab, browser.open(), signup.message_id)
    browser.submit(form).expect("2xx", "3xx")
    lab.billing.expect(handled + 1, done=True)
    keys = {call.headers.get("webhook-id") for call in lab.billing.calls()}
    lab.require(
        len(keys) == 1,
        en="a replay that tells billing the message under the id of the first attempts",
        fr="un rejeu qui annonce le message à la facturation sous l’id des premières tentatives",
        got=f"webhook-id: {', '.join(map(str, keys))}",
    )
    logged(lab, signup, status="done")
    lab.db.expect_row("user", {"clerk_id": signup.user_id}, email=signup.email)
    lab.clock.advance(minutes=5)
    lab.deliver(signup, note="Svix").expect("2xx")
    lab.billing.expect(handled + 1, done=True)


def test_a_replay_is_written_down(lab):
    signup, other = lab.clerk.user_created(), lab.clerk.user_created()
    fail(lab, signup)
    fail(lab, other)
    wanted = []
    for name, outcome in ((lab.draw.word(), "failed"), (lab.draw.word(), "done")):
        browser = Browser(lab, name=name)
        lab.clock.advance(minutes=7)
        form = replay_form(lab, browser.open(), signup.message_id)
        if outcome == "failed":
            lab.billing.fail(status=503, times=1)
        lab.require(
            browser.submit(form).status < 500,
            en="a replay that fails again is no error of the page",
            fr="un rejeu qui échoue encore n’est pas une erreur de la page",
            got="5xx",
        )
        logged(lab, signup, status=outcome)
        wanted.append((signup.message_id, name, lab.clock.now(), outcome))
    rows = lab.db.rows("replay_audit")
    lab.require(
        all({"svix_id", "actor", "at", "outcome"} <= set(row) for row in rows) and rows,
        en="rows in replay_audit with svix_id, actor, at, outcome",
        fr="des lignes dans replay_audit avec svix_id, actor, at, outcome",
        got=str(rows),
    )
    found = sorted(
        ((r["svix_id"], r["actor"], instant(r["at"]), r["outcome"]) for r in rows),
        key=lambda each: each[2],
    )
    lab.require(
        found == wanted,
        en="two rows in replay_audit: " + _listed(wanted),
        fr="deux lignes dans replay_audit : " + _listed(wanted),
        got=_listed(found),
    )


def _listed(audits):
    return "; ".join(f"{svix_id}, {actor}, {at:%H:%M}, {how}" for svix_id, actor, at, how in audits)


def test_what_may_hold_a_code_is_neither_kept_nor_replayed(lab):
    browser, signup = Browser(lab), lab.clerk.user_created(via="phone")
    text, mail = lab.clerk.sms_created(signup), lab.clerk.email_created(lab.clerk.user_created())
    fail(lab, signup)
    for event in (text, mail):
        fail(lab, event)
        code = event.data["data"]["otp_code"]
        for table in lab.db.tables():
            for row in lab.db.rows(table):
                lab.require(
                    not any(_holds(value, code) for value in row.values()),
                    en=f"the code {code} of {event.type} is in no table",
                    fr=f"le code {code} de {event.type} n’est dans aucune table",
                    got=f"{table}: {row}",
                )
    page = browser.open()
    form = replay_form(lab, page, signup.message_id)
    for event in (text, mail):
        lab.require(
            form_in(row_of(page, event.message_id), "post") is None,
            en=f"no form in the row of {event.type}",
            fr=f"pas de formulaire dans la ligne de {event.type}",
            got=row_of(page, event.message_id).text,
        )
        if other := _for(form, signup.message_id, event.message_id):
            browser.submit(other).expect("4xx")
        logged(lab, event, status="failed")


def _holds(value, code):
    return isinstance(value, str | bytes | dict | list) and bool(
        re.search(rf"(?<![0-9A-Za-z]){code}(?![0-9A-Za-z])", str(value))
    )


def _for(form, svix_id, other):
    """The form as it would be for another message; None when it names its message otherwise."""
    fields = {name: value.replace(svix_id, other) for name, value in form.fields.items()}
    changed = replace(form, address=form.address.replace(svix_id, other), fields=fields)
    return None if changed == form else changed


def test_only_what_has_failed_is_replayed(lab):
    browser, failed, done = Browser(lab), lab.clerk.user_created(), lab.clerk.user_created()
    fail(lab, failed)
    fail(lab, done)
    seeded = seed(lab, status="failed", error="TimeoutError")[0]["svix_id"]
    unknown = lab.draw.id("msg")
    page = browser.open()
    form, old = (replay_form(lab, page, each.message_id) for each in (failed, done))
    lab.deliver(done, note="Svix").expect("2xx")
    calls = len(lab.billing.calls())
    # Somebody presses the button on a page that shows what was before.
    refused = [old, form_in(row_of(page, seeded), "post")]
    refused += [_for(form, failed.message_id, other) for other in (seeded, unknown)]
    for each in filter(None, refused):
        browser.submit(each).expect("4xx")
    lab.billing.expect(calls)
    logged(lab, done, status="done")
    browser.submit(form).expect("2xx", "3xx")
    logged(lab, failed, status="done")


def test_another_site_cannot_replay(lab):
    browser, signup = Browser(lab), lab.clerk.user_created()
    copied = _fields_of_a_copy(lab, signup)
    fail(lab, signup)
    calls = len(lab.billing.calls())
    form = replay_form(lab, browser.open(), signup.message_id)
    # Message ids are in mails and chats: only the rest is hard to know.
    known = {
        name: value for name, value in form.fields.items() if signup.message_id in (name, value)
    }
    guessed = {name: _altered(value) for name, value in form.fields.items()} | known
    for fields, headers in (
        (known, {"origin": EVIL, "sec_fetch_site": "cross-site", "referer": EVIL}),
        (guessed, {"origin": EVIL, "referer": EVIL}),
        (guessed, {"origin": "null", "sec_fetch_site": "cross-site"}),
        (known, {"origin": "null", "content_type": "text/plain"}),
    ):
        _refused(
            lab,
            browser.forge(form, fields, **headers),
            en=f"4xx for a form on another site, which comes with {_headers(headers)}",
            fr=f"4xx pour un formulaire d’un autre site, qui arrive avec {_headers(headers)}",
        )
    _refused(
        lab,
        browser.forge(form, copied, origin=EVIL, referer=EVIL),
        en="4xx for a form on another site whose fields come from a copy of your app: its author "
        "runs one, with other secrets, and the proof on its page must not be yours",
        fr="4xx pour un formulaire d’un autre site dont les champs viennent d’une copie de votre "
        "application : son auteur en fait tourner une, avec d’autres secrets, et la preuve que "
        "porte sa page ne doit pas être la vôtre",
    )
    # A link or a picture on another site makes a GET; it may be answered in any way.
    browser.get(form.address)
    browser.submit(replace(form, method="get", fields=known))
    # Addresses end up in histories and logs, so not even the page's own form works as one.
    browser.submit(replace(form, method="get"))
    lab.billing.expect(calls)
    logged(lab, signup, status="failed")
    browser.submit(form).expect("2xx", "3xx")
    logged(lab, signup, status="done")


def _refused(lab, answer, *, en, fr):
    lab.require(400 <= answer.status < 500, en=en, fr=fr, got=str(answer))


def _headers(given):
    return ", ".join(f"{name.replace('_', '-').title()}: {value}" for name, value in given.items())


def _fields_of_a_copy(lab, event):
    """The fields of the message's form in a copy of the app that somebody else runs."""
    signing = new_secret(lab.random)
    theirs = {name: lab.draw.unlike(lab.settings[name]) for name in SECRETS}
    lab.app.restart(
        DATABASE_URL="sqlite:///theirs.db", CLERK_WEBHOOK_SIGNING_SECRET=signing, **theirs
    )
    lab.billing.fail(status=503)
    lab.deliver(event, secrets=[signing])
    lab.billing.recover()
    page = Browser(lab, token=theirs["ADMIN_TOKEN"]).open()
    fields = replay_form(lab, page, event.message_id).fields
    lab.app.restart()
    return fields


def _altered(value):
    return value[:-1] + ("0" if value[-1:] != "0" else "1")


def test_stored_text_is_shown_as_text(lab):
    browser = Browser(lab)
    canary = f"{lab.draw.word().lower()}()"
    hostile = (
        f"<script>{canary}</script>",
        f'"><img src=x onerror={canary}>',
        f"' autofocus onfocus='{canary}",
        f"</td></tr></table><svg onload={canary}>",
        f'"><script>{canary}</script>',
    )
    ids = [
        seed(lab, svix_id=lab.draw.id("msg") + text, type=text, error=text, status="failed")[0][
            "svix_id"
        ]
        for text in hostile
    ]
    for address in (PAGE, f"{PAGE}?{urlencode({'type': hostile[-1]})}"):
        page = browser.open(address)
        alive = [each for each in page.walk() if _is_alive(each, canary)]
        lab.require(
            not alive,
            en="stored text that no browser runs",
            fr="un texte stocké qu’aucun navigateur n’exécute",
            got=", ".join(map(str, alive)),
        )
    page = browser.open()
    for svix_id, text in zip(ids, hostile, strict=True):
        row = row_of(page, svix_id).text
        lab.require(
            svix_id in row and row.count(text) >= 3,
            en=f"a row that shows the type and the error, both {text}, and the id {svix_id}",
            fr=f"une ligne qui montre le type et l’erreur, tous deux {text}, et l’id {svix_id}",
            got=row,
        )


def _is_alive(element, canary):
    if element.tag == "script":
        return "".join(each for each in element.children if isinstance(each, str)) == canary
    return any(
        name.startswith("on") and value.startswith(canary)
        for name, value in element.attributes.items()
    )
