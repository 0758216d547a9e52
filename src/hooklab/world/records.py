"""What a service received, readable from any thread while more arrives."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Generic, TypeVar, overload

R = TypeVar("R")


class Records(Sequence[R], Generic[R]):
    """A growing list of frozen dataclasses, in order of arrival.

    Read it like a tuple; `wait()` blocks until enough has arrived. Only the service writes.
    """

    def __init__(self) -> None:
        self._items: list[R] = []
        self._changed = threading.Condition()

    def wait(self, count: int = 1, timeout: float = 5.0) -> tuple[R, ...]:
        """All records once there are `count`, or those there are after `timeout` real seconds."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) >= count, timeout)
            return tuple(self._items)

    def add(self, record: R) -> int:
        """Append `record` and return its place, for `change()`."""
        with self._changed:
            self._items.append(record)
            self._changed.notify_all()
            return len(self._items) - 1

    def change(self, place: int, **fields: Any) -> R:
        """Replace `fields` of the record at `place`; returns the new record."""
        with self._changed:
            self._items[place] = replace(self._items[place], **fields)  # type: ignore[type-var]
            return self._items[place]

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[R, ...]: ...
    def __getitem__(self, index: int | slice) -> R | tuple[R, ...]:
        with self._changed:
            return tuple(self._items[index]) if isinstance(index, slice) else self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Records({list(self)})"
