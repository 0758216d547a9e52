"""What pydantic finds wrong with a value, in the language in use."""

from pydantic_core import ErrorDetails

from hooklab.texts import _


def explained(fault: ErrorDetails) -> str:
    """Why a value cannot be taken; in pydantic's own English where that happens rarely."""
    limits = fault.get("ctx", {})
    match fault["type"]:
        case "int_parsing" | "int_type":
            return _("“{value}” is no whole number").format(value=fault["input"])
        case "float_parsing" | "float_type":
            return _("“{value}” is no number").format(value=fault["input"])
        case "bool_parsing" | "bool_type":
            return _("“{value}” is neither true nor false").format(value=fault["input"])
        case "greater_than_equal":
            return _("it must be {limit} or more").format(limit=limits["ge"])
        case "less_than_equal":
            return _("it must be {limit} or less").format(limit=limits["le"])
        case "missing":
            return _("it is missing")
    return fault["msg"]
