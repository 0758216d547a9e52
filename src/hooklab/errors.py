"""The one exception that people see, and one that they never do."""

import errno

from hooklab.texts import _


class HooklabError(Exception):
    """Something outside the kit's control is wrong, and a person can mend it.

    Args:
        what: what was found, with names and paths; one sentence.
        hint: the next thing to type or to change; one sentence.

    The command line prints both parts and ends with exit code 2, never a traceback.
    """

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}\nhint: {self.hint}"


def reason_of(error: OSError) -> str:
    """Why the system refuses something; the usual reasons in the language in use."""
    match error.errno:
        case errno.EADDRINUSE:
            return _("another program uses it")
        case errno.EACCES | errno.EPERM:
            return _("permission denied")
    return error.strerror or str(error)


class NotBegun(Exception):
    """A run that was ready graded nothing: it was not wanted, or its grader had changed."""
