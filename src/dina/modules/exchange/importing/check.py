"""The job that judges every row by every rule and writes nothing into the collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.modules.exchange.importing import custom, store
from dina.modules.exchange.importing.assemble import EVENT, Assembler, Parts, digest, judged_with
from dina.modules.exchange.importing.chunk import Chunk
from dina.modules.exchange.importing.events import KnownEvents
from dina.modules.exchange.importing.extensions import Extensions
from dina.modules.exchange.importing.fields import LAYOUTS, WIDE, darwin_core, fields_of, key_of, registry
from dina.modules.exchange.importing.guard import alone, of
from dina.modules.exchange.importing.judging import judged, leave_out
from dina.modules.exchange.importing.matching import match
from dina.modules.exchange.importing.nature import observation_fault, refuse_others
from dina.modules.exchange.importing.presence import present
from dina.modules.exchange.importing.readers import Fault

BATCH = 500
BASIS = "managedAttributes.basis_of_record"
READ_BY = {
    "startEventDateTime": "date", "endEventDateTime": "date", "verbatimEventDateTime": "date",
    "scientificName": "name", "verbatimScientificName": "name", "scientificNameDetails": "name",
    "observedOn": "date", "determinedOn": "identified", "verbatimDate": "identified", "typeStatus": "type",
    "typeStatusEvidence": "type", "qualifier": "qualifier", "earliestInterval": "age", "latestInterval": "age",
    "higherClassification": "name", "verbatimName": "name",
}  # fmt: skip
"""Attributes that terms are read into together, and the reader."""
ROUNDED = {"coordinate_uncertainty_in_meters": "dwcCoordinateUncertaintyInMeters"}


@dataclass
class Prepared:
    """What check and import both begin with."""

    dataset: dict[str, Any]
    assembler: Assembler
    extensions: Extensions
    needed: list[custom.Needed]
    absent: list[custom.Needed]
    columns: list[dict[str, Any]]

    @property
    def mapped(self) -> list[int]:
        """Positions of the columns that are imported."""
        columns = self.dataset["mapping"]["columns"]
        return [one["column"] for one in columns if one.get("field") and not one.get("skip")]

    @property
    def module(self) -> str:
        return of(self.dataset["targetType"])

    def chunk(self, rows: list[Parts], ids: dict[int, str]) -> Chunk:
        dataset = self.dataset
        return Chunk(dataset["targetType"], dataset["group"], self.module, dataset["id"], rows, ids)

    def position_of(self, path: str | None, values: Sequence[str | None]) -> int | None:
        """The column that fills a field, directly or read together with others: the first that has a text."""
        if path is None:
            return None
        for position, one in self.assembler.paths.items():
            if one == path:
                return position
        steps = path.split(".")
        for term in self._read_for(steps):
            at = self.assembler.terms.get(term)
            if at is not None and values[at] is not None:
                return at
        if steps[-1] in ROUNDED:
            return next(
                (at for at, one in self.assembler.paths.items() if one.endswith(ROUNDED[steps[-1]])), None
            )
        return None

    def _read_for(self, steps: Sequence[str]) -> Iterable[str]:
        """Terms that are read into an attribute, or kept as a custom field of their own name."""
        reader = next((READ_BY[step] for step in steps if step in READ_BY), None)
        if reader is not None:
            return darwin_core()["together"][reader]
        return [term for term in self.assembler.terms if key_of(term) == steps[-1]]


async def prepare(job: Job, dataset: dict[str, Any], *, matching: bool) -> Prepared:
    if not dataset["mapping"] or not dataset["tables"]:
        raise Failed(Error("BUSINESS_RULE", key="import.notStaged"))
    types = await registry(job.client, of(dataset["targetType"]))
    if dataset["targetType"] not in types:
        raise Failed(Error("BUSINESS_RULE", key="import.targetType", values={"type": dataset["targetType"]}))
    fields = fields_of(types, dataset["targetType"])
    assembler = Assembler(dataset["mapping"], fields, dataset["decisions"])
    if assembler.unknown:
        names = ", ".join(dict.fromkeys(assembler.unknown))[:1000]
        raise Failed(Error("BUSINESS_RULE", key="import.fields", values={"names": names}))
    if assembler.twice:
        names = ", ".join(dict.fromkeys(assembler.twice))[:1000]
        raise Failed(Error("BUSINESS_RULE", key="import.twice", values={"names": names}))
    columns: list[dict[str, Any]] = (dataset["tables"] or [{}])[0].get("columns", [])
    for entry in dataset["mapping"]["columns"]:
        if entry["column"] >= len(columns):
            values = {"column": entry["column"], "count": len(columns)}
            raise Failed(Error("BUSINESS_RULE", key="import.columns", values=values))
    refuse_others(dataset)
    if matching:
        assembler.decisions = await match(job, dataset, assembler.steps, fields)
    extensions = Extensions(dataset["tables"] or [], dataset["targetType"])
    wanted = custom.needed(dataset["mapping"]) if dataset["targetType"] in LAYOUTS else []
    absent = await custom.missing(job.client, wanted) if wanted else []
    return Prepared(dataset, assembler, extensions, wanted, absent, columns)


@dataclass
class Found:
    """What the check learns about the whole."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    shared: set[bytes] = field(default_factory=set[bytes])
    leftovers: dict[tuple[str, str], None] = field(default_factory=dict[tuple[str, str], None])


async def check(job: Job) -> Mapping[str, Any]:
    """Assemble, match and judge every row of a data set; its problems replace those of the last check."""
    async with alone(job) as dataset:
        return await _check(job, await prepare(job, dataset, matching=True))


async def _check(job: Job, prepared: Prepared) -> Mapping[str, Any]:
    dataset, id_ = prepared.dataset, prepared.dataset["id"]
    found = Found()
    events = KnownEvents(
        job.client, prepared.module, dataset["group"], (dataset["decisions"] or {}).get(EVENT, {})
    )
    absent = {(one.component, one.key) for one in prepared.absent}
    known = {(one.component, one.key) for one in prepared.needed} - absent
    async with job.pools.write.connection() as connection, job.pools.write.connection() as writing:
        await store.clear(connection, id_, "import_problem")
        await repeated_keys(connection, prepared)
        done = 0
        async for batch in store.batches(connection, id_, size=BATCH):
            rows = [prepared.assembler.row(number, values) for number, values in batch]
            await prepared.extensions.add(connection, id_, rows, batch, prepared.dataset["tables"])
            texts = dict(batch)
            if dataset["targetType"] in LAYOUTS:
                await events.look(prepared.chunk(rows, {}))
            problems = [problem for parts in rows for problem in own_problems(parts, texts[parts.number])]
            identities = await known_rows(job, connection, dataset, rows, texts)
            await classify(found, rows, texts, identities)
            problems += observations(prepared, rows, texts)
            problems += leave_out(prepared, rows, known, found.leftovers, texts)
            sound = [p for p in rows if not any(f.severity != "warning" for _, f in p.faults)]
            problems += await judged(job, prepared, sound, texts)
            if problems:
                await store.add_problems(writing, id_, problems)
            done += len(batch)
            await job.progress(done, dataset["rowCount"], message="check")
        await store.count_anew(writing, "import_problem")
        decided = {field: one for field, one in prepared.assembler.decisions.items() if field != EVENT}
        prepared.assembler.decisions = {**decided, **({EVENT: events.decided} if events.decided else {})}
        leftovers = custom.needed({}, found.leftovers)
        more = await custom.missing(job.client, leftovers) if leftovers else []
        counts = await store.counts(connection, id_)
        vanished = (
            await vanished_rows(connection, dataset) if prepared.assembler.key_position is not None else 0
        )
        summary = {
            **counts,
            "created": found.created, "updated": found.updated, "unchanged": found.unchanged, "vanished": vanished,
            "events": len(found.shared),
            "eventsKnown": sum(1 for one in events.decided.values() if one["action"] == "use"),
            "customFields": [
                {"component": one.component, "key": one.key, "name": one.name, "vocabulary": one.vocabulary}
                for one in {(o.vocabulary, o.component, o.key): o for o in [*more, *prepared.absent]}.values()
            ],
            "notImported": [
                {"column": one["column"], "heading": one["heading"], "values": filled(prepared, one["column"])}
                for one in dataset["mapping"]["columns"]
                if (one.get("skip") or not one.get("field")) and filled(prepared, one["column"])
            ],
            "notMatched": [
                {"column": step.position, "field": step.linking}
                for step in prepared.assembler.steps
                if step.linking and step.linking not in decided and filled(prepared, step.position)
            ],
            "extensions": prepared.extensions.described(),
            "judgedWith": judged_with({**dataset, "decisions": prepared.assembler.decisions}),
        }  # fmt: skip
        await store.save(
            connection, id_, job.caller.username, state="CHECKED", summary=summary,
            decisions=dict(prepared.assembler.decisions),
        )  # fmt: skip
    return {name: value for name, value in summary.items() if isinstance(value, int)}


def filled(prepared: Prepared, position: int) -> int:
    return next((c["filled"] for c in prepared.columns if c["position"] == position), 0)


def own_problems(parts: Parts, values: Sequence[str | None]) -> Iterable[store.Problem]:
    for position, fault in parts.faults:
        yield parts.number, position, fault, values[position] if position is not None else None


def observations(
    prepared: Prepared, rows: Iterable[Parts], texts: Mapping[int, Sequence[str | None]]
) -> Iterable[store.Problem]:
    """Rows that would become specimens and say that they are none."""
    at = next((p for p, path in prepared.assembler.paths.items() if path == BASIS), None)
    if at is None or prepared.dataset["targetType"] != WIDE:
        return
    for parts in rows:
        fault = observation_fault(texts[parts.number][at])
        if fault is not None:
            yield parts.number, at, fault, texts[parts.number][at]


async def known_rows(
    job: Job,
    connection: store.Connection,
    dataset: Mapping[str, Any],
    rows: Iterable[Parts],
    texts: Mapping[int, Sequence[str | None]],
) -> dict[int, tuple[str, bool]]:
    """Rows whose record came in before and is still there: number -> (its id, whether the row says something else)."""
    keys = {parts.key: parts.number for parts in rows if parts.key}
    found = await store.identities(connection, dataset["group"], dataset["targetType"], list(keys))
    there = await present(
        job.client, of(dataset["targetType"]), dataset["targetType"], [id_ for id_, _ in found.values()]
    )
    found = {key: one for key, one in found.items() if one[0] in there}
    return {keys[key]: (id_, digest(texts[keys[key]]) != before) for key, (id_, before) in found.items()}


async def classify(
    found: Found,
    rows: Iterable[Parts],
    texts: Mapping[int, Sequence[str | None]],
    identities: Mapping[int, tuple[str, bool]],
) -> None:
    for parts in rows:
        before = identities.get(parts.number)
        if before is None:
            found.created += 1
        elif before[1]:
            found.updated += 1
        else:
            found.unchanged += 1
        event = parts.values.get("collectingEvent")
        if event:
            found.shared.add(digest(event)[:8])


async def repeated_keys(connection: store.Connection, prepared: Prepared) -> None:
    """Rows of one file that claim to be the same record."""
    position = prepared.assembler.key_position
    if position is None:
        return
    message = {
        "en": "Several rows of this file have this identifier; each record needs its own.",
        "fr": "Plusieurs lignes de ce fichier portent cet identifiant ; chaque fiche doit avoir le sien.",
    }
    fault = Fault("", "error", "key.repeated", message)
    cursor = await connection.execute(
        'SELECT number, v FROM (SELECT number, "values"[%(at)s] AS v, count(*) OVER (PARTITION BY "values"[%(at)s]) AS n '
        'FROM exchange.import_row WHERE dataset = %(id)s::uuid AND tbl = 0 AND "values"[%(at)s] IS NOT NULL) r WHERE n > 1',
        {"at": position + 1, "id": prepared.dataset["id"]},
    )
    repeated = [(number, position, fault, value) for number, value in await cursor.fetchall()]
    if repeated:
        await store.add_problems(connection, prepared.dataset["id"], repeated)


async def vanished_rows(connection: store.Connection, dataset: Mapping[str, Any]) -> int:
    """Records of the data set this one follows that no row of it names any more."""
    cursor = await connection.execute(
        VANISHED.replace("SELECT i.key, i.id::text", "SELECT count(*)"), _of(dataset)
    )  # type: ignore[arg-type]
    row = await cursor.fetchone()
    return row[0] if row else 0


VANISHED = (
    'WITH mine AS (SELECT "values"[%(at)s] AS key FROM exchange.import_row WHERE dataset = %(id)s::uuid AND tbl = 0), '
    'former AS (SELECT i.dataset FROM exchange.identity i JOIN mine USING (key) WHERE i."group" = %(group)s '
    "AND i.type = %(type)s AND i.dataset <> %(id)s::uuid GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) "
    'SELECT i.key, i.id::text FROM exchange.identity i JOIN former USING (dataset) WHERE i."group" = %(group)s '
    "AND i.type = %(type)s AND NOT EXISTS (SELECT FROM mine WHERE mine.key = i.key)"
)


def _of(dataset: Mapping[str, Any]) -> dict[str, Any]:
    mapping = dataset["mapping"]
    position = next((c["column"] for c in mapping["columns"] if c.get("field") == mapping.get("matchBy")), 0)
    return {"at": position + 1, "id": dataset["id"], "group": dataset["group"], "type": dataset["targetType"]}
