"""One specimen as the public sees it: the same texts under the same terms as in published archives."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from dina.modules.exchange.publishing.building import read_mapping, source_of
from dina.modules.exchange.publishing.mapping.darwin_core import DCTERMS, DWC, TermMapping
from dina.modules.exchange.publishing.mapping.record import ORGANISMS, Reader, Row
from dina.modules.exchange.publishing.record import EXTENSIONS, Record
from dina.modules.exchange.publishing.records import ASSOCIATIONS, MEASUREMENTS, Others, Source
from dina.modules.exchange.publishing.streams import COLLECTION, Beside
from dina.modules.exchange.reading import table

REMEMBERED = 60.0
"""Seconds for which the mapping is kept: a new custom field shows a minute later."""
RELEASED = [("filter[publiclyReleasable][EQ]", "true"), ("filter[isRestricted][NEQ]", "true")]
CONTEXT = {"dwc": DWC, "dcterms": DCTERMS, "schema": "https://schema.org/"}
NAMES = {"identification": "dwc:Identification", "measurement": "dwc:MeasurementOrFact",
         "relationship": "dwc:ResourceRelationship", "multimedia": "dwc:associatedMedia"}  # fmt: skip


@dataclass
class Mappings:
    """The mapping as it was when somebody last asked."""

    made: TermMapping | None = None
    at: float = 0.0

    async def current(self, client: httpx.AsyncClient) -> TermMapping:
        if self.made is None or time.monotonic() - self.at > REMEMBERED:
            self.made, self.at = await read_mapping(client, {}), time.monotonic()
        return self.made


_mappings = Mappings()


@dataclass(frozen=True)
class Specimen:
    """A released specimen: its identifier, its terms in their order, rows of its extensions by kind."""

    id: str
    identifier: str
    terms: Mapping[str, str]
    more: Mapping[str, Sequence[Mapping[str, str]]]

    def attributes(self) -> dict[str, Any]:
        """As a JSON:API resource has it."""
        return {
            "identifier": self.identifier,
            "terms": dict(self.terms),
            **{k: list(v) for k, v in self.more.items()},
        }

    def linked(self, address: str) -> dict[str, Any]:
        """As linked data (JSON-LD): Darwin Core, with the words of schema.org that search engines look for."""
        name = self.terms.get("dwc:scientificName") or self.terms.get("dwc:catalogNumber") or self.identifier
        about: dict[str, Any] = {
            "@context": CONTEXT, "@id": address, "@type": ["dwc:Occurrence", "schema:Thing"], "schema:name": name,
            "schema:identifier": self.identifier, **self.terms,
        }  # fmt: skip
        for kind, rows in self.more.items():
            about[NAMES[kind]] = [dict(one) for one in rows]
        return about


async def specimen(client: httpx.AsyncClient, id_: str) -> Specimen | None:
    """The specimen, if it is released to everybody; `client` asks as somebody of no group."""
    mapping = await _mappings.current(client)
    source = await source_of(client, {"query": {}, "group": ""}, mapping)
    row = await read(source, source.plain, id_)
    if row is not None and row[source.plain.slots["parentMaterialSample.id"]]:
        row = await read(source, source.derived, id_)
    if row is None:
        return None
    record = await whole(source, row)
    terms = {term: value for term, value in zip(mapping.terms, record.values, strict=True) if value}
    more = {
        kind: [{t: v for t, v in zip(EXTENSIONS[kind], row, strict=False) if v} for row in rows]
        for kind, rows in record.more.items()
    }
    return Specimen(id_, record.identifier, terms, more)


async def read(source: Source, reader: Reader, id_: str) -> Row | None:
    """The specimen's own row, with what it has from those it is derived from if the reader looks there."""
    params = [("filter[id][EQ]", id_), *RELEASED]
    found = [
        row
        async for batch in table(source.client, f"{COLLECTION}/material-sample", reader.paths, params)
        for row in batch
    ]
    return reader.fold(found[0]) if found else None


async def whole(source: Source, row: Row) -> Record:
    """The record with what hangs on it, asked for by its own id."""
    slots = source.plain.slots
    measured, associated = Beside(nothing()), Beside(nothing())
    for beside, type_, owner, columns in (
        (measured, "measurement", "materialSample", MEASUREMENTS),
        (associated, "association", "sample", ASSOCIATIONS),
    ):
        params = {f"filter[{owner}.id][EQ]": row[0], "sort": "id"}
        async for batch in table(source.client, f"{COLLECTION}/{type_}", list(columns), params):
            beside.held.setdefault(row[0], []).extend(batch)
    organisms, target = row[slots[ORGANISMS]], row[slots["organism[isTarget].id"]]
    several = [(row[0], organisms, target)] if organisms and len(organisms) > 1 else []
    others: Others = (await source.other_organisms(several)).get(row[0], ())
    wanted = list(source.plain.people([row]))
    wanted += [id_ for _, history in others for one in history for id_ in one.get("determiner") or ()]
    wanted += [id_ for one in measured.held.get(row[0], ()) for id_ in one[12] or ()]
    await source.people.learn(wanted)
    await source.media.learn(row[slots["attachment"]] or ())
    return source.record(row, measured, associated, others)


async def nothing() -> AsyncIterator[list[Row]]:
    """No rows: what hangs on one record is asked for by its id."""
    for rows in list[list[Row]]():
        yield rows


__all__ = ["Specimen", "specimen"]
