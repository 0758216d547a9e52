"""What happened as the sequence diagram that lost checks have."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hooklab.grading.recording import SVIX, stamp, the_app
from hooklab.story import Step, Story
from hooklab.texts import plural
from hooklab.workbench.telling import asker, line, outcome, service_names
from hooklab.workbench.timeline import Entry

# A picture of more is not looked at.
MOST = 40
LONGEST = 300

_ABOUT_APP = {"killed": "death", "died": "death", "started": "start", "another": "start"}


def drawn_story(entries: Sequence[Entry], left_out: int) -> Story:
    """The story of `entries`, the oldest first; before them `left_out` others came."""
    steps = list(_steps(entries))
    if left_out:
        told = plural("{count} entry left out", "{count} entries left out", left_out)
        steps.insert(0, (entries[0], Step("note", told)))
    timed, previous = list[Step](), None
    for entry, step in steps:
        timed.append(replace(step, when=stamp(entry.at, previous)))
        previous = entry.at
    return Story(_actors(timed), tuple(timed))


def _steps(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Step]]:
    open_: list[tuple[int, Entry, Step]] = []
    for entry in entries:
        while open_ and open_[0][0] < entry.number:
            yield open_[0][1], open_.pop(0)[2]
        for step in _begun(entry):
            yield entry, step
        if entry.kind in ("delivery", "request") and "answered" in entry.data:
            open_.append((entry.data["answered"], entry, _reply(entry)))
            open_.sort(key=lambda each: each[0])
    yield from ((entry, step) for _number, entry, step in open_)


def _begun(entry: Entry) -> Iterator[Step]:
    said, app = line(entry)[:LONGEST], the_app()
    match entry.kind:
        case "delivery":
            forged = entry.data["forged"]
            yield Step("call", said, SVIX, app, aside=forged)
        case "request":
            yield Step("call", said, asker(entry), app)
        case "mail":
            mail = service_names()["mail"]
            yield Step("call", said, app, mail)
            is_good = entry.data["accepted"]
            yield Step("reply" if is_good else "lost", outcome(entry)[1], mail, app)
        case "call":
            service = service_names()[entry.data["service"]]
            yield Step("call", f"{entry.data['method']} {entry.data['path']}", app, service)
            is_lost = entry.data["status"] is None
            yield Step("lost" if is_lost else "reply", outcome(entry)[1], service, app)
        case "note":
            kind = _ABOUT_APP.get(entry.data["what"], "note")
            yield Step("note", said) if kind == "note" else _of_app(kind, said)


def _of_app(kind: str, said: str) -> Step:
    return Step("death" if kind == "death" else "start", said, the_app())


def _reply(entry: Entry) -> Step:
    caller = SVIX if entry.kind == "delivery" else asker(entry)
    lost = bool(entry.data["problem"] or entry.data["lost"])
    said = f"{line(entry)[:LONGEST]} → {outcome(entry)[1]}"
    return Step("lost" if lost else "reply", said, the_app(), caller)


def _actors(steps: Sequence[Step]) -> tuple[str, ...]:
    app = the_app()
    callers = [step.source for step in steps if step.kind == "call" and step.target == app]
    others = [name for step in steps for name in (step.source, step.target) if name]
    return tuple(dict.fromkeys([*callers, app, *others]))
