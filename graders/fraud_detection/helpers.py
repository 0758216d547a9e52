"""What the files of checks share: how a session is told of, and how the app gets its work done."""


def note(session):
    """Where and when the session began, for the story of a failed check."""
    country = (session.data["latest_activity"] or {}).get("country", "-")
    return f"{country} {session.occurred_at:%Y-%m-%d %H:%M:%S}"


def cron(lab):
    """Let the app finish, and do what is due."""
    lab.app.settle()
    lab.cron()
    lab.app.settle()
