"""Rules of collecting events (collection-rules, "Collecting event")."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import broken

NOT_POSSIBLE = "GEOREFERENCING_NOT_POSSIBLE"
COORDINATES = ("dwcDecimalLatitude", "dwcDecimalLongitude", "dwcCoordinateUncertaintyInMeters")


def tidy_event(draft: Draft) -> None:
    """What the server fills in: times of georeferences and places, country from the place, no empty fields."""
    now = dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
    assertions: list[dict[str, Any]] = draft.get("geoReferenceAssertions") or []
    before = _previous_times(draft)
    for position, one in enumerate(assertions):
        one["createdOn"] = before[position] if position < len(before) and before[position] else now
    if len(assertions) == 1 and assertions[0].get("isPrimary") is None:
        assertions[0]["isPrimary"] = True
    if draft.get("geoReferenceAssertions") is None:
        draft.attributes["geoReferenceAssertions"] = []
    draft.attributes["managedAttributes"] = {
        k: v for k, v in (draft.get("managedAttributes") or {}).items() if v
    }
    detail: dict[str, Any] | None = draft.get("geographicPlaceNameSourceDetail")
    if detail:
        before_place = (draft.previous or {"attributes": {}})["attributes"].get(
            "geographicPlaceNameSourceDetail"
        ) or {}
        detail["recordedOn"] = before_place.get("recordedOn") or now
        country = detail.get("country") or {}
        draft.attributes["dwcCountry"] = country.get("name") or draft.get("dwcCountry")
        draft.attributes["dwcCountryCode"] = (
            country.get("code") or draft.get("dwcCountryCode") or ""
        ).upper() or None
        province = (detail.get("stateProvince") or {}).get("name")
        draft.attributes["dwcStateProvince"] = province or draft.get("dwcStateProvince")


def _previous_times(draft: Draft) -> list[str | None]:
    if draft.previous is None:
        return []
    return [one.get("createdOn") for one in draft.previous["attributes"].get("geoReferenceAssertions") or []]


def event_dates_in_order(draft: Draft) -> Iterable[Error]:
    """The end needs a start and does not lie before it, as far as both are known."""
    start, end = draft.get("startEventDateTime"), draft.get("endEventDateTime")
    if end is None:
        return
    if start is None:
        yield broken("event.endWithoutStart", "/attributes/endEventDateTime")
    else:
        known = min(len(start), len(end))
        if end[:known] < start[:known]:
            yield broken("event.endBeforeStart", "/attributes/endEventDateTime")


def elevation_and_depth_in_order(draft: Draft) -> Iterable[Error]:
    """A maximum needs its minimum and is not smaller."""
    for what in ("Elevation", "Depth"):
        low, high = draft.get(f"dwcMinimum{what}InMeters"), draft.get(f"dwcMaximum{what}InMeters")
        pointer = f"/attributes/dwcMaximum{what}InMeters"
        if high is None:
            continue
        if low is None:
            yield broken("event.maximumWithoutMinimum", pointer)
        elif Decimal(str(high)) < Decimal(str(low)):
            yield broken("event.maximumBelowMinimum", pointer)


def georeferences_agree(draft: Draft) -> Iterable[Error]:
    """Exactly one primary assertion; one that says it is not possible gives no coordinates."""
    assertions: list[dict[str, Any]] = draft.get("geoReferenceAssertions") or []
    primary = sum(1 for one in assertions if one.get("isPrimary"))
    if assertions and primary != 1:
        yield broken("event.onePrimaryGeoreference", "/attributes/geoReferenceAssertions", count=primary)
    for position, one in enumerate(assertions):
        pointer = f"/attributes/geoReferenceAssertions/{position}"
        if one.get("dwcGeoreferenceVerificationStatus") == NOT_POSSIBLE:
            for name in COORDINATES:
                if one.get(name) is not None:
                    yield broken("event.notPossibleButGiven", f"{pointer}/{name}")
        elif (one.get(COORDINATES[0]) is None) != (one.get(COORDINATES[1]) is None):
            yield broken("event.halfACoordinate", pointer)


def place_is_one(draft: Draft) -> Iterable[Error]:
    """Place details need their source, and name one place."""
    detail = draft.get("geographicPlaceNameSourceDetail")
    if not detail:
        return
    pointer = "/attributes/geographicPlaceNameSourceDetail"
    if draft.get("geographicPlaceNameSource") is None:
        yield broken("event.placeWithoutSource", pointer)
    if detail.get("selectedGeographicPlace") and detail.get("customGeographicPlace"):
        yield broken("event.twoPlaces", f"{pointer}/customGeographicPlace")


def place_has_country(draft: Draft) -> Iterable[Error]:
    """Place details say at least which country it was in."""
    detail = draft.get("geographicPlaceNameSourceDetail")
    if detail and draft.changed("geographicPlaceNameSourceDetail"):
        country = detail.get("country") or {}
        if not (country.get("name") or country.get("code")):
            pointer = "/attributes/geographicPlaceNameSourceDetail/country"
            yield broken("event.placeWithoutCountry", pointer, "CONSTRAINT_VIOLATION")
