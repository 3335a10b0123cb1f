"""Building a version: one pass over the records, which every file, check and count sees."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from dina.modules.exchange.publishing import checks as checking
from dina.modules.exchange.publishing.archive import EventArchive, OccurrenceArchive
from dina.modules.exchange.publishing.checks import Checks
from dina.modules.exchange.publishing.coverage import Coverage, watching
from dina.modules.exchange.publishing.data_package import DataPackage
from dina.modules.exchange.publishing.flat import FlatTable
from dina.modules.exchange.publishing.ledger import Comparison, Ledger, entry
from dina.modules.exchange.publishing.mapping.composing import Surroundings
from dina.modules.exchange.publishing.mapping.darwin_core import TermMapping, build, tables
from dina.modules.exchange.publishing.mapping.people import People
from dina.modules.exchange.publishing.mapping.record import Reader
from dina.modules.exchange.publishing.media import Media
from dina.modules.exchange.publishing.record import Record, Sink
from dina.modules.exchange.publishing.records import Source
from dina.modules.exchange.publishing.searched import SavedSearch
from dina.modules.exchange.publishing.streams import (
    filters,
    read_absent,
    read_custom_fields,
    read_registry,
)

BASE = "urn:uuid:"
Progress = Callable[[int], Awaitable[None]]


@dataclass
class Build:
    """What came of the pass over the records, before anything is decided or kept."""

    mapping: TermMapping
    sinks: list[Sink]
    checks: Checks
    coverage: Coverage
    comparison: Comparison
    ledger: Ledger
    targets: set[str] = field(default_factory=set[str])
    content: Any = field(default_factory=hashlib.sha256)
    """A digest of all that was published of all records, whatever version they are in."""


async def read_mapping(client: httpx.AsyncClient, dataset: Mapping[str, Any]) -> TermMapping:
    """The mapping for a data set: what the collection declares, its custom fields, the curator's choices."""
    return build(
        await read_registry(client),
        await read_custom_fields(client),
        left_out=dataset.get("leftOut") or (),
        added={one["term"]: one["path"] for one in dataset.get("addedTerms") or ()},
        absent=await read_absent(client),
    )


async def source_of(
    client: httpx.AsyncClient, dataset: Mapping[str, Any], mapping: TermMapping, search: SavedSearch | None = None
) -> Source:  # fmt: skip
    """What a data set is read from; `search` is its saved search, if it names one."""
    people = People(client)
    base = dataset.get("identifierBase") or BASE
    about = {
        "license": dataset.get("licence") or "",
        "rightsHolder": dataset.get("rightsHolder") or "",
        "language": dataset.get("language") or "",
        "bibliographicCitation": dataset.get("citation") or "",
    }
    around = Surroundings(tables(), people, base, about)
    return Source(
        client,
        people,
        Media(client, allowed=True),
        Reader(mapping, around),
        Reader(mapping, around, inherit=True),
        base,
        filters(dataset, search),
        bool(dataset.get("withRestricted")),
        around.identified,
        search.released(dataset) if search else None,
    )


def sinks_of(dataset: Mapping[str, Any], mapping: TermMapping, folder: Path) -> list[Sink]:
    """What writes the formats of the data set; an archive unless others are named."""
    found: list[Sink] = []
    for one in dataset.get("formats") or ["dwca"]:
        if one == "dwca":
            archive = EventArchive if dataset.get("core") == "event" else OccurrenceArchive
            found.append(archive(folder / "dwca", "dwca.zip", mapping.terms))
        elif one == "dwc-dp":
            found.append(DataPackage(folder / "dwc-dp", "dwc-dp.zip", mapping.terms, dataset))
        else:
            found.append(FlatTable(folder, one, mapping.terms))
    return found


async def run(
    source: Source, mapping: TermMapping, sinks: list[Sink], dataset: Mapping[str, Any], folder: Path,
    before: Path | None, told: Progress, targets: set[str],
) -> Build:  # fmt: skip
    """Read everything once. `before` is the ledger of the version before; `targets` are looked out for."""
    from dina.modules.exchange.publishing import ledger as ledgers

    made = Build(
        mapping,
        sinks,
        Checks(),
        Coverage(),
        Comparison(ledgers.read(before) if before else iter(()), folder / "retired.tsv"),
        Ledger(folder / "ledger", source.base),
    )
    checking.of_dataset(made.checks, dataset)
    shown = (watching(made.coverage, mapping.terms), checking.of_records(made.checks, mapping.terms))
    done = 0
    async for records in source.records():
        # The pass is work for one processor; letting go of the loop between batches keeps stopping prompt.
        take(made, records, shown, source.base, targets)
        done += len(records)
        await told(done)
        await asyncio.sleep(0)
    made.checks.read = done
    made.ledger.close()
    made.comparison.close()
    return made


def take(
    made: Build, records: Sequence[Record], shown: Sequence[Callable[[Sequence[str]], None]], base: str,
    targets: set[str],
) -> None:  # fmt: skip
    """Show some records to everything that looks at them."""
    checks, comparison, ledger, digest = made.checks, made.comparison, made.ledger, made.content
    for record in records:
        identifier = record.identifier
        content = record.line.encode()
        if record.more:
            content += orjson.dumps(record.more)
        one = entry(record.id, identifier, content)
        derived = identifier == base + record.id
        checks.identifier(record.id, identifier, derived)
        comparison.feed(one)
        ledger.add(one, derived=derived)
        digest.update(content)
        for look in shown:
            look(record.values)
        for sink in made.sinks:
            sink.add(record)
        if targets and identifier in targets:
            made.targets.add(identifier)
