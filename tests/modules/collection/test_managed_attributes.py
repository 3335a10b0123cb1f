"""Managed attributes and identifiers against the vocabulary: one query a batch, each fault in its place."""

from __future__ import annotations

from typing import Any

from dina.base.resource import Draft, RuleContext
from dina.modules.collection import rules

ITEMS = [
    ("managed_attribute", "MATERIAL_SAMPLE", "colour", "STRING", ["Red", "Blue"]),
    ("managed_attribute", "MATERIAL_SAMPLE", "weight", "DECIMAL", None),
    ("managed_attribute", "PREPARATION", "fixed_on", "DATE", None),
    ("managed_attribute", "DETERMINATION", "certainty", "INTEGER", None),
    ("managed_attribute", "ORGANISM", "stage", "STRING", None),
    ("identifier_type", "MATERIAL_SAMPLE", "genbank", "STRING", None),
]


class Items:
    """Answers the query for vocabulary items."""

    def __init__(self) -> None:
        self.queries = 0

    async def execute(self, query: Any, values: Any) -> Items:
        self.queries += 1
        self.wanted = set(values[0])
        return self

    async def fetchall(self) -> list[tuple[Any, ...]]:
        return [item for item in ITEMS if item[2] in self.wanted]


async def judged(rule: Any, *attributes: dict[str, Any]) -> tuple[list[tuple[int, str, str | None]], int]:
    items = Items()
    drafts = [Draft("material-sample", f"id-{n}", given, {}) for n, given in enumerate(attributes)]
    found = await rule(drafts, RuleContext(items, "collection"))  # type: ignore[arg-type]
    return [(position, error.key, error.pointer) for position, error in found], items.queries


async def test_samples_are_judged_with_one_query() -> None:
    found, queries = await judged(
        rules.sample_managed_attributes,
        {"managedAttributes": {"colour": "RED", "weight": "1.5"}, "identifiers": {"genbank": "AB1"}},
        {"managedAttributes": {"colour": "green", "weight": "heavy"}},
        {"managedAttributes": {"fixed_on": "2020-01-01"}, "identifiers": {"colour": "Red"}},
        {"preparationManagedAttributes": {"fixed_on": "2020-13-01", "nowhere": "x"}},
    )
    assert queries == 1
    assert sorted(found, key=lambda one: one[0]) == [
        (1, "managedAttribute.value.invalid", "/attributes/managedAttributes/colour"),
        (1, "managedAttribute.value.invalid", "/attributes/managedAttributes/weight"),
        (2, "managedAttribute.keyContext.invalid", "/attributes/managedAttributes/fixed_on"),
        (2, "controlledVocabulary.key.invalid", "/attributes/identifiers/colour"),
        (3, "managedAttribute.value.invalid", "/attributes/preparationManagedAttributes/fixed_on"),
        (3, "managedAttribute.key.invalid", "/attributes/preparationManagedAttributes/nowhere"),
    ]


async def test_determinations_have_managed_attributes_of_their_own() -> None:
    found, queries = await judged(
        rules.organism_managed_attributes,
        {
            "managedAttributes": {"stage": "larva"},
            "determination": [
                {"managedAttributes": {"certainty": "3"}},
                {"managedAttributes": {"certainty": "high", "stage": "larva"}},
            ],
        },
    )
    assert queries == 1
    assert found == [
        (0, "managedAttribute.value.invalid", "/attributes/determination/1/managedAttributes/certainty"),
        (0, "managedAttribute.keyContext.invalid", "/attributes/determination/1/managedAttributes/stage"),
    ]


async def test_without_keys_nothing_is_asked() -> None:
    assert await judged(rules.sample_managed_attributes, {"managedAttributes": {}}) == ([], 0)
