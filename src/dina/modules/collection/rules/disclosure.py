"""Rules of sensitive taxa."""

from __future__ import annotations

from collections.abc import Iterable

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import broken


def generalising_says_how_far(draft: Draft) -> Iterable[Error]:
    if draft.get("action") == "GENERALISE" and draft.get("coordinatePrecision") is None:
        yield broken("sensitiveTaxon.precision", "/attributes/coordinatePrecision")
