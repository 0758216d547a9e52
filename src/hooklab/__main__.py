"""hooklab from the command line. Python 3.8 can read this file, and is told what is missing."""

import signal
import sys


def main() -> None:
    """Run the command line, and end with its exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one shall read why
        # Not translated: the catalogue of texts needs the newer Python too.
        sys.exit(_refuse_python())
    from hooklab.cli.main import main as run

    ended = []

    def end(number, _frame):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        ended.append(128 + number)
        # As Ctrl-C does, which goes through pytest too: it takes an exit for a failure.
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        # Somebody closes the window: what was started ends, and what was made is removed.
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    code = run(sys.argv[1:])
    sys.exit(ended[0] if ended else code)


def _refuse_python() -> int:
    sys.stderr.write(
        "hooklab needs Python 3.11 or newer, and this is Python %d.%d.\n"  # noqa: UP031
        "hint: install it from python.org, then make the virtual environment again\n"
        % tuple(sys.version_info[:2])
    )
    return 2


if __name__ == "__main__":
    main()
