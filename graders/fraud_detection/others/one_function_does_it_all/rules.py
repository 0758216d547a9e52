"""The rules, pure functions of a history: TODO 3. Lesson: course/*/lessons/fraud_detection.md"""

from datetime import timedelta

from hooklab.services import Settings

from .history import History


def broken(history: History, settings: Settings) -> list[str]:
    """The names of the rules that the session breaks, without those in `fraud_rules_off`."""
    off = [name.strip() for name in settings.fraud_rules_off.split(",")]
    found = []
    began = history.login.created_at
    for rule in ("many_countries", "many_sessions", "new_country", "long_absence"):
        if rule in off:
            continue
        if rule == "many_countries":
            length = settings.fraud_countries_hours * 3_600_000
            for last in history.nearby:
                if began <= last.created_at < began + length:
                    countries = set()
                    for each in history.nearby:
                        if last.created_at - length < each.created_at <= last.created_at:
                            if each.country:
                                countries.add(each.country)
                    if len(countries) > settings.fraud_max_countries:
                        found.append(rule)
                        break
        elif rule == "many_sessions":
            length = settings.fraud_sessions_minutes * 60_000
            for last in history.nearby:
                if began <= last.created_at < began + length:
                    count = 0
                    for each in history.nearby:
                        if last.created_at - length < each.created_at <= last.created_at:
                            count += 1
                    if count > settings.fraud_max_sessions:
                        found.append(rule)
                        break
        elif rule == "new_country":
            if history.login.country and history.countries_before:
                if history.login.country not in history.countries_before:
                    found.append(rule)
        elif history.previous_at is not None:
            absence = timedelta(milliseconds=began - history.previous_at)
            if absence > timedelta(days=settings.fraud_absence_days):
                found.append(rule)
    return found
