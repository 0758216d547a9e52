"""The settings of a running app, as its commands read them: environment first, then a file."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from hooklab.cli.invalid import explained
from hooklab.errors import HooklabError
from hooklab.services import Settings
from hooklab.texts import _

EnvironmentFile = Annotated[
    Path,
    typer.Option("--env", metavar="FILE", help=_("The file with the app's settings.")),
]
DEFAULT = Path(".env")


def read_settings(file: Path, kind: type[Settings] = Settings) -> Settings:
    """The settings in the environment and in `file`; HooklabError for what cannot be used.

    Args:
        file: may be missing when it is `.env`.
        kind: which settings to read.
    """
    if file != DEFAULT and not file.is_file():
        raise HooklabError(
            _("{path} does not exist").format(path=file),
            _("hooklab lab writes one; .env.example lists every variable"),
        )
    try:
        return kind(_env_file=file)  # type: ignore[call-arg]
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"]).upper()
        raise HooklabError(
            _("{name} cannot be used: {problem}").format(name=name, problem=explained(fault)),
            _("correct it in the environment or in {file}").format(file=file),
        ) from None
    except UnicodeDecodeError:
        raise HooklabError(
            _("{path} is not UTF-8 text").format(path=file), _("save it again as UTF-8")
        ) from None
