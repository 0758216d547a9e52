"""Scorecards as the gradebook keeps them: whole, also with what pictures are made from."""

from dataclasses import asdict
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from hooklab.scorecard import SCHEMA, Scorecard


def as_data(card: Scorecard) -> dict[str, Any]:
    """`card` as plain data that any database can hold.

    It has the shape of `reports/scorecard.schema.json`, and each lost check its `loss` as well.
    """
    data: dict[str, Any] = _storable(asdict(card))
    return {"schema": SCHEMA, **data}


def as_card(data: dict[str, Any]) -> Scorecard:
    """The scorecard that `as_data` was given."""
    return _adapter().validate_python({name: data[name] for name in data if name != "schema"})


@cache
def _adapter() -> TypeAdapter[Scorecard]:
    return TypeAdapter(Scorecard)


def _storable(value: Any) -> Any:
    """`value` without what an app may print and no database holds: halves of surrogates, zeros."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
        case dict():
            return {key: _storable(each) for key, each in value.items()}
        case list() | tuple():
            return [_storable(each) for each in value]
    return value
