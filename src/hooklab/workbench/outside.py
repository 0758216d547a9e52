"""The outside world as a page shows it: what each service has, and how it can fail."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from redis.exceptions import RedisError

from hooklab.texts import _
from hooklab.workbench.telling import service_names
from hooklab.world import Mail, Service, World

# So much of what a service has is shown, the newest first.
SHOWN = 50
LONGEST = 4000


@dataclass(frozen=True)
class Thing:
    """Something that a service has.

    Attributes:
        title: what it is, in a line.
        at: when it came, or ""
        text: all of it, or "".
        html: of a mail, how it looks.
        mrkdwn: of a message of Slack's, its text.
        fault: what is wrong with it, or "".
    """

    title: str
    at: str = ""
    text: str = ""
    html: str = ""
    mrkdwn: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Shelf:
    """A service with what it has.

    Attributes:
        name: in `World`.
        title: for people.
        what: what the things are.
        count: how many there are.
        things: the newest of them.
        statuses: whether it can be told to answer with a status.
        retries: whether it can say when to try again.
        fault: how it fails now, as an act says it.
    """

    name: str
    title: str
    what: str
    count: int
    things: list[Thing] = field(default_factory=list)
    statuses: bool = True
    retries: bool = False
    fault: dict[str, Any] = field(default_factory=dict)


def shelves(world: World) -> list[Shelf]:
    """Every service that runs, in the order of the page."""
    running = world.listeners()
    return [
        _shelf(name, title, getattr(world, name), world)
        for name, title in service_names().items()
        if name in running
    ]


def _shelf(name: str, title: str, service: Service, world: World) -> Shelf:
    what, found, show = _contents(name, world)
    every = list(found)
    return Shelf(
        name=name,
        title=title,
        what=what,
        count=len(every),
        things=[show(each) for each in islice(reversed(every), SHOWN)],
        statuses=bool(len(service.statuses)),
        retries=service.has_retry_after,
        fault=_present(service),
    )


def _present(service: Service) -> dict[str, Any]:
    fault, seconds, times = service.present
    ways = {name: True for name in ("refuse", "drop", "lost_answer") if getattr(fault, name)}
    way = next(iter(ways), "status" if fault.status else "slow" if seconds else "works")
    status = fault.status or (451 if service.name == "mail" else 500)
    return {
        "way": way,
        "status": status,
        "retry_after": fault.retry_after,
        "seconds": seconds or 3,
        "times": times,
    }


def _contents(name: str, world: World) -> tuple[str, Iterable[Any], Any]:
    match name:
        case "mail":
            return _("E-mails"), world.mail.mails, _mail
        case "slack":
            return _("Messages"), world.slack.messages, _message
        case "stripe":
            return _("Customers, subscriptions and invoices"), _at_stripe(world), _record
        case "newsletter":
            return _("List members"), world.newsletter.members.values(), _record
        case "support":
            return _("Contacts"), world.support.contacts.values(), _record
        case "analytics":
            events = [*world.analytics.events, *world.analytics.dropped]
            return _("Events"), events, _event
        case "push":
            return _("Notifications"), world.push.notifications, _record
        case "redis":
            return _("Keys"), _keys(world), _key
        case "clerk_api":
            return _("Calls"), world.clerk_api.calls, _call
    app = getattr(world, name)
    return _("Webhooks"), app.deliveries, lambda each: _taken(each, app.problem(each))


def _at_stripe(world: World) -> Iterator[Any]:
    yield from world.stripe.customers.values()
    yield from world.stripe.subscriptions.values()
    yield from world.stripe.invoices.values()


def _mail(mail: Mail) -> Thing:
    return Thing(
        title=f"{mail.subject or _('(no subject)')} → {', '.join(mail.to)}",
        at=_time(mail.received_at),
        text=mail.text,
        html=mail.html,
        fault="" if mail.accepted else _("not accepted"),
    )


def _message(message: Any) -> Thing:
    title = message.text or message.said.strip()
    text = _json(message.blocks) if message.blocks else ""
    return Thing(_short(title), _time(message.received_at), text, mrkdwn=message.said.strip())


def _record(record: Any) -> Thing:
    values = asdict(record)
    names = ("email", "to", "customer", "id", "title", "status", "amount")
    fields = values.get("fields")
    inside = fields if isinstance(fields, dict) else {}
    shown = [str(found) for each in names if (found := values.get(each) or inside.get(each))]
    at = values.get("created_at") or values.get("received_at")
    title = f"{type(record).__name__} {' · '.join(shown)}"
    return Thing(_short(title), _time(at) if at else "", _json(values))


def _event(event: Any) -> Thing:
    title = " · ".join(filter(None, (event.type, event.event, event.user_id)))
    fault = _("dropped: {why}").format(why=event.dropped) if event.dropped else ""
    return Thing(_short(title), _time(event.received_at), _json(dict(event.message)), fault=fault)


def _call(call: Any) -> Thing:
    title = f"{call.method} {call.path} → {call.status or '-'}"
    return Thing(_short(title), _time(call.received_at), _json(call.query) if call.query else "")


def _taken(delivery: Any, problem: str) -> Thing:
    kind = delivery.json.get("type", "")
    title = " · ".join(filter(None, (str(kind), delivery.path, delivery.message_id)))
    return Thing(_short(title), _time(delivery.received_at), _json(delivery.json), fault=problem)


def _keys(world: World) -> list[tuple[str, str]]:
    try:
        client = world.redis.client
        names = sorted(islice(client.scan_iter(count=500), SHOWN * 4))
        return [(str(name), _value(client, name)) for name in names]
    except RedisError as error:
        return [(_("Redis cannot be read"), str(error))]


def _value(client: Any, name: str) -> str:
    match client.type(name):
        case "string":
            found: Any = client.get(name)
        case "hash":
            found = client.hgetall(name)
        case "set":
            found = sorted(client.smembers(name))
        case "list":
            found = client.lrange(name, 0, SHOWN)
        case "zset":
            found = client.zrange(name, 0, SHOWN, withscores=True)
        case kind:
            found = kind
    left = client.ttl(name)
    return _json(found) + (_(" (gone in {seconds} s)").format(seconds=left) if left > 0 else "")


def _key(pair: tuple[str, str]) -> Thing:
    return Thing(_short(pair[0]), text=pair[1])


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:160]} […]"


def _json(value: Any) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} […]"
