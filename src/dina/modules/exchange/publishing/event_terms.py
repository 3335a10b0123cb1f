"""Terms that describe events, their places and layers: columns of an event core (TDWG term list)."""

from __future__ import annotations

EVENT_TERMS = (
    "dwc:bed", "dwc:continent", "dwc:coordinatePrecision", "dwc:coordinateUncertaintyInMeters",
    "dwc:country", "dwc:countryCode", "dwc:county", "dwc:dataGeneralizations", "dwc:day",
    "dwc:decimalLatitude", "dwc:decimalLongitude", "dwc:earliestAgeOrLowestStage",
    "dwc:earliestEonOrLowestEonothem", "dwc:earliestEpochOrLowestSeries",
    "dwc:earliestEraOrLowestErathem", "dwc:earliestPeriodOrLowestSystem", "dwc:endDayOfYear",
    "dwc:eventCategory", "dwc:eventDate", "dwc:eventID", "dwc:eventRemarks", "dwc:eventTime",
    "dwc:eventType", "dwc:fieldNotes", "dwc:fieldNumber", "dwc:footprintSRS", "dwc:footprintSpatialFit",
    "dwc:footprintWKT", "dwc:formation", "dwc:geodeticDatum", "dwc:geologicalContextID",
    "dwc:georeferenceProtocol", "dwc:georeferenceRemarks", "dwc:georeferenceSources",
    "dwc:georeferenceVerificationStatus", "dwc:georeferencedBy", "dwc:georeferencedDate", "dwc:group",
    "dwc:habitat", "dwc:higherGeography", "dwc:higherGeographyID", "dwc:highestBiostratigraphicZone",
    "dwc:informationWithheld", "dwc:island", "dwc:islandGroup", "dwc:latestAgeOrHighestStage",
    "dwc:latestEonOrHighestEonothem", "dwc:latestEpochOrHighestSeries", "dwc:latestEraOrHighestErathem",
    "dwc:latestPeriodOrHighestSystem", "dwc:lithostratigraphicTerms", "dwc:locality",
    "dwc:locationAccordingTo", "dwc:locationID", "dwc:locationRemarks", "dwc:lowestBiostratigraphicZone",
    "dwc:maximumDepthInMeters", "dwc:maximumDistanceAboveSurfaceInMeters",
    "dwc:maximumElevationInMeters", "dwc:member", "dwc:minimumDepthInMeters",
    "dwc:minimumDistanceAboveSurfaceInMeters", "dwc:minimumElevationInMeters", "dwc:month",
    "dwc:municipality", "dwc:parentEventID", "dwc:pointRadiusSpatialFit",
    "dwc:preferredSpatialRepresentation", "dwc:sampleSizeUnit", "dwc:sampleSizeValue",
    "dwc:sampledSubstrateCategory", "dwc:sampledSubstrateLayer", "dwc:samplingEffort",
    "dwc:samplingProtocol", "dwc:siteNumber", "dwc:startDayOfYear", "dwc:stateProvince",
    "dwc:verbatimCoordinateSystem", "dwc:verbatimCoordinates", "dwc:verbatimDepth",
    "dwc:verbatimElevation", "dwc:verbatimEventDate", "dwc:verbatimLatitude", "dwc:verbatimLocality",
    "dwc:verbatimLongitude", "dwc:verbatimSRS", "dwc:verticalDatum", "dwc:waterBody", "dwc:year",
)  # fmt: skip
