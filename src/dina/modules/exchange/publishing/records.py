"""From what was read to records with their extensions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from dina.modules.exchange.publishing.mapping.people import People
from dina.modules.exchange.publishing.mapping.record import (
    DETERMINATIONS,
    ORGANISMS,
    Reader,
    Row,
    facts,
)
from dina.modules.exchange.publishing.mapping.values import text
from dina.modules.exchange.publishing.media import Media
from dina.modules.exchange.publishing.record import Record
from dina.modules.exchange.publishing.rules import CORE_TYPE
from dina.modules.exchange.publishing.streams import COLLECTION, Beside, rows, rows_found
from dina.modules.exchange.publishing.tables import line
from dina.modules.exchange.reading import table
from dina.modules.exchange.searches import Tree, count

MEASUREMENTS = (
    "materialSample.id", "id", "measurementType", "numericValue", "minimumValue", "maximumValue", "textValue",
    "verbatimValue", "unit", "accuracy", "method", "verbatimDeterminer", "determinedBy", "determinedOn", "remarks",
    "verbatimMeasurementType", "parentMeasurement.id",
)  # fmt: skip
ASSOCIATIONS = (
    "sample.id", "id", "associationType", "associatedSample.id", "associatedSample.publiclyReleasable",
    "associatedSample.isRestricted", "associatedSample.identifiers.occurrence_id", "remarks",
)  # fmt: skip
AT_ONCE = 200
Others = Sequence[tuple[str, list[Any]]]
"""Organisms beside the target, each with its identifications."""


@dataclass
class Source:
    """All that is read for one data set."""

    client: httpx.AsyncClient
    people: People
    media: Media
    plain: Reader
    derived: Reader
    base: str
    params: Sequence[tuple[str, str]]
    with_restricted: bool
    identified: Callable[[Mapping[str, Any]], Sequence[str]]
    tree: Tree | None = None
    """What a saved search asks for, where the records are those that it finds."""

    async def count(self) -> int | None:
        """How many records there are to read, if that can be told beforehand."""
        if self.tree is not None:
            return await count(self.client, CORE_TYPE, self.tree)
        params = httpx.QueryParams([(name, value) for name, value in self.params if name != "sort"])
        answer = await self.client.get(f"{COLLECTION}/material-sample/count", params=params)
        return answer.json()["data"]["attributes"]["value"] if answer.status_code == 200 else None

    def rows(self) -> AsyncIterator[list[Row]]:
        if self.tree is None:
            return rows(self.client, self.plain, self.derived, self.params)
        return rows_found(self.client, self.plain, self.derived, self.params, self.tree)

    async def records(self) -> AsyncIterator[list[Record]]:
        """Records in the order of their ids, in batches."""
        measured = Beside(self.beside("measurement", "materialSample.id", MEASUREMENTS))
        associated = Beside(self.beside("association", "sample.id", ASSOCIATIONS))
        reader = self.plain
        organisms, target = reader.slots[ORGANISMS], reader.slots["organism[isTarget].id"]
        slot = reader.slots["attachment"]
        async for batch in self.rows():
            last: str = batch[-1][0]
            await measured.upto(last)
            await associated.upto(last)
            others = await self.other_organisms(
                (row[0], row[organisms], row[target])
                for row in batch
                if row[organisms] and len(row[organisms]) > 1
            )
            wanted = list(reader.people(batch))
            for found in others.values():
                wanted += [
                    id_ for _, history in found for one in history for id_ in one.get("determiner") or ()
                ]
            wanted += [id_ for found in measured.held.values() for row in found for id_ in row[12] or ()]
            await self.people.learn(wanted)
            await self.media.learn(id_ for row in batch for id_ in row[slot] or ())
            yield [self.record(row, measured, associated, others.get(row[0], ())) for row in batch]
            measured.forget(last)
            associated.forget(last)

    def beside(self, type_: str, owner: str, columns: Sequence[str]) -> AsyncIterator[list[Row]]:
        return table(self.client, f"{COLLECTION}/{type_}", list(columns), {"sort": f"{owner},id"})

    async def other_organisms(self, mixed: Iterable[tuple[str, list[str], str]]) -> dict[str, Others]:
        """Of specimens with several organisms those that are not the target: few, so they are asked for by id."""
        links = {id_: [one for one in organisms if one != target] for id_, organisms, target in mixed}
        wanted = [one for several in links.values() for one in several]
        found: dict[str, list[Any]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            ids = ",".join(wanted[start : start + AT_ONCE])
            async for batch in table(
                self.client, f"{COLLECTION}/organism", ["id", "determination"], {"filter[id][IN]": ids}
            ):
                found.update({row[0]: row[1] or [] for row in batch})
        return {id_: [(one, found[one]) for one in several if one in found] for id_, several in links.items()}

    def record(
        self,
        row: Row,
        measured: Beside,
        associated: Beside,
        others: Others,
    ) -> Record:
        reader = self.plain
        values = reader.texts(row)
        id_: str = row[0]
        event = row[reader.slots["collectingEvent.id"]]
        record = Record(id_, values[0], self.base + event if event else "", values, row)
        more = record.more
        organism = row[reader.slots["organism[isTarget].id"]] or ""
        history = row[reader.slots[DETERMINATIONS]]
        told = [(organism, one) for one in history or ()] + [(of, one) for of, many in others for one in many]
        if told:
            more["identification"] = [
                self.identification(values[0], n, one, of) for n, (of, one) in enumerate(told)
            ]
        measurements = [self.measurement(one) for one in measured.of(id_)]
        measurements += [
            ("", name, text(value), unit or "", *("",) * 7) for name, value, unit in facts(reader, row)
        ]
        if measurements:
            more["measurement"] = measurements
        related = [one for one in map(self.association, associated.of(id_)) if one]
        parent = self.parent(values[0], row)
        if parent:
            related.insert(0, parent)
        if related:
            more["relationship"] = [(one[0], values[0], *one[2:]) for one in related]
        attached = row[reader.slots["attachment"]]
        if attached:
            pictures = self.media.rows(attached)
            if pictures:
                more["multimedia"] = pictures
        record.line = line(values)
        return record

    def identification(
        self, identifier: str, number: int, one: Mapping[str, Any], organism: str
    ) -> Sequence[str]:
        accepted = "true" if one.get("isPrimary") else "false"
        about = self.base + organism if organism else ""
        return (f"{identifier}#identification-{number + 1}", *self.identified(one), accepted, about)

    def measurement(self, row: Row) -> Sequence[str]:
        low, high = text(row[4]), text(row[5])
        span = f"{low}-{high}" if low and high else f">={low}" if low else f"<={high}" if high else ""
        value = text(row[3]) or span or row[6] or row[7] or ""
        who = row[11] or self.people.names(row[12] or [])
        above = self.base + row[16] if row[16] else ""
        return (
            self.base + row[1], row[2] or "", value, row[8] or "", row[9] or "", row[10] or "", who,
            row[13] or "", row[14] or "", row[15] or "", above,
        )  # fmt: skip

    def shown(self, id_: str | None, released: Any, restricted: Any, own: str | None) -> str:
        """The identifier of another specimen, if that one may be published too."""
        if not id_ or released is not True or (restricted and not self.with_restricted):
            return ""
        return own or self.base + id_

    def association(self, row: Row) -> Sequence[str] | None:
        other = self.shown(row[3], row[4], row[5], row[6])
        return (self.base + row[1], "", other, row[2] or "", row[7] or "") if other else None

    def parent(self, identifier: str, row: Row) -> Sequence[str] | None:
        at = self.plain.slots
        other = self.shown(
            row[at["parentMaterialSample.id"]],
            row[at["parentMaterialSample.publiclyReleasable"]],
            row[at["parentMaterialSample.isRestricted"]],
            row[at["parentMaterialSample.identifiers.occurrence_id"]],
        )
        return (f"{identifier}#derived-from", identifier, other, "derived from", "") if other else None
