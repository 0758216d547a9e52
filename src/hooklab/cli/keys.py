"""Keys that a person presses, one by one, while a command goes on."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def pressed(tell: Callable[[str], None]) -> Iterator[bool]:
    """Inside the block, `tell` is called with each key, in another thread.

    It is given whether there is a terminal. Keys are not shown, and Ctrl-C stays Ctrl-C.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        yield False
    elif sys.platform == "win32":
        _listen(_windows_key, tell)
        yield True
    else:
        # The descriptor: somebody may exchange the stream meanwhile, as pytest does.
        descriptor = sys.stdin.fileno()
        with _without_lines(descriptor):
            _listen(lambda: os.read(descriptor, 1).decode("latin-1"), tell)
            yield True


def _listen(read: Callable[[], str], tell: Callable[[str], None]) -> None:
    def listen() -> None:
        while key := read():
            tell(key)

    # It waits for a key until the process ends.
    threading.Thread(target=listen, daemon=True).start()


if sys.platform == "win32":
    import msvcrt

    def _windows_key() -> str:
        key = msvcrt.getwch()
        if key == "\x03":
            import _thread

            _thread.interrupt_main()
        return key

else:
    import termios
    import tty

    @contextmanager
    def _without_lines(descriptor: int) -> Iterator[None]:
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)
        # After Ctrl-Z and fg the shell has taken the terminal back as it was.
        resumed = signal.signal(signal.SIGCONT, lambda _number, _frame: tty.setcbreak(descriptor))
        try:
            yield
        finally:
            signal.signal(signal.SIGCONT, resumed)
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
