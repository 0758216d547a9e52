"""What a service received, readable from any thread while more arrives."""

import threading
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence, ValuesView
from dataclasses import replace
from typing import Any, Generic, TypeVar, overload

from hooklab.deadline import Deadline

R = TypeVar("R")


class Records(Sequence[R], Generic[R]):
    """A growing list of frozen dataclasses, in order of arrival.

    Read it like a tuple; `wait()` blocks until enough has arrived. Only the service writes.
    """

    def __init__(self, deadline: Callable[[float], Deadline] = Deadline) -> None:
        self._deadline = deadline
        self._items: list[R] = []
        self._changed = threading.Condition()

    def wait(self, count: int = 1, timeout: float = 5.0) -> tuple[R, ...]:
        """All records once there are `count`, or those there are after a deadline of `timeout`."""
        deadline = self._deadline(timeout)
        with self._changed:
            deadline.wait_for(self._changed, lambda: len(self._items) >= count)
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


class Store(Mapping[str, R], Generic[R]):
    """What a service keeps under a key, in order of arrival; read it like a dict.

    A loop over it sees one moment, whatever arrives meanwhile. Only the service writes.
    """

    def __init__(self) -> None:
        self._items: dict[str, R] = {}
        self._changing = threading.Lock()

    def put(self, key: str, record: R) -> R:
        """Keep `record` under `key`, in the place of what was there, and return it."""
        with self._changing:
            self._items = {**self._items, key: record}
        return record

    def change(self, key: str, **fields: Any) -> R:
        """Replace `fields` of the record under `key`; returns the new record."""
        return self.put(key, replace(self._items[key], **fields))  # type: ignore[type-var]

    def drop(self, key: str) -> None:
        """Forget what is under `key`."""
        with self._changing:
            self._items = {name: item for name, item in self._items.items() if name != key}

    def items(self) -> ItemsView[str, R]:
        """All (key, record) pairs of this moment."""
        return self._items.items()

    def values(self) -> ValuesView[R]:
        """All records of this moment."""
        return self._items.values()

    def __getitem__(self, key: str) -> R:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"Store({self._items})"
