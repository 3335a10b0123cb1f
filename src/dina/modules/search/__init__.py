"""Search over all modules: an index fed by their change feeds, and one way of asking it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from dina.base.module import Module
from dina.base.text import Text
from dina.modules.search.index.following import beside
from dina.modules.search.operations import OPERATIONS
from dina.modules.search.resources import RecordSet, SavedQuery

HERE = Path(__file__).parent
MESSAGES = [tomllib.loads(file.read_text("utf-8")) for file in sorted(HERE.rglob("messages.toml"))]

module = Module(
    name="search",
    version="0.1.0",
    label=Text("Search", "Recherche"),
    gateway="search-api",
    host="search",
    resources=[SavedQuery, RecordSet],
    migrations=HERE / "migrations",
    messages={key: sentence for file in MESSAGES for key, sentence in file.items()},
    operations=OPERATIONS,
    beside=beside,
    sql=(HERE / "index.sql",),
)
