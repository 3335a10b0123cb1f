"""The job that reads a file into the staging tables and guesses what its columns mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dina.base.cells import unguarded
from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.base.text import LANGUAGES
from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.automap import automap
from dina.modules.exchange.importing.fields import fields_of, registry
from dina.modules.exchange.importing.guard import alone, of
from dina.modules.exchange.importing.shapes import READING
from dina.modules.exchange.sources import Overrides, Source, SourceError, Table, open_source

BATCH = 2000
MARKED = frozenset({"text", "xlsx"})
"""Formats in which exports mark texts that look like formulas (`base/cells.py`)."""
SAMPLES = 8
STABLE = ("identifiers.occurrence_id", "organism.managedAttributes.occurrence_id", "dwcCatalogNumber")
"""Fields by which a record is known again, the best first."""
ALWAYS = {"observations": {"basisOfRecord": "MachineObservation"}}
"""What every row of a kind of table is without saying so: those of camera traps."""
OCCURRENCES = frozenset({"occurrence", "specimen"})


@dataclass
class Seen:
    """What the values of a column look like."""

    filled: int = 0
    samples: dict[str, None] = field(default_factory=dict[str, None])

    def see(self, value: str) -> None:
        self.filled += 1
        if len(self.samples) < SAMPLES:
            self.samples[value[:200]] = None


async def stage(job: Job) -> Mapping[str, Any]:
    """Read the file of a data set; what was staged before is replaced."""
    async with alone(job) as dataset:
        async with job.pools.write.connection() as connection:
            if await store.any_made(connection, dataset["id"]):
                raise Failed(Error("BUSINESS_RULE", key="import.already"))
        return await _read(job, dataset)


async def _read(job: Job, dataset: Mapping[str, Any]) -> Mapping[str, Any]:
    path = await job.files.fetch(job.parameters["file"], job.workspace / _safe(dataset["fileName"]))
    source = opened(path, job.workspace, dataset["reading"], dataset["fileName"])
    try:
        return await _stage(job, dataset, source)
    except SourceError as fault:
        async with job.pools.write.connection() as connection:
            await store.clear(connection, dataset["id"], "import_row")
        raise Failed(_error(fault)) from None
    finally:
        source.close()


def opened(path: Path, workspace: Path, reading: Mapping[str, Any] | None, name: str | None = None) -> Source:
    """The source of a file. Raises Failed with file, line and cause where it cannot be read."""
    try:
        overrides = Overrides(**READING.validate_python(reading or {}))
    except ValidationError:
        raise Failed(Error("CONSTRAINT_VIOLATION", key="import.reading")) from None
    try:
        return open_source(path, workspace=workspace, overrides=overrides, name=name)
    except SourceError as fault:
        raise Failed(_error(fault)) from None


def _error(fault: SourceError) -> Error:
    from dina.base.text import Text

    said = Text(*(fault.sentence(language) for language in LANGUAGES))
    place = {"file": fault.file, "line": fault.line, "cause": fault.code}
    return Error("BUSINESS_RULE", key="import.source", values={"sentence": said}, meta=place)


def _safe(name: str | None) -> str:
    """A name for the local copy: readers look at the ending only."""
    ending = "".join(Path(name or "").suffixes[-2:])[-20:]
    return "source" + "".join(c for c in ending if c.isalnum() or c == ".")


async def _stage(job: Job, dataset: Mapping[str, Any], source: Source) -> Mapping[str, Any]:
    id_: str = dataset["id"]
    main, core, extensions = arranged(source.tables)
    tables: list[dict[str, Any]] = []
    async with job.pools.write.connection() as connection:
        await store.clear(connection, id_, "import_row", "import_problem", "import_made", "import_shared")
        others: list[Table] = [core, *extensions] if core else extensions
        marked = source.format in MARKED
        for position, table in enumerate(others, 1):
            tables.append(await _table(job, connection, id_, position, table, marked=marked))
        joined = tables[0] if core else None
        first = await _table(job, connection, id_, store.MAIN, main, joined, marked=marked)
        tables.insert(0, first)
        await store.count_anew(connection, "import_row")
        types = await registry(job.client, of(dataset["targetType"]))
        if dataset["targetType"] not in types:
            raise Failed(
                Error("BUSINESS_RULE", key="import.targetType", values={"type": dataset["targetType"]})
            )
        fields = fields_of(types, dataset["targetType"])
        mapping = dataset["mapping"] or guessed(dataset, first, fields)
        await store.save(
            connection, id_, job.caller.username,
            format=source.format, state="STAGED", row_count=first["rows"], tables=tables, mapping=mapping,
            summary={"warnings": [one.document() for one in source.warnings[:100]]},
            metadata_document=asdict(source.metadata) if source.metadata else None,
        )  # fmt: skip
    return {"rows": first["rows"], "format": source.format}


def guessed(dataset: Mapping[str, Any], main: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping that a person then corrects."""
    columns = automap(main["columns"], fields, dataset.get("recipeMapping"))
    match_by = next((path for path in STABLE if any(one["field"] == path for one in columns)), None)
    past: Mapping[str, Any] = dataset.get("recipeMapping") or {}
    taken = {one["field"] for one in columns}
    known = [
        {"field": field, "value": value}
        for field, value in ALWAYS.get(main["kind"] or "", {}).items()
        if field in fields and field not in taken
    ]
    return {
        "columns": columns,
        "constants": past.get("constants", known),
        "matchBy": past.get("matchBy", match_by),
    }


def arranged(tables: Sequence[Table]) -> tuple[Table, Table | None, list[Table]]:
    """The table whose rows become records, the core it hangs on if that is another one, and the rest."""
    main = next((t for t in tables if t.kind in OCCURRENCES), None) or tables[0]
    core = next((t for t in tables if t.role == "core"), None)
    if core is main or main.role != "extension":
        core = None
    return main, core, [t for t in tables if t is not main and t is not core]


async def _table(
    job: Job,
    connection: store.Connection,
    id_: str,
    position: int,
    table: Table,
    joined: Mapping[str, Any] | None = None,
    *,
    marked: bool = False,
) -> dict[str, Any]:
    """Stage one table; with `joined`, the values of the core row it belongs to stand beside its own."""
    own = [(column.name, column.term) for column in table.columns]
    named = {term or name for name, term in own}
    extra: list[dict[str, Any]] = [
        c for c in (joined["columns"] if joined else ()) if (c.get("term") or c["name"]) not in named
    ]
    seen = [Seen() for _ in range(len(own) + len(extra))]
    number = 0
    for batch in _batches(table):
        rows: list[tuple[int, int, str | None, Sequence[str | None]]] = []
        keys = [row.values[table.id_column] if table.id_column is not None else None for row in batch]
        cores: Mapping[str, list[list[str | None]]] = {}
        if joined is not None:
            cores = await store.extension_rows(connection, id_, 1, [key for key in keys if key])
        for key, row in zip(keys, batch, strict=True):
            number += 1
            values: Sequence[str | None] = [unmarked(value) for value in row.values] if marked else row.values
            if joined is not None:
                beside = cores.get(key or "", [[]])[0]
                values = [*values, *(beside[c["position"]] if beside else None for c in extra)]
            for at, value in enumerate(values):
                if value is not None:
                    seen[at].see(value)
            rows.append((number, row.line, key, values))
        await store.stage(connection, id_, position, rows)
        await job.progress(number, table.count_hint, message=table.name)
    columns = [
        {
            "position": at,
            "name": name,
            "term": term,
            "filled": seen[at].filled,
            "samples": list(seen[at].samples),
        }
        for at, (name, term) in enumerate([*own, *((c["name"], c.get("term")) for c in extra)])
    ]
    dialect = table.dialect
    return {
        "name": table.name, "kind": table.kind, "rows": number, "columns": columns,
        "dialect": {
            "encoding": dialect.encoding, "delimiter": dialect.delimiter, "quote": dialect.quote,
            "header": dialect.header, "known": dialect.encoding_known, "confidence": round(dialect.confidence, 2),
        },
        "problems": [one.document() for one in table.problems[:100]],
    }  # fmt: skip


def _batches(table: Table) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in table.rows():
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


__all__ = ["arranged", "guessed", "opened", "stage"]


def unmarked(value: str | None) -> str | None:
    """A text without the mark that keeps spreadsheets from running it."""
    return unguarded(value) if value is not None and value[:1] == "'" else value
