"""The app's log lines, read from what it printed."""

from collections.abc import Callable, Mapping
from typing import Any

from hooklab.grading.failure import CheckFailed
from hooklab.strange_json import read_json
from hooklab.texts import _, pick

Line = dict[str, Any]


class Logs:
    """What the app printed, as text and as JSON log lines.

    Args:
        output: gives the text so far.
        settle: called before each look, so that the app has finished what it is doing.
    """

    def __init__(self, output: Callable[[], str], settle: Callable[[], None]) -> None:
        self._output = output
        self._settle = settle

    def printed(self) -> str:
        """What the app printed so far, without waiting for it to finish."""
        return self._output()

    @property
    def text(self) -> str:
        """Everything that the app printed, standard output and error."""
        self._settle()
        return self._output()

    @property
    def lines(self) -> list[Line]:
        """The lines that are JSON objects, oldest first."""
        return [line for line in map(_parse, self.text.splitlines()) if line is not None]

    def about(self, message_id: str) -> list[Line]:
        """The JSON lines whose `svix_id` is `message_id`."""
        return [line for line in self.lines if line.get("svix_id") == message_id]

    def expect_absent(self, secret: str, what: Mapping[str, str]) -> None:
        """Fail the check when `secret` stands in what the app printed.

        Args:
            secret: the exact text that must not be there.
            what: what it is, in both languages, such as {"en": "the address", "fr": "l'adresse"}.
        """
        for line in self.text.splitlines():
            if secret in line:
                raise CheckFailed(_("{what} is not in the log").format(what=pick(what)), line)


def _parse(line: str) -> Line | None:
    try:
        value = read_json(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
