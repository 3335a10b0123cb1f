"""Form templates written by dina-ui open in ours and the other way round; what ours does not know stays as it is."""

from __future__ import annotations

import copy
from typing import Any

from dina.web.specimens.template_wire import Setting, read, written


def item(name: str, default: Any = None, *, visible: bool = True) -> dict[str, Any]:
    return {"name": name, "visible": visible, "defaultValue": default}


def component(name: str, order: int, *sections: tuple[str, list[dict[str, Any]]], visible: bool = True) -> dict[str, Any]:  # fmt: skip
    found = [
        {"name": section, "visible": True, "gridPositionX": 1, "items": items} for section, items in sections
    ]
    return {"name": name, "visible": visible, "order": order, "sections": found}


THEIRS: dict[str, Any] = {
    "viewConfiguration": {"type": "material-sample-form-template", "ofTheirs": [1, 2]},
    "components": [
        component("split-configuration-component", 0, ("split", [item("splitConfiguration.condition.conditionType", "ANY")]), visible=False),
        component(
            "collecting-event-component", 3,
            ("general-section", [item("tags", ["in the field"])]),
            ("georeferencing-section", [item("geoReferenceAssertions[0].dwcGeodeticDatum", "WGS84"), item("geoReferenceAssertions[0].unknown", 5, visible=False)]),
        ),
        component("identifiers-component", 1, ("general-section", [item("tags", visible=False), item("useNextSequence"), item("materialSampleName")])),
        component(
            "organisms-component", 4,
            ("organisms-general-section", [item("organism[0].sex", "female"), item("organism[0].lifeStage")]),
            ("organism-determination-section", [item("organism[0].determination[0].scientificName", "Carex")]), visible=False,
        ),
        component(
            "managed-attributes-component", 5,
            ("managed-attributes-section", [item("managedAttributes", {"wing": "4", "gone": "x"}), item("managedAttributesOrder", ["wing", "gone"])]),
        ),
    ],
}  # fmt: skip


def test_a_template_of_dina_ui_is_read_by_component() -> None:
    found = read(THEIRS)
    assert (found["tags"].shown, found["event.tags"].shown) == (False, True)
    assert found["event.tags"].default == ["in the field"]
    assert found["event.geoReferenceAssertions"].inner == {"0.dwcGeodeticDatum": "WGS84"}
    # The whole component is switched off; what was ticked in it is kept all the same.
    assert not found["organism.0.sex"].shown
    assert found["organism.0.determination.0.scientificName"].default == "Carex"
    assert (found["managedAttributes.wing"].shown, found["managedAttributes.wing"].default) == (True, "4")


def test_a_template_that_nobody_changed_is_written_as_it_was() -> None:
    given = copy.deepcopy(THEIRS)
    wanted = {n: one for n, one in read(given).items() if n.partition(".")[0] not in ("splitConfiguration",)}
    wanted |= {"barcode": Setting(), "event.habitat": Setting()}
    assert written(given, wanted) == THEIRS
    assert given == THEIRS


def test_what_is_changed_is_changed_in_place_and_the_rest_stays() -> None:
    wanted = read(THEIRS)
    del wanted["managedAttributes.gone"], wanted["splitConfiguration"]
    wanted["organism.0.sex"] = Setting(shown=True, default="male", locked=True)
    wanted["event.geoReferenceAssertions"].shown = False
    wanted["managedAttributes.wing"].default = "5"
    wanted["event.dwcCountry"] = Setting(shown=True, required=True, help={"en": "As today", "fr": ""})
    made = written(THEIRS, wanted)
    after = read(made)
    assert (after["organism.0.sex"].shown, after["organism.0.sex"].default, after["organism.0.sex"].locked) == (True, "male", True)  # fmt: skip
    # Showing one field of a component does not show the others that were hidden with it.
    assert not after["organism.0.lifeStage"].shown
    assert not after["organism.0.determination.0.scientificName"].shown
    assert not after["event.geoReferenceAssertions"].shown
    datum = next(i for c in made["components"] for s in c["sections"] for i in s["items"] if "Datum" in i["name"])  # fmt: skip
    assert (datum["visible"], datum["defaultValue"]) == (False, "WGS84")
    assert (after["event.dwcCountry"].required, after["event.dwcCountry"].help) == (True, {"en": "As today"})
    assert after["managedAttributes.gone"].default == "x"
    assert made["components"][0] == THEIRS["components"][0]
    assert made["viewConfiguration"]["ofTheirs"] == [1, 2]
    items = made["components"][2]["sections"][0]["items"]
    assert item("useNextSequence") in items


def test_a_new_template_has_the_names_of_dina_ui_and_keeps_its_order() -> None:
    wanted = {
        "barcode": Setting(shown=True), "materialSampleName": Setting(shown=True), "event.dwcRecordedBy": Setting(shown=True, default="J. Macoun"),
        "organism.0.determination.0.typeStatus": Setting(shown=True), "place": Setting(shown=True, default={"id": "1", "type": "storage-unit"}),
        "managedAttributes.b": Setting(shown=True), "managedAttributes.a": Setting(shown=True, default="1"), "tags": Setting(),
    }  # fmt: skip
    made = written({}, wanted)
    assert made["viewConfiguration"]["type"] == "material-sample-form-template"
    names = {(c["name"], s["name"], i["name"]) for c in made["components"] for s in c["sections"] for i in s["items"]}  # fmt: skip
    assert ("organisms-component", "organism-type-specimen-section", "organism[0].determination[0].typeStatus") in names  # fmt: skip
    assert ("collecting-event-component", "collecting-agents-section", "dwcRecordedBy") in names
    assert ("storage-component", "storage-selection-section", "storageUnit") in names
    order = next(i for c in made["components"] for s in c["sections"] for i in s["items"] if i["name"] == "managedAttributesOrder")  # fmt: skip
    assert order["defaultValue"] == ["b", "a"]
    shown = [name for name, one in read(made).items() if one.shown]
    assert shown == [name for name, one in wanted.items() if one.shown]
    assert written(made, read(made)) == made
