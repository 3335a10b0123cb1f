"""The job that publishes a data set: read as the public, checked, compared, written, kept."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.modules.exchange.publishing import versions as kept
from dina.modules.exchange.publishing.building import Build, read_mapping, run, sinks_of, source_of
from dina.modules.exchange.publishing.eml import Party, eml_xml
from dina.modules.exchange.publishing.mapping.people import People
from dina.modules.exchange.publishing.record import Written
from dina.modules.exchange.publishing.searched import search_of
from dina.modules.exchange.publishing.streams import PUBLIC, document

DATASET = "/exchange/v1/dataset"
EXAMPLES = 5
KEPT = 12
"""Versions that are kept unless the data set says another number."""


async def publish(job: Job) -> Mapping[str, Any]:
    """Build the next version of a data set. Raises Failed when it may not be published as it is.

    Nothing is kept before everything is written and judged: a job that dies leaves nothing behind, and begins
    anew when it is taken up.
    """
    id_: str = job.parameters["dataset"]
    dataset = (await document(job.client, f"{DATASET}/{id_}"))["data"]["attributes"]
    async with job.pools.write.connection() as connection:
        found = await kept.versions(connection, id_)
        retired = await kept.retired(connection, id_)
    former = kept.last(found)
    redirects: Mapping[str, str] = job.parameters.get("redirects") or {}
    before = await ledger_of(job, id_, former)
    search = await search_of(job.client_as, dataset)
    async with job.client_as(PUBLIC) as public:
        mapping = await read_mapping(public, dataset)
        source = await source_of(public, dataset, mapping, search)
        sinks = sinks_of(dataset, mapping, job.workspace)

        await job.progress(0, await source.count(), now=True)

        async def told(done: int) -> None:
            await job.progress(done)

        made = await run(
            source, mapping, sinks, dataset, job.workspace, before, told, {*redirects.values(), *retired}
        )
        judge(made, former, job.parameters, redirects)
        parties = await parties_of(dataset, source.people)
    about = {name: dataset.get(name) for name in DESCRIBED}
    content = hashlib.sha256(
        made.content.digest()
        + orjson.dumps([about, [vars(p) for p in parties], mapping.terms, dataset.get("formats")])
    ).hexdigest()
    if former is not None and former.content == content and former.state == kept.PUBLISHED:
        async with job.pools.write.connection() as connection:
            await kept.schedule_next(connection, id_)
        return {
            "version": former.number,
            "unchanged": True,
            "rows": made.checks.read,
            "checks": made.checks.document(),
        }
    number = max((one.number for one in found), default=0) + 1
    on = dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    eml = eml_xml(dataset, parties, made.coverage.document(), id_=id_, number=number, published=on)
    written = [await asyncio.to_thread(sink.finish, eml) for sink in sinks]
    files = [await keep(job, id_, number, one) for one in [*written, loose(job.workspace, eml)]]
    await job.files.put(f"{kept.folder(id_, number)}/ledger", made.ledger.path)
    values = {
        "publishedOn": on,
        "rowCounts": {one.format: dict(one.rows) for one in written},
        "checks": made.checks.document(),
        "difference": {"since": former.number if former else None, **made.comparison.document()},
        "coverage": made.coverage.document(),
        "files": files,
        "checksum": written[0].checksum,
        "metadata": {
            "content": content,
            "dataset": about,
            "parties": [vars(one) for one in parties],
            "terms": list(mapping.terms),
            **({"search": search.document()} if search else {}),
        },
    }
    async with job.pools.write.connection() as connection:
        await kept.save(connection, id_, number, job.caller.username, values, gone(made), redirects)
        await kept.revive(connection, id_, [one for one in made.targets if one in retired])
        await kept.prune(connection, job.files, id_, dataset.get("versionsKept") or KEPT, job.caller.username)
    return {
        "version": number,
        "unchanged": False,
        "rows": made.checks.read,
        "difference": values["difference"],
        "checks": values["checks"],
    }


DESCRIBED = (
    "title", "frenchTitle", "abstract", "frenchAbstract", "licence", "rightsHolder", "purpose", "methods", "citation",
    "keywords", "language", "webpage", "core", "schedule", "group",
)  # fmt: skip
"""What of the data set is published with it."""


async def ledger_of(job: Job, dataset: str, former: kept.Version | None) -> Path | None:
    """A local copy of what the version before held."""
    if former is None:
        return None
    return await job.files.fetch(f"{kept.folder(dataset, former.number)}/ledger", job.workspace / "before")


def judge(
    made: Build, former: kept.Version | None, parameters: Mapping[str, Any], redirects: Mapping[str, str]
) -> None:
    """Whether this may be published. Raises Failed with all reasons against it."""
    checks, comparison = made.checks, made.comparison
    against: list[Error] = []
    if checks.read == 0:
        raise Failed(Error("BUSINESS_RULE", key="publish.nothing"))
    for rule, count, examples in (
        ("missingIdentifiers", checks.missing, checks.missing_examples),
        ("duplicateIdentifiers", checks.duplicates, checks.duplicate_examples),
    ):
        if count:
            against.append(refusal(rule, count, examples))
    if former is not None:
        led = sum(1 for old, new in comparison.retired() if not new and redirects.get(old) in made.targets)
        if comparison.gone > led and not parameters.get("confirmTombstones"):
            against.append(
                refusal("identifiersGone", comparison.gone - led, comparison.examples["gone"], former.number)
            )
        if comparison.changed and not parameters.get("confirmRedirects"):
            against.append(
                refusal(
                    "identifiersChanged", comparison.changed, comparison.examples["changed"], former.number
                )
            )
    if against:
        raise Failed(*against)


def refusal(rule: str, count: int, examples: Sequence[str], version: int | None = None) -> Error:
    told = ", ".join(examples[:EXAMPLES])
    return Error(
        "BUSINESS_RULE",
        key=f"publish.{rule}",
        values={"count": count, "examples": told, "version": version},
        meta={"rule": f"publish.{rule}", "count": count, "examples": list(examples)},
    )


def gone(made: Build) -> Iterator[tuple[str, str | None]]:
    return ((old, new or None) for old, new in made.comparison.retired())


async def parties_of(dataset: Mapping[str, Any], people: People) -> list[Party]:
    """The contacts with the names that people have now."""
    contacts: list[Mapping[str, Any]] = dataset.get("contacts") or []
    await people.learn(one["person"] for one in contacts if one.get("person"))
    found: list[Party] = []
    for one in contacts:
        ids = [one["person"]] if one.get("person") else []
        found.append(
            Party(
                one.get("role") or "contact",
                people.names(ids) or one.get("name") or "",
                one.get("organization") or "",
                one.get("position") or "",
                one.get("email") or "",
                people.identifiers(ids),
            )
        )
    return [one for one in found if one.name or one.organization]


def loose(folder: Path, eml: bytes) -> Written:
    """The description as a file of its own, which aggregators read without the archive."""
    path = folder / "eml.xml"
    path.write_bytes(eml)
    return Written("eml.xml", path, "application/xml", "eml", {}, hashlib.sha256(eml).hexdigest())


async def keep(job: Job, dataset: str, number: int, one: Written) -> dict[str, Any]:
    key = f"{kept.folder(dataset, number)}/{one.name}"
    await job.files.put(key, one.path)
    return {
        "name": one.name,
        "format": one.format,
        "mediaType": one.media_type,
        "size": one.path.stat().st_size,
        "checksum": one.checksum,
        "rows": dict(one.rows),
    }
