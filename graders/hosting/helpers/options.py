"""What an answer assumes, and what it says of each of the three hosts."""

from dataclasses import dataclass

from hooklab.grading.failure import CheckFailed
from hooklab.texts import number, pick

from ...prices import Bill, Price, load

FILE = "hosting.toml"
SHEET = load()

USERS = 10_000
"""Monthly active users: the question."""

VENDORS = {"vercel": "Vercel", "railway": "Railway", "digitalocean": "DigitalOcean"}
HOSTS = tuple(VENDORS)
CRITERIA = ("cost", "webhooks", "scaling", "maintenance", "monitoring", "setup")
TEXTS = ("webhooks", "scaling", "maintenance", "monitoring", "setup")

MOST = 1_000_000

# What is still plausible; the statement shows the same table.
BOUNDS = {
    "retained_users": (1, USERS),
    "sign_ins": (1, 60),
    "events_per_sign_in": (0, 4),
    "updates": (0.1, 20),
    "deliveries": (1_000, 3_000_000),
    "cpu_ms": (5, 1_000),
    "answer_ms": (5, 15_000),
    "answer_kb": (0.1, 100),
    "process_memory_gb": (0.1, 4),
    "process_vcpu": (0.01, 2),
    "database_memory_gb": (0.25, 8),
    "database_vcpu": (0.01, 4),
    "database_disk_gb": (1, 200),
    "developers": (1, 20),
}
_WHOLE = ("retained_users", "developers")
_HABITS = ("sign_ins", "events_per_sign_in", "updates", "deliveries")

KEYS = (
    "host",
    "due_work",
    "processes",
    "database",
    "line",
    "monthly_cost",
    "automatic_scaling",
    "maintenance_hours",
    "setup_hours",
    "scores",
    *TEXTS,
)


@dataclass(frozen=True)
class Option:
    """How one host would be used.

    Attributes:
        due_work: "process" when something runs all the time for it, "call" when a scheduler calls.
        processes: how many processes run all the time.
        database: the price that provides the database.
        fields: the whole table.
    """

    host: str
    due_work: str
    processes: int
    database: Price
    bill: Bill
    fields: object

    @property
    def vendor(self):
        return VENDORS[self.host]


def fail(en, fr, got):
    """Fail the check; `got` is a mapping of languages, or a text without any."""
    raise CheckFailed(pick({"en": en, "fr": fr}), got if isinstance(got, str) else pick(got))


def top(answers):
    """The whole answer."""
    fields = answers.fields(FILE)
    fields.only("assumptions", "clerk", "option", "weights", "ranking", "recommendation")
    return fields


def assumptions(answers, *, plausible=False):
    """What the answer assumes; `deliveries` is computed, not read.

    Args:
        plausible: whether the users and their habits must be those of the question. Bills and
            scores are told from what is assumed, whatever that is.
    """
    fields = top(answers).table("assumptions")
    fields.only("monthly_active_users", *BOUNDS)
    users = fields.number("monthly_active_users", 1, MOST)
    if plausible and users != USERS:
        fail(
            f"monthly_active_users = {USERS}: that is the question",
            f"monthly_active_users = {USERS} : c’est la question",
            number(users),
        )
    bounds = BOUNDS if plausible else BOUNDS | dict.fromkeys(_HABITS, (0, MOST * MOST))
    found = {
        key: fields.whole(key, *span) if key in _WHOLE else fields.number(key, *span)
        for key, span in bounds.items()
    }
    return found | {"deliveries": deliveries(found), "written_deliveries": found["deliveries"]}


def deliveries(assumed):
    """How many webhooks a month follow from the habits of the users."""
    return USERS * (assumed["sign_ins"] * assumed["events_per_sign_in"] + assumed["updates"])


def table_of(answers, host):
    """The [[option]] of `host`, whatever stands in it."""
    found = [
        each
        for each in top(answers).tables("option", name="host")
        if each.values.get("host") == host
    ]
    if len(found) != 1:
        fail(
            f'one [[option]] with host = "{host}"',
            f'un seul [[option]] avec host = "{host}"',
            {"en": f"there are {len(found)}", "fr": f"il y en a {len(found)}"},
        )
    found[0].only(*KEYS)
    return found[0]


def option(answers, host):
    """How `host` is used, with its bill; anything that is none fails."""
    fields = table_of(answers, host)
    due_work = fields.choice("due_work", ("process", "call"))
    processes = fields.whole("processes", 0, 20)
    databases = [each.id for each in SHEET.prices.values() if "database" in each.provides]
    database = SHEET.prices[fields.choice("database", databases)]
    bill = SHEET.bill_of(fields.tables("line", name="price"))
    return Option(host, due_work, processes, database, bill, fields)
