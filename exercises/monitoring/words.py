"""Given: the words of the page, in the languages of the app. Nothing to write here."""

# ruff: noqa: RUF001 - French has its own typography

WORDS = {
    "en": {
        "title": "Webhooks",
        "as_of": "{time}, {zone}",
        "live": "Live",
        "paused": "Paused",
        "figures": "Figures",
        "total": "Webhooks",
        "success_rate": "Success rate",
        "failed": "Failed",
        "mean": "Mean duration",
        "p95": "95th percentile",
        "by_type": "By type",
        "limit": "limit {percent}",
        "filter": "Filter",
        "type": "Type",
        "all": "All types",
        "from": "From",
        "to": "To, exclusive",
        "show": "Show",
        "clear": "Show all",
        "latest": "Latest deliveries",
        "older": "Earlier deliveries",
        "message": "Message",
        "status": "Status",
        "duration": "Duration",
        "received": "First received",
        "error": "Error",
        "action": "Action",
        "done": "done",
        "is_failed": "failed",
        "replay": "Replay",
        "replay_label": "Replay {svix_id}",
        "replayed_done": "Replayed: the webhook is handled now.",
        "replayed_failed": "Replayed: the webhook has failed again.",
        "none": "No webhook fits.",
        "next": "Earlier",
        "newest": "Back to the newest",
        "empty": "No webhooks",
    },
    "fr": {
        "title": "Webhooks",
        "as_of": "{time}, {zone}",
        "live": "En direct",
        "paused": "En pause",
        "figures": "Chiffres",
        "total": "Webhooks",
        "success_rate": "Taux de succès",
        "failed": "Échecs",
        "mean": "Durée moyenne",
        "p95": "95ᵉ centile",
        "by_type": "Par type",
        "limit": "seuil {percent}",
        "filter": "Filtrer",
        "type": "Type",
        "all": "Tous les types",
        "from": "Du",
        "to": "Au (exclu)",
        "show": "Afficher",
        "clear": "Tout afficher",
        "latest": "Dernières livraisons",
        "older": "Livraisons antérieures",
        "message": "Message",
        "status": "État",
        "duration": "Durée",
        "received": "Première réception",
        "error": "Erreur",
        "action": "Action",
        "done": "traité",
        "is_failed": "échec",
        "replay": "Rejouer",
        "replay_label": "Rejouer {svix_id}",
        "replayed_done": "Rejoué : le webhook est maintenant traité.",
        "replayed_failed": "Rejoué : le webhook a de nouveau échoué.",
        "none": "Aucun webhook ne correspond.",
        "next": "Plus anciens",
        "newest": "Revenir aux derniers",
        "empty": "Aucun webhook",
    },
}

Words = dict[str, str]

DASH = "\N{EN DASH}"
"""Where there is no figure."""


def percent(rate: float | None, language: str) -> str:
    """A share in percent, with one decimal; a dash when there is none."""
    if rate is None:
        return DASH
    return _decimal(f"{100 * rate:.1f}", language) + (
        "\N{NO-BREAK SPACE}%" if language == "fr" else "%"
    )


def milliseconds(duration: float | None, language: str) -> str:
    """A duration in the unit that reads best; a dash when there is none."""
    if duration is None:
        return DASH
    if duration < 1000:
        return f"{duration:.0f}\N{NO-BREAK SPACE}ms"
    return _decimal(f"{duration / 1000:.1f}", language) + "\N{NO-BREAK SPACE}s"


def _decimal(number: str, language: str) -> str:
    return number.replace(".", ",") if language == "fr" else number
