"""What PLAN.md has to answer, and where in it an answer stands."""

import re
from dataclasses import dataclass

_HEADING = re.compile(r"^#{2,6}[ \t]+(?P<title>.+?)[ \t#]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_WORD = re.compile(r"\w[\w’'-]*")
# The skeleton asks a question on a line of its own; it answers nothing when only its TODO is gone.
_ASKED = re.compile(r"^.*(?:\bTODO\b.*|\?[ \t]*)$", re.MULTILINE)


@dataclass(frozen=True)
class Point:
    """A heading, in English or French, and how many words under it are an answer."""

    en: str
    fr: str
    words: int = 12


POINTS = (
    Point("Clerk’s dashboard", "Le tableau de bord de Clerk"),
    Point("Dependencies and code", "Dépendances et code"),
    Point("Environment variables", "Variables d’environnement"),
    Point("Testing beside production", "Tester à côté de la production"),
    Point("Test plan", "Plan de tests"),
    Point("Switching step by step", "Basculer par étapes"),
    Point("Existing users", "Utilisateurs existants"),
    Point("Transition", "Transition"),
    Point("Metrics", "Métriques"),
    Point("Logs and monitoring", "Journaux et surveillance"),
    Point("Removing the upsert", "Supprimer l’upsert"),
    Point("Cleaning /welcome", "Nettoyer /welcome"),
    Point("Documentation", "Documentation"),
    Point("Regression tests", "Tests de non-régression"),
    Point("Communication", "Communication"),
    Point("Going back", "Revenir en arrière"),
    Point("Signs of failure", "Signes d’échec"),
    Point("Emergency procedure", "Procédure d’urgence"),
)


def answer_to(text, point):
    """The words under the heading of `point`, without comments and questions, or None."""
    text = _COMMENT.sub("", text)
    headings = list(_HEADING.finditer(text))
    found = []
    for number, heading in enumerate(headings):
        title = _plain(heading["title"])
        if _plain(point.en) in title or _plain(point.fr) in title:
            end = headings[number + 1].start() if number + 1 < len(headings) else len(text)
            found.append(_WORD.findall(_ASKED.sub("", text[heading.end() : end])))
    return max(found, key=len, default=None)


def _plain(title):
    """A title as it is compared: case, typographic apostrophes and spaces do not matter."""
    return " ".join(title.replace("’", "'").replace("`", "").casefold().split())
