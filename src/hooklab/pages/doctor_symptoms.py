"""Why webhooks fail, symptom by symptom, as Markdown in the language in use."""

from hooklab.doctor.causes import Cause, causes
from hooklab.texts import _


def doctor_symptoms() -> str:
    """A heading for every symptom, and below it what is shown, the cause and the remedy."""
    return "\n\n".join(_section(cause) for cause in causes().values())


def _section(cause: Cause) -> str:
    told = {
        _("Dashboard"): cause.shown,
        _("Cause"): cause.cause,
        _("Remedy"): f"{cause.remedy} [{_('Read on')}]({cause.page})",
    }
    lines = [f"- **{title}**{_(': ')}{text}" for title, text in told.items()]
    return "\n".join((f"## {cause.symptom}", "", *lines))
