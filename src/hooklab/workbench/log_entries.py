"""Lines that an app has printed, put together to what belongs together."""

from collections.abc import Iterable, Iterator

from hooklab.grading.printed import without_library_frames

_TRACEBACK = "Traceback (most recent call last):"


def log_entries(lines: Iterable[str]) -> Iterator[str]:
    """What is one entry each: a line, or a traceback with what stands around it.

    Frames of libraries are left out of a traceback: an answer's own are looked for.
    """
    block: list[str] = []
    inside = False
    for line in lines:
        belongs = line.startswith((" ", "\t", _TRACEBACK)) or inside
        if block and not belongs and not (len(block) > 1 and line.startswith(("[", "("))):
            yield _joined(block)
            block = []
        # The line that names the exception is the first that is not indented.
        inside = line.startswith((_TRACEBACK, " ", "\t")) and (inside or _TRACEBACK in line)
        block.append(line)
    if block:
        yield _joined(block)


def _joined(block: list[str]) -> str:
    return "\n".join(without_library_frames(block))
