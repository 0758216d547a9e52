"""How Svix delivers and signs, in tables that are computed from the kit's own Svix."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

from hooklab.pages.cells import table
from hooklab.sender import SCHEDULE, TIMEOUT, Response, delay_after, sign
from hooklab.sender.carrier import JITTER
from hooklab.texts import pick

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
SPACE = "\N{NO-BREAK SPACE}"
ATTEMPTS = [timedelta(), *accumulate(SCHEDULE)]
"""When each attempt is made, counted from the first, when every answer comes at once."""

# The first: tests of standard-webhooks; the second: svix-docs, verifying-payloads/how-manual.mdx.
VECTORS = (
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        '{"test": 2432232314}',
    ),
    (
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
        "msg_loFOjxBNrRLzqYUf",
        1_731_705_121,
        '{"event_type":"ping","data":{"success":true}}',
    ),
)
UNITS = {"h": 3600, "min": 60, "s": 1}


def schedule() -> str:
    """Every attempt: how long after the one before, how much chance adds, and how long in all."""
    header = {
        "en": ("Attempt", "After a wait of", "With chance between", "Since the first"),
        "fr": ("Tentative", "Après une attente de", "Avec le hasard, entre", "Depuis la première"),
    }
    to = pick({"en": " and ", "fr": " et "})
    rows = [("1", "–", "–", "–")]
    for attempt, (wait, since) in enumerate(zip(SCHEDULE, ATTEMPTS[1:], strict=True), 2):
        between = to.join(duration(wait * (1 + chance)) for chance in (-JITTER, JITTER))
        rows.append((str(attempt), duration(wait), between, duration(since)))
    return table(pick(header), rows)


def outages(*hours: str) -> str:
    """For an app that is away for so many hours: which attempt finds it back, and how late."""
    header = {
        "en": ("Your app is away for", "The attempt that succeeds", "The message is late by"),
        "fr": (
            "Votre application s’absente",
            "La tentative qui réussit",
            "Le message a un retard de",
        ),
    }
    none = {"en": "none: the message has *failed*", "fr": "aucune : le message a *échoué*"}
    rows = []
    for outage in (timedelta(hours=float(each)) for each in hours):
        found = [(n, since) for n, since in enumerate(ATTEMPTS, 1) if since >= outage]
        attempt, late = (str(found[0][0]), duration(found[0][1])) if found else (pick(none), "–")
        rows.append((duration(outage), attempt, late))
    return table(pick(header), rows)


def waits() -> str:
    """What the answer to the first attempt changes about the wait for the second."""
    header = {
        "en": ("Your answer to the first attempt", "The next one follows after"),
        "fr": ("Votre réponse à la première tentative", "La suivante vient après"),
    }
    limit = duration(TIMEOUT)
    answers = [
        ({"en": "500", "fr": "500"}, Response(500)),
        ({"en": "429", "fr": "429"}, Response(429)),
        ({"en": f"none in {limit}", "fr": f"aucune en {limit}"}, Response(problem="timeout")),
        (
            {"en": "503, `Retry-After: 3600`", "fr": "503, `Retry-After: 3600`"},
            Response(503, {"retry-after": "3600"}),
        ),
    ]
    rows = [
        (pick(text), duration(wait))
        for text, response in answers
        if (wait := delay_after(1, response, START))
    ]
    return table(pick(header), rows)


def vectors() -> str:
    """Two requests and their signatures, to try an implementation of one's own on."""
    return "\n\n".join(_vector(*each) for each in VECTORS)


def _vector(secret: str, message_id: str, timestamp: int, body: str) -> str:
    signature = sign(secret, message_id, datetime.fromtimestamp(timestamp, UTC), body)
    lines = {
        "secret": secret,
        "svix-id": message_id,
        "svix-timestamp": str(timestamp),
        "body": body,
        "svix-signature": signature,
    }
    width = max(map(len, lines)) + 1
    text = "\n".join(f"{name + ':':<{width}} {value}" for name, value in lines.items())
    return f"```text\n{text}\n```"


def duration(span: timedelta) -> str:
    """`span` in whole units, the largest first: 2 h 35 min 5 s."""
    left, parts = round(span.total_seconds()), []
    for unit, seconds in UNITS.items():
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{count}{SPACE}{unit}")
    return SPACE.join(parts) or f"0{SPACE}s"
