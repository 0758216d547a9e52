"""The company of the statement, and the environments that an answer gives it."""

import re
from dataclasses import dataclass

from hooklab.grading.failure import CheckFailed
from hooklab.grading.fields import Fields, shown
from hooklab.texts import pick

from ...prices import load
from .tunnels import NONE, TUNNELS

FILE = "environments.toml"
BUDGET = 60
"""Dollars a month, for everything."""

SHEET = load()

DEVELOPMENT, STAGING, PRODUCTION = KINDS = ("development", "staging", "production")
WANTED = {DEVELOPMENT: 3, STAGING: 1, PRODUCTION: 1}
# What the statement says of the company: users in Clerk, and deliveries a month.
USERS = {DEVELOPMENT: 20, STAGING: 600, PRODUCTION: 2_000}
DELIVERIES = {DEVELOPMENT: 9_000, STAGING: 30_000, PRODUCTION: 40_000}

VARIABLES = ("CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_SECRET_KEY", "DATABASE_URL")
# The beginnings of what Clerk hands out, and an address with a password in it.
_SECRET = re.compile(r"\b(?:whsec_|sk_(?:test|live)_)\w|://[^/\s]*:[^/\s]*@")


@dataclass(frozen=True)
class Environment:
    """One environment of an answer.

    Attributes:
        instance: the application and the instance at Clerk.
        variables: the name under which each secret is kept.
        fields: the whole table, for its costs.
    """

    name: str
    kind: str
    instance: tuple[str, str]
    endpoint: str
    tunnel: str
    account: str
    token: str
    database: str
    variables: dict[str, str]
    fields: Fields

    @property
    def has_tunnel(self):
        return self.tunnel != NONE


def fail(en, fr, got):
    """Fail the check; `got` is a mapping of languages, or a text without any."""
    raise CheckFailed(pick({"en": en, "fr": fr}), got if isinstance(got, str) else pick(got))


def same(one, other):
    """Whether two names mean the same thing: letters and spaces do not tell them apart."""
    return folded(one) == folded(other)


def folded(name):
    return " ".join(name.split()).casefold()


def read(answers):
    """The five environments of the answer; anything that is none fails."""
    fields = answers.fields(FILE)
    fields.only("environment", "shared_cost", "monthly_total", "reasons")
    found = [_environment(each) for each in fields.tables("environment", name="name")]
    for kind, wanted in WANTED.items():
        count = sum(each.kind == kind for each in found)
        if count != wanted:
            fail(
                f"{FILE}: three environments of the kind development, one staging, one production",
                f"{FILE} : trois environnements de type development, un staging, un production",
                {"en": f"{count} of the kind {kind}", "fr": f"{count} de type {kind}"},
            )
    _refuse_names_twice(found)
    return found


def _environment(fields):
    fields.only(
        "name",
        "kind",
        "clerk_application",
        "clerk_instance",
        "endpoint",
        "tunnel",
        "tunnel_account",
        "tunnel_token",
        "database",
        "variables",
        "cost",
        "monthly_cost",
    )
    # In the order of the statement: what a learner has filled in is not asked for again.
    name, kind = fields.name("name"), fields.choice("kind", KINDS)
    application = fields.name("clerk_application")
    instance = fields.choice("clerk_instance", (DEVELOPMENT, PRODUCTION))
    endpoint, tunnel = fields.name("endpoint"), fields.choice("tunnel", (NONE, *TUNNELS))
    return Environment(
        name=name,
        kind=kind,
        instance=(application, instance),
        endpoint=endpoint,
        tunnel=tunnel,
        account=_for(fields, "tunnel_account", needed=tunnel != NONE and TUNNELS[tunnel].account),
        token=_for(fields, "tunnel_token", needed=False),
        database=fields.name("database"),
        variables=_variables(fields.table("variables")),
        fields=fields,
    )


def _for(fields, key, *, needed):
    # An empty text is how TOML says “none”.
    if needed or fields.values.get(key, "") != "":
        return fields.name(key)
    return ""


def _variables(fields):
    return {name: fields.name(name) for name in VARIABLES}


def require_names_of_secrets(environments):
    """Fail when a variable looks like a secret itself."""
    for each in environments:
        where = each.fields.table("variables").where
        for name, value in each.variables.items():
            if _SECRET.search(value):
                fail(
                    f"{where}, {name}: the name under which the secret is kept",
                    f"{where}, {name} : le nom sous lequel le secret est rangé",
                    {
                        "en": "this looks like the secret itself, and everybody reads this file",
                        "fr": "cela ressemble au secret lui-même, et tout le monde lit ce fichier",
                    },
                )


def _refuse_names_twice(environments):
    seen = set()
    for each in environments:
        if folded(each.name) in seen:
            fail(
                f"{FILE}: a name of its own for each environment",
                f"{FILE} : un nom propre à chaque environnement",
                {
                    "en": f"two are called {shown(each.name)}",
                    "fr": f"deux s’appellent {shown(each.name)}",
                },
            )
        seen.add(folded(each.name))
