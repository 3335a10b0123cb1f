"""Data in, data out: imports with preview and undo, exports, publications."""

from __future__ import annotations

import tomllib
from pathlib import Path

from dina.base.module import Module
from dina.base.text import Text
from dina.modules.exchange.jobs import JOBS
from dina.modules.exchange.operations import OPERATIONS
from dina.modules.exchange.publishing.queue import due
from dina.modules.exchange.publishing.rules import vocabularies
from dina.modules.exchange.resources import (
    DataExport,
    DataExportTemplate,
    Dataset,
    DatasetVersion,
    ImportDataset,
    ImportRecipe,
    RetiredIdentifier,
)

HERE = Path(__file__).parent
MESSAGES = [tomllib.loads(file.read_text("utf-8")) for file in sorted(HERE.rglob("messages.toml"))]

module = Module(
    name="exchange",
    version="0.1.0",
    label=Text("Import and publication", "Importation et publication"),
    gateway="dina-export-api",
    host="export",
    resources=[
        ImportRecipe,
        ImportDataset,
        DataExport,
        DataExportTemplate,
        Dataset,
        DatasetVersion,
        RetiredIdentifier,
    ],
    migrations=HERE / "migrations",
    messages={key: sentence for file in MESSAGES for key, sentence in file.items()},
    vocabularies=vocabularies(),
    operations=OPERATIONS,
    jobs=JOBS,
    periodic=due,
    external={"person": "agent"},
    sql=(HERE / "staging.sql",),
)
