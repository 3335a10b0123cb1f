"""A value with some of its texts replaced, wherever a path leads into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dina.base.json import is_array, is_object


def replaced(value: Any, steps: Sequence[str], texts: Mapping[str, str | None]) -> Any:
    """The value with each text of `texts` at the end of the path replaced; the same value when there is none.

    A list stands for each of its elements; in a list of texts one that is emptied falls out, and one that
    becomes the same as another stays once.
    """
    if is_array(value):
        if not steps and all(isinstance(one, str) for one in value):
            made = [texts.get(one, one) if isinstance(one, str) else one for one in value]
            if made == value:
                return value
            return list(dict.fromkeys(one for one in made if one is not None))
        return [replaced(one, steps, texts) for one in value]
    if not steps:
        return texts[value] if isinstance(value, str) and value in texts else value
    if is_object(value) and steps[0] in value:
        return {**value, steps[0]: replaced(value[steps[0]], steps[1:], texts)}
    return value
