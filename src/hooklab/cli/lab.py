"""`hooklab lab`: a page for playing; without an exercise, the outside world on fixed ports too."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import typer
from rich.text import Text

from hooklab.catalogue import find_root, load, own_settings
from hooklab.cli.lab_page import Heard, serve_beside, serve_exercise
from hooklab.cli.parameters import Lang, OptionalSlug, PagePort, RunSolutions, course
from hooklab.cli.ports import is_free
from hooklab.cli.posting import LOCAL, check_address
from hooklab.cli.report_file import write
from hooklab.cli.secret import Secret, signing_secret
from hooklab.cli.speaking import output, talk
from hooklab.errors import HooklabError
from hooklab.program import as_typed
from hooklab.reports.clean import clean
from hooklab.reports.folding import write_to_copy
from hooklab.sender import Clerk, backend_api
from hooklab.services import Settings
from hooklab.texts import _
from hooklab.worker.course_settings import draw, load_settings
from hooklab.world import Call, Command, Mail, Notification, SlackMessage, World
from hooklab.world.environment import environment as of_services
from hooklab.world.service import PortTaken

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

# What `.env` begins with. Whoever changes the file and wants to keep it removes this line.
_MARK = "# Written by hooklab lab; the next one writes over this file.\n"


def command(
    slug: OptionalSlug = None,
    solutions: RunSolutions = False,
    check: Annotated[
        str | None,
        typer.Option(
            "--check",
            metavar="ID",
            help=_("Do there what this check of SLUG does, to replay it after each change."),
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help=_("With --check: the seed of that grading.")),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="URL",
            help=_("Without SLUG: where your app takes webhooks; by default where run serves it."),
        ),
    ] = None,
    secret: Secret = None,
    port: PagePort = None,
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
    """Serve a page to send webhooks, see what they do, break things, and move the clock.

    With SLUG, it runs the app of that exercise in a world of its own. Without, it runs the services
    around an app of yours until Ctrl-C, and shows what arrives.
    """
    if slug:
        _refuse_beside_a_slug({"--to": to, "--secret": secret, "--ports": ports})
        if seed is not None and check is None:
            raise HooklabError(
                _("--seed says nothing without --check"),
                _("leave it out, or name the check of a report"),
            )
        serve_exercise(
            course(), slug, port or 0, solutions=solutions, check=check or "", seed=seed or 0
        )
    else:
        beside = {"--solutions": solutions or None, "--check": check, "--seed": seed}
        if given := [option for option, value in beside.items() if value is not None]:
            raise HooklabError(
                _("{option} says nothing without SLUG").format(option=given[0]),
                _("name an exercise, such as: hooklab lab SLUG {option}").format(option=given[0]),
            )
        _run_services(to or LOCAL, secret, port or 0, ports, force=force)
    talk().print(_("The lab is closed."))


def _refuse_beside_a_slug(options: Mapping[str, str | None]) -> None:
    for option, value in options.items():
        if value is not None:
            raise HooklabError(
                _("{one} and {other} do not go together").format(one="SLUG", other=option),
                _("leave one of them out"),
            )


def _run_services(
    to: str, secret: str | None, port: int, ports: str | None, *, force: bool
) -> None:
    clerk = Clerk(seed=SystemRandom().randrange(2**32), now=lambda: datetime.now(UTC))
    for _number in range(USERS):
        clerk.user_created()
    chosen, url = read_ports(ports), check_address(to)
    heard: dict[str, Heard] = {"terminal": show}

    def hear(service: str, record: object) -> None:
        for each in list(heard.values()):
            each(service, record)

    with World(
        now=lambda: datetime.now(UTC),
        seed=SystemRandom().randrange(2**32),
        ports=chosen,
        on_record=hear,
        backend_api=lambda *request: backend_api(clerk, *request),
    ) as world:
        _start(world, chosen)
        variables = environment(world, _kinds())
        key = signing_secret(secret or variables["CLERK_WEBHOOK_SIGNING_SECRET"], Path(".env"))
        file = _write_environment(variables, force=force)
        _explain(world, file)
        serve_beside(world, clerk, url, key, port, lambda arrived: heard.update(page=arrived))


def _start(world: World, ports: Mapping[str, int]) -> None:
    """Start every service; HooklabError that names all ports that cannot be had, not the first."""
    try:
        world.start(*PORTS)
    except PortTaken as first:
        taken = [name for name, port in ports.items() if name == first.name or not is_free(port)]
        beside = as_typed(f"hooklab lab --ports {','.join(f'{name}=0' for name in taken)}")
        if len(taken) == len(ports):
            raise HooklabError(
                _("a lab is running already: all its ports are in use"),
                _("use that one, end it with Ctrl-C, or open another beside it: {command}").format(
                    command=beside
                ),
            ) from None
        numbers = ", ".join(f"{ports[name]} ({name})" for name in taken)
        several = _("these ports of the lab cannot be had: {ports}").format(ports=numbers)
        raise HooklabError(
            first.what if len(taken) == 1 else several,
            _("stop what is there, or take any free ports: {command}").format(command=beside),
        ) from None


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
    if not _is_in_a_course():
        return [Settings]
    here = load(find_root(Path.cwd()))
    slugs = [each.slug for each in (*here.exercises, *here.drafts)]
    return [load_settings(own_settings(here.grader(slug))) for slug in slugs]


def _is_in_a_course() -> bool:
    try:
        find_root(Path.cwd())
    except HooklabError:
        return False
    return True


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
    """Write `.env`, or `.env.lab` beside somebody's own; the file that was written.

    A file that an earlier lab has written is written over: its ports and secrets hold no more.
    """
    file = Path(".env")
    if not _may_write(file):
        file = Path(".env.lab")
        if not _may_write(file) and not force:
            raise HooklabError(
                _("{file} exists already").format(file=file),
                _("remove it, or write over it with --force"),
            )
    lines = (f"{name}={value}\n" for name, value in variables.items())
    write(file, "".join([_MARK, *lines]))
    return file


def _may_write(file: Path) -> bool:
    try:
        return file.read_bytes().startswith(_MARK.encode())
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _explain(world: World, file: Path) -> None:
    console = talk()
    for name, port in world.listeners().items():
        console.print(f"{name:10} 127.0.0.1:{port}")
    option = "" if file.name == ".env" else f" --env {file}"
    if not _is_in_a_course():
        told = _("This folder is not in the course: hooklab run has no app to serve here.")
        write_to_copy(console, told)
    console.print(
        _("The settings for your app are in {file}. Use them like this:").format(file=file)
    )
    commands = ["hooklab send user.created"]
    if _is_in_a_course():
        commands.insert(0, "hooklab run SLUG")
    for command in commands:
        console.print(as_typed(f"  {command}{option}"), soft_wrap=True)
    console.print(_("Clerk's Backend API knows {count} users:").format(count=USERS))
    api = world.clerk_api
    # In one piece, however long: it is to be copied.
    console.print(
        f"  curl -H 'Authorization: Bearer {api.secret_key}' {api.url}/v1/users", soft_wrap=True
    )
    console.print(_("What arrives is shown here; Ctrl-C ends."))
