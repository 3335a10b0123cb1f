"""What must hold in the collection module; each rule is a pure function unless it needs the database."""

from dina.modules.collection.rules.disclosure import generalising_says_how_far
from dina.modules.collection.rules.events import (
    elevation_and_depth_in_order,
    event_dates_in_order,
    georeferences_agree,
    place_has_country,
    place_is_one,
    tidy_event,
)
from dina.modules.collection.rules.extensions import (
    event_extensions,
    project_extensions,
    sample_extensions,
    sample_restrictions,
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
from dina.modules.collection.rules.organisms import (
    determinations_agree,
    names_are_parsed,
    single_determination_is_primary,
)
from dina.modules.collection.rules.processes import (
    outputs_come_from_nowhere_else,
    process_dates_in_order,
    process_has_what_it_needs,
)
from dina.modules.collection.rules.samples import (
    association_of_two,
    association_type_is_known,
    name_is_unique_in_collection,
    parent_or_event,
)
from dina.modules.collection.rules.state import actions_say_something, note_state_change
from dina.modules.collection.rules.storage import (
    grid_holds_content,
    position_is_free,
    type_holds_content,
    unit_or_type,
    upper_case_row,
    well_fits,
    well_is_whole,
)
from dina.modules.collection.rules.vocabularies import (
    accepted_values_have_a_place,
    item_is_sound,
    key_from_name,
)
from dina.modules.collection.rules.vocabulary_use import item_is_unused
from dina.modules.collection.rules.work import (
    contributor_roles,
    ends_after_start,
    project_has_one_level,
    protocol_data_keys,
)

__all__ = [
    "accepted_values_have_a_place", "actions_say_something", "assemblage_managed_attributes",
    "association_of_two", "association_type_is_known", "collection_identifiers", "contributor_roles",
    "determinations_agree", "elevation_and_depth_in_order", "ends_after_start", "event_dates_in_order",
    "event_extensions", "event_managed_attributes", "generalising_says_how_far", "georeferences_agree",
    "grid_holds_content", "host_and_substrate_are_listed", "item_is_sound", "item_is_unused",
    "key_from_name", "name_is_unique_in_collection", "names_are_parsed", "note_state_change",
    "organism_managed_attributes", "outputs_come_from_nowhere_else", "parent_or_event", "place_has_country",
    "place_is_one", "position_is_free", "process_dates_in_order", "process_has_what_it_needs",
    "project_extensions", "project_has_one_level", "protocol_data_keys", "sample_extensions",
    "sample_managed_attributes", "sample_restrictions", "single_determination_is_primary",
    "site_managed_attributes", "tidy_event", "type_holds_content", "unit_or_type", "upper_case_row",
    "well_fits", "well_is_whole",
]  # fmt: skip
