"""The settings of an exercise as the course describes them, and values drawn for them."""

from pathlib import Path
from random import Random
from types import ModuleType

from pydantic import SecretStr

from hooklab.errors import HooklabError
from hooklab.services import Drawn, Settings
from hooklab.texts import _

NAME = "settings"

_modules: dict[bytes, ModuleType] = {}


def load_settings(described: str | Path | None) -> type[Settings]:
    """The class `Settings` in the file `described`; the engine's own where there is no such file.

    A process builds it once, which takes a millisecond, and again when the text is another.

    Raises:
        HooklabError: the file cannot be used.
    """
    file = Path(described or "")
    if not file.is_file():
        return Settings
    try:
        text = file.read_bytes()
        if text not in _modules:
            _modules[text] = _run(text, file)
        kind: type[Settings] = _modules[text].Settings
    except Exception as error:
        raise HooklabError(
            _("{file} cannot be used: {error!r}").format(file=file, error=error),
            _("define a class Settings there, a subclass of hooklab.services.Settings"),
        ) from error
    return kind


def loaded_twin(file: Path) -> ModuleType | None:
    """The loaded module of the course whose text is that of `file`, if there is one."""
    return _modules.get(file.read_bytes()) if file.is_file() else None


def draw(kind: type[Settings], chance: Random, *, secrets_only: bool = False) -> dict[str, str]:
    """New values for the settings of `kind` that are marked so, by the names of their variables.

    Args:
        chance: decides the values.
        secrets_only: leave out what has a useful default.
    """
    return {
        name.upper(): mark.draw(chance)
        for name, field in kind.model_fields.items()
        for mark in field.metadata
        if isinstance(mark, Drawn) and (field.annotation is SecretStr or not secrets_only)
    }


def _run(text: bytes, file: Path) -> ModuleType:
    # Not by an import: that would write compiled code into the course.
    module = ModuleType(f"submission.{NAME}")
    module.__file__ = str(file)
    exec(compile(text, file, "exec"), vars(module))  # noqa: S102 - the course's own file
    return module
