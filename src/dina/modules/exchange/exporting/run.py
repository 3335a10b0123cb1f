"""The job of an export: read the table, compute, write the file, keep it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dina.base.errors import Error
from dina.base.jobs import Failed, Job
from dina.modules.exchange.exporting.forms import Heading, headings, read_options
from dina.modules.exchange.exporting.functions import Computed, read_function
from dina.modules.exchange.exporting.query import SEARCHED, Params, read_query
from dina.modules.exchange.exporting.searched import opened_found, question_of
from dina.modules.exchange.reading import ReadColumn, opened, refused
from dina.modules.exchange.writers import FORMATS, CellTooLong, WriterColumn, open_writer

Make = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths to ask for, and how the columns of the file come from them."""

    paths: tuple[str, ...]
    headings: tuple[Heading, ...]
    computed: Mapping[str, Computed]

    def columns(self, read: Sequence[ReadColumn], *, labels: bool) -> list[WriterColumn]:
        known = {column.path: column for column in read}
        found: list[WriterColumn] = []
        for heading in self.headings:
            column = known.get(heading.name) if heading.name not in self.computed else None
            name = heading.alias or (column.label if labels and column else heading.name)
            found.append(
                WriterColumn(name, column.kind if column else "text", column.term if column else None)
            )
        return found

    def makers(self) -> list[Make]:
        at = {path: place for place, path in enumerate(self.paths)}
        return [self._maker(heading.name, at) for heading in self.headings]

    def _maker(self, name: str, at: Mapping[str, int]) -> Make:
        function = self.computed.get(name)
        if function is None:
            place = at[name]
            return lambda row: row[place]
        places = [at[path] for path in function.inputs]
        compute = function.compute
        return lambda row: compute([row[place] for place in places])

    @property
    def plain(self) -> bool:
        """Whether rows are written as they are read."""
        return tuple(heading.name for heading in self.headings) == self.paths


def layout_of(schema: Mapping[str, Any], functions: Mapping[str, Any] | None) -> Layout:
    computed = {name: read_function(given) for name, given in (functions or {}).items()}
    columns = headings(schema, computed)
    wanted = [heading.name for heading in columns if heading.name not in computed]
    wanted += [path for function in computed.values() for path in function.inputs]
    return Layout(tuple(dict.fromkeys(wanted)), tuple(columns), computed)


async def export(job: Job) -> Mapping[str, Any]:
    """Write the file of the export whose id is the job's. It begins anew when it was broken off."""
    found = await load(job)
    options = read_options(found["exportOptions"])
    layout = layout_of(found["schema"], found["functions"])
    asked, _ = read_query(found["query"])
    params = [one for one in asked if one[0] not in SEARCHED]
    path: str = job.parameters["path"]
    question = await question_of(job.client, dict(asked), path)
    form = FORMATS[options.format]
    name = f"{re.sub(r'[^A-Za-z0-9._-]+', '_', found['name'] or path.rsplit('/', 1)[1]).strip('._')[:100] or 'export'}.{form.suffix}"
    file = job.workspace / "table"
    total = await number(job, path, params) if question is None else None
    await job.progress(0, total, now=True)
    table_of = opened(job.client, path, layout.paths, params)
    if question is not None:
        table_of = opened_found(job.client, path, layout.paths, params, question)
    async with table_of as table:
        columns = layout.columns(table.columns, labels=options.labels)
        makers = None if layout.plain else layout.makers()
        writer = await asyncio.to_thread(
            open_writer, options.format, file, columns, separator=options.separator, bom=options.bom
        )
        done = 0
        try:
            async for rows in table.batches:
                made = rows if makers is None else [[make(row) for make in makers] for row in rows]
                await asyncio.to_thread(writer.write, made)
                done += len(rows)
                await job.progress(done)
        except CellTooLong as fault:
            values = {"column": fault.column, "row": fault.row, "limit": fault.limit}
            raise Failed(Error("BUSINESS_RULE", key="export.tooLong", values=values)) from None
        finally:
            await asyncio.to_thread(writer.close)
    key = f"job/{job.id}/table.{form.suffix}"
    await job.files.put(key, file)
    kept = {"name": name, "key": key, "mediaType": form.media_type, "size": file.stat().st_size}
    await job.progress(done, done)
    return {"rows": done, "files": [kept]}


async def load(job: Job) -> dict[str, Any]:
    """What the export asks. Raises Failed where it has been removed."""
    async with job.pools.write.connection() as connection:
        cursor = await connection.execute(
            'SELECT name, query, "schema", functions, export_options FROM exchange.data_export '
            "WHERE id = %s::uuid AND deleted_on IS NULL",
            [job.id],
        )
        row = await cursor.fetchone()
    if row is None:
        raise Failed(Error("NOT_FOUND"))
    return dict(zip(("name", "query", "schema", "functions", "exportOptions"), row, strict=True))


async def number(job: Job, path: str, params: Params) -> int | None:
    """How many rows there will be, for the progress."""
    limit = next((int(value) for name, value in params if name == "limit" and value.isdecimal()), None)
    kept: list[tuple[str, str | int | float | bool | None]] = [
        (name, value) for name, value in params if name not in ("sort", "limit")
    ]
    answer = await job.client.get(f"{path}/count", params=kept)
    if answer.status_code != 200:
        raise refused(answer.content)
    total: int = answer.json()["data"]["attributes"]["value"]
    return total if limit is None else min(total, limit)


__all__ = ["Layout", "Path", "export", "layout_of"]
