"""Collections: institutions, specimens, where they were gathered, what they are and where they are kept."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson

from dina.base.module import Module
from dina.base.text import Text
from dina.modules.collection.operations import OPERATIONS
from dina.modules.collection.resources import RESOURCES
from dina.modules.collection.rules.listed import vocabularies
from dina.modules.collection.timescale import seeding

HERE = Path(__file__).parent
VOCABULARIES = vocabularies()
SEEDED: list[dict[str, Any]] = tomllib.loads((HERE / "vocabularies/seeded.toml").read_text("utf-8"))[
    "vocabulary"
]


def _titles(element: dict[str, Any]) -> str:
    return orjson.dumps(
        {"titles": [{"lang": lang, "title": element[lang]} for lang in ("en", "fr")]}
    ).decode()


def seed(connection: Any) -> None:
    """The stored vocabularies and their items, where they are not there yet, and the time scale."""
    seeding.seed(connection)
    for vocabulary in SEEDED:
        connection.execute(
            "INSERT INTO collection.controlled_vocabulary "
            "(id, key, name, type, vocab_class, multilingual_title, created_by) "
            "SELECT %(id)s, %(key)s, %(en)s, %(type)s, %(class)s, %(titles)s::jsonb, 'system' "
            "WHERE NOT EXISTS (SELECT 1 FROM collection.controlled_vocabulary WHERE id = %(id)s)",
            {**vocabulary, "titles": _titles(vocabulary)},
        )
        for element in VOCABULARIES.get(vocabulary.get("items", ""), []):
            connection.execute(
                "INSERT INTO collection.controlled_vocabulary_item "
                '(id, key, name, "group", term, multilingual_title, vocabulary_element_type, dina_component, '
                "controlled_vocabulary_id, created_by) "
                "SELECT gen_random_uuid(), %(key)s, %(en)s, 'system', %(term)s, %(titles)s::jsonb, %(kind)s, "
                "%(component)s, %(vocabulary)s, 'system' WHERE NOT EXISTS (SELECT 1 FROM "
                "collection.controlled_vocabulary_item WHERE controlled_vocabulary_id = %(vocabulary)s AND key = %(key)s)",
                {
                    **element,
                    "term": element.get("term"),
                    "titles": _titles(element),
                    "kind": "STRING" if vocabulary["class"] == "QUALIFIED_VALUE" else None,
                    "component": vocabulary.get("component"),
                    "vocabulary": vocabulary["id"],
                },
            )


module = Module(
    name="collection",
    version="0.1.0",
    label=Text("Collection", "Collection"),
    gateway="collection-api",
    host="collection",
    resources=RESOURCES,
    migrations=HERE / "migrations",
    external={"person": "agent", "organization": "agent", "metadata": "media", "user": "user"},
    vocabularies=VOCABULARIES,
    messages=tomllib.loads((HERE / "messages.toml").read_text("utf-8")),
    operations=OPERATIONS,
    sql=(HERE / "provenance.sql", HERE / "calculated.sql", HERE / "disclosure.sql"),
    seed=seed,
)
