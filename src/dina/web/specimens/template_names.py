"""What dina-ui calls the fields of the specimen form, and in which component and section it has them."""

from __future__ import annotations

import re

EVENTS, ORGANISMS, ASSOCIATIONS, STORAGE = (
    "collecting-event-component", "organisms-component", "associations-component", "storage-component",
)  # fmt: skip
PREFIXES = {EVENTS: "event.", ORGANISMS: "organism.0.", ASSOCIATIONS: "association.0."}
ROW = re.compile(r"\[(\d+)\]")
PLACE = "place"
MEMBER = "managedAttributes"
DETERMINATION = "organism.0.determination.0."

IDENTIFIERS = "identifiers-component"
INFORMATION = "material-sample-info-component"
PREPARATIONS = "preparations-component"
RESTRICTIONS = "restriction-component"
CUSTOM = "managed-attributes-component"
FILES = "material-sample-attachments-component"
ALWAYS = frozenset({IDENTIFIERS, INFORMATION, CUSTOM, "field-extensions-component", FILES})
"""Components that dina-ui has no switch for."""
HOMES: dict[tuple[str, str], tuple[str, ...]] = {
    (IDENTIFIERS, "general-section"): ("tags", "projects", "assemblages", "publiclyReleasable", "notPubliclyReleasableReason"),
    (IDENTIFIERS, "identifiers-section"): ("collection", "materialSampleName", "dwcOtherCatalogNumbers", "barcode", "identifiers"),
    (INFORMATION, "material-sample-info-section"): (),
    (PREPARATIONS, "general-section"): (
        "preparationType", "preparationMethod", "preservationType", "preparationFixative", "preparationMaterials", "preparationSubstrate",
        "preparationRemarks", "dwcDegreeOfEstablishment", "preparedBy", "preparationDate", "preparationProtocol",
    ),
    (RESTRICTIONS, "restriction-general-section"): ("isRestricted", "restrictionRemarks"),
    (ASSOCIATIONS, "associations-host-organism-section"): ("hostOrganism",),
    (STORAGE, "storage-selection-section"): ("place",),
    (EVENTS, "general-section"): ("event.tags", "event.publiclyReleasable", "event.notPubliclyReleasableReason"),
    (EVENTS, "identifiers-section"): ("event.dwcFieldNumber",),
    (EVENTS, "collecting-date-section"): ("event.verbatimEventDateTime", "event.startEventDateTime", "event.endEventDateTime"),
    (EVENTS, "collecting-agents-section"): ("event.dwcRecordedBy", "event.collectors", "event.dwcRecordNumber"),
    (EVENTS, "verbatim-label-section"): (
        "event.dwcVerbatimLocality", "event.dwcVerbatimCoordinateSystem", "event.dwcVerbatimCoordinates", "event.dwcVerbatimLatitude",
        "event.dwcVerbatimLongitude", "event.dwcVerbatimSRS", "event.dwcVerbatimElevation", "event.dwcVerbatimDepth",
    ),
    (EVENTS, "collecting-event-details"): (),
    (EVENTS, "georeferencing-section"): ("event.geoReferenceAssertions",),
    (EVENTS, "collecting-event-field-extension-section"): ("event.extensionValues",),
    (EVENTS, "collecting-event-managed-attributes-section"): ("event.managedAttributes",),
    (ORGANISMS, "organism-verbatim-determination-section"): tuple(
        DETERMINATION + name for name in ("verbatimScientificName", "verbatimDeterminer", "verbatimDate", "verbatimRemarks", "transcriberRemarks")
    ),
    (ORGANISMS, "organism-type-specimen-section"): (DETERMINATION + "typeStatus", DETERMINATION + "typeStatusEvidence"),
    (ORGANISMS, "organism-managed-attributes-section"): ("organism.0.managedAttributes",),
    (CUSTOM, "managed-attributes-section"): ("managedAttributes",),
    ("field-extensions-component", "field-extension-section"): ("extensionValues",),
}  # fmt: skip
"""Where dina-ui has the item of a field; other fields go to the section of their part."""
OTHERS = (
    (DETERMINATION, (ORGANISMS, "organism-determination-section")),
    ("organism.0.", (ORGANISMS, "organisms-general-section")),
    ("association.0.", (ASSOCIATIONS, "associations-material-sample-section")),
    ("event.", (EVENTS, "collecting-event-details")),
    ("", (INFORMATION, "material-sample-info-section")),
)
SHORT = {
    "scheduledAction": "scheduledActions",
    "storageUnit": PLACE,
}
"""What items are called that are not called as the attribute is."""


def name_of(component: str, item: str) -> str:
    """The control that an item is for."""
    name = ROW.sub(r".\1", item)
    prefix = PREFIXES.get(component, "")
    if component == ASSOCIATIONS and not name.startswith("associations"):
        return name
    for begin in ("organism.0.", "associations.0.", "associations."):
        name = name.removeprefix(begin)
    first, dot, rest = name.partition(".")
    return prefix + SHORT.get(first, first) + dot + rest


def item_of(name: str) -> str:
    """What the item of a control is called."""
    if name == PLACE:
        return "storageUnit"
    if name.startswith(DETERMINATION):
        return "organism[0].determination[0]." + name.removeprefix(DETERMINATION)
    name = name.removeprefix("event.")
    return name.replace("organism.0.", "organism[0].", 1).replace("association.0.", "associations.", 1)


def field_of(name: str) -> tuple[str, str]:
    """The field that a control belongs to, and the path of the control below it; each custom field is one."""
    if name.startswith(DETERMINATION):
        first, _, rest = name.removeprefix(DETERMINATION).partition(".")
        return DETERMINATION + first, rest
    prefix = next((one for one in PREFIXES.values() if name.startswith(one)), "")
    first, _, rest = name.removeprefix(prefix).partition(".")
    if first == MEMBER and rest:
        return name, ""
    return prefix + first, rest


def home_of(name: str) -> tuple[str, str]:
    """The component and section where the item of a field belongs."""
    group = custom_of(name)
    wanted = group[0] if group else name
    for home, names in HOMES.items():
        if wanted in names:
            return home
    return next(home for prefix, home in OTHERS if name.startswith(prefix))


def custom_of(name: str) -> tuple[str, str] | None:
    """The item that all custom fields of a part share and the key of this one; None for other fields."""
    shared, found, key = name.partition(f"{MEMBER}.")
    return (shared + MEMBER, key) if found and not shared.startswith(DETERMINATION) else None


def part_of(name: str) -> str:
    """The part of the form that a field stands in, by what its controls begin with."""
    if name == PLACE:
        return PLACE
    return next(prefix for prefix, _ in OTHERS if name.startswith(prefix))
