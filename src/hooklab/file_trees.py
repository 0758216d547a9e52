"""The files of a folder, all at once: read, written, exchanged."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from shutil import rmtree

from hooklab.errors import HooklabError
from hooklab.texts import _


def content(folder: Path) -> dict[str, bytes]:
    """What `folder` holds, by path; compiled files are nobody's."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files in `folder`, by path; OSError when that cannot be done."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)


def replace(folder: Path, files: Mapping[str, bytes]) -> Path | None:
    """Exchange the folder's content; returns where the old one is kept, if there was one."""
    fresh = folder.with_name(f".{folder.name}.new")
    kept = folder.with_name(f"{folder.name}.{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}")
    had_one = folder.exists()
    try:
        rmtree(fresh, ignore_errors=True)
        write_all(fresh, files)
        if had_one:
            folder.rename(kept)
        fresh.rename(folder)
    except OSError as error:
        raise HooklabError(
            _("{folder} cannot be replaced: {reason}").format(folder=folder, reason=error.strerror),
            _("close what uses it, or change its permissions, and try again"),
        ) from error
    return kept if had_one else None
