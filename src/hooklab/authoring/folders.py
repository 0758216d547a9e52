"""The files of an answer that its author keeps: without compiled and hidden ones."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path


def files(folder: Path) -> set[str]:
    """The names of all files in `folder`, below it too, without compiled and hidden ones."""
    names = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        name.as_posix()
        for name in names
        if not any(part == "__pycache__" or part.startswith(".") for part in name.parts)
    }


def copy(folder: Path, into: Path) -> Path:
    """Lay the files of `folder` in the folder `into`, over what is there; returns `into`.

    A checkout on Windows may have its own line ends, where patches know one kind only. A file with
    a NUL byte has no lines.
    """
    into.mkdir(parents=True, exist_ok=True)
    for name in sorted(files(folder)):
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(plain((folder / name).read_bytes()))
    return into


def plain(content: bytes) -> bytes:
    """The content of a file with the line ends that patches know."""
    return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def digest(found: Mapping[str, Path], *also: str) -> str:
    """A digest of the contents of files, of the names that they have here, and of some texts."""
    contents = {name: path.read_bytes() if path.is_file() else b"" for name, path in found.items()}
    return content_digest(contents, *also)


def content_digest(contents: Mapping[str, bytes], *also: str) -> str:
    """A digest of contents, of their names, and of some texts."""
    whole = hashlib.sha256(json.dumps(also).encode())
    for name, content in sorted(contents.items()):
        whole.update(json.dumps([name, len(content)]).encode() + content)
    return whole.hexdigest()


def folder_digest(folder: Path) -> str:
    """A digest of the files of an answer."""
    return digest({name: folder / name for name in files(folder)})
