"""Given: the words of the page, in the languages of the app. Nothing to write here."""

# ruff: noqa: RUF001 - French has its own typography

from datetime import date, datetime

WORDS = {
    "en": {
        "title": "Analytics",
        "as_of": "As of {time}, {zone}",
        "today": "Today",
        "signups_today": "Sign-ups today",
        "logins_today": "Log-ins today",
        "away": "Redis is away",
        "live": "counted live",
        "signups": "Sign-ups of the last 24 hours",
        "signups_label": "Column chart: {total} sign-ups in 24 hours, at most {most} in an hour.",
        "days": "Sign-ups of the last 30 days",
        "days_label": "Column chart: {total} sign-ups in 30 days, at most {most} in a day.",
        "connected": "Connected now",
        "connected_label": "{users} users with an open session",
        "connected_note": "Users with a session that began, has not been closed and has not "
        "expired. Clerk tells of no expiry and of no closed window: some of them have left.",
        "open": "open sessions: {count}",
        "sessions": "Open sessions",
        "users": "Users",
        "countries": "Log-ins by country",
        "countries_label": "Bar chart: log-ins from {count} countries, most from {first}.",
        "conversion": "From sign-up to log-in",
        "conversion_label": "Bar chart: of {signed_up} who signed up, {activated} did something "
        "and {logged_in} came back.",
        "signed_up": "Signed up",
        "activated": "Did something",
        "logged_in": "Came back",
        "median": "half of those who came back did so within {time}",
        "sources": "Where users come from",
        "sources_label": "Bar chart: users from {count} sources, most from {first}.",
        "nobody": "nobody yet",
        "unknown": "unknown",
        "as_table": "As a table",
        "hour": "Hour",
        "day": "Day",
        "count": "Number",
        "share": "Share",
        "country": "Country",
        "source": "Source",
        "step": "Step",
        "total": "{count} in all",
    },
    "fr": {
        "title": "Statistiques",
        "as_of": "À {time}, {zone}",
        "today": "Aujourd’hui",
        "signups_today": "Inscriptions du jour",
        "logins_today": "Connexions du jour",
        "away": "Redis ne répond pas",
        "live": "en direct",
        "signups": "Inscriptions des dernières 24 heures",
        "signups_label": "Histogramme : {total} inscriptions en 24 heures, au plus {most} "
        "en une heure.",
        "days": "Inscriptions des 30 derniers jours",
        "days_label": "Histogramme : {total} inscriptions en 30 jours, au plus {most} en un jour.",
        "connected": "En ligne maintenant",
        "connected_label": "{users} personnes avec une session ouverte",
        "connected_note": "Personnes dont une session a commencé, n’a pas été close et n’a pas "
        "expiré. Clerk n’annonce ni l’expiration ni la fenêtre qu’on ferme : certaines sont "
        "déjà parties.",
        "open": "sessions ouvertes : {count}",
        "sessions": "Sessions ouvertes",
        "users": "Personnes",
        "countries": "Connexions par pays",
        "countries_label": "Barres : connexions depuis {count} pays, surtout {first}.",
        "conversion": "De l’inscription à la connexion",
        "conversion_label": "Barres : sur {signed_up} inscriptions, {activated} premières actions "
        "et {logged_in} retours.",
        "signed_up": "Inscription",
        "activated": "Première action",
        "logged_in": "Retour",
        "median": "la moitié des personnes revenues l’ont fait en moins de {time}",
        "sources": "D’où viennent les inscrits",
        "sources_label": "Barres : {count} provenances, surtout {first}.",
        "nobody": "personne encore",
        "unknown": "inconnu",
        "as_table": "Sous forme de tableau",
        "hour": "Heure",
        "day": "Jour",
        "count": "Nombre",
        "share": "Part",
        "country": "Pays",
        "source": "Provenance",
        "step": "Étape",
        "total": "{count} en tout",
    },
}

Words = dict[str, str]

DASH = "\N{EN DASH}"
"""Where there is no figure."""


def hour_name(start: str) -> str:
    """The time of day of an ISO 8601 time, as clocks show it."""
    return f"{datetime.fromisoformat(start):%H:%M}"


def day_name(day: str, language: str) -> str:
    """A date as people of the language write it, without the year."""
    return f"{date.fromisoformat(day):{'%d/%m' if language == 'fr' else '%d %b'}}"


def duration(seconds: float, language: str) -> str:
    """A time span in the largest unit that leaves at least one and a half of it."""
    day = "j" if language == "fr" else "d"
    for unit, length in ((day, 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.0f}\N{NO-BREAK SPACE}{unit}"
    return f"{seconds:.0f}\N{NO-BREAK SPACE}s"


def percent(rate: float | None, language: str) -> str:
    """A share in percent; a dash when there is none."""
    if rate is None:
        return DASH
    return f"{rate:.0%}" if language == "en" else f"{100 * rate:.0f}\N{NO-BREAK SPACE}%"
