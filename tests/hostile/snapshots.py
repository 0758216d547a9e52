"""What is in a folder before and after an attack."""

import hashlib
from pathlib import Path


def snapshot(folder: Path) -> dict[str, tuple[object, ...]]:
    """What is in `folder`: the paths, and what would show a change."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        look = path.lstat()
        content = hashlib.sha1(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = (look.st_mode, look.st_mtime_ns, content)
    return found


def changes(
    before: dict[str, tuple[object, ...]], after: dict[str, tuple[object, ...]]
) -> list[str]:
    """The paths that came, went or changed."""
    return sorted(path for path in before | after if before.get(path) != after.get(path))
