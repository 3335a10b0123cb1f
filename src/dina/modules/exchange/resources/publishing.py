"""Data sets for publication and their versions: what is published, how it is described, and what came of it."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import Json, Resource, UuidText, attribute, member, to_one
from dina.modules.exchange.publishing import rules
from dina.modules.exchange.resources.base import GROUP, READ_ONLY, Base


class Core(Enum):
    """What a row of the core table is."""

    OCCURRENCE = "occurrence"
    EVENT = "event"


class Schedule(Enum):
    """How often a data set is published without anybody asking."""

    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class VersionState(Enum):
    """Where a version stands: one at most is published, those before it are kept for some time."""

    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class ContactRole(Enum):
    CREATOR = "creator"
    METADATA_PROVIDER = "metadataProvider"
    CONTACT = "contact"
    CURATOR = "curator"
    CUSTODIAN = "custodianSteward"
    PRINCIPAL_INVESTIGATOR = "principalInvestigator"
    PUBLISHER = "publisher"
    POINT_OF_CONTACT = "pointOfContact"


class PublishedFormat(Enum):
    """What a version is written as."""

    ARCHIVE = "dwca"
    DATA_PACKAGE = "dwc-dp"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    GEOPARQUET = "geoparquet"


class Contact(TypedDict, total=False):
    """Somebody who stands for the data set. Of a person only the name and identifiers are published."""

    person: Annotated[UuidText | None, member(en="Person", fr="Personne", target="person")]
    role: Annotated[ContactRole, member(en="Role", fr="Rôle", vocabulary="contactRole")]
    name: Annotated[
        str | None,
        Field(max_length=250),
        member(en="Name, if not a person here", fr="Nom, si absent du système"),
    ]
    organization: Annotated[
        str | None,
        Field(max_length=250),
        member(en="Organization", fr="Organisation", term="schema:affiliation"),
    ]
    position: Annotated[str | None, Field(max_length=250), member(en="Position", fr="Fonction")]
    email: Annotated[
        str | None,
        Field(max_length=250, pattern=r"^[^@\s]+@[^@\s]+$"),
        member(
            en="E-mail (published)", fr="Courriel (publié)", help_en="Everybody will be able to read it.",
            help_fr="Tout le monde pourra le lire.", term="schema:email",
        ),
    ]  # fmt: skip


class MethodStep(TypedDict, total=False):
    """One step of how the data came to be (EML methods)."""

    description: Annotated[str, Field(max_length=5000), member(en="Description", fr="Description")]
    sampling: Annotated[str | None, Field(max_length=5000), member(en="Sampling", fr="Échantillonnage")]
    studyExtent: Annotated[
        str | None, Field(max_length=5000), member(en="Extent of the study", fr="Étendue de l’étude")
    ]
    qualityControl: Annotated[
        str | None, Field(max_length=5000), member(en="Quality control", fr="Contrôle de la qualité")
    ]


class CustomTerm(TypedDict, total=False):
    """A column that the declarations do not give: a path of the record under a term."""

    term: Annotated[str, Field(max_length=250, pattern=r"^[^\s]+$"), member(en="Term", fr="Terme")]
    path: Annotated[
        str, Field(max_length=250, pattern=r"^[A-Za-z][A-Za-z0-9._-]*$"), member(en="Field", fr="Champ")
    ]


class Dataset(
    Resource, Base, type="dataset", provider=GROUP, label=("Data set", "Jeu de données"),
    plural=("Data sets", "Jeux de données"), title="title", term="dcat:Dataset",
    rules=(rules.query_is_sound, rules.contacts_are_named, rules.licence_is_open, rules.formats_fit_the_core),
    example={"title": "Vascular plants", "query": {"type": "material-sample", "filters": {}}},
):  # fmt: skip
    """A set of records that is published under a title and a licence, as versions (dcat:Dataset, EML dataset)."""

    title: Mapped[str] = attribute(
        en="Title", fr="Titre", max=500, not_blank=True, listed=True, indexed=True, searchable=True,
        term="dcterms:title",
    )  # fmt: skip
    french_title: Mapped[str | None] = attribute(
        en="French title", fr="Titre français", max=500, searchable=True, term="dcterms:title"
    )
    abstract: Mapped[str | None] = attribute(
        en="Abstract", fr="Résumé", searchable=True, term="dcterms:abstract"
    )
    french_abstract: Mapped[str | None] = attribute(
        en="French abstract", fr="Résumé français", searchable=True, term="dcterms:abstract"
    )
    licence: Mapped[str | None] = attribute(
        en="Licence", fr="Licence", max=250, vocabulary="publicationLicence", listed=True, term="dcterms:license",
        help_en="What everybody may do with the data.", help_fr="Ce que chacun peut faire des données.",
    )  # fmt: skip
    rights_holder: Mapped[str | None] = attribute(
        en="Rights holder", fr="Titulaire des droits", max=250, term="dcterms:rightsHolder"
    )
    contacts: Mapped[list[Contact] | None] = attribute(
        en="Contacts", fr="Personnes-ressources", term="dcat:contactPoint", filterable=False
    )
    purpose: Mapped[str | None] = attribute(en="Purpose", fr="But")
    methods: Mapped[list[MethodStep] | None] = attribute(en="Methods", fr="Méthodes", filterable=False)
    citation: Mapped[str | None] = attribute(
        en="How to cite it", fr="Comment le citer", max=2000, term="dcterms:bibliographicCitation"
    )
    keywords: Mapped[list[str] | None] = attribute(
        en="Keywords", fr="Mots clés", searchable=True, term="dcat:keyword"
    )
    language: Mapped[str] = attribute(
        en="Language of the data", fr="Langue des données", max=10, default="en", term="dcterms:language"
    )
    webpage: Mapped[str | None] = attribute(
        en="Web page", fr="Page web", max=500, format="url", term="schema:url"
    )
    query: Mapped[Json] = attribute(
        en="Records", fr="Fiches", filterable=False,
        help_en="The kind of record (type) and its filters, or the id of a saved search (search). Only what is released is published.",
        help_fr="Le genre de fiche (type) et ses filtres (filters), ou l’identifiant d’une recherche enregistrée (search). Seul ce qui est diffusable est publié.",
    )  # fmt: skip
    core: Mapped[Core] = attribute(
        en="Core", fr="Table principale", default="occurrence", vocabulary="publicationCore"
    )
    formats: Mapped[list[PublishedFormat] | None] = attribute(en="Formats", fr="Formats", filterable=False)
    left_out: Mapped[list[str] | None] = attribute(
        en="Terms left out", fr="Termes exclus", filterable=False, help_en="As dwc:habitat.",
        help_fr="Par exemple dwc:habitat.",
    )  # fmt: skip
    added_terms: Mapped[list[CustomTerm] | None] = attribute(
        en="Terms added", fr="Termes ajoutés", filterable=False
    )
    with_restricted: Mapped[bool] = attribute(
        en="Also restricted specimens", fr="Aussi les spécimens restreints", default=False
    )
    identifier_base: Mapped[str | None] = attribute(
        en="Base of identifiers", fr="Base des identifiants", max=250, pattern=r"^(https?://\S+[/=#]|urn:\S+:)$",
        help_en="Identifiers of records begin with it; urn:uuid: unless given.",
        help_fr="Les identifiants des fiches commencent ainsi; urn:uuid: par défaut.",
    )  # fmt: skip
    schedule: Mapped[Schedule] = attribute(
        en="Published again",
        fr="Publié de nouveau",
        default="off",
        vocabulary="publicationSchedule",
        listed=True,
    )
    versions_kept: Mapped[int | None] = attribute(
        en="Versions kept", fr="Versions conservées", minimum=1, maximum=1000,
        help_en="Twelve unless given.", help_fr="Douze par défaut.",
    )  # fmt: skip
    published_on: Mapped[dt.datetime | None] = attribute(
        en="Published on", fr="Publié le", read_only=True, listed=True, term="dcterms:issued"
    )
    published_version: Mapped[int | None] = attribute(
        en="Published version", fr="Version publiée", read_only=True, listed=True
    )
    next_on: Mapped[dt.datetime | None] = attribute(
        en="Next publication", fr="Prochaine publication", read_only=True
    )


class DatasetVersion(
    Resource, Base, type="dataset-version", provider=READ_ONLY, methods=("read",),
    label=("Version of a data set", "Version d’un jeu de données"),
    plural=("Versions of data sets", "Versions de jeux de données"), title="number",
    example={"number": 1},
):  # fmt: skip
    """One publication of a data set: its files, counts, checks, and what changed since the one before."""

    number: Mapped[int] = attribute(en="Number", fr="Numéro", listed=True, indexed=True)
    state: Mapped[VersionState] = attribute(
        en="State", fr="État", listed=True, indexed=True, vocabulary="publicationState"
    )
    published_on: Mapped[dt.datetime] = attribute(
        en="Published on", fr="Publié le", listed=True, term="dcterms:issued"
    )
    row_counts: Mapped[Json | None] = attribute(en="Rows by file", fr="Lignes par fichier", filterable=False)
    checks: Mapped[Json | None] = attribute(
        en="Result of the checks", fr="Résultat des vérifications", filterable=False
    )
    difference: Mapped[Json | None] = attribute(
        en="Difference to the version before", fr="Différence avec la version précédente", filterable=False
    )
    coverage: Mapped[Json | None] = attribute(en="Coverage", fr="Couverture", filterable=False)
    files: Mapped[Json | None] = attribute(en="Files", fr="Fichiers", filterable=False)
    checksum: Mapped[str | None] = attribute(
        en="Checksum", fr="Somme de contrôle", max=64, help_en="SHA-256 of the archive.",
        help_fr="SHA-256 de l’archive.",
    )  # fmt: skip
    metadata_document: Mapped[Json | None] = attribute(
        en="Description as published", fr="Description publiée", wire="metadata", filterable=False
    )
    dataset = to_one("dataset", en="Data set", fr="Jeu de données", listed=True)


class RetiredIdentifier(
    Resource, Base, type="retired-identifier", provider=READ_ONLY, methods=("read",),
    label=("Retired identifier", "Identifiant retiré"), plural=("Retired identifiers", "Identifiants retirés"),
    title="identifier", unique=(("dataset", "identifier"),), example={"identifier": "urn:example:1", "inVersion": 2},
):  # fmt: skip
    """An identifier that was published once and is no more: it leads to another, or to the word that it is gone."""

    identifier: Mapped[str] = attribute(
        en="Identifier", fr="Identifiant", max=2000, listed=True, indexed=True, term="dwc:occurrenceID"
    )
    replaced_by: Mapped[str | None] = attribute(
        en="Replaced by", fr="Remplacé par", max=2000, listed=True, term="dcterms:isReplacedBy"
    )
    in_version: Mapped[int] = attribute(en="Since version", fr="Depuis la version", listed=True)
    dataset = to_one("dataset", en="Data set", fr="Jeu de données", listed=True)
