"""The form fields in which Stripe's API takes its parameters."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl


def form(body: bytes) -> dict[str, Any]:
    """The parameters of a body such as `email=ada@example.com&metadata[user_id]=user_1`.

    A name in brackets is a dict in a dict; the items of a list have their places as names.
    """
    fields: dict[str, Any] = {}
    pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        inner = fields
        for step in path:
            if not isinstance(inner.get(step), dict):
                inner[step] = {}
            inner = inner[step]
        inner[last] = value
    return fields


def merged(old: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an object after an update; an empty text unsets what it names.

    Metadata is merged key by key, everything else is replaced.
    """
    fields = {**old, **{name: value or None for name, value in sent.items()}}
    fields.pop("expand", None)
    changes = sent.get("metadata", {})
    metadata = {**old.get("metadata", {}), **changes} if changes else {}
    if "metadata" in sent:
        fields["metadata"] = {key: value for key, value in metadata.items() if value}
    return fields
