"""Numbers as people write them: decimal commas, thousands, fractions."""

import re
from dataclasses import dataclass

NUMBER = (
    r"(?:\d{1,3}(?:[ ]\d{3})+(?:[.,]\d+)?(?!\d)"
    r"|\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d+)?(?!\d)"
    r"|\d+[ ]?[½¼¾⅓⅔]|\d+[ ]\d/[1-9](?!\d)"
    r"|\d+(?:[.,]\d+)?"
    r"|[½¼¾⅓⅔]|[.,]\d+)"
)
"""The pattern of one unsigned number; its alternatives never overlap far, so it is linear."""

_VULGAR = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3}


@dataclass(frozen=True, slots=True)
class Number:
    """A number, its smallest step, and the other value its separators could mean, if any.

    `unlikely` says that the other value is much less likely than the first.
    """

    value: float
    step: float
    other: float | None = None
    unlikely: bool = False


def read_number(text: str) -> Number:
    """The number a match of `NUMBER` writes.

    `1,200` is taken for twelve hundred with 1.2 as an unlikely other reading,
    since nobody writes three decimals of a height; `1.200` is either.
    """
    text = text.strip()
    whole, fraction = _fraction(text)
    if fraction is not None:
        return Number(float(whole or 0) + fraction, 0.25 if whole else fraction)
    plain = text.replace(" ", "").replace("'", "").replace("’", "")
    marks = [sign for sign in plain if sign in ",."]
    groups = re.split(r"[.,]", plain)
    if not marks:
        return Number(float(plain), _step_of(plain))
    if len(marks) == 1 and len(groups[1]) == 3 and 1 <= len(groups[0]) <= 3 and groups[0] != "0":
        if plain != text:
            return Number(float(plain.replace(",", ".")), 0.001)
        thousands = float("".join(groups))
        decimal = float(".".join(groups))
        return Number(thousands, _step_of(groups[0] + groups[1]), decimal, unlikely=marks[0] == ",")
    if len(marks) > 1 and len(set(marks)) == 1:
        return Number(float("".join(groups)), _step_of("".join(groups)))
    if len(marks) > 1:
        return Number(float("".join(groups[:-1]) + "." + groups[-1]), 10.0 ** -len(groups[-1]))
    return Number(float(plain.replace(",", ".")), 10.0 ** -len(groups[1]))


def _fraction(text: str) -> tuple[str, float | None]:
    if text[-1] in _VULGAR:
        return text[:-1].strip(), _VULGAR[text[-1]]
    match = re.fullmatch(r"(\d+) (\d)/([1-9])", text)
    if match:
        return match[1], int(match[2]) / int(match[3])
    return text, None


def _step_of(digits: str) -> float:
    """10 for 1250, 100 for 1200: trailing zeros of a height are rounding, up to hundreds."""
    if len(digits) > 2 and digits.endswith("00"):
        return 100.0
    return 10.0 if len(digits) > 1 and digits.endswith("0") else 1.0
