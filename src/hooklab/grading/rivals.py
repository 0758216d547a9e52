"""Requests that race: all held where they are about to write, in several processes of the app."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from hooklab.deadline import MachineTooSlow
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
    slot: Slot,
    app: App,
    requests: Sequence[Later],
    processes: int,
    *,
    after: int = 0,
    retried: bool = False,
) -> list[AppResponse]:
    """The responses to `requests` that are sent `at_once`.

    Args:
        retried: whether what is not accepted is sent again afterwards, so that no error counts.
    """
    responses = at_once(slot, app, requests, processes, after=after, retried=retried)
    return [response.result() for response in responses]


def at_once(
    slot: Slot,
    app: App,
    requests: Sequence[Later],
    processes: int,
    *,
    after: int = 0,
    retried: bool = False,
) -> "list[Future[AppResponse]]":
    """Send `requests` at once to several processes of the app on the same database.

    Everybody who is about to write is held until all rivals stand at the same point, so that a
    race is met for certain; the first `after` writes of each process pass. When this returns they
    have all been let go, and nobody need have answered.
    """
    while len(slot.workers) < processes:
        app.another()
    app.journal.note(
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
    return responses if retried else [_believed(response, hold) for response in responses]


def overtake(
    slot: Slot, app: App, slow: Later, fast: Later, *, after: int = 0, retried: bool = False
) -> list[AppResponse]:
    """Send `slow`, and send `fast` to another process while `slow` is about to write.

    The first `after` writes of `slow` pass: an app may note that something came before it works.
    What that process does after its response is over too before `slow` goes on. Whoever has
    compared before it writes has now compared too early. A lock that makes `fast` wait is right
    too: then nobody overtakes, and `slow` is let go after a while.
    """
    while len(slot.workers) < 2:
        app.another()
    app.journal.note(_("a first request is about to write when a second one overtakes it:"))
    holder = slot.workers[0]
    with WriteHold(slot, [holder], after) as hold:
        responses = [slow(app=0)]
        hold.wait_for({holder: responses})
        # From here on it is held whatever its gate does.
        with holder.frozen():
            responses.append(fast(app=1))
            if hold.wait_for_answer(responses[1], OVERTAKING_SECONDS):
                slot.workers[1].settle(OVERTAKING_SECONDS)
    judged = responses if retried else [_believed(response, hold) for response in responses]
    return [response.result() for response in judged]


def _believed(response: "Future[AppResponse]", hold: WriteHold) -> "Future[AppResponse]":
    """The same; but of an error that comes late nobody can tell whether the app is to blame."""
    believed: Future[AppResponse] = Future()

    def look(done: "Future[AppResponse]") -> None:
        if done.cancelled():
            believed.cancel()
        elif error := done.exception():
            believed.set_exception(error)
        elif done.result().status >= 500 and hold.tries_patience:
            believed.set_exception(
                MachineTooSlow(
                    _(
                        "the machine is too busy: while one request was held at its write, another "
                        "one waited so long for a lock that the app may have given up"
                    ),
                    _("grade again when less is running on it"),
                )
            )
        else:
            believed.set_result(done.result())

    response.add_done_callback(look)
    return believed
