"""Clerk's Backend API, as far as a reconciliation needs it, as a pure function.

Facts: clerk/openapi-specs, bapi/2026-05-12.yml. Where that says nothing (the wording of errors,
the answer to a cursor that has been deleted) the choice is this kit's.
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from hooklab.sender.clerk import Clerk
from hooklab.sender.events import primary_address
from hooklab.sender.users import User

Query = Mapping[str, list[str]]

_DEFAULT_LIMIT = 10
_LARGEST_LIMIT = 500
_MOST_VALUES = 100
_HEADERS = {"content-type": "application/json"}


class _Refusal(Exception):
    def __init__(self, status: int, code: str, message: str, parameter: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        meta = {"param_name": parameter} if parameter else {}
        error = {"code": code, "long_message": message, "message": message, "meta": meta}
        self.body = {"errors": [error], "clerk_trace_id": "0" * 32}


def backend_api(
    clerk: Clerk, method: str, path: str, query: Query, headers: Mapping[str, str]
) -> tuple[int, dict[str, str], Any]:
    """Answer one request as `https://api.clerk.com` would.

    Args:
        clerk: whose directory is asked.
        method: GET or DELETE.
        path: such as "/v1/users", without the query.
        query: as `urllib.parse.parse_qs` gives it.
        headers: names in any case; `Authorization: Bearer sk_…` is required.

    Returns the status, the headers and a body made of plain JSON values. A deletion also makes
    its `user.deleted`, which is then the last of `clerk.events`.
    """
    try:
        _authorise(headers)
        return 200, _HEADERS, _route(clerk, method, path, query)
    except _Refusal as refusal:
        return refusal.status, _HEADERS, refusal.body


def _authorise(headers: Mapping[str, str]) -> None:
    value = next((v for name, v in headers.items() if name.lower() == "authorization"), "")
    if not value.startswith("Bearer "):
        raise _Refusal(401, "authentication_invalid", "Authentication is missing")
    if not value.removeprefix("Bearer ").startswith("sk_"):
        raise _Refusal(401, "clerk_key_invalid", "The Clerk secret key is invalid")


def _route(clerk: Clerk, method: str, path: str, query: Query) -> Any:
    parts = path.strip("/").split("/")
    match [method.upper(), *parts]:
        case ["GET", "v1", "users"]:
            return _page(clerk.directory.all(), query)
        case ["GET", "v1", "users", "count"]:
            found = _filtered(clerk.directory.all(), query, also=())
            return {"object": "total_count", "total_count": len(found)}
        case ["GET", "v1", "users", user_id]:
            return _existing(clerk, user_id)
        case ["DELETE", "v1", "users", user_id]:
            _existing(clerk, user_id)
            return clerk.user_deleted(user_id, by="api").data
    raise _Refusal(404, "resource_not_found", f"{method} {path} is not part of this simulation")


def _existing(clerk: Clerk, user_id: str) -> User:
    user = clerk.directory.find(user_id)
    if user is None:
        raise _Refusal(404, "resource_not_found", f"No user was found with id {user_id}")
    return user


# Pages


_PAGING = ("limit", "offset", "order_by", "starting_after")


def _page(everybody: list[User], query: Query) -> list[User]:
    limit = _number(query, "limit", _DEFAULT_LIMIT, smallest=1, largest=_LARGEST_LIMIT)
    offset = _number(query, "offset", 0, smallest=0)
    cursor = query.get("starting_after")
    found = _ordered(_filtered(everybody, query, also=_PAGING), query)
    if cursor:
        offset = _position_after(cursor[0], found, query, offset)
    return copy.deepcopy(found[offset : offset + limit])


def _position_after(user_id: str, found: list[User], query: Query, offset: int) -> int:
    if offset:
        raise _invalid("starting_after", "cannot be combined with a non-zero offset")
    if _order(query)[0] != "created_at":
        raise _invalid("starting_after", "needs the order created_at")
    for position, user in enumerate(found):
        if user["id"] == user_id:
            return position + 1
    raise _invalid("starting_after", f"{user_id} is no user of this list")


def _number(
    query: Query, name: str, default: int, *, smallest: int, largest: int | None = None
) -> int:
    value = query.get(name, [str(default)])[0]
    try:
        number = int(value)
    except ValueError:
        raise _invalid(name, f"must be a whole number, not {value!r}") from None
    if number < smallest or (largest is not None and number > largest):
        raise _invalid(name, f"must be {smallest} to {largest or 'anything larger'}, not {number}")
    return number


def _invalid(parameter: str, problem: str) -> _Refusal:
    return _Refusal(422, "form_param_value_invalid", f"{parameter} {problem}", parameter)


# Order


def _primary(entries: str, primary: str, value: str) -> Callable[[User], str | None]:
    def read(user: User) -> str | None:
        named = (entry for entry in user[entries] if entry["id"] == user[primary])
        return next((str(entry[value]) for entry in named), None)

    return read


_ORDERS: dict[str, Callable[[User], Any]] = {
    "created_at": lambda user: user["created_at"],
    "updated_at": lambda user: user["updated_at"],
    "email_address": primary_address,
    "web3wallet": _primary("web3_wallets", "primary_web3_wallet_id", "web3_wallet"),
    "first_name": lambda user: user["first_name"],
    "last_name": lambda user: user["last_name"],
    "phone_number": _primary("phone_numbers", "primary_phone_number_id", "phone_number"),
    "username": lambda user: user["username"],
    "last_active_at": lambda user: user["last_active_at"],
    "last_sign_in_at": lambda user: user["last_sign_in_at"],
}


def _order(query: Query) -> tuple[str, bool]:
    """Return the field to order by and whether the largest comes first."""
    wanted = query.get("order_by", ["-created_at"])[0]
    # An unescaped "+" in an address arrives as a space.
    field = wanted.lstrip("+- ")
    if field not in _ORDERS or len(wanted) - len(field) > 1:
        raise _invalid("order_by", f"must be one of {', '.join(_ORDERS)}, not {wanted!r}")
    return field, wanted.startswith("-")


def _ordered(found: list[User], query: Query) -> list[User]:
    field, descending = _order(query)
    read = _ORDERS[field]

    def key(user: User) -> tuple[bool, Any, str]:
        value = read(user)
        # As in PostgreSQL, what is unknown counts as largest. The id makes the order total.
        return value is None, "" if value is None else value, user["id"]

    return sorted(found, key=key, reverse=descending)


# Filters


_LISTS: dict[str, Callable[[User], set[str | None]]] = {
    "user_id": lambda user: {user["id"]},
    "external_id": lambda user: {user["external_id"]},
    "username": lambda user: {user["username"]},
    "email_address": lambda user: {e["email_address"] for e in user["email_addresses"]},
    "phone_number": lambda user: {e["phone_number"] for e in user["phone_numbers"]},
}
_SIGNED = ("user_id", "external_id")
_MOMENTS = ("created_at", "last_active_at", "last_sign_in_at")


def _filtered(everybody: list[User], query: Query, *, also: tuple[str, ...]) -> list[User]:
    found = everybody
    for name, values in query.items():
        if name in _LISTS:
            found = _among(found, name, values)
        elif name.rpartition("_")[0] in _MOMENTS and name.endswith(("_before", "_after")):
            found = _within(found, name, _number(query, name, 0, smallest=0))
        elif name not in also:
            raise _Refusal(
                422, "form_param_unknown", f"{name} is not a parameter of this simulation", name
            )
    return found


def _among(users: list[User], name: str, values: list[str]) -> list[User]:
    if len(values) > _MOST_VALUES:
        raise _invalid(name, f"takes at most {_MOST_VALUES} values")
    signs = "+- " if name in _SIGNED else ""
    excluded = {value[1:] for value in values if signs and value.startswith("-")}
    included = {value.lstrip(signs) if signs else value for value in values} - excluded
    read = _LISTS[name]
    return [
        user
        for user in users
        if not read(user) & excluded and (not included or read(user) & included)
    ]


def _within(users: list[User], name: str, moment: int) -> list[User]:
    field, _, side = name.rpartition("_")
    known = [user for user in users if user[field] is not None]
    if side == "before":
        return [user for user in known if user[field] < moment]
    return [user for user in known if user[field] > moment]
