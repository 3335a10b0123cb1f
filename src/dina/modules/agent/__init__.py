"""Agents: people, organizations and their identifiers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson

from dina.base.module import Module
from dina.base.text import Text
from dina.modules.agent.resources import Identifier, IdentifierType, Organization, Person

HERE = Path(__file__).parent
IDENTIFIERS: list[dict[str, Any]] = tomllib.loads(
    (HERE / "vocabularies/identifiers.toml").read_text("utf-8")
)["element"]


def seed(connection: Any) -> None:
    """The registries that are known from the first day."""
    for element in IDENTIFIERS:
        titles = {"titles": [{"lang": lang, "title": element[lang]} for lang in ("en", "fr")]}
        connection.execute(
            "INSERT INTO agent.identifier_type (id, key, name, uri_template, term, multilingual_title, created_by) "
            "SELECT gen_random_uuid(), %(key)s, %(name)s, %(uri)s, %(term)s, %(titles)s::jsonb, 'system' "
            "WHERE NOT EXISTS (SELECT 1 FROM agent.identifier_type WHERE key = %(key)s)",
            {**element, "titles": orjson.dumps(titles).decode()},
        )


module = Module(
    name="agent",
    version="0.1.0",
    label=Text("Agents", "Agents"),
    gateway="agent-api",
    host="agent",
    resources=[Person, Organization, Identifier, IdentifierType],
    migrations=HERE / "migrations",
    vocabularies={"identifiers": IDENTIFIERS},
    messages=tomllib.loads((HERE / "messages.toml").read_text("utf-8")),
    seed=seed,
)
