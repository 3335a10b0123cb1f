"""Indexes over more than one attribute: scanned codes, actions that are due, what is withheld."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text

from dina.modules.collection.resources.collecting_event import CollectingEvent
from dina.modules.collection.resources.institution import Collection
from dina.modules.collection.resources.material_sample import MaterialSample
from dina.modules.collection.resources.storage import StorageUnit

CODES = {
    "material-sample": "collection.codes(ARRAY[barcode, material_sample_name, dwc_catalog_number], "
    "dwc_other_catalog_numbers, identifiers)",
    "storage-unit": "collection.codes(ARRAY[barcode, name], NULL::text[], NULL::jsonb)",
    "collecting-event": "collection.codes(ARRAY[dwc_field_number, dwc_record_number], other_record_numbers, NULL::jsonb)",
    "collection": "collection.codes(ARRAY[code], NULL::text[], identifiers)",
}
"""The folded codes of a resource, as SQL over its table: what is indexed and what `scan` asks."""

ACTIONS_GIVEN = "scheduled_actions <> '[]'::jsonb"


def add_indexes() -> None:
    classes: dict[str, Any] = {
        cls.resource.type: cls for cls in (MaterialSample, StorageUnit, CollectingEvent, Collection)
    }
    for type_, codes in CODES.items():
        table = classes[type_].__table__
        Index(
            f"ix_{table.name}_codes",
            text(codes),
            postgresql_using="gin",
            postgresql_where=text("deleted_on IS NULL"),
            _table=table,
        )
    for cls in (MaterialSample, CollectingEvent):
        told: Any = cls.__table__
        Index(
            f"ix_{told.name}_withheld",
            told.c.group,
            postgresql_where=text("deleted_on IS NULL AND publicly_releasable IS FALSE"),
        )
    table: Any = MaterialSample.__table__
    Index(
        "ix_material_sample_actions",
        table.c.id,
        postgresql_where=text(f"deleted_on IS NULL AND {ACTIONS_GIVEN}"),
    )


add_indexes()
