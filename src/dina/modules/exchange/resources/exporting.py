"""Exports and their templates, as the wire of `dina-export-api` has them."""

from __future__ import annotations

from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, column, func, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from dina.base.jobs.worker import KEEP_FILES
from dina.base.jsonapi.sql.verbatim import verbatim
from dina.base.resource import Json, KeyMap, Resource, attribute
from dina.modules.exchange.exporting import rules
from dina.modules.exchange.resources.base import OWNER, Base


class DataExportStatus(Enum):
    """Where an export stands."""

    NEW = "NEW"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    EXPIRED = "EXPIRED"
    ERROR = "ERROR"


class ExportType(Enum):
    """What is exported: rows, or files."""

    TABULAR_DATA = "TABULAR_DATA"
    OBJECT_ARCHIVE = "OBJECT_ARCHIVE"


def _job(value: Any, row: FromClause, job: FromClause) -> ColumnElement[Any]:
    return select(value).select_from(job).where(job.c.id == row.c.id).scalar_subquery()


def status(row: FromClause) -> ColumnElement[Any]:
    """The status is that of the export's job, which has the same id: there is no second truth to keep up."""
    job = table("job", column("id"), column("state"), column("finished_on"), schema="dina").alias(
        "status_job"
    )
    expired = job.c.finished_on < func.now() - verbatim(f"interval '{KEEP_FILES}'")
    found = case(
        (job.c.state == "queued", DataExportStatus.NEW.value),
        (job.c.state == "running", DataExportStatus.RUNNING.value),
        (job.c.state != "finished", DataExportStatus.ERROR.value),
        (expired, DataExportStatus.EXPIRED.value),
        else_=DataExportStatus.COMPLETED.value,
    )
    return func.coalesce(_job(found, row, job), DataExportStatus.EXPIRED.value)


def errors(row: FromClause) -> ColumnElement[Any]:
    """Why it went wrong, by language."""
    job = table("job", column("id"), column("error", JSONB()), schema="dina").alias("error_job")
    return _job(job.c.error, row, job)


class DataExport(
    Resource, Base, type="data-export", provider=OWNER, label=("Export", "Exportation"), title="name",
    rules=(rules.forms_are_readable, rules.table_has_columns), created=(rules.start,),
    methods=("read", "create", "delete"),
    example={
        "name": "Beetles", "exportType": "TABULAR_DATA", "source": "material-sample",
        "schema": {"material-sample": {"columns": ["materialSampleName"]}},
    },
):  # fmt: skip
    """A table of chosen columns that is written in the background and kept for 14 days; its job has the same id."""

    status: Mapped[DataExportStatus | None] = attribute(
        en="Status", fr="État", read_only=True, listed=True, calculated=status
    )
    name: Mapped[str | None] = attribute(en="Name", fr="Nom", max=100, listed=True, indexed=True)
    export_type: Mapped[ExportType] = attribute(en="Kind of export", fr="Genre d’exportation", listed=True)
    export_options: Mapped[KeyMap] = attribute(
        en="Options", fr="Options (fichier)",
        help_en="format, columnSeparator, bom, headings.", help_fr="format, columnSeparator, bom, headings.",
    )  # fmt: skip
    source: Mapped[str] = attribute(en="Records of", fr="Fiches de", max=100, not_blank=True, listed=True)
    query: Mapped[str | None] = attribute(
        en="Query", fr="Requête", max=100_000, filterable=False,
        help_en="Which records, as JSON: filter, fiql, sort, limit.",
        help_fr="Quelles fiches, en JSON : filter, fiql, sort, limit.",
    )  # fmt: skip
    schema: Mapped[Json | None] = attribute(en="Columns", fr="Colonnes", filterable=False)
    functions: Mapped[Json | None] = attribute(
        en="Computed columns", fr="Colonnes calculées", filterable=False
    )
    errors: Mapped[Json | None] = attribute(
        en="Errors", fr="Erreurs", read_only=True, filterable=False, calculated=errors
    )


class DataExportTemplate(
    Resource, Base, type="data-export-template", provider=OWNER,
    label=("Export template", "Modèle d’exportation"), plural=("Export templates", "Modèles d’exportation"),
    title="name", rules=(rules.forms_are_readable,),
    example={
        "name": "Labels", "group": "cnc", "exportType": "TABULAR_DATA", "restrictToCreatedBy": False,
        "publiclyReleasable": True, "schema": {"material-sample": {"columns": ["materialSampleName"]}},
    },
):  # fmt: skip
    """Columns, computed columns and options that exports are made with again and again."""

    group: Mapped[str] = attribute(en="Group", fr="Groupe", max=50, not_blank=True, listed=True)
    restrict_to_created_by: Mapped[bool] = attribute(en="For myself", fr="Pour moi")
    publicly_releasable: Mapped[bool] = attribute(en="For everybody", fr="Pour tout le monde")
    name: Mapped[str | None] = attribute(en="Name", fr="Nom", max=100, listed=True, indexed=True)
    export_type: Mapped[ExportType] = attribute(en="Kind of export", fr="Genre d’exportation", listed=True)
    export_options: Mapped[KeyMap] = attribute(en="Options", fr="Options (fichier)")
    schema: Mapped[Json | None] = attribute(en="Columns", fr="Colonnes", filterable=False)
    functions: Mapped[Json | None] = attribute(
        en="Computed columns", fr="Colonnes calculées", filterable=False
    )
