"""Soft checks that somebody has answered: the value looks odd and is right."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.resource import attribute, member


class SilencedCheck(TypedDict):
    """A rule of `POST /soft-check` that does not speak of this record any more, and why."""

    rule: Annotated[str, Field(min_length=1, max_length=60), member(en="Check", fr="Vérification")]
    reason: Annotated[
        str,
        Field(min_length=1, max_length=1000, pattern=r"\S"),
        member(en="Why it is right", fr="Pourquoi c’est juste"),
    ]


def silenced_checks_attribute() -> Any:
    return attribute(
        en="Silenced checks", fr="Vérifications tues", filterable=False,
        help_en="Values that look like a mistake and are none: which check, and why it is wrong here.",
        help_fr="Valeurs qui semblent erronées et ne le sont pas : quelle vérification, et pourquoi elle se trompe ici.",
    )  # fmt: skip
