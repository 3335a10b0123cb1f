"""Verbatim words of a field read as one value of its vocabulary.

Each function takes what was written and answers a standard value with its key,
its spelling in Darwin Core or GBIF, and English and French names; the tables
are in `data/`, written for this project from the usage of collections.
"""

from ..datums import Datum, interpret_datum
from .country import interpret_country
from .country_names import Country
from .licence import Licence, interpret_licence
from .life_stage import interpret_life_stage
from .qualifier import Qualifier, interpret_identification_qualifier
from .sex import interpret_sex
from .type_status import TypeStatus, interpret_type_status
from .vocabulary import Term
from .words import interpret_basis_of_record, interpret_establishment_means

__all__ = [
    "Country",
    "Datum",
    "Licence",
    "Qualifier",
    "Term",
    "TypeStatus",
    "interpret_basis_of_record",
    "interpret_country",
    "interpret_datum",
    "interpret_establishment_means",
    "interpret_identification_qualifier",
    "interpret_licence",
    "interpret_life_stage",
    "interpret_sex",
    "interpret_type_status",
]
