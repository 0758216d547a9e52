"""What the app asked its database, and how the database found it."""

import re
from dataclasses import dataclass
from typing import Any

# SQLite: "SCAN t", "SCAN t USING INDEX i"; PostgreSQL: "Seq Scan on t", and an index scan that is
# followed by no "Index Cond:" reads the whole index.
_SCANS = re.compile(r"\bSCAN (?:TABLE )?\"?(\w+)|Seq Scan on (?:\w+\.)?\"?(\w+)\"?(?: \"?(\w+))?")
_BY_INDEX = re.compile(r"Index(?: Only)? Scan(?: Backward)? using \S+ on \"?(\w+)\"?(?: \"?(\w+))?")


@dataclass(frozen=True)
class Statement:
    """One statement that was executed.

    Attributes:
        text: SQL with placeholders, shortened.
        plan: the database's plan for a SELECT, line by line.
        rows: how many rows the app took.
    """

    text: str
    plan: tuple[str, ...]
    rows: int

    def is_about(self, table: str) -> bool:
        """Whether it mentions `table`."""
        return re.search(rf"\b{re.escape(table)}\b", self.text) is not None

    def reads_all(self, table: str) -> bool:
        """Whether, as the plan says, `table` or an index on it is read from one end to the other.

        With a LIMIT such a reading may end early.
        """
        names = {table, *_aliases(self.text, table)}
        for number, line in enumerate(self.plan):
            if (found := _SCANS.search(line)) and names & set(found.groups()):
                return True
            following = "".join(self.plan[number + 1 : number + 2])
            by_index = _BY_INDEX.search(line)
            if by_index and names & set(by_index.groups()) and "Index Cond:" not in following:
                return True
        return False

    def __str__(self) -> str:
        lines = [" ".join(self.text.split())[:300], *(f"    {line.strip()}" for line in self.plan)]
        return "\n  ".join(lines)


def read_statements(noted: Any) -> list[Statement]:
    """The statements that a worker tells of; anything else in `noted` is left out."""
    return [
        Statement(str(each.get("text")), _lines(each.get("plan")), _count(each.get("rows")))
        for each in (noted if isinstance(noted, list) else [])
        if isinstance(each, dict)
    ]


def _lines(plan: Any) -> tuple[str, ...]:
    return tuple(str(line) for line in plan) if isinstance(plan, list) else ()


def _count(rows: Any) -> int:
    return rows if isinstance(rows, int) else 0


def _aliases(text: str, table: str) -> list[str]:
    return re.findall(rf'\b{re.escape(table)}"? AS "?(\w+)', text, re.IGNORECASE)
