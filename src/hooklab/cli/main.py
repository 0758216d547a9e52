"""From the arguments to the exit code: every mendable fault is two lines and exit code 2."""

import errno
import sys
from collections.abc import Sequence

from hooklab import program
from hooklab.cli.speaking import complain, talk
from hooklab.errors import HooklabError
from hooklab.texts import _, detect, use

FAULT = 2


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code is 0, 1 (asked for, and not fulfilled) or 2 (a fault).

    Args:
        arguments: what stands behind `hooklab`.
    """
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _interrupted()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        complain(HooklabError(_("the disk is full"), _("make room, and run the command again")))
        return FAULT


def _run(arguments: Sequence[str]) -> int:
    _speak_unicode()
    # Before the commands are imported: their help is translated when it is read.
    use(detect(arguments))
    program.use(sys.argv[0])
    from hooklab.cli import usage
    from hooklab.cli.commands import application
    from hooklab.cli.completion import PROGRAM

    try:
        command = application(arguments)
        code = command.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except HooklabError as error:
        complain(error)
        return FAULT
    except usage.UsageError as error:
        usage.show(error)
        return FAULT
    return _interrupted() if code == usage.CTRL_C else int(code or 0)


def _interrupted() -> int:
    talk().print(_("Stopped; nothing is left running."))
    return FAULT


def _speak_unicode() -> None:
    # A pipe on Windows would otherwise refuse the marks of the scorecard.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
