"""Do scores agree with the answer's own figures, and does the ranking follow from the weights?"""

from dataclasses import dataclass
from itertools import permutations

from hooklab.texts import number, pick

from ...prices import money
from .options import CRITERIA, HOSTS, fail, table_of, top

TWICE = 2
BEST = 5


@dataclass(frozen=True)
class Figure:
    """What an answer says of a host in numbers; less is better."""

    criterion: str
    value: float
    shown: str


def scores(answers, host):
    """The six scores of `host`, 1 to 5."""
    fields = table_of(answers, host).table("scores")
    fields.only(*CRITERIA)
    return {criterion: fields.whole(criterion, 1, BEST) for criterion in CRITERIA}


def figures(option):
    """The figures by which hosts can be told apart."""
    fields = option.fields
    maintenance = fields.number("maintenance_hours", 0, 80)
    setup = fields.number("setup_hours", 0.25, 200)
    automatic = fields.choice("automatic_scaling", ("yes", "no"))
    return [
        Figure("cost", option.bill.total, money(option.bill.total, 2)),
        Figure("maintenance", maintenance, f"maintenance_hours = {number(maintenance)}"),
        Figure("setup", setup, f"setup_hours = {number(setup)}"),
        Figure("scaling", float(automatic == "no"), f"automatic_scaling = {automatic}"),
    ]


def require_agreement(said, given):
    """Fail when a host is better by its figures, and its score is not.

    Args:
        said: the figures by host.
        given: the scores by host.
    """
    for one, other in permutations(HOSTS, 2):
        for mine, theirs in zip(said[one], said[other], strict=True):
            _compare(one, other, mine, theirs, given)


def _compare(one, other, mine, theirs, given):
    better = mine.value < theirs.value - 0.05
    much = better and theirs.value > TWICE * mine.value
    ours, others = given[one][mine.criterion], given[other][mine.criterion]
    if (better and ours < others) or (much and ours == others):
        claim = {"en": "no lower than", "fr": "une note au moins égale à celle de"}
        if much:
            claim = {"en": "higher than", "fr": "une note plus haute que"}
        fail(
            f"{mine.criterion}: {one} ({mine.shown}) scores {claim['en']} {other} ({theirs.shown})",
            f"{mine.criterion} : {one} ({mine.shown}) a {claim['fr']} {other} ({theirs.shown})",
            f"{one} = {ours}, {other} = {others}",
        )


def weights(answers):
    """The six weights, which add up to 100."""
    fields = top(answers).table("weights")
    fields.only(*CRITERIA)
    found = {criterion: fields.number(criterion, 0, 100) for criterion in CRITERIA}
    total = sum(found.values())
    if abs(total - 100) > 0.01:
        fail("six weights that add up to 100", "six poids dont la somme fait 100", number(total))
    return found


def totals(answers):
    """The weighted sum of each host."""
    weight = weights(answers)
    given = {host: scores(answers, host) for host in HOSTS}
    return {host: sum(weight[each] * given[host][each] for each in CRITERIA) for host in HOSTS}


def told(answers):
    """The weighted sums, term by term."""
    weight, found = weights(answers), totals(answers)
    rows = []
    for host in HOSTS:
        given = scores(answers, host)
        terms = " + ".join(f"{number(weight[each])}×{given[each]}" for each in CRITERIA)
        rows.append(f"{host}: {terms} = {number(found[host])}")
    order = ", ".join(CRITERIA)
    head = pick({"en": f"weight × score, for {order}:", "fr": f"poids × note, pour {order} :"})
    return "\n".join((head, *rows))
