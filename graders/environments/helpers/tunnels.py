"""What is known of tunnels and relays: whose host names they use, and what keeps their address.

Prices and limits stand in the price sheet, under the same names.
"""

from dataclasses import dataclass

NONE = "none"


@dataclass(frozen=True)
class Tunnel:
    """One way from the internet to a laptop.

    Attributes:
        hosts: how its host names end; empty when it uses a domain of one's own.
        own_domain: whether it can use a domain of one's own.
        account: whether its addresses belong to an account.
        relay: whether it passes requests on to a local URL, whose path is not in the address.
    """

    hosts: tuple[str, ...] = ()
    own_domain: bool = False
    account: bool = False
    relay: bool = False


NGROK = (".ngrok-free.app", ".ngrok-free.dev")
NGROK_PAID = (*NGROK, ".ngrok.app", ".ngrok.dev", ".ngrok.io", ".ngrok.pizza", ".ngrok.pro")
SVIX = ("play.svix.com",)

TUNNELS = {
    "ngrok_free": Tunnel(NGROK, account=True),
    "ngrok_payg": Tunnel(NGROK_PAID, own_domain=True, account=True),
    "cloudflared_quick": Tunnel((".trycloudflare.com",)),
    "cloudflared_named": Tunnel(own_domain=True, account=True),
    # Clerk's command has used both hosts.
    "clerk_relay": Tunnel(("webhooks.clerk.com", *SVIX), relay=True),
    "svix_relay": Tunnel(SVIX, relay=True),
}


def names_of(host):
    """The tunnels that own the host name `host`; none for a domain of one's own."""
    return [
        name for name, tunnel in TUNNELS.items() if any(_owns(end, host) for end in tunnel.hosts)
    ]


def fits(name, host):
    """Whether the tunnel `name`, or the open internet for "none", can lead from `host`."""
    owners = names_of(host)
    if name == NONE:
        return not owners
    return name in owners or (TUNNELS[name].own_domain and not owners)


def _owns(end, host):
    return host.endswith(end) if end.startswith(".") else host == end
