"""The reference of the command line, for a page."""

import subprocess
import sys
from functools import lru_cache

from hooklab.errors import HooklabError
from hooklab.texts import LANGUAGES, _, language

# In a process of its own: commands speak the language in which they are imported.
_PROGRAM = """
import sys
from hooklab.texts import use
use(sys.argv[1])
from hooklab.cli.reference import reference
sys.stdout.reconfigure(encoding="utf-8")
print(reference())
"""


def command_reference() -> str:
    """Every command with its arguments and options, as Markdown in the language in use.

    Raises:
        HooklabError: a command cannot be imported.
    """
    return _made(language())


@lru_cache(maxsize=len(LANGUAGES))
def _made(spoken: str) -> str:
    made = subprocess.run(
        [sys.executable, "-c", _PROGRAM, spoken],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if made.returncode:
        raise HooklabError(
            _("the commands cannot be read: {error}").format(error=made.stderr.strip()),
            _("run: {command}").format(command="hooklab --help"),
        )
    return made.stdout.rstrip()
