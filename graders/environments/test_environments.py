"""One event of each environment is sent through the answer, and the costs are computed again."""

from itertools import combinations

from hooklab.texts import pick

from ..prices import money
from .helpers import company, costs, limits
from .helpers.company import BUDGET, FILE, PRODUCTION, VARIABLES, fail, folded
from .helpers.routes import is_fixed, ways

REASONS = ("choice", "development", "production", "costs")
WORDS = 15


def test_five_environments_are_described(answers):
    company.require_names_of_secrets(company.read(answers))


def test_an_event_reaches_its_own_environment(answers):
    environments = company.read(answers)
    for each in environments:
        found = ways(each, environments)
        if not any(way.reached is each for way in found):
            fail(
                f"an event of {each.name} reaches the app of {each.name}",
                f"un événement de l’environnement {each.name} arrive à sa propre application",
                "\n".join(map(str, found)),
            )


def test_an_event_reaches_no_other_environment(answers):
    environments = company.read(answers)
    for each in environments:
        for way in ways(each, environments):
            if way.reached is not None and way.reached is not each:
                fail(
                    f"an event of {each.name} reaches no other environment",
                    f"un événement de l’environnement {each.name} n’arrive dans aucun autre",
                    f"{way}\n{_arrived(way)}",
                )


def _arrived(way):
    name = way.reached.name
    return pick({"en": f"it came to {name}", "fr": f"il est arrivé chez {name}"})


def test_an_endpoint_survives_a_restart(answers):
    for each in company.read(answers):
        if not is_fixed(each):
            fail(
                f"after a restart, the endpoint of {each.name} still leads to {each.name}",
                f"après un redémarrage, le point d’entrée de {each.name} mène encore à {each.name}",
                {
                    "en": f"{each.tunnel} gets another address each time, unless a pinned "
                    f"tunnel_token stands in it; Clerk goes on sending to {each.endpoint}",
                    "fr": f"{each.tunnel} reçoit chaque fois une autre adresse, sauf si un "
                    f"tunnel_token fixe y figure ; Clerk continue d’envoyer à {each.endpoint}",
                },
            )


def test_production_needs_no_tunnel(answers):
    (production,) = (each for each in company.read(answers) if each.kind == PRODUCTION)
    if production.has_tunnel:
        fail(
            'production is reached directly: tunnel = "none"',
            'la production est jointe directement : tunnel = "none"',
            f'tunnel = "{production.tunnel}"',
        )
    if production.instance[1] != PRODUCTION:
        fail(
            "the users of production live in a production instance of Clerk",
            "les utilisateurs de la production vivent dans une instance de production de Clerk",
            f'clerk_instance = "{production.instance[1]}"',
        )


def test_every_limit_is_kept(answers):
    environments = company.read(answers)
    limits.require_users_fit(environments)
    limits.require_tunnels_fit(environments)
    limits.require_commercial_use(costs.read(answers, environments))


def test_the_reasons_answer_every_point(answers):
    reasons = answers.fields(FILE).table("reasons")
    for point in REASONS:
        reasons.text(point, words=WORDS)


def test_no_secret_is_shared(answers):
    environments = company.read(answers)
    for one, other in combinations(environments, 2):
        theirs = {folded(other.variables[name]): name for name in VARIABLES}
        for name in VARIABLES:
            if same := theirs.get(folded(one.variables[name])):
                kept = one.variables[name]
                fail(
                    "a secret of its own for each environment",
                    "à chaque environnement ses propres secrets",
                    {
                        "en": f"{name} of {one.name} and {same} of {other.name} are both {kept}",
                        "fr": f"{name} de {one.name} et {same} de {other.name} : tous deux {kept}",
                    },
                )


def test_no_database_is_shared(answers):
    environments = company.read(answers)
    for one, other in combinations(environments, 2):
        if company.same(one.database, other.database):
            fail(
                "a database of its own for each environment",
                "à chaque environnement sa propre base de données",
                {
                    "en": f"{one.name} and {other.name} both write to {one.database}",
                    "fr": f"{one.name} et {other.name} écrivent tous deux dans {one.database}",
                },
            )


def test_everything_that_is_used_is_in_the_costs(answers):
    environments = company.read(answers)
    costs.require_everything_is_paid(environments, costs.read(answers, environments))


def test_the_sums_are_right(answers):
    environments = company.read(answers)
    found = costs.read(answers, environments)
    for each in environments:
        bill = found.own[each.name]
        _require_sum(each.fields, "monthly_cost", bill.total, company.SHEET.told(bill))
    _require_sum(answers.fields(FILE), "monthly_total", found.total, costs.told_all(found))


def _require_sum(fields, key, computed, lines):
    written = fields.number(key, 0, costs.MOST)
    if abs(written - computed) > costs.CENTS:
        wanted = money(computed, 2)
        fail(
            f"{fields.where}, {key}: {wanted}",
            f"{fields.where}, {key} : {wanted}",
            {
                "en": f"written: {money(written, 2)}; computed again:\n{lines}",
                "fr": f"écrit : {money(written, 2)} ; recalculé :\n{lines}",
            },
        )


def test_the_budget_is_kept(answers):
    environments = company.read(answers)
    found = costs.read(answers, environments)
    if found.total > BUDGET:
        most = money(BUDGET)
        fail(
            f"all environments together cost at most {most} a month",
            f"tous les environnements ensemble coûtent au plus {most} par mois",
            costs.told_all(found),
        )
