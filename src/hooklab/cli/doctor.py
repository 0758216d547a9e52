"""`hooklab doctor`: why an app does not take its webhooks."""

from datetime import UTC, datetime
from textwrap import wrap

import typer
from rich.text import Text

from hooklab.cli.env_file import DEFAULT, EnvironmentFile
from hooklab.cli.parameters import Lang
from hooklab.cli.posting import LOCAL, To, check_address, excerpt, post
from hooklab.cli.secret import Secret, as_written, signing_secret
from hooklab.cli.speaking import output, talk
from hooklab.doctor.causes import Cause, causes
from hooklab.doctor.diagnosis import bare
from hooklab.doctor.examination import Examination, Finding, titles
from hooklab.reports.clean import clean
from hooklab.sender import ClerkEvent, Response
from hooklab.sender.signed import sign_event
from hooklab.texts import _, language, plural

SOMETHING_FAILS = 1

# Readable without colour: the mark alone tells the state.
MARKS = {"well": ("✓", "green"), "fails": ("✗", "red"), "open": ("·", "dim")}


def command(
    to: To = LOCAL, secret: Secret = None, env: EnvironmentFile = DEFAULT, lang: Lang = None
) -> None:
    """Deliver what goes wrong in the field; exit code 1 when something is to be mended."""
    address = check_address(to)
    written = as_written(secret, env)
    # Refuses what is no secret, whatever stands around it.
    signing_secret(bare(written) or None, env)

    def deliver(event: ClerkEvent, key: str) -> tuple[Response, float]:
        return post(address, sign_event(event, key, datetime.now(UTC), tamper=None))

    talk().print(
        _("Delivers events about made-up people to {address}").format(address=to),
        style="dim",
        soft_wrap=True,
    )
    failed = 0
    for finding in Examination(address, written, deliver).findings():
        _show(finding)
        failed += finding.state == "fails"
    if failed:
        output().print(plural("{count} thing to mend.", "{count} things to mend.", failed))
        raise typer.Exit(SOMETHING_FAILS)
    output().print(_("All is well."))


def _show(finding: Finding) -> None:
    mark, style = MARKS[finding.state]
    seen = finding.seen or (_("cannot be told yet") if finding.state == "open" else "")
    told = f"{mark} {titles()[finding.check]}{_(': ') if seen else ''}{clean(seen)}"
    output().print(Text(told, style=style), soft_wrap=True)
    if finding.cause:
        _explain(causes()[finding.cause], excerpt(finding.reply))


def _explain(cause: Cause, reply: str) -> None:
    told = {_("Reply"): reply} if reply else {}
    told |= {_("Dashboard"): cause.shown, _("Cause"): cause.cause, _("Remedy"): cause.remedy}
    told = {f"{title}{_(': ')}".rstrip(" "): text for title, text in told.items()}
    width = max(map(len, told))
    for title, text in told.items():
        # Not Rich's own wrapping: it breaks at the spaces that do not break, of which French has
        # many.
        lines = wrap(
            text,
            output().width,
            initial_indent=f"  {title:{width}} ",
            subsequent_indent=" " * (width + 3),
            break_on_hyphens=False,
        )
        output().print(Text("\n".join(lines)), soft_wrap=True)
    # On a line of its own, so that it can be copied, or clicked, as a whole.
    output().print(f"  course/{language()}/{cause.page}", soft_wrap=True)
