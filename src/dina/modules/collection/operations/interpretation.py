"""Verbatim texts read as data, for forms, imports and scripts: the same interpreters, nothing stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.http import Answer
from dina.base.interpret import Interpretation
from dina.base.interpret.coordinates import interpret_coordinates
from dina.base.interpret.dates import DateRange, interpret_date
from dina.base.interpret.measures import interpret_depth, interpret_elevation
from dina.base.interpret.names import parse_name
from dina.base.interpret.terms import (
    interpret_basis_of_record,
    interpret_country,
    interpret_datum,
    interpret_establishment_means,
    interpret_identification_qualifier,
    interpret_licence,
    interpret_life_stage,
    interpret_sex,
    interpret_type_status,
)
from dina.base.interpret.wording import sentence
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text

MAX_TEXTS = 1000


class Kind(Enum):
    DATE = "date"
    COORDINATES = "coordinates"
    ELEVATION = "elevation"
    DEPTH = "depth"
    COUNTRY = "country"
    TYPE_STATUS = "typeStatus"
    SEX = "sex"
    LIFE_STAGE = "lifeStage"
    DATUM = "datum"
    QUALIFIER = "identificationQualifier"
    BASIS_OF_RECORD = "basisOfRecord"
    ESTABLISHMENT = "establishmentMeans"
    LICENCE = "licence"
    NAME = "scientificName"


class Asked(TypedDict):
    """Texts of one kind, and what is known of how their writers wrote."""

    kind: Kind
    verbatim: Annotated[
        list[Annotated[str, Field(max_length=2000)]], Field(min_length=1, max_length=MAX_TEXTS)
    ]
    dayFirst: NotRequired[bool | None]
    hemisphere: NotRequired[Literal["north", "south"] | None]
    unit: NotRequired[Literal["m", "ft"] | None]
    datum: NotRequired[Annotated[str, Field(max_length=50)] | None]
    language: NotRequired[Literal["en", "fr", "de", "es", "it", "pt", "nl"] | None]


def _date(text: str, given: dict[str, Any]) -> Interpretation[Any]:
    return interpret_date(text, day_first=given.get("dayFirst"), hemisphere=given.get("hemisphere"))


def _coordinates(text: str, given: dict[str, Any]) -> Interpretation[Any]:
    return interpret_coordinates(text, datum=given.get("datum"), language=given.get("language"))


def _plain(
    read: Callable[[str], Interpretation[Any]],
) -> Callable[[str, dict[str, Any]], Interpretation[Any]]:
    return lambda text, _given: read(text)


READERS: dict[str, Callable[[str, dict[str, Any]], Interpretation[Any]]] = {
    "date": _date,
    "coordinates": _coordinates,
    "elevation": lambda text, given: interpret_elevation(text, default_unit=given.get("unit")),
    "depth": lambda text, given: interpret_depth(text, default_unit=given.get("unit")),
    "country": _plain(interpret_country),
    "typeStatus": _plain(interpret_type_status),
    "sex": _plain(interpret_sex),
    "lifeStage": _plain(interpret_life_stage),
    "datum": _plain(interpret_datum),
    "identificationQualifier": _plain(interpret_identification_qualifier),
    "basisOfRecord": _plain(interpret_basis_of_record),
    "establishmentMeans": _plain(interpret_establishment_means),
    "licence": _plain(interpret_licence),
}


def shown(value: Any) -> Any:
    """A value in wire names; a date also as Darwin Core writes it."""
    if value is None:
        return None
    found = {_camel(name): item for name, item in asdict(value).items()}
    if isinstance(value, DateRange):
        found |= {
            "eventDate": value.event_date, "year": value.year, "month": value.month, "day": value.day,
            "startDayOfYear": value.start_day_of_year, "endDayOfYear": value.end_day_of_year,
        }  # fmt: skip
    return found


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def name_read(text: str) -> dict[str, Any]:
    parsed = parse_name(text)
    confidence = (
        "unknown" if parsed is None or not parsed.parsed else "certain" if parsed.quality <= 2 else "probable"
    )
    value = shown(parsed) if parsed is not None and parsed.parsed else None
    return {"verbatim": text, "value": value, "confidence": confidence, "reasons": [], "alternatives": []}


async def interpretation(call: Call) -> Answer:
    """`POST /interpretation`: what each text was taken to mean, how surely, and why."""
    given, language = call.attributes, call.request.language
    kind: str = given["kind"]
    results: list[dict[str, Any]] = []
    for text in given["verbatim"]:
        if kind == "scientificName":
            results.append(name_read(text))
            continue
        found = READERS[kind](text, given)
        results.append(
            {
                "verbatim": text,
                "value": shown(found.value),
                "confidence": found.confidence,
                "reasons": [
                    {"code": reason.code, "detail": sentence(reason, language)} for reason in found.reasons
                ],
                "alternatives": [shown(one) for one in found.alternatives],
            }
        )
    return call.answer({"kind": kind, "results": results})


INTERPRETATION = Operation(
    "POST",
    "/interpretation",
    interpretation,
    Text("What verbatim texts mean", "Ce que veulent dire des textes tels qu’écrits"),
    "interpretation",
    body=Asked,
)

OPERATIONS = (INTERPRETATION,)
