"""Measured ages, and the units of the international chart, as parts of a geological context."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.resource import DecimalText, PartialDateText, UuidText, member


class ChronometricAge(TypedDict, total=False):
    """An age measured in a laboratory (chrono:ChronometricAge)."""

    verbatimAge: Annotated[
        str | None, Field(max_length=250),
        member(en="Verbatim age", fr="Âge textuel", term="chrono:verbatimChronometricAge"),
    ]  # fmt: skip
    protocol: Annotated[
        str | None, Field(max_length=250),
        member(en="Dating method", fr="Méthode de datation", term="chrono:chronometricAgeProtocol",
               vocabulary="datingMethod"),
    ]  # fmt: skip
    uncalibratedAge: Annotated[
        str | None, Field(max_length=250),
        member(en="Uncalibrated age", fr="Âge non calibré", term="chrono:uncalibratedChronometricAge"),
    ]  # fmt: skip
    conversionProtocol: Annotated[
        str | None, Field(max_length=250),
        member(en="Calibration", fr="Calibration (courbe)", term="chrono:chronometricAgeConversionProtocol"),
    ]  # fmt: skip
    earliestAge: Annotated[
        DecimalText | None,
        member(en="Earliest age", fr="Âge le plus ancien", term="chrono:earliestChronometricAge"),
    ]
    latestAge: Annotated[
        DecimalText | None,
        member(en="Latest age", fr="Âge le plus récent", term="chrono:latestChronometricAge"),
    ]
    referenceSystem: Annotated[
        str | None, Field(max_length=50),
        member(en="Reference system", fr="Système de référence", vocabulary="ageReferenceSystem",
               term="chrono:earliestChronometricAgeReferenceSystem"),
    ]  # fmt: skip
    uncertaintyInYears: Annotated[
        DecimalText | None,
        member(en="Uncertainty (years)", fr="Incertitude (années)", term="chrono:chronometricAgeUncertaintyInYears"),
    ]  # fmt: skip
    materialDated: Annotated[
        str | None, Field(max_length=250),
        member(en="Material dated", fr="Matériel daté", term="chrono:materialDated"),
    ]  # fmt: skip
    materialDatedRelationship: Annotated[
        str | None, Field(max_length=250),
        member(en="How it relates to the thing", fr="Lien avec l’objet", term="chrono:materialDatedRelationship"),
    ]  # fmt: skip
    determinedBy: Annotated[
        list[UuidText] | None,
        member(en="Dated by", fr="Daté par", term="chrono:chronometricAgeDeterminedBy", target="person"),
    ]
    determinedOn: Annotated[
        PartialDateText | None,
        member(en="Dated on", fr="Daté le", term="chrono:chronometricAgeDeterminedDate"),
    ]
    references: Annotated[
        str | None, Field(max_length=1000),
        member(en="References", fr="Références", term="chrono:chronometricAgeReferences"),
    ]  # fmt: skip
    remarks: Annotated[
        str | None, Field(max_length=1000),
        member(en="Remarks on the dating", fr="Remarques sur la datation", term="chrono:chronometricAgeRemarks"),
    ]  # fmt: skip


class Chronostratigraphy(TypedDict, total=False):
    """The units of the international chart that the ages span, under the names of Darwin Core."""

    earliestEonOrLowestEonothem: Annotated[
        str | None, member(en="Earliest eon", fr="Premier éon", term="dwc:earliestEonOrLowestEonothem")
    ]
    latestEonOrHighestEonothem: Annotated[
        str | None, member(en="Latest eon", fr="Dernier éon", term="dwc:latestEonOrHighestEonothem")
    ]
    earliestEraOrLowestErathem: Annotated[
        str | None, member(en="Earliest era", fr="Première ère", term="dwc:earliestEraOrLowestErathem")
    ]
    latestEraOrHighestErathem: Annotated[
        str | None, member(en="Latest era", fr="Dernière ère", term="dwc:latestEraOrHighestErathem")
    ]
    earliestPeriodOrLowestSystem: Annotated[
        str | None, member(en="Earliest period", fr="Première période", term="dwc:earliestPeriodOrLowestSystem")
    ]  # fmt: skip
    latestPeriodOrHighestSystem: Annotated[
        str | None, member(en="Latest period", fr="Dernière période", term="dwc:latestPeriodOrHighestSystem")
    ]
    earliestEpochOrLowestSeries: Annotated[
        str | None, member(en="Earliest epoch", fr="Première époque", term="dwc:earliestEpochOrLowestSeries")
    ]
    latestEpochOrHighestSeries: Annotated[
        str | None, member(en="Latest epoch", fr="Dernière époque", term="dwc:latestEpochOrHighestSeries")
    ]
    earliestAgeOrLowestStage: Annotated[
        str | None, member(en="Earliest age", fr="Premier âge", term="dwc:earliestAgeOrLowestStage")
    ]
    latestAgeOrHighestStage: Annotated[
        str | None, member(en="Latest age", fr="Dernier âge", term="dwc:latestAgeOrHighestStage")
    ]
