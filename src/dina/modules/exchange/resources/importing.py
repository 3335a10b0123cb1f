"""Import data sets and recipes: what came in, how its columns are read, and what became of it."""

from __future__ import annotations

import datetime as dt
from enum import Enum

from sqlalchemy.orm import Mapped

from dina.base.resource import Json, Resource, attribute, to_one
from dina.modules.exchange.resources import rules
from dina.modules.exchange.resources.base import GROUP_ONLY, Base


class ImportState(Enum):
    """Where a data set stands."""

    EMPTY = "EMPTY"
    STAGED = "STAGED"
    CHECKED = "CHECKED"
    IMPORTING = "IMPORTING"
    IMPORTED = "IMPORTED"
    PARTLY_IMPORTED = "PARTLY_IMPORTED"
    UNDONE = "UNDONE"


class ImportRecipe(
    Resource, Base, type="import-recipe", provider=GROUP_ONLY, label=("Import recipe", "Recette d’importation"),
    plural=("Import recipes", "Recettes d’importation"), title="name",
    rules=(rules.shapes_fit,), example={"name": "Field sheets of the Roy laboratory"},
):  # fmt: skip
    """How files of one kind are read: which column means what, and what was decided about their values."""

    name: Mapped[str] = attribute(en="Name", fr="Nom", max=250, not_blank=True, listed=True, indexed=True)
    target_type: Mapped[str | None] = attribute(en="Kind of record", fr="Genre de fiche", max=50, listed=True)
    mapping: Mapped[Json | None] = attribute(en="Columns", fr="Colonnes", filterable=False)
    decisions: Mapped[Json | None] = attribute(en="Decisions", fr="Décisions", filterable=False)
    remarks: Mapped[str | None] = attribute(en="Remarks", fr="Remarques", max=1000)


class ImportDataset(
    Resource, Base, type="import-dataset", provider=GROUP_ONLY, label=("Import", "Importation"),
    plural=("Imports", "Importations"), title="name",
    rules=(rules.shapes_fit,), delete_rules=(rules.not_at_work,),
    example={"name": "Beetles of 2026"},
):  # fmt: skip
    """A file that is being brought in: staged on the server, checked, imported, and taken back if wrong."""

    name: Mapped[str] = attribute(en="Name", fr="Nom", max=250, not_blank=True, listed=True, indexed=True)
    target_type: Mapped[str] = attribute(
        en="Kind of record", fr="Genre de fiche", max=50, listed=True, default="material-sample"
    )
    file_name: Mapped[str | None] = attribute(en="File", fr="Fichier", max=250, read_only=True, listed=True)
    format: Mapped[str | None] = attribute(en="Format", fr="Format", max=50, read_only=True, listed=True)
    state: Mapped[ImportState] = attribute(
        en="State", fr="État", read_only=True, listed=True, default="EMPTY"
    )
    row_count: Mapped[int | None] = attribute(en="Rows", fr="Lignes", read_only=True, listed=True)
    reading: Mapped[Json | None] = attribute(
        en="How the file is read", fr="Lecture du fichier", filterable=False,
        help_en="Encoding, separator, quote, heading row, sheet: given only where what was found is wrong.",
        help_fr="Encodage, séparateur, guillemet, ligne d’en-tête, feuille : seulement si la détection est fausse.",
    )  # fmt: skip
    tables: Mapped[Json | None] = attribute(en="Tables", fr="Tables", read_only=True, filterable=False)
    mapping: Mapped[Json | None] = attribute(en="Columns", fr="Colonnes", filterable=False)
    decisions: Mapped[Json | None] = attribute(en="Decisions", fr="Décisions", filterable=False)
    summary: Mapped[Json | None] = attribute(
        en="Result of the check", fr="Résultat de la vérification", read_only=True, filterable=False
    )
    receipt: Mapped[Json | None] = attribute(en="Receipt", fr="Reçu", read_only=True, filterable=False)
    metadata_document: Mapped[Json | None] = attribute(
        en="About the data", fr="Au sujet des données", wire="metadata", read_only=True, filterable=False
    )
    imported_on: Mapped[dt.datetime | None] = attribute(
        en="Imported on", fr="Importé le", read_only=True, listed=True
    )
    recipe = to_one("import-recipe", en="Recipe", fr="Recette")
