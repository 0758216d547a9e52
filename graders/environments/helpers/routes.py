"""The way of an event: from Clerk's instance over endpoints and tunnels to apps and databases."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from hooklab.texts import pick

from .company import SHEET, folded
from .tunnels import NONE, TUNNELS, fits, names_of

ROUTE = "/webhooks/clerk"
# Names that mean something on one machine or in one network only.
_LOCAL = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


@dataclass(frozen=True)
class Way:
    """One delivery of an event: its steps, and where it came to.

    Attributes:
        reached: the environment whose app took it; None when it was lost.
    """

    steps: tuple[str, ...]
    reached: object

    def __str__(self):
        return "\n  → ".join(self.steps)


def ways(origin, environments):
    """All deliveries of an event that occurs in the Clerk instance of `origin`."""
    application, instance = origin.instance
    head = pick(
        {
            "en": f"an event in the Clerk application {application}, instance {instance}",
            "fr": f"un événement dans l’application Clerk {application}, instance {instance}",
        }
    )
    return [
        _deliver(head, endpoint, environments)
        for endpoint in environments
        if same_instance(origin, endpoint)
    ]


def same_instance(one, other):
    """Whether both listen to the same users at Clerk."""
    return [folded(each) for each in one.instance] == [folded(each) for each in other.instance]


def address(environment):
    """What leads to one machine: a tunnel's host, a relay's token, or the whole URL of a server."""
    try:
        parts = urlsplit(environment.endpoint)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return folded(environment.endpoint)
    if environment.has_tunnel and not TUNNELS[environment.tunnel].relay:
        return host
    return f"{host}{parts.path.rstrip('/')}"


def is_fixed(environment):
    """Whether the endpoint still leads here after everything was started again."""
    if not environment.has_tunnel:
        return True
    # The sheet says which ones have none at all.
    if SHEET.prices[environment.tunnel].limits.get("addresses") == 0:
        return False
    if TUNNELS[environment.tunnel].relay:
        return bool(environment.token) and environment.token in environment.endpoint
    return True


def _deliver(head, endpoint, environments):
    steps = [
        head,
        pick({"en": f"endpoint {endpoint.endpoint}", "fr": f"point d’entrée {endpoint.endpoint}"}),
    ]
    if fault := unreachable(endpoint):
        return Way((*steps, fault), None)
    if endpoint.has_tunnel:
        of = f" ({endpoint.account})" if endpoint.account else ""
        steps.append(f"tunnel {endpoint.tunnel}{of}")
    others = [each for each in environments if address(each) == address(endpoint)]
    if len(others) > 1:
        names = ", ".join(each.name for each in others)
        steps.append(
            pick(
                {
                    "en": f"the same address stands for {names}: whoever started last gets it",
                    "fr": f"la même adresse vaut pour {names} : le dernier démarré la reçoit",
                }
            )
        )
        return Way(tuple(steps), next(each for each in others if each is not endpoint))
    secret = endpoint.variables["CLERK_WEBHOOK_SIGNING_SECRET"]
    steps += [
        pick({"en": f"app of {endpoint.name}", "fr": f"application de {endpoint.name}"}),
        pick(
            {"en": f"signature verified with {secret}", "fr": f"signature vérifiée avec {secret}"}
        ),
        pick(
            {
                "en": f"written to the database {endpoint.database}",
                "fr": f"écrit dans la base {endpoint.database}",
            }
        ),
    ]
    return Way(tuple(steps), endpoint)


def unreachable(environment):
    """Why Clerk's delivery gets no 2xx at this endpoint; None when it does."""
    try:
        parts = urlsplit(environment.endpoint)
        host, _port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return pick({"en": "this is no URL", "fr": "ce n’est pas une URL"})
    if parts.scheme != "https" or not host:
        return pick({"en": "Clerk wants https://…", "fr": "Clerk veut https://…"})
    if _is_local(host):
        return pick(
            {
                "en": f"lost: from Clerk’s servers, {host} leads nowhere",
                "fr": f"perdu : depuis les serveurs de Clerk, {host} ne mène nulle part",
            }
        )
    if not fits(environment.tunnel, host):
        return _wrong_tunnel(environment.tunnel, host)
    return _wrong_path(environment, parts)


def _wrong_tunnel(tunnel, host):
    owners = ", ".join(names_of(host)) or pick({"en": "your own domain", "fr": "votre domaine"})
    return pick(
        {
            "en": f"lost: {host} belongs to {owners}, and the tunnel is “{tunnel}”",
            "fr": f"perdu : {host} relève de {owners}, et le tunnel est « {tunnel} »",
        }
    )


def _wrong_path(environment, parts):
    if environment.tunnel != NONE and TUNNELS[environment.tunnel].relay:
        if parts.path.startswith("/in/") and len(parts.path.strip("/")) > len("in/"):
            return None
        wanted = "/in/TOKEN/"
    elif parts.path.endswith(ROUTE):
        return None
    else:
        wanted = ROUTE
    return pick(
        {
            "en": f"lost: answered 404 or 307 at {parts.path or '/'}; the path ends in {wanted}",
            "fr": f"perdu : réponse 404 ou 307 à {parts.path or '/'} ; la fin doit être {wanted}",
        }
    )


def _is_local(host):
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL)
