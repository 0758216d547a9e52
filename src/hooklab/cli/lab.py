"""`hooklab lab`: the outside world on fixed local ports, and what arrives there."""

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import typer
from rich.text import Text

from hooklab.catalogue import find_root, load, own_settings
from hooklab.cli.parameters import Lang
from hooklab.cli.report_file import write
from hooklab.cli.speaking import output, talk
from hooklab.errors import HooklabError
from hooklab.reports.clean import clean
from hooklab.sender import Clerk, backend_api
from hooklab.services import Settings
from hooklab.texts import _
from hooklab.worker.course_settings import draw, load_settings
from hooklab.world import Call, Command, Mail, Notification, SlackMessage, World
from hooklab.world.environment import environment as of_services

PORTS = {
    "mail": 1025,
    "redis": 6380,  # beside a Redis server that may run on its own port
    "slack": 8025,
    "clerk_api": 8026,
    "stripe": 8027,
    "newsletter": 8028,
    "support": 8029,
    "analytics": 8030,
    "push": 8031,
    "mobile": 8032,
    "admin": 8033,
    "billing": 8034,
}

USERS = 5


def command(
    ports: Annotated[
        str | None,
        typer.Option(
            "--ports",
            metavar="NAME=N,…",
            help=_("Other ports than the usual ones, such as mail=1026,redis=6381."),
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help=_("Write the settings over an existing .env.lab."))
    ] = False,
    lang: Lang = None,
) -> None:
    """Run the services around an app until Ctrl-C, and show what arrives."""
    clerk = Clerk(seed=SystemRandom().randrange(2**32), now=lambda: datetime.now(UTC))
    for _number in range(USERS):
        clerk.user_created()
    with World(
        now=lambda: datetime.now(UTC),
        seed=SystemRandom().randrange(2**32),
        ports=read_ports(ports),
        on_record=show,
        backend_api=lambda *request: backend_api(clerk, *request),
    ) as world:
        world.start(*PORTS)
        file = _write_environment(environment(world, _kinds()), force=force)
        _explain(world, file)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            talk().print(_("The lab is closed."))


def read_ports(text: str | None) -> dict[str, int]:
    """The ports of `text` ("mail=1026,slack=0") and the usual ones; HooklabError when unclear."""
    chosen = dict(PORTS)
    for part in (text or "").split(","):
        name, equals, number = part.strip().partition("=")
        if not name and not equals and not text:
            continue
        if name not in PORTS or not number.isdecimal() or int(number) > 65535:
            raise HooklabError(
                _("“{part}” is no port of the lab").format(part=part.strip()),
                _("write it like --ports {example}").format(
                    example=",".join(f"{known}={port}" for known, port in PORTS.items())
                ),
            )
        chosen[name] = int(number)
    return chosen


def environment(world: World, kinds: Iterable[type[Settings]]) -> dict[str, str]:
    """What apps with settings of these kinds need to know of `world`, and secrets for them."""
    drawn: dict[str, str] = {}
    for kind in kinds:
        drawn |= draw(kind, SystemRandom(), secrets_only=True)
    return drawn | of_services(world)


def _kinds() -> list[type[Settings]]:
    """The settings of every exercise; outside a course, where the lab is of use too, the common."""
    try:
        root = find_root(Path.cwd())
    except HooklabError:
        return [Settings]
    here = load(root)
    slugs = [each.slug for each in (*here.exercises, *here.drafts)]
    return [load_settings(own_settings(here.grader(slug))) for slug in slugs]


def show(service: str, record: object) -> None:
    """Print one thing that arrived."""
    match record:
        case Mail():
            what = f"{', '.join(record.to)} · {record.subject}"
            state = _("accepted") if record.accepted else _("not accepted")
        case SlackMessage():
            what, state = record.text, _("posted")
        case Notification():
            what, state = f"{record.to} · {record.title}", _("posted")
        case Command():
            # The values may be long; the key says what it is about.
            what = " ".join(word.decode(errors="replace") for word in record.words[:2])
            state = _("accepted") if record.done else _("not accepted")
        case Call():
            what, state = f"{record.method} {record.path}", str(record.status or "-")
        case _:
            return
    whose = f"{datetime.now().astimezone():%H:%M:%S} {service}"
    told = " ".join(clean(what).split())
    output().print(Text(f"{whose}{_(': ')}{told} → {state}"), soft_wrap=True)


def _write_environment(variables: Mapping[str, str], *, force: bool) -> Path:
    """Write `.env`, or `.env.lab` beside an existing one; the file that was written."""
    file = Path(".env")
    if file.exists():
        file = Path(".env.lab")
        if file.exists() and not force:
            raise HooklabError(
                _("{file} exists already").format(file=file),
                _("remove it, or write over it with --force"),
            )
    write(file, "".join(f"{name}={value}\n" for name, value in variables.items()))
    return file


def _explain(world: World, file: Path) -> None:
    console = talk()
    for name, port in world.listeners().items():
        console.print(f"{name:10} 127.0.0.1:{port}")
    option = "" if file.name == ".env" else f" --env {file}"
    console.print(
        _("The settings for your app are in {file}. Use them like this:").format(file=file)
    )
    console.print(f"  hooklab run SLUG{option}\n  hooklab send user.created{option}")
    console.print(_("Clerk's Backend API knows {count} users:").format(count=USERS))
    api = world.clerk_api
    console.print(f"  curl -H 'Authorization: Bearer {api.secret_key}' {api.url}/v1/users")
    console.print(_("What arrives is shown here; Ctrl-C ends."))
