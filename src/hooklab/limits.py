"""How much an answer may take: `[limits]` in `graders/course.toml`, with defaults for the rest."""

from dataclasses import asdict, dataclass, fields

from hooklab.texts import _
from hooklab.toml import Table

# What the limits may be at most: about what a system call takes, and a day.
_MOST = 1 << 20
_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Limits:
    """What one answer may take while it is graded. Each is a whole number, at least 1.

    Attributes:
        memory_mib: addresses that each of its processes may use, see RLIMIT_AS in getrlimit(2), and
            memory that all of them may hold together. Of the addresses, shared libraries take
            about 300 MiB.
        processor_seconds: processor time of each of its processes, see RLIMIT_CPU.
        file_mib: how large each of its files may be.
        disk_mib: how much it may write in all, for each check. The course's heaviest check fills a
            database with 40 MiB.
        files: how many files it may write, for each check; no app of the course has a hundred.
        open_files: descriptors of each of its processes.
        processes: of one app, with their threads; a busy app of the course has about sixty. Held
            where an ordinary user grades, since root has no such limit.
        check_seconds: wall time of one check. The time in which others kept the app from a
            processor does not count.
        submission_seconds: wall time of all checks of an exercise together.
        output_kib: how much of what an app prints is read; of more, the first and the last half.
    """

    memory_mib: int = 2048
    processor_seconds: int = 60
    file_mib: int = 64
    disk_mib: int = 256
    files: int = 1000
    open_files: int = 256
    processes: int = 256
    check_seconds: int = 180
    submission_seconds: int = 1800
    output_kib: int = 256

    def as_data(self) -> dict[str, int]:
        """The limits by their names."""
        return asdict(self)


DEFAULTS = Limits()


def read_limits(table: Table) -> Limits:
    """The limits in a table; HooklabError for one that is unknown, or no such number."""
    names = [field.name for field in fields(Limits)]
    table.only(*names)
    return Limits(**{name: _number(table, name) for name in names})


def _number(table: Table, name: str) -> int:
    number: int = table.get(name, int, getattr(DEFAULTS, name))
    most = _DAY if name.endswith("_seconds") else _MOST
    if not 1 <= number <= most:
        raise table.refuse(
            _("“{key}” is {value!r}").format(key=name, value=number),
            _("write a whole number from 1 to {most}").format(most=most),
        )
    return number
