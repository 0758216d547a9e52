"""Requests that race: all held where they are about to write, in several processes of the app."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from hooklab.grading.app import App
from hooklab.grading.http import Answer
from hooklab.grading.slot import Slot

# How long nobody new must arrive at the database before the grader stops waiting for rivals.
RIVAL_SECONDS = 0.4


class Later(Protocol):
    """A request in the background, to app number `app`."""

    def __call__(self, *, app: int) -> "Future[Answer]":
        """Send it."""


def race(slot: Slot, app: App, requests: Sequence[Later], processes: int) -> list[Answer]:
    """Send `requests` at once to several processes of the app on the same database.

    Everybody who is about to write is held until all rivals stand at the same point, so that a
    race is met for certain.
    """
    while len(slot.workers) < processes:
        app.another()
    share, rest = divmod(len(requests), processes)
    for worker in slot.workers:
        worker.hold_writes()
    answers = [request(app=number % processes) for number, request in enumerate(requests)]
    for number, worker in enumerate(slot.workers):
        worker.wait_for_held(share + (number < rest), RIVAL_SECONDS)
    for worker in slot.workers:
        worker.release_writes()
    return [answer.result() for answer in answers]
