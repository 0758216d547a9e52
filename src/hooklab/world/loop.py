"""The one background thread in which every service of every world runs."""

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """An asyncio event loop in a daemon thread, for code that is not asynchronous itself."""

    def __init__(self) -> None:
        # Not Windows' default loop, which cannot stop accepting without closing.
        self._loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop()
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._serve, name="hooklab-world", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it runs in this process; a forked child inherits the object, not the thread."""
        return self._pid == os.getpid() and self._thread.is_alive()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in the loop, wait for it and return its result or raise its error.

        RuntimeError when called from the loop's own thread (from an observer, or a service's
        `answer`), where waiting would wait for itself.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("a service may not be started, stopped or cut off from its own loop")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """Stop the loop and wait for the thread to end."""
        if self.alive:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(_cancel_the_rest())
        self._loop.close()


async def _cancel_the_rest() -> None:
    """End the tasks of worlds that nobody closed, which asyncio would complain about."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


_shared: LoopThread | None = None
_lock = threading.Lock()


def shared_loop() -> LoopThread:
    """The loop thread of this process, started on first use and stopped when Python exits."""
    global _shared
    with _lock:
        if _shared is None or not _shared.alive:
            _shared = LoopThread()
            atexit.register(_shared.close)
        return _shared
