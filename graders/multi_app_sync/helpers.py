"""What happens to users, and what the three applications are told of it; for all files of checks.

An answer may send right after the commit or leave all sending to the cron, and may need one run for
each message about a user: before a check looks at an application, the cron runs until a run calls
none.
"""

from contextlib import contextmanager

from hooklab.grading.defaults import defaults
from hooklab.grading.services import listed, show, show_delivery
from hooklab.texts import plural

DEFAULTS = defaults(__file__)
BASE = DEFAULTS["sync_retry_base_seconds"]
CAP = DEFAULTS["sync_retry_cap_seconds"]
LEASE = DEFAULTS["sync_lease_seconds"]

# A delay may be a fifth shorter or longer than announced: too early is before, due is after.
TOO_EARLY, DUE = 0.75, 1.25

APPS = {
    "mobile": {"en": "the mobile app", "fr": "l’application mobile"},
    "admin": {"en": "the admin app", "fr": "l’application d’administration"},
    "billing": {"en": "the billing app", "fr": "l’application de facturation"},
}
PATH = "/webhooks/user-sync"
DELETED = "user.deleted"


def change(lab, *events, note=""):
    """Deliver `events` one after the other, and let the cron run."""
    for event in events:
        lab.deliver(event, note=note).expect("2xx")
    cron(lab)


def cron(lab):
    """Let the app finish, and do what is due."""
    before = _calls(lab)
    lab.clock.advance(seconds=1)
    for _ in range(5):
        lab.cron()
        after = _calls(lab)
        if after == before:
            break
        before = after


def _calls(lab):
    """How many calls the applications have had, once the app has finished."""
    return sum(len(getattr(lab, name).calls()) for name in APPS)


def later(lab, seconds):
    """Let so much time pass, and the cron run."""
    lab.clock.advance(seconds=seconds)
    cron(lab)


def fail_all(lab):
    """Let no application be reached."""
    for name in APPS:
        getattr(lab, name).fail(refuse=True)


def recover_all(lab):
    """Let all applications work again."""
    for name in APPS:
        getattr(lab, name).recover()


@contextmanager
def hold_all(lab):
    """Keep whoever calls an application waiting, until the block ends; gives the mobile app's."""
    with (
        lab.mobile.hold("request") as hold,
        lab.admin.hold("request"),
        lab.billing.hold("request"),
    ):
        yield hold


def begin(lab, hold, event):
    """Deliver `event` until a message about it has come to `hold`; the requests under way."""
    requests = [lab.deliver.later(event)]
    if not hold.wait(during=requests):
        lab.clock.advance(seconds=1)
        requests.append(lab.cron.later())
        lab.require(
            hold.wait(during=requests) or hold.wait(timeout=2),
            en="a message to the application, after the change or in the next cron run",
            fr="un message à l’application, après le changement ou au cron suivant",
            got=plural("{count} message", "{count} messages", 0),
        )
    return requests


def stored(lab, event):
    """Fail unless the user of `event` stands in the table as the event says."""
    lab.db.expect_row(
        "user",
        {"clerk_id": event.user_id},
        email=event.email,
        first_name=event.data["first_name"],
        last_name=event.data["last_name"],
        version=event.updated_at_ms,
    )


def deliveries(lab, name, event):
    """What the application took about the user of `event`, oldest first."""
    taken = getattr(lab, name).deliveries
    return [each for each in taken if each.path == PATH and event.user_id.encode() in each.body]


def told(lab, name, event):
    """What the application was told of the user of `event`: first names, or the deletion."""
    return [_said(each) for each in deliveries(lab, name, event)]


def expect_told(lab, about, *events, only=tuple(APPS), repeats=False, excused=True):
    """Fail unless each application was told of these `events`, in this order, and of no others.

    Args:
        about: an event of the user.
        only: the names of the applications to look at.
        repeats: whether a message may have come more than once, under the same id.
        excused: whether those that are `left_out` are not looked at.
    """
    wanted = [_happened(event) for event in events]
    wrong = {}
    for name in only:
        taken = deliveries(lab, name, about)
        if repeats:
            taken = list({each.message_id: each for each in reversed(taken)}.values())[::-1]
        if [_said(each) for each in taken] != wanted:
            wrong[name] = attempts(lab, name, about)
    out = left_out(lab) if wrong and excused else set()
    for name, got in wrong.items():
        news, who = _listed(events), about.user_id
        lab.require(
            name in out,
            en=f"{APPS[name]['en']} takes, about {who}: {news or 'nothing'}",
            fr=f"{APPS[name]['fr']} reçoit, sur {who} : {news or 'rien'}",
            got=got,
        )


def left_out(lab):
    """The applications that are not told of every change even when nothing fails.

    That is the claim of one check, and costs its points alone; when all are, nobody is excused.
    """
    recover_all(lab)
    # What still waits must not stand in the way.
    later(lab, DUE * CAP)
    signup = lab.clerk.user_created()
    events = signup, lab.clerk.user_updated(signup, first_name=lab.draw.word())
    deletion = lab.clerk.user_deleted(signup)
    change(lab, *events, deletion)
    wanted = [_happened(event) for event in (*events, deletion)]
    found = {name for name in APPS if told(lab, name, signup) != wanted}
    return found if len(found) < len(APPS) else set()


def attempts(lab, name, event):
    """The calls about the user of `event`, a line each, with their answers."""
    calls = [
        call for call in getattr(lab, name).calls() if (event.user_id or "").encode() in call.body
    ]
    return listed(
        plural("{count} call arrived", "{count} calls arrived", len(calls)),
        [f"{show(call)}  {call.body.decode(errors='replace')}" for call in calls],
    )


def shown(taken):
    """The deliveries that an application took, a line each."""
    return listed(
        plural("it took {count} webhook", "it took {count} webhooks", len(taken)),
        [show_delivery(each) for each in taken],
    )


def _said(delivery):
    kind, data = delivery.json.get("type"), delivery.json.get("data")
    return kind if kind == DELETED or not isinstance(data, dict) else data.get("first_name")


def _happened(event):
    return event.type if event.type == DELETED else event.data["first_name"]


def _listed(events):
    return ", ".join(
        event.type if event.type == DELETED else f"{event.type} ({event.data['first_name']})"
        for event in events
    )
