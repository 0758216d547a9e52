"""What plans and tunnels allow, by the price sheet."""

from hooklab.texts import number

from .company import DELIVERIES, DEVELOPMENT, SHEET, USERS, fail, folded
from .routes import address, same_instance


def require_users_fit(environments, sheet=SHEET):
    """Fail for a development instance with more users than Clerk lets in."""
    most = min(p.limits["test_users"] for p in sheet.group("clerk") if "test_users" in p.limits)
    for each in environments:
        if each.instance[1] != DEVELOPMENT:
            continue
        inside = [other for other in environments if same_instance(each, other)]
        users = sum(USERS[other.kind] for other in inside)
        if users > most:
            limit, name = number(most), " / ".join(each.instance)
            fail(
                f"at most {limit} users in the development instance {name}",
                f"au plus {limit} utilisateurs dans l’instance de développement {name}",
                _sum(inside, USERS, users),
            )


def require_tunnels_fit(environments):
    """Fail for an account with more addresses or more requests than its plan allows."""
    for each in environments:
        if not each.has_tunnel:
            continue
        limits = SHEET.prices[each.tunnel].limits
        inside = [
            other
            for other in environments
            if other.tunnel == each.tunnel
            and (other is each or (each.account and folded(other.account) == folded(each.account)))
        ]
        who = f"{each.tunnel} ({each.account})" if each.account else each.tunnel
        _require_few_addresses(who, limits, inside)
        _require_few_requests(who, limits, inside)


def _require_few_addresses(who, limits, inside):
    most = limits.get("addresses")
    found = sorted({address(other) for other in inside})
    # 0 means that none stays, which is another check's business.
    if most and len(found) > most:
        limit = number(most)
        fail(
            f"{who}: {SHEET.limits['addresses']['en']}, at most {limit}",
            f"{who} : {SHEET.limits['addresses']['fr']}, au plus {limit}",
            ", ".join(found),
        )


def _require_few_requests(who, limits, inside):
    most = limits.get("requests")
    total = sum(DELIVERIES[other.kind] for other in inside)
    if most and total > most:
        limit = number(most)
        fail(
            f"{who}: {SHEET.limits['requests']['en']}, at most {limit}",
            f"{who} : {SHEET.limits['requests']['fr']}, au plus {limit}",
            _sum(inside, DELIVERIES, total),
        )


def require_commercial_use(costs):
    """Fail for a price whose terms the company breaks."""
    for price in costs.prices.values():
        if not price.commercial:
            fail(
                "plans that allow what a company does with them",
                "des formules qui permettent ce qu’en fait une entreprise",
                {
                    "en": f"{price.id} is for non-commercial use only",
                    "fr": f"{price.id} n’admet qu’un usage non commercial",
                },
            )


def _sum(inside, numbers, total):
    parts = " + ".join(f"{number(numbers[each.kind])} ({each.name})" for each in inside)
    return parts if len(inside) == 1 else f"{parts} = {number(total)}"
