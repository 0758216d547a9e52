"""What a host costs: is everything in the bill, and in the quantity that the assumptions make?"""

from hooklab.texts import number, pick

from ...prices import Bill, Line, money
from .options import SHEET, fail

CENTS = 0.05
"""How far a sum may be off by rounding, in dollars."""

MILLION = 1_000_000
MS_PER_HOUR = 3_600_000


def require_sum(fields, bill):
    """Fail unless the written cost is that of the lines."""
    written = fields.number("monthly_cost", 0, MILLION)
    if abs(written - bill.total) > CENTS:
        wanted = money(bill.total, 2)
        fail(
            f"{fields.where}, monthly_cost: {wanted}",
            f"{fields.where}, monthly_cost : {wanted}",
            {
                "en": f"written: {money(written, 2)}; computed again:\n{SHEET.told(bill)}",
                "fr": f"écrit : {money(written, 2)} ; recalculé :\n{SHEET.told(bill)}",
            },
        )


def require_complete(option, assumed):
    """Fail for a bill that forgets something, or whose quantities do not follow."""
    _require_a_plan(option)
    _require_due_work(option)
    _require_the_database(option)
    for id_, need, why in needs(option, assumed):
        _require_quantity(option, id_, need, why)
    _require_whole_plans(option)
    _require_memory(option, assumed)


def _require_a_plan(option):
    plans = [
        line.price
        for line in option.bill.lines
        if line.price.vendor == option.vendor and "app" in line.price.provides
    ]
    if not plans:
        fail(
            f"{option.host}: a line on which the app runs, from {option.vendor}",
            f"{option.host} : une ligne qui héberge l’application, de {option.vendor}",
            _ids(option),
        )
    for price in (line.price for line in option.bill.lines):
        if not price.commercial:
            fail(
                f"{option.host}: a plan that allows an application that earns money",
                f"{option.host} : une formule qui permet une application qui gagne de l’argent",
                {
                    "en": f"{price.id} is for non-commercial use only",
                    "fr": f"{price.id} n’admet qu’un usage non commercial",
                },
            )


def _require_due_work(option):
    if _has_processes(option):
        if option.processes < 1:
            fail(
                f"{option.host}: processes is at least 1, the app itself",
                f"{option.host} : processes vaut au moins 1, l’application elle-même",
                number(option.processes),
            )
    elif option.processes or option.due_work == "process":
        fail(
            f'{option.host}: processes = 0 and due_work = "call"',
            f'{option.host} : processes = 0 et due_work = "call"',
            {
                "en": f'processes = {option.processes}, due_work = "{option.due_work}"; a function '
                "ends with its answer, and whatever it had started ends with it",
                "fr": f'processes = {option.processes}, due_work = "{option.due_work}" ; une '
                "fonction finit avec sa réponse, et avec elle ce qu’elle avait lancé",
            },
        )


def _has_processes(option):
    return any(
        line.price.vendor == option.vendor and "process" in line.price.provides
        for line in option.bill.lines
    )


def _require_the_database(option):
    if option.database.id not in {line.price.id for line in option.bill.lines}:
        fail(
            f"{option.host}: a line for the database, {option.database.id}",
            f"{option.host} : une ligne pour la base de données, {option.database.id}",
            _ids(option),
        )


def needs(option, assumed):
    """What the assumptions make of every line that is billed by use: (price, quantity, why)."""
    present = {line.price.id for line in option.bill.lines}
    metered = {id_ for line in option.bill.lines for id_ in line.price.metered}
    for price in SHEET.prices.values():
        if price.id not in present | metered:
            continue
        need, why = _need(price, option, assumed)
        if need is None:
            continue
        # What is free anyway may be left out, and what is not needed may be there.
        if price.id in present or need > price.included:
            yield price.id, need, why


def _need(price, option, assumed):
    app = price.vendor == option.vendor
    database = price.vendor == option.database.vendor
    if price.unit == "seat":
        return assumed["developers"], "developers"
    if price.unit == "droplet_dollar":
        return _droplets(option), "Droplets"
    if price.unit in _BY_DELIVERY:
        formula, why = _BY_DELIVERY[price.unit]
        return (formula(assumed), why) if app else (None, "")
    if price.unit in _RUNNING:
        of_process, of_database = _RUNNING[price.unit]
        need, parts = 0, []
        if app and of_process:
            need += option.processes * assumed[of_process]
            parts.append(f"processes × {of_process}")
        if database:
            need += assumed[of_database]
            parts.append(of_database)
        return (need, " + ".join(parts)) if need else (None, "")
    return None, ""


_BY_DELIVERY = {
    "million_calls": (lambda a: a["deliveries"] / MILLION, "deliveries ÷ 1,000,000"),
    "cpu_hour": (
        lambda a: a["deliveries"] * a["cpu_ms"] / MS_PER_HOUR,
        "deliveries × cpu_ms ÷ 3,600,000",
    ),
    "memory_gb_hour": (
        lambda a: a["deliveries"] * a["answer_ms"] * a["process_memory_gb"] / MS_PER_HOUR,
        "deliveries × answer_ms × process_memory_gb ÷ 3,600,000",
    ),
    "gb_out": (
        lambda a: a["deliveries"] * a["answer_kb"] / MILLION,
        "deliveries × answer_kb ÷ 1,000,000",
    ),
}
_RUNNING = {
    "memory_gb": ("process_memory_gb", "database_memory_gb"),
    "vcpu": ("process_vcpu", "database_vcpu"),
    "disk_gb": (None, "database_disk_gb"),
}


def _droplets(option):
    return sum(line.amount for line in option.bill.lines if _is_machine(line.price))


def _is_machine(price):
    return "memory_gb" in price.limits


def _require_quantity(option, id_, need, why):
    written = sum(line.quantity for line in option.bill.lines if line.price.id == id_)
    if abs(written - need) > max(0.01 * need, 0.006):
        wanted = number(round(need, 2) if need > 1 else round(need, 4))
        fail(
            f"{option.host}, {id_}: a quantity of {wanted}, that is {why}",
            f"{option.host}, {id_} : une quantité de {wanted}, c’est-à-dire {why}",
            {
                "en": f"written: {number(written)}" if written else "there is no such line",
                "fr": f"écrit : {number(written)}" if written else "cette ligne n’y est pas",
            },
        )


def _require_whole_plans(option):
    for line in option.bill.lines:
        if line.price.unit == "month" and line.quantity != int(line.quantity):
            fail(
                f"{option.host}, {line.price.id}: a whole number",
                f"{option.host}, {line.price.id} : un nombre entier",
                number(line.quantity),
            )


def _require_memory(option, assumed):
    machines = [line for line in option.bill.lines if _is_machine(line.price)]
    inside = 0.0
    if any(line.price.vendor == option.vendor for line in machines):
        inside += option.processes * assumed["process_memory_gb"]
    if _is_machine(option.database):
        inside += assumed["database_memory_gb"]
    there = sum(line.quantity * line.price.limits["memory_gb"] for line in machines)
    if inside > there:
        fail(
            f"{option.host}: machines with {number(inside)} GB of memory for what runs on them",
            f"{option.host} : des machines de {number(inside)} Go de mémoire pour ce qui y tourne",
            {"en": f"{number(there)} GB", "fr": f"{number(there)} Go"},
        )


def _ids(option):
    ids = ", ".join(line.price.id for line in option.bill.lines)
    return ids or pick({"en": "there are no lines", "fr": "il n’y a pas de lignes"})


def clerk(fields, assumed):
    """Clerk's bill, which is the same for all hosts."""
    plan = _plan(fields)
    users = [Line(SHEET.prices[id_], assumed["retained_users"]) for id_ in plan.metered]
    return Bill((Line(plan, 1), *users))


def require_seats(fields, assumed):
    """Fail when Clerk's plan has fewer seats than there are developers."""
    plan = _plan(fields)
    seats = plan.limits.get("dashboard_seats")
    if seats and assumed["developers"] > seats:
        fail(
            f"{plan.id}: {SHEET.limits['dashboard_seats']['en']}, at most {number(seats)}",
            f"{plan.id} : {SHEET.limits['dashboard_seats']['fr']}, au plus {number(seats)}",
            f"developers = {assumed['developers']}",
        )


def _plan(fields):
    fields.only("plan", "monthly_cost")
    plans = [each for each in SHEET.group("clerk") if each.unit == "month"]
    return SHEET.prices[fields.choice("plan", [each.id for each in plans])]
