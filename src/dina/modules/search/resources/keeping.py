"""What people keep of their searches: questions to be asked again, and fixed lists of records."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Mapped

from dina.base.identity.caller import Role
from dina.base.identity.policy import Sharing
from dina.base.resource import Json, Resource, attribute
from dina.modules.search.resources.base import GROUP_ONLY, Base
from dina.modules.search.resources.rules import (
    question_is_readable,
    set_is_fixed_or_live,
    set_is_not_too_long,
)

SHARED = Sharing("private", keeper=Role.SUPER_USER)


class SavedQuery(
    Resource, Base, type="saved-query", provider=GROUP_ONLY, sharing=SHARED, label=("Saved search", "Recherche enregistrée"),
    plural=("Saved searches", "Recherches enregistrées"), title="name", rules=(question_is_readable,),
    example={"name": "Types of Carex", "searchedType": "material-sample", "query": {"q": "Carex"}},
):  # fmt: skip
    """A search that can be asked again: what was sought, in which order, and how the answer was looked at."""

    name: Mapped[str] = attribute(en="Name", fr="Nom", max=250, not_blank=True, listed=True, indexed=True)
    searched_type: Mapped[str] = attribute(
        en="Kind of record", fr="Genre de fiche", max=50, not_blank=True, listed=True
    )
    query: Mapped[Json] = attribute(
        en="Search", fr="Recherche", filterable=False,
        help_en="As it is sent to /search: q, filter, geometry, sort.",
        help_fr="Telle qu’on l’envoie à /search : q, filter, geometry, sort.",
    )  # fmt: skip
    view: Mapped[Json | None] = attribute(
        en="View", fr="Affichage", filterable=False,
        help_en="Columns, table or map, facets that are open.",
        help_fr="Colonnes, tableau ou carte, facettes ouvertes.",
    )  # fmt: skip
    remarks: Mapped[str | None] = attribute(en="Remarks", fr="Remarques", max=1000)
    private: Mapped[bool] = attribute(en="For myself", fr="Pour moi", default=False, listed=True)


class RecordSet(
    Resource, Base, type="record-set", provider=GROUP_ONLY, sharing=SHARED, label=("Set of records", "Ensemble de fiches"),
    plural=("Sets of records", "Ensembles de fiches"), title="name", rules=(set_is_not_too_long, set_is_fixed_or_live, question_is_readable),
    example={"name": "To be photographed", "recordType": "material-sample", "records": []},
):  # fmt: skip
    """Records that belong together: a fixed list, put together by hand or taken from a search, or whatever a search finds."""

    name: Mapped[str] = attribute(en="Name", fr="Nom", max=250, not_blank=True, listed=True, indexed=True)
    record_type: Mapped[str] = attribute(
        en="Kind of record", fr="Genre de fiche", max=50, not_blank=True, listed=True
    )
    records: Mapped[list[uuid.UUID] | None] = attribute(en="Records", fr="Fiches", filterable=False)
    query: Mapped[Json | None] = attribute(
        en="Search", fr="Recherche", filterable=False,
        help_en="A live set is what this finds: q, filter, geometry. It has no list of records.",
        help_fr="Un ensemble vivant est ce que ceci trouve : q, filter, geometry. Il n’a pas de liste de fiches.",
    )  # fmt: skip
    remarks: Mapped[str | None] = attribute(en="Remarks", fr="Remarques", max=1000)
    private: Mapped[bool] = attribute(en="For myself", fr="Pour moi", default=False, listed=True)
