"""What is saved in the folders of exercises, from the moment somebody listens."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from watchfiles import DefaultFilter, watch

from hooklab.catalogue import Course

# So often it is looked whether somebody is done listening. The first look says that the system
# notes every save from now on.
_LOOK_MILLISECONDS = 100


@contextmanager
def listening(
    course: Course, slugs: Sequence[str], tell: Callable[[list[str]], None]
) -> Iterator[None]:
    """Inside the block, `tell` is called with the exercises that were saved, in another thread.

    The block begins once no save can be missed any more.
    """
    begun, over = threading.Event(), threading.Event()

    def listen() -> None:
        for changes in watch(
            # Not the folders of the exercises: of one that comes back nobody would hear again.
            *{course.skeleton(slug).parent for slug in slugs},
            watch_filter=DefaultFilter(),
            stop_event=over,
            rust_timeout=_LOOK_MILLISECONDS,
            yield_on_timeout=True,
        ):
            begun.set()
            if found := saved(course, slugs, (path for _kind, path in changes)):
                tell(found)

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


def saved(course: Course, slugs: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Those of `slugs` whose folder holds one of `paths`, in course order."""
    files = [Path(path) for path in paths]
    return [
        slug
        for slug in slugs
        if any(file.is_relative_to(course.skeleton(slug).resolve()) for file in files)
    ]
