"""What the files of checks share: how a session is told of, and how the app gets its work done."""

RULES = ("many_countries", "many_sessions", "new_country", "long_absence")


def without(*rules):
    """The setting that switches these rules off, so that a check is about the others alone."""
    return {"FRAUD_RULES_OFF": ",".join(rules)}


def only(rule):
    """The setting that switches all the other rules off."""
    return without(*(each for each in RULES if each != rule))


# What goes with an old address is another claim: no address gets so old.
ADDRESSES_STAY = {"SESSION_IP_RETENTION_DAYS": "1000"}


def note(session):
    """Where and when the session began, for the story of a failed check."""
    country = (session.data["latest_activity"] or {}).get("country", "-")
    return f"{country} {session.occurred_at:%Y-%m-%d %H:%M:%S}"


def cron(lab):
    """Let the app finish, and do what is due."""
    lab.app.settle()
    lab.cron()
    lab.app.settle()
