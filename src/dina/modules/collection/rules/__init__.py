"""What must hold in the collection module; each rule is a pure function unless it needs the database."""

from dina.modules.collection.rules.events import (
    elevation_and_depth_in_order,
    event_dates_in_order,
    georeferences_agree,
    place_is_one,
    tidy_event,
)
from dina.modules.collection.rules.listed import host_and_substrate_are_listed
from dina.modules.collection.rules.managed import (
    assemblage_managed_attributes,
    collection_identifiers,
    event_managed_attributes,
    organism_managed_attributes,
    sample_managed_attributes,
    site_managed_attributes,
)
from dina.modules.collection.rules.organisms import determinations_agree, single_determination_is_primary
from dina.modules.collection.rules.samples import (
    association_of_two,
    association_type_is_known,
    name_is_unique_in_collection,
    parent_or_event,
    unit_or_type,
    well_is_whole,
)
from dina.modules.collection.rules.vocabularies import item_is_sound, key_from_name
from dina.modules.collection.rules.work import (
    contributor_roles,
    ends_after_start,
    project_has_one_level,
    protocol_data_keys,
)

__all__ = [
    "assemblage_managed_attributes", "association_of_two", "association_type_is_known", "collection_identifiers",
    "contributor_roles", "determinations_agree", "elevation_and_depth_in_order", "ends_after_start",
    "event_dates_in_order", "event_managed_attributes", "georeferences_agree", "host_and_substrate_are_listed", "item_is_sound", "key_from_name",
    "name_is_unique_in_collection", "organism_managed_attributes", "parent_or_event", "place_is_one",
    "project_has_one_level", "protocol_data_keys", "sample_managed_attributes", "single_determination_is_primary",
    "site_managed_attributes", "tidy_event", "unit_or_type", "well_is_whole",
]  # fmt: skip
