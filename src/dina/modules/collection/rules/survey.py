"""Rules of surveys: scopes, effort and what is said to be reported agree."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import broken

SCOPES = ("TaxonomicScope", "LifeStageScope", "GrowthFormScope", "DegreeOfEstablishmentScope", "HabitatScope")
REPORTED = (
    ("isSamplingEffortReported", "samplingEffortValue"),
    ("isAbundanceCapReported", "abundanceCap"),
)
ONLY_IF = (
    ("absentTaxa", "isAbsenceReported"),
    ("abundanceCap", "isAbundanceCapReported"),
    ("nonTargetTaxa", "hasNonTargetTaxa"),
    ("materialSampleTypes", "hasMaterialSamples"),
    ("voucherInstitutions", "hasVouchers"),
    ("samplingEffortValue", "isSamplingEffortReported"),
)
SQUARE_METERS = {
    "m2": Decimal(1),
    "a": Decimal(100),
    "ha": Decimal(10_000),
    "km2": Decimal(1_000_000),
    "cm2": Decimal("0.0001"),
}


def scopes_do_not_contradict(draft: Draft) -> Iterable[Error]:
    """Nothing is looked for and left out at once."""
    for scope in SCOPES:
        wanted = {name.casefold() for name in draft.get(f"target{scope}") or []}
        for position, name in enumerate(draft.get(f"excluded{scope}") or []):
            if name.casefold() in wanted:
                yield broken("survey.inAndOut", f"/attributes/excluded{scope}/{position}", name=name)


def what_is_reported_is_given(draft: Draft) -> Iterable[Error]:
    """What is said to be reported is there, and nothing is given that is said not to be reported."""
    for flag, value in REPORTED:
        if draft.get(flag) and draft.get(value) is None:
            yield broken("survey.reportedButMissing", f"/attributes/{flag}")
    for value, flag in ONLY_IF:
        given = draft.get(value)
        if given not in (None, []) and draft.get(flag) is False:
            yield broken("survey.givenButNotReported", f"/attributes/{value}")
    if draft.get("absentTaxa") and not draft.get("isAbsenceReported"):
        yield broken("survey.absencesNotReported", "/attributes/absentTaxa")


def sampled_area_within_scope(draft: Draft) -> Iterable[Error]:
    """The area sampled is not greater than the area in scope."""
    sampled, scope = (_area(draft, name) for name in ("totalAreaSampled", "geospatialScopeArea"))
    if sampled is not None and scope is not None and sampled > scope:
        yield broken("survey.areaAboveScope", "/attributes/totalAreaSampledValue")


def _area(draft: Draft, name: str) -> Decimal | None:
    value, unit = draft.get(f"{name}Value"), draft.get(f"{name}Unit")
    return None if value is None or unit not in SQUARE_METERS else Decimal(str(value)) * SQUARE_METERS[unit]
