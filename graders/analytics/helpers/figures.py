"""What happens to the app, and the figures that it shows; for all files of checks."""

from datetime import UTC, datetime, timedelta

from hooklab.grading.defaults import defaults
from hooklab.texts import pick

DEFAULTS = defaults(__file__)
OWN_SESSION = timedelta(seconds=DEFAULTS["analytics_signup_session_seconds"])
PREFIX = DEFAULTS["analytics_message_prefix"]

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
NOTHING = {"en": "nothing", "fr": "rien"}


def at(text):
    """A time in UTC, such as "2026-03-09 22:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def few(lab):
    """One, two or three: so many of a kind, which no answer can have counted before."""
    return lab.random.randrange(1, 4)


def deliver(lab, *events):
    """Deliver each event once, and let the app finish."""
    for event in events:
        lab.deliver(event).expect("2xx")
    lab.app.settle()


def work(lab):
    """Let a minute's cron run, and the app finish."""
    lab.app.settle()
    lab.cron()
    lab.app.settle()


def signed_up(lab, *moments, **how):
    """Deliver the sign-up of somebody new at each of these moments; the last event."""
    for moment in moments:
        event = lab.clerk.user_created(at=moment, **how)
        deliver(lab, event)
    return event


def in_time(lab, request, service):
    """Fail unless the delivery is accepted while the service hangs."""
    # An app that waits does so for the five seconds of its client.
    lab.require(
        lab.wait([request], timeout=2.5).done,
        en=f"an answer to Svix while {service} hangs",
        fr=f"une réponse à Svix pendant que {service} ne répond pas",
        got=pick({"en": "no answer within 2.5 s", "fr": "aucune réponse en 2,5 s"}),
    )
    request.result().expect("2xx")


def session(lab, who, after, **how):
    """A session of `who` that begins so long after the user was made; not delivered."""
    return lab.clerk.session_created(who, at=who.occurred_at + after, **how)


def act(lab, who):
    """Let the rest of the app tell that `who` has done something."""
    bearer = {"authorization": f"Bearer {lab.settings['CRON_SECRET']}"}
    data = {"clerk_id": who.user_id}
    lab.app.post("/internal/actions", data=data, headers=bearer).expect("2xx")


def admin(lab):
    """The header of an administrator."""
    return {"authorization": f"Bearer {lab.settings['ADMIN_TOKEN']}"}


def summary(lab, day=None):
    """The summary, once the cron has run."""
    work(lab)
    query = f"?day={day}" if day else ""
    return lab.app.get(f"/analytics/summary{query}", headers=admin(lab)).expect("200").json


def figure(lab, path, day=None):
    """The figure at `path`, such as "signups.total"."""
    return _at(lab, summary(lab, day), path)


def shows(lab, path, wanted):
    """Fail unless the figure at `path` is `wanted`; counts of nothing need not be named."""
    show(lab, {path: wanted})


def show(lab, figures):
    """The same for several figures of one summary."""
    body = summary(lab)
    for path, wanted in figures.items():
        found = _at(lab, body, path)
        if isinstance(wanted, dict) and isinstance(found, dict):
            # A breakdown has these names and no others; other objects may say more.
            named = found if ".by_" in path else wanted
            found = {key: found.get(key) for key in named if found.get(key) != 0}
        lab.require(
            _is(found, wanted),
            en=f"{path} = {wanted!r}",
            fr=f"{path} = {wanted!r}",
            got=f"{path} = {found!r}",
        )


def _at(lab, body, path):
    found = body
    for key in path.split("."):
        lab.require(
            isinstance(found, dict) and key in found,
            en=f"“{path}” in the summary",
            fr=f"« {path} » dans le résumé",
            got=repr(body),
        )
        found = found[key]
    return found


def _is(found, wanted):
    if not isinstance(wanted, float):
        return found == wanted
    close = 1 if wanted > 1 else 0.005
    number = isinstance(found, int | float) and not isinstance(found, bool)
    return number and abs(found - wanted) <= close


def hours(lab, path, first, counts, day=None):
    """Fail unless the list at `path` has these counts for the hours from `first` on."""
    found = figure(lab, path, day)
    starts = [first + number * HOUR for number in range(len(counts))]
    wanted = list(zip(starts, counts, strict=True))
    got = [(_start(entry), entry.get("count")) for entry in found] if _is_series(found) else found
    lab.require(got == wanted, en=_hours(path, wanted), fr=_hours(path, wanted), got=_shown(got))


def days(lab, last, counts, day=None):
    """Fail unless `signups.by_day` has 30 days, and these counts by their names, else nothing."""
    found = figure(lab, "signups.by_day", day)
    end = datetime.fromisoformat(last).date()
    names = [(end - timedelta(days=29 - number)).isoformat() for number in range(30)]
    wanted = [(name, counts.get(name, 0)) for name in names]
    got = [(each.get("day"), each.get("count")) for each in found] if _is_series(found) else found
    lab.require(
        got == wanted,
        en=f"signups.by_day: 30 days, {names[0]} to {last}, with {counts}, and 0 elsewhere",
        fr=f"signups.by_day : 30 jours, du {names[0]} au {last}, avec {counts}, et 0 ailleurs",
        got=repr(found),
    )


def around(index, length, count=1):
    """So many counts of nothing, but for one."""
    return [count if place == index else 0 for place in range(length)]


def _start(entry):
    try:
        start = datetime.fromisoformat(str(entry.get("start")))
    except ValueError:
        return str(entry.get("start"))
    return start.astimezone(UTC) if start.tzinfo else str(entry.get("start"))


def _is_series(found):
    return isinstance(found, list) and all(isinstance(entry, dict) for entry in found)


def _hours(path, wanted):
    return f"{path}: {_shown(wanted)}"


def _shown(series):
    if not isinstance(series, list) or not all(isinstance(each, tuple) for each in series):
        return repr(series)
    # The hours that have a count say more than a list of 24 lines.
    some = [f"{_name(start)}: {count}" for start, count in series if count != 0]
    ends = [_name(series[0][0]), _name(series[-1][0])] if series else ["-", "-"]
    frame = {
        "en": f"{len(series)} hours, the first {ends[0]}, the last {ends[1]}; counted: ",
        "fr": f"{len(series)} heures, la première {ends[0]}, la dernière {ends[1]} ; comptées : ",
    }
    return pick(frame) + (", ".join(some) or "-")


def _name(start):
    return f"{start:%Y-%m-%d %H:%MZ}" if isinstance(start, datetime) else repr(start)


# Segment


def tracked(lab, name, who):
    """What Segment has kept about `who` under this name, once the cron has run."""
    return [
        event
        for event in lab.analytics.events
        if event.type == "track" and event.event == name and event.user_id == who.user_id
    ]


def expect_tracked(lab, count, name, who):
    """Fail unless Segment has kept exactly so many events; the events."""
    work(lab)
    found = tracked(lab, name, who)
    kept = [f"{event.event} userId={event.user_id}" for event in lab.analytics.events]
    lost = [f"{event.event} ({event.dropped})" for event in lab.analytics.dropped]
    lab.require(
        len(found) == count,
        en=f"{count} × {name} with userId={who.user_id} at Segment",
        fr=f"{count} × {name} avec userId={who.user_id} chez Segment",
        got=pick({"en": "kept: ", "fr": "gardé : "})
        + (", ".join(kept) or pick(NOTHING))
        + pick({"en": "; dropped: ", "fr": " ; jeté : "})
        + (", ".join(lost) or pick(NOTHING)),
    )
    return found


def expect_event(lab, name, who, when, properties, prefix=PREFIX):
    """Fail unless Segment has kept one such event: its time, its properties, its message id."""
    event = expect_tracked(lab, 1, name, who)[0]
    found = {key: event.properties.get(key) for key in properties}
    lab.require(
        abs(event.timestamp - when) < SECOND and found == properties,
        en=f"{name}, timestamp {when.isoformat()}, with {properties}",
        fr=f"{name}, timestamp {when.isoformat()}, avec {properties}",
        got=f"timestamp {event.timestamp.isoformat()}, {dict(event.properties)}",
    )
    given = event.message.get("messageId")
    lab.require(
        isinstance(given, str) and given.startswith(prefix) and len(given) <= 100,
        en=f"a messageId that begins with “{prefix}” and has at most 100 characters",
        fr=f"un messageId qui commence par « {prefix} » et compte au plus 100 caractères",
        got=repr(given),
    )
