"""What must hold of exports and their templates, and what begins when an export is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from dina.base.errors import Error, Problem
from dina.base.jobs import enqueue
from dina.base.resource import Creation, Draft, rule
from dina.base.resource.rules import broken
from dina.modules.exchange.exporting.forms import form_errors
from dina.modules.exchange.exporting.query import read_query, type_of


@rule
def forms_are_readable(draft: Draft) -> Iterable[Error]:
    """Columns, functions and options are of the form that the writer of the file understands."""
    yield from form_errors(draft.attributes)


@rule
def table_has_columns(draft: Draft) -> Iterable[Error]:
    """A table is of named columns and of records that can be found; archives of files come with the media."""
    if draft.get("exportType") == "OBJECT_ARCHIVE":
        yield broken("export.archive", "/attributes/exportType")
        return
    if not draft.get("schema"):
        yield broken("export.noColumns", "/attributes")
    yield from read_query(draft.get("query"))[1]


async def start(creation: Creation) -> None:
    """Queue the work of new exports under their own ids. Raises Problem where nobody here has such records."""
    service = creation.service
    for draft in creation.drafts:
        type_ = type_of(draft.attributes["source"])
        prefix = service.owners.get(type_)
        if prefix is None:
            raise Problem(
                Error(
                    "BUSINESS_RULE",
                    key="export.source",
                    values={"source": draft.attributes["source"]},
                    pointer="/data/attributes/source",
                    meta={"rule": "export.source"},
                )
            )
        await enqueue(
            creation.connection,
            service.module.name,
            "export",
            draft.get("name") or type_,
            creation.caller,
            parameters={"path": f"{prefix}/{type_}"},
            id_=draft.id,
        )
