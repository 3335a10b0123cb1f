"""Asking decoded JSON what it is without forgetting its type.

`isinstance(value, dict)` leaves a type checker with a dictionary of unknowns;
these say what decoded JSON is known to be.
"""

from typing import Any

from typing_extensions import TypeIs


def is_object(value: Any) -> TypeIs[dict[str, Any]]:
    """Whether a decoded JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeIs[list[Any]]:
    """Whether a decoded JSON value is an array."""
    return isinstance(value, list)
