"""Where material is kept, and how samples relate to each other."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import Json, Resource, attribute, member, to_one
from dina.modules.collection import rules
from dina.modules.collection.resources.base import GROUP, GROUP_WITH_READ, Base, name_attribute
from dina.modules.collection.resources.calculated_storage import cell_number, children, hierarchy, unit_name


class FillDirection(Enum):
    BY_ROW = "BY_ROW"
    BY_COLUMN = "BY_COLUMN"


class StorageGridLayout(TypedDict, total=False):
    """Rows and columns of a box or plate."""

    numberOfRows: Annotated[int, Field(ge=1, le=702), member(en="Rows", fr="Rangées")]
    numberOfColumns: Annotated[int, Field(ge=1, le=255), member(en="Columns", fr="Colonnes")]
    fillDirection: Annotated[FillDirection, member(en="Filled by", fr="Rempli par")]


class StorageUnitType(
    Resource, Base, type="storage-unit-type", provider=GROUP, label=("Storage type", "Type de rangement"),
    plural=("Storage types", "Types de rangement"), title="name", example={"name": "Drawer"},
    batch_rules=(rules.grid_holds_content,),
):  # fmt: skip
    """A kind of storage place: cabinet, drawer, box, plate."""

    name: Mapped[str] = name_attribute(max=150)
    is_inseperable: Mapped[bool | None] = attribute(
        en="Content stays inside", fr="Contenu inséparable", listed=True
    )
    grid_layout_definition: Mapped[StorageGridLayout | None] = attribute(en="Grid", fr="Grille")


class StorageUnit(
    Resource, Base, type="storage-unit", provider=GROUP, label=("Storage place", "Emplacement"),
    plural=("Storage places", "Emplacements"), title="name", example={"name": "Cabinet 12", "isGeneric": False},
    batch_rules=(rules.type_holds_content,),
):  # fmt: skip
    """A place that holds samples or other places."""

    name: Mapped[str | None] = attribute(
        en="Name", fr="Nom", max=250, listed=True, indexed=True, searchable=True, term="dwc:disposition"
    )
    barcode: Mapped[str | None] = attribute(
        en="Barcode", fr="Code à barres", max=50, listed=True, indexed=True, searchable=True
    )
    is_generic: Mapped[bool] = attribute(en="Generic", fr="Générique", default=False)
    hierarchy: Mapped[Json | None] = attribute(
        en="Place in the hierarchy", fr="Place dans la hiérarchie", on_request=True, calculated=hierarchy,
        filterable=False,
    )  # fmt: skip
    storage_unit_children: Mapped[Json | None] = attribute(
        en="Places inside", fr="Emplacements contenus", on_request=True, calculated=children, filterable=False
    )

    parent_storage_unit = to_one(
        "storage-unit", en="Inside", fr="Dans", tree=True, listed=True, term="dcterms:isPartOf"
    )
    storage_unit_type = to_one("storage-unit-type", en="Storage type", fr="Type de rangement", listed=True)


class StorageUnitUsage(
    Resource, Base, type="storage-unit-usage", provider=GROUP_WITH_READ, label=("Storage position", "Position de rangement"),
    plural=("Storage positions", "Positions de rangement"), title="usageType", group_from=("storageUnit", "storageUnitType"),
    prepare=(rules.upper_case_row,), rules=(rules.well_is_whole, rules.unit_or_type),
    batch_rules=(rules.well_fits,), unique=(("storageUnit", "wellRow", "wellColumn"),),
    example={"usageType": "material-sample"}, example_links=("storageUnit",),
):  # fmt: skip
    """The position of one thing in a storage place."""

    well_column: Mapped[int | None] = attribute(
        en="Column", fr="Colonne", minimum=1, maximum=255, listed=True
    )
    well_row: Mapped[str | None] = attribute(
        en="Row", fr="Rangée", max=2, pattern=r"[a-zA-Z]{1,2}", listed=True
    )
    usage_type: Mapped[str] = attribute(
        en="What is stored", fr="Ce qui est rangé", max=50, not_blank=True, listed=True, indexed=True
    )
    cell_number: Mapped[int | None] = attribute(
        en="Cell", fr="Cellule", calculated=cell_number, filterable=False
    )
    storage_unit_name: Mapped[str | None] = attribute(
        en="Name of the storage place", fr="Nom de l’emplacement", calculated=unit_name, filterable=False
    )

    storage_unit_type = to_one("storage-unit-type", en="Storage type", fr="Type de rangement")
    storage_unit = to_one("storage-unit", en="Storage place", fr="Emplacement", listed=True)


class Association(
    Resource, Base, type="association", provider=GROUP, label=("Association", "Association"), title="associationType",
    term="dwc:ResourceRelationship", group_from=("sample",), rules=(rules.association_of_two,),
    batch_rules=(rules.association_type_is_known,), example={"associationType": "has_host"}, example_links=("sample", "associatedSample"),
):  # fmt: skip
    """How one sample relates to another (dwc:relationshipOfResource)."""

    association_type: Mapped[str] = attribute(
        en="Kind of association", fr="Genre d’association", max=50, not_blank=True, listed=True, indexed=True,
        vocabulary="association_type", term="dwc:relationshipOfResource",
    )  # fmt: skip
    remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=1000, term="dwc:relationshipRemarks"
    )

    sample = to_one("material-sample", en="Specimen", fr="Spécimen", listed=True, term="dwc:resourceID")
    associated_sample = to_one(
        "material-sample",
        en="Associated specimen",
        fr="Spécimen associé",
        listed=True,
        term="dwc:relatedResourceID",
    )
