"""What the environments cost, line by line, by the price sheet."""

from dataclasses import dataclass

from hooklab.texts import pick

from ...prices import COLON, Bill, money
from .company import DEVELOPMENT, FILE, SHEET, fail, folded

MOST = 1_000_000
CENTS = 0.05
"""How far a sum may be off by rounding, in dollars."""


@dataclass(frozen=True)
class Costs:
    """The bills by environment, and that of what several share."""

    own: dict[str, Bill]
    shared: Bill

    @property
    def total(self):
        return sum(bill.total for bill in (*self.own.values(), self.shared))

    @property
    def prices(self):
        """Every price that somebody pays, by id."""
        return {line.price.id: line.price for line in self.lines}

    @property
    def lines(self):
        return [line for bill in (*self.own.values(), self.shared) for line in bill.lines]

    def of(self, environment):
        """The lines that pay for one environment: its own, and the shared ones."""
        return [*self.own[environment.name].lines, *self.shared.lines]


def read(answers, environments):
    """All cost lines of the answer; one that the price sheet does not know fails."""
    own = {each.name: _bill(each.fields, "cost") for each in environments}
    return Costs(own, _bill(answers.fields(FILE), "shared_cost"))


def _bill(fields, key):
    return SHEET.bill_of(fields.tables(key, name="price", least=0))


def told_all(costs):
    """The sum of every bill and of all of them, with the lines of the shared one."""
    rows = [f"{name}{pick(COLON)}{money(bill.total, 2)}" for name, bill in costs.own.items()]
    if costs.shared.lines:
        rows += ["shared_cost", *(f"  {row}" for row in SHEET.told(costs.shared).splitlines())]
    return "\n".join((*rows, f"= {money(costs.total, 2)}"))


def require_everything_is_paid(environments, costs):
    """Fail for a Clerk application, a tunnel or a server that no line pays."""
    for each in environments:
        _require_a_plan_at_clerk(each, environments, costs)
        _require_the_tunnel(each, environments, costs)
        _require_a_server(each, costs)


def _require_a_plan_at_clerk(environment, environments, costs):
    application = environment.instance[0]
    with_it = [each for each in environments if folded(each.instance[0]) == folded(application)]
    paid = [line for each in with_it for line in costs.of(each)]
    if not any(line.price.group == "clerk" and line.price.unit == "month" for line in paid):
        _fail(environment, f"{application}: clerk_…", "Clerk")


def _require_the_tunnel(environment, environments, costs):
    if not environment.has_tunnel:
        return
    with_it = [
        each
        for each in environments
        if each is environment or (environment.account and each.account == environment.account)
    ]
    if not any(line.price.id == environment.tunnel for each in with_it for line in costs.of(each)):
        _fail(environment, environment.tunnel, "tunnel")


def _require_a_server(environment, costs):
    # A laptop behind a tunnel costs nothing a month.
    if environment.kind == DEVELOPMENT and environment.has_tunnel:
        return
    provided = {what for line in costs.of(environment) for what in line.price.provides}
    for what in ("app", "database"):
        if what not in provided:
            _fail(environment, f"… ({what})", what)


def _fail(environment, price, what):
    names = {
        "Clerk": {
            "en": "a line for the Clerk application",
            "fr": "une ligne pour l’application Clerk",
        },
        "tunnel": {
            "en": "a line for the tunnel, even at no cost",
            "fr": "une ligne pour le tunnel, même gratuit",
        },
        "app": {
            "en": "a line for where the app runs",
            "fr": "une ligne pour ce qui héberge l’application",
        },
        "database": {"en": "a line for the database", "fr": "une ligne pour la base de données"},
    }[what]
    fail(
        f"in the costs of {environment.name}, or shared: {names['en']}",
        f"dans les coûts de {environment.name}, ou partagés : {names['fr']}",
        {"en": f"there is none: {price}", "fr": f"il n’y en a pas : {price}"},
    )
