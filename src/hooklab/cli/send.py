"""`hooklab send`: realistic, signed events for an app that runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import typer

from hooklab.cli.env_file import DEFAULT, EnvironmentFile
from hooklab.cli.parameters import Lang
from hooklab.cli.posting import LOCAL, To, check_address
from hooklab.cli.secret import Secret, any_secret, signing_secret
from hooklab.cli.sending import Sender
from hooklab.cli.speaking import talk
from hooklab.errors import HooklabError
from hooklab.sender import Clerk, ClerkEvent
from hooklab.sender.captured import read_captured
from hooklab.sender.changes import changed, read_changes
from hooklab.sender.signed import Tamper
from hooklab.sender.stories import STORIES, backwards, check_type, example
from hooklab.texts import _

NOT_DELIVERED = 1

# With a seed everything repeats, ids included; so they cannot depend on today's date.
SEEDED_DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def command(
    event: Annotated[str | None, typer.Argument(metavar="EVENT", help=", ".join(STORIES))] = None,
    to: To = LOCAL,
    secret: Secret = None,
    env: EnvironmentFile = DEFAULT,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help=_(
                "Send what is captured there: a Clerk event, a Svix message, what --print wrote."
            ),
        ),
    ] = None,
    example_: Annotated[
        bool,
        typer.Option("--example", help=_("Send what “Send Example” in Clerk's dashboard sends.")),
    ] = False,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help=_("Change a field first, such as data.first_name=Ada; JSON, or else a text."),
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", metavar="N", help=_("The same person and message ids each time.")),
    ] = None,
    repeat: Annotated[
        int, typer.Option("--repeat", metavar="N", min=1, help=_("Send it N times in a row."))
    ] = 1,
    burst: Annotated[
        int, typer.Option("--burst", metavar="N", min=1, help=_("Send it N times at once."))
    ] = 1,
    tamper: Annotated[
        Tamper | None,
        typer.Option(
            "--tamper",
            metavar="PART",
            help=_("Change it after it was signed: body, signature, timestamp or id."),
        ),
    ] = None,
    delay: Annotated[
        float,
        typer.Option("--delay", metavar="MINUTES", help=_("Sign it with a time that long ago.")),
    ] = 0,
    reorder: Annotated[
        bool,
        typer.Option(
            "--reorder",
            help=_("Send the whole life of a user or an organization, its last event first."),
        ),
    ] = False,
    retry: Annotated[
        bool,
        typer.Option("--retry", help=_("Try again as Svix does; an hour passes in a second.")),
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--print", help=_("Write the signed request as JSON, and send nothing.")),
    ] = False,
    lang: Lang = None,
) -> None:
    """Sign and deliver; exit code 1 when Svix would not count everything as delivered."""
    address = check_address(to)
    chosen = _chosen(event, file, seed, is_example=example_, reorder=reorder)
    made = read_changes(changes or ())
    events = [changed(each, made, _remark) for each in chosen] * repeat
    key = any_secret(secret, env) if show else signing_secret(secret, env)
    sender = Sender(address, key, tamper, timedelta(minutes=delay))
    if show:
        for each in events * burst:
            sender.show(each)
        return
    if retry:
        delivered = [sender.deliver_until_done(each) for each in events]
    elif burst > 1:
        delivered = [sender.deliver_at_once(each, burst) for each in events]
    else:
        delivered = [sender.deliver(each) for each in events]
    if not all(delivered):
        raise typer.Exit(NOT_DELIVERED)


def _remark(text: str) -> None:
    talk().print(text, style="dim", soft_wrap=True)


def _chosen(
    name: str | None, file: Path | None, seed: int | None, *, is_example: bool, reorder: bool
) -> list[ClerkEvent]:
    """The events that the options ask for, as they happened."""
    sources = {"--file": file is not None, "--example": is_example, "--reorder": reorder}
    several = [option for option, is_given in sources.items() if is_given]
    if len(several) > 1:
        raise HooklabError(
            _("{one} and {other} do not go together").format(one=several[0], other=several[1]),
            _("leave one of them out"),
        )
    if file is not None:
        return read_captured(file, name)
    if name is None:
        options = "".join(f" {option}" for option in several)
        raise HooklabError(
            _("there is no EVENT: which one is to be sent?"),
            _("name one, such as: hooklab send user.created{options}").format(options=options),
        )
    check_type(name)
    if is_example:
        return [example(name)]
    clerk = _clerk(seed)
    return backwards(clerk, name) if reorder else [STORIES[name](clerk)]


def _clerk(seed: int | None) -> Clerk:
    if seed is None:
        return Clerk(SystemRandom().randrange(2**32), lambda: datetime.now(UTC))
    return Clerk(seed, lambda: SEEDED_DAY)
