"""Rows of the demo tables as resources that are about to be created."""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from dina.demo.accounts import GROUP

Row = Mapping[str, str]
PARTIAL = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


def table(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    text = files("dina.demo").joinpath("data", name).read_text("utf-8")
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    return [
        {key: (value or "").strip() for key, value in row.items() if key}
        for row in csv.DictReader(text.splitlines(), delimiter=delimiter, quoting=quoting)
    ]


def one(type_: str, id_: str) -> dict[str, Any]:
    return {"data": {"type": type_, "id": id_}}


def many(type_: str, ids: Sequence[str]) -> dict[str, Any]:
    return {"data": [{"type": type_, "id": id_} for id_ in ids]}


def partial_date(year: str, month: str, day: str) -> str | None:
    """Year, month and day as far as they are there."""
    if not year.isdecimal():
        return None
    text = year.zfill(4)
    if month.isdecimal():
        text += f"-{int(month):02d}"
        if day.isdecimal():
            text += f"-{int(day):02d}"
    return text


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def cut(text: str, limit: int) -> str | None:
    return text[:limit] or None


@dataclass
class Batch:
    """Resources to be created, with ids chosen here so that they can refer to each other.

    `numbers` finds specimens by their catalogue number, `parts` what was made of them by its preparation number.
    """

    people: dict[str, str] = field(default_factory=dict[str, str])
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    organisms: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    samples: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    numbers: dict[str, str] = field(default_factory=dict[str, str])
    parts: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def person(self, name: str) -> str | None:
        name = name.strip()
        if not name or name.startswith("["):
            return None
        return self.people.setdefault(name[:250], str(uuid.uuid4()))

    def event(self, attributes: Mapping[str, Any], collectors: Sequence[str | None]) -> str:
        id_ = str(uuid.uuid4())
        kept = {k: v for k, v in attributes.items() if v not in (None, "")}
        links = {"collectors": many("person", [c for c in collectors if c])}
        self.events.append({"id": id_, "attributes": {"group": GROUP, **kept}, "relationships": links})
        return id_

    def organism(self, attributes: Mapping[str, Any]) -> str:
        id_ = str(uuid.uuid4())
        kept = {k: v for k, v in attributes.items() if v not in (None, "")}
        self.organisms.append({"id": id_, "attributes": {"group": GROUP, **kept}})
        return id_

    def sample(self, attributes: Mapping[str, Any], relationships: Mapping[str, Any]) -> str:
        id_ = str(uuid.uuid4())
        kept = {k: v for k, v in attributes.items() if v not in (None, "")}
        self.samples.append(
            {"id": id_, "attributes": {"group": GROUP, **kept}, "relationships": relationships}
        )
        return id_


def georeference(latitude: str, longitude: str) -> list[dict[str, Any]]:
    here = number(latitude), number(longitude)
    if None in here:
        return []
    return [{"dwcDecimalLatitude": here[0], "dwcDecimalLongitude": here[1], "isPrimary": True}]
