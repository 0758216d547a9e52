"""Who signs up, what they do, and what is to be seen of it; for both files of checks."""

import hmac
from datetime import UTC, datetime, timedelta
from functools import partial

from hooklab.texts import pick

STEPS = ("email_verified", "profile_completed", "preferences_set", "first_action_done")
NOTHING_DONE = dict.fromkeys(STEPS, False)
IN_THE_APP = dict.fromkeys(STEPS[2:], False)
"""What a check compares that is not about what Clerk says."""

CHOSEN = {"language": "en", "notifications": True}


def newcomer(lab, **facts):
    """Somebody who signs up with an unverified address and without a photo; not delivered."""
    return lab.clerk.user_created(**{"verified": False, **facts})


def bearer(lab, who, *, hours=1.0, secret=None):
    """The header of somebody who is signed in for `hours`; another secret forges it."""
    expiry = int((lab.clock.now() + timedelta(hours=hours)).timestamp())
    claims = f"{who.user_id}.{expiry}"
    key = lab.settings["SESSION_SECRET"] if secret is None else secret
    return {"authorization": f"Bearer {claims}.{signature(key, claims)}"}


def signature(key, claims):
    return hmac.new(key.encode(), claims.encode(), "sha256").hexdigest()


def choosing(lab, who, **preferences):
    """The request that sets preferences, to be sent later."""
    data = CHOSEN | preferences
    return partial(lab.app.later, "PUT", "/me/preferences", data=data, headers=bearer(lab, who))


def posting(lab, who, text="Hello"):
    """The request that writes a post, to be sent later."""
    return partial(lab.app.later, "POST", "/posts", data={"text": text}, headers=bearer(lab, who))


def ask(request):
    """Send a request now."""
    return request(app=0).result()


def take(lab, who, *steps):
    """Let `who`, who has signed up, take these steps in this order."""
    for step in steps:
        match step:
            case "email_verified":
                lab.deliver(lab.clerk.user_updated(who, verified=True)).expect("2xx")
            case "profile_completed":
                lab.deliver(lab.clerk.user_updated(who, has_image=True)).expect("2xx")
            case "preferences_set":
                ask(choosing(lab, who)).expect("2xx")
            case "first_action_done":
                ask(posting(lab, who)).expect("2xx")


def came(lab, *steps, **facts):
    """Somebody new whose sign-up was delivered, and who has taken these steps.

    The address is verified at the sign-up already: that it may be later is another check's claim.
    """
    verified = {"verified": True} if "email_verified" in steps else {}
    who = newcomer(lab, **verified, **facts)
    lab.deliver(who).expect("2xx")
    take(lab, who, *(step for step in steps if step != "email_verified"))
    return who


def belated():
    """What the journal says of a delivery that others have overtaken."""
    return pick({"en": "late", "fr": "en retard"})


def onboarding(lab, who, **values):
    """Fail unless `who` has one onboarding with these values; the row."""
    return lab.db.expect_row("onboarding", {"clerk_id": who.user_id}, **values)


def completed(lab, who):
    """Fail unless the onboarding of `who` is complete and premium unlocked once; the grant."""
    onboarding(lab, who, status="completed", **dict.fromkeys(STEPS, True))
    return lab.db.expect("premium_grant", 1, clerk_id=who.user_id)[0]


def due_at(who):
    """When the reminder is due, with the usual settings."""
    return datetime.fromtimestamp(who.data["created_at"] / 1000, UTC) + timedelta(hours=48)


def cron_at(lab, moment):
    """Move the clock to `moment`, and let the app do what is due."""
    lab.clock.advance(seconds=(moment - lab.clock.now()).total_seconds())
    cron(lab)


def cron(lab):
    """Let the app do what is due, and finish what it does after its answer."""
    lab.cron()
    lab.app.settle()
