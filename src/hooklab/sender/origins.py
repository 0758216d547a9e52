"""Where a request came from: browsers, places, and servers that act for people.

Addresses come from the ranges kept for documentation (RFC 5737 and RFC 3849).
"""

from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Browser:
    """A browser as it names itself, and as Clerk reads that name."""

    user_agent: str
    name: str
    version: str
    device_type: str
    is_mobile: bool


_CHROME = Browser(
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36",
    name="Chrome",
    version="142.0.0.0",
    device_type="Macintosh",
    is_mobile=False,
)
_FIREFOX = Browser(
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    name="Firefox",
    version="144.0",
    device_type="Linux",
    is_mobile=False,
)
_SAFARI = Browser(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    name="Mobile Safari",
    version="18.6",
    device_type="iPhone",
    is_mobile=True,
)
_BROWSERS = (_CHROME, _FIREFOX, _SAFARI)

_CITIES = {
    "BR": "São Paulo",
    "CA": "Montréal",
    "CH": "Zürich",
    "DE": "Köln",
    "ES": "Málaga",
    "FR": "Paris",
    "GB": "London",
    "IN": "Mumbai",
    "JP": "Tokyo",
    "MA": "Casablanca",
    "SN": "Dakar",
    "US": "San Francisco",
}
_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")

# Seen in a captured `user.deleted` that a person did in Clerk's Dashboard: the request's address
# and agent are those of Clerk's own server, never those of the user.
DASHBOARD = {"client_ip": "2001:db8:1f:0:2ce::", "user_agent": "clerk/clerk-sdk-go@v3.0.0"}
# What clerk-backend-api 7.0.0 calls itself (its `_version.py`).
BACKEND_SDK = {
    "client_ip": "198.51.100.7",
    "user_agent": "speakeasy-sdk/python 7.0.0 2.928.0 2026-05-12 clerk-backend-api",
}


def some_browser(random: Random) -> Browser:
    """Return one of a few current browsers."""
    return random.choice(_BROWSERS)


def some_ip(random: Random) -> str:
    """Return an address, IPv6 for one visitor in four."""
    if random.random() < 0.25:
        return f"2001:db8:{random.randrange(1, 0x10000):x}::{random.randrange(1, 0x10000):x}"
    return f"{random.choice(_NETWORKS)}.{random.randrange(1, 255)}"


def city_of(country: str | None) -> str | None:
    """Return a city of a country given by its ISO 3166 code, or None when none is known."""
    return _CITIES.get(country or "")


def http_request(browser: Browser, ip: str) -> dict[str, Any]:
    """Return `event_attributes.http_request` for something done in a browser."""
    return {"client_ip": ip, "user_agent": browser.user_agent}
