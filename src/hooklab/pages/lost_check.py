"""One lost check as a learner sees it: its story, what was wanted, and what happened instead.

All of it comes from the message that is kept beside a known mistake.
"""

import re
from collections.abc import Iterator

from hooklab.catalogue import Course
from hooklab.errors import HooklabError
from hooklab.pages import wrong_code
from hooklab.texts import _

# “09:00:01  user.deleted · svix-id …1 → 200 deleted”, where the time may be left out.
_DELIVERY = re.compile(r"(?:\S+:\d+ {2})?(?P<sent>\S.*?) → (?P<answer>\d{3} .+)")
_MESSAGE_ID = re.compile(r" · svix-id \S+")


def lost_check(course: Course, name: str) -> str:
    """The first check that the mistake `name` (`slug/name`) loses, in the language in use.

    Returns:
        Markdown: the fence of a sequence diagram, and two lines.

    Raises:
        HooklabError: no message with deliveries is kept for that mistake.
    """
    title, *lines = wrong_code.message(course, name).partition("\n\n")[0].splitlines() or [""]
    parts = _parts(lines)
    deliveries = list(_deliveries(parts.get(_("What was done, in order:"), [])))
    if not deliveries:
        raise HooklabError(
            _("no deliveries are told of the mistake “{name}”").format(name=name),
            _("keep its messages with: hooklab mistake messages {words}").format(
                words=name.replace("/", " ")
            ),
        )
    app = _("the app")
    fence = ["```sequence", title, f"Svix | {app}"]
    for sent, answer in deliveries:
        fence += [f"Svix -> {app}{_(': ')}{sent}", f"{app} --> Svix{_(': ')}{answer}"]
    told = (
        f"**{heading.rstrip(_(': '))}**{_(': ')}{parts[heading][0]}"
        for heading in (_("What was wanted:"), _("What happened:"))
    )
    return "\n\n".join(("\n".join((*fence, "```")), *told))


def _parts(lines: list[str]) -> dict[str, list[str]]:
    """The indented lines below each heading."""
    parts: dict[str, list[str]] = {}
    heading = ""
    for line in lines:
        if line.startswith(" "):
            parts.setdefault(heading, []).append(line.strip())
        else:
            heading = line
    return parts


def _deliveries(lines: list[str]) -> Iterator[tuple[str, str]]:
    """What was sent and what was answered, without the ids that differ each time."""
    for line in lines:
        if found := _DELIVERY.fullmatch(line):
            yield _MESSAGE_ID.sub("", found["sent"]), found["answer"]
