"""Bills are computed again from the answer's own assumptions, and so is its ranking."""

from itertools import pairwise

import pytest

from hooklab.grading.failure import CheckFailed
from hooklab.texts import number

from ..prices import money
from .helpers import bills, options, ranking
from .helpers.options import HOSTS, TEXTS, USERS, fail, option, table_of, top

WORDS = 12
MUCH = 25


def test_the_traffic_follows_from_the_assumptions(answers):
    assumed = options.assumptions(answers, plausible=True)
    computed, written = assumed["deliveries"], assumed["written_deliveries"]
    if abs(written - computed) > 0.005 * computed:
        terms = f"{number(assumed['sign_ins'])} × {number(assumed['events_per_sign_in'])}"
        updates, users = number(assumed["updates"]), number(USERS)
        fail(
            f"deliveries = {number(computed)}, that is {users} × ({terms} + {updates})",
            f"deliveries = {number(computed)}, c’est-à-dire {users} × ({terms} + {updates})",
            number(written),
        )


def test_clerk_is_paid_by_retained_users(answers):
    assumed = options.assumptions(answers)
    retained = assumed["retained_users"]
    if retained >= USERS:
        fail(
            f"retained_users below {number(USERS)}: whoever signs up and does not come back on "
            "another day is active, and not retained",
            f"retained_users inférieur à {number(USERS)} : qui s’inscrit sans revenir un autre "
            "jour est actif, et n’est pas retenu",
            number(retained),
        )
    fields = top(answers).table("clerk")
    bills.require_seats(fields, assumed)
    bills.require_sum(fields, bills.clerk(fields, assumed))


def _require_complete(answers, host):
    found, assumed = option(answers, host), options.assumptions(answers)
    try:
        bills.require_complete(found, assumed)
    except CheckFailed:
        # Whether it follows from the assumptions is another claim: a bill may rest on what is
        # written.
        written = {"deliveries": assumed["written_deliveries"]}
        bills.require_complete(found, assumed | written)


def _require_sum(answers, host):
    found = option(answers, host)
    bills.require_sum(found.fields, found.bill)


def test_the_bill_of_vercel_is_complete(answers):
    _require_complete(answers, "vercel")


def test_the_bill_of_vercel_adds_up(answers):
    _require_sum(answers, "vercel")


def test_the_bill_of_railway_is_complete(answers):
    _require_complete(answers, "railway")


def test_the_bill_of_railway_adds_up(answers):
    _require_sum(answers, "railway")


def test_the_bill_of_digitalocean_is_complete(answers):
    _require_complete(answers, "digitalocean")


def test_the_bill_of_digitalocean_adds_up(answers):
    _require_sum(answers, "digitalocean")


@pytest.mark.parametrize("host", HOSTS)
def test_every_point_is_answered_for_every_host(answers, host):
    fields = table_of(answers, host)
    for text in TEXTS:
        fields.text(text, words=WORDS)
    fields.choice("automatic_scaling", ("yes", "no"))
    fields.number("maintenance_hours", 0, 80)
    fields.number("setup_hours", 0.25, 200)


def test_the_scores_agree_with_the_figures(answers):
    said = {host: ranking.figures(option(answers, host)) for host in HOSTS}
    given = {host: ranking.scores(answers, host) for host in HOSTS}
    ranking.require_agreement(said, given)


def test_the_ranking_follows_from_the_weights(answers):
    found = ranking.totals(answers)
    written = top(answers).order("ranking", HOSTS)
    if any(found[better] < found[worse] - 1e-9 for better, worse in pairwise(written)):
        wanted = ", ".join(sorted(HOSTS, key=lambda host: -found[host]))
        fail(
            f"ranking: {wanted}",
            f"ranking : {wanted}",
            f"{', '.join(written)}\n{ranking.told(answers)}",
        )


def test_the_recommendation_is_consistent(answers):
    fields = top(answers).table("recommendation")
    fields.only("choice", "budget", "team", "expertise", "reason", "against_ranking")
    choice = fields.choice("choice", HOSTS)
    for text, words in {"team": 5, "expertise": 5, "reason": MUCH}.items():
        fields.text(text, words=words)
    _require_within_budget(answers, choice, fields.number("budget", 1, options.MOST))
    found = ranking.totals(answers)
    if found[choice] < max(found.values()) - 1e-9 and not fields.values.get("against_ranking"):
        first = max(found, key=found.get)
        fail(
            f"the first of the ranking, {first}, or against_ranking: why not",
            f"le premier du classement, {first}, ou against_ranking : pourquoi un autre",
            f'choice = "{choice}"\n{ranking.told(answers)}',
        )
    if fields.values.get("against_ranking"):
        fields.text("against_ranking", words=MUCH)


def _require_within_budget(answers, choice, budget):
    assumed = options.assumptions(answers)
    host = option(answers, choice).bill.total
    with_clerk = host + bills.clerk(top(answers).table("clerk"), assumed).total
    if with_clerk > budget + bills.CENTS:
        fail(
            f"{choice} and Clerk together within your budget of {money(budget)} a month",
            f"{choice} et Clerk ensemble dans votre budget de {money(budget)} par mois",
            money(with_clerk, 2),
        )
