"""The one exception that people see, and one that they never do."""


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


class NotBegun(Exception):
    """A run that was ready graded nothing: it was not wanted, or its grader had changed."""
