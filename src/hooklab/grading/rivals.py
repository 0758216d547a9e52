"""Requests that race: all held where they are about to write, in several processes of the app."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from hooklab.grading.app import App
from hooklab.grading.hold import WriteHold
from hooklab.grading.response import AppResponse
from hooklab.grading.slot import Slot
from hooklab.texts import _

# How long a request that is to overtake another one is waited for before locks are looked for.
OVERTAKING_SECONDS = 1.0


class Later(Protocol):
    """A request in the background, to app number `app`."""

    def __call__(self, *, app: int) -> "Future[AppResponse]":
        """Send it."""


def race(
    slot: Slot, app: App, requests: Sequence[Later], processes: int, *, after: int = 0
) -> list[AppResponse]:
    """The responses to `requests` that are sent `at_once`."""
    return [response.result() for response in at_once(slot, app, requests, processes, after=after)]


def at_once(
    slot: Slot, app: App, requests: Sequence[Later], processes: int, *, after: int = 0
) -> "list[Future[AppResponse]]":
    """Send `requests` at once to several processes of the app on the same database.

    Everybody who is about to write is held until all rivals stand at the same point, so that a
    race is met for certain; the first `after` writes of each process pass. When this returns they
    have all been let go, and nobody need have answered.
    """
    while len(slot.workers) < processes:
        app.another()
    app.journal.add(
        _("{count} requests at once, to {processes} processes:").format(
            count=len(requests), processes=processes
        )
    )
    with WriteHold(slot, slot.workers, after) as hold:
        responses = [request(app=number % processes) for number, request in enumerate(requests)]
        shares = [responses[number::processes] for number in range(processes)]
        hold.wait_for(
            {worker: own for worker, own in zip(slot.workers, shares, strict=False) if own}
        )
    return responses


def overtake(
    slot: Slot, app: App, slow: Later, fast: Later, *, after: int = 0
) -> list[AppResponse]:
    """Send `slow`, and send `fast` to another process while `slow` is about to write.

    The first `after` writes of `slow` pass: an app may note that something came before it works.
    What that process does after its response is over too before `slow` goes on. Whoever has
    compared before it writes has now compared too early. A lock that makes `fast` wait is right
    too: then nobody overtakes, and `slow` is let go after a while.
    """
    while len(slot.workers) < 2:
        app.another()
    app.journal.add(_("a first request is about to write when a second one overtakes it:"))
    holder = slot.workers[0]
    with WriteHold(slot, [holder], after) as hold:
        responses = [slow(app=0)]
        hold.wait_for({holder: responses})
        # From here on it is held whatever its gate does.
        with holder.frozen():
            responses.append(fast(app=1))
            if hold.wait_for_answer(responses[1], OVERTAKING_SECONDS):
                slot.workers[1].settle(OVERTAKING_SECONDS)
    return [response.result() for response in responses]
