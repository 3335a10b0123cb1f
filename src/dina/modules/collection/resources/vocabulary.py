"""Controlled vocabularies, custom fields, and the set-up of forms and splits."""

from __future__ import annotations

from enum import Enum

from sqlalchemy.orm import Mapped

from dina.base.identity.caller import Role
from dina.base.resource import (
    Json,
    MultilingualDescription,
    MultilingualTitle,
    Resource,
    Sharing,
    attribute,
    to_one,
)
from dina.modules.collection import rules
from dina.modules.collection.resources.base import (
    ADMIN,
    OWNER,
    SUPER_USER,
    Base,
    description_attribute,
    name_attribute,
)
from dina.modules.collection.resources.keys import item_by_key, vocabulary_by_key
from dina.modules.collection.resources.material_sample import MaterialSampleType


class VocabularyKind(Enum):
    MANAGED_ATTRIBUTE = "MANAGED_ATTRIBUTE"
    SYSTEM = "SYSTEM"


class VocabularyClass(Enum):
    QUALIFIED_VALUE = "QUALIFIED_VALUE"
    CONTROLLED_TERM = "CONTROLLED_TERM"


class ElementType(Enum):
    INTEGER = "INTEGER"
    STRING = "STRING"
    DATE = "DATE"
    BOOL = "BOOL"
    DECIMAL = "DECIMAL"


class Strategy(Enum):
    TYPE_BASED = "TYPE_BASED"
    DIRECT_PARENT = "DIRECT_PARENT"


class CharacterType(Enum):
    NUMBER = "NUMBER"
    LOWER_LETTER = "LOWER_LETTER"
    UPPER_LETTER = "UPPER_LETTER"


class Separator(Enum):
    SPACE = "SPACE"
    DASH = "DASH"
    UNDERSCORE = "UNDERSCORE"


class ControlledVocabulary(
    Resource, Base, type="controlled-vocabulary", provider=ADMIN, label=("Vocabulary", "Vocabulaire"),
    plural=("Vocabularies", "Vocabulaires"), title="name",
    prepare=(rules.key_from_name,), unique=(("key",),), compound_key=(vocabulary_by_key,),
    example={"name": "Example vocabulary", "key": "{unique}", "type": "SYSTEM", "vocabClass": "CONTROLLED_TERM"},
):  # fmt: skip
    """A list of values that are agreed upon."""

    name: Mapped[str] = name_attribute(max=255)
    key: Mapped[str] = attribute(
        en="Key", fr="Clé", max=255, not_blank=True, once=True, pattern=r"[^.]+", listed=True, indexed=True
    )
    type: Mapped[VocabularyKind] = attribute(en="Kind", fr="Genre", once=True, listed=True)
    vocab_class: Mapped[VocabularyClass] = attribute(en="Class", fr="Classe", once=True, listed=True)
    term: Mapped[str | None] = attribute(en="Term", fr="Terme", max=255)
    version: Mapped[str | None] = attribute(
        en="Version of the vocabulary", fr="Version du vocabulaire", max=255
    )
    multilingual_title: Mapped[MultilingualTitle | None] = attribute(
        en="Titles by language", fr="Titres par langue"
    )
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()


class ControlledVocabularyItem(
    Resource, Base, type="controlled-vocabulary-item", provider=SUPER_USER,
    label=("Vocabulary item", "Élément de vocabulaire"), plural=("Vocabulary items", "Éléments de vocabulaire"),
    title="name", prepare=(rules.key_from_name,), rules=(rules.item_is_sound,), batch_rules=(rules.accepted_values_have_a_place,),
    delete_rules=(rules.item_is_unused,),
    unique=(("controlledVocabulary", "key", "dinaComponent"),), compound_key=(item_by_key,),
    example={"name": "Wing length", "dinaComponent": "MATERIAL_SAMPLE", "vocabularyElementType": "STRING"},
):  # fmt: skip
    """A value of a vocabulary, or a custom field with its type and accepted values."""

    name: Mapped[str] = name_attribute(max=255)
    key: Mapped[str] = attribute(
        en="Key", fr="Clé", max=255, not_blank=True, once=True, pattern=r"[^.]+", listed=True, indexed=True
    )
    term: Mapped[str | None] = attribute(en="Term", fr="Terme", max=255)
    multilingual_title: Mapped[MultilingualTitle | None] = attribute(
        en="Titles by language", fr="Titres par langue"
    )
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()
    vocabulary_element_type: Mapped[ElementType | None] = attribute(
        en="Kind of value", fr="Genre de valeur", once=True, listed=True
    )
    accepted_values: Mapped[list[str] | None] = attribute(en="Accepted values", fr="Valeurs acceptées")
    unit: Mapped[str | None] = attribute(en="Unit", fr="Unité", max=50, listed=True)
    uri_template: Mapped[str | None] = attribute(en="Address template", fr="Modèle d’adresse")
    dina_component: Mapped[str | None] = attribute(
        en="Used for", fr="Utilisé pour", max=250, once=True, listed=True, indexed=True
    )
    retired: Mapped[bool] = attribute(
        en="Retired", fr="Retiré", default=False, listed=True,
        help_en="Forms offer it no more; records that have it keep it.",
        help_fr="Les formulaires ne le proposent plus ; les enregistrements qui l’ont le gardent.",
    )  # fmt: skip

    controlled_vocabulary = to_one(
        "controlled-vocabulary",
        en="Vocabulary",
        fr="Vocabulaire",
        required=True,
        listed=True,
        term="skos:inScheme",
    )


# The contract gives a template to its owner (api.md §23.2), the rules of the module to "owner or super-user". Both
# hold: one "only for me" is its creator's and nobody else's, so that its name and visibility mean what they say; of
# one that the group shares a super-user of the group keeps order when its creator is gone.
class FormTemplate(
    Resource, Base, type="form-template", provider=OWNER, label=("Form template", "Modèle de formulaire"),
    plural=("Form templates", "Modèles de formulaire"), title="name", grouped=True,
    sharing=Sharing(private="restrictToCreatedBy", keeper=Role.SUPER_USER),
    example={"name": "Pinned insect", "restrictToCreatedBy": False, "viewConfiguration": {"type": "material-sample-form-template"}},
):  # fmt: skip
    """Which fields a form shows, in what order, with what defaults."""

    name: Mapped[str] = name_attribute(max=100)
    restrict_to_created_by: Mapped[bool] = attribute(en="Only for me", fr="Pour moi seulement", listed=True)
    view_configuration: Mapped[Json] = attribute(en="Configuration", fr="Configuration (affichage)")
    components: Mapped[Json | None] = attribute(en="Components", fr="Composantes")


class SplitConfiguration(
    Resource, Base, type="split-configuration", provider=SUPER_USER, label=("Derive rule", "Règle de division"),
    plural=("Derive rules", "Règles de division"), title="name",
    example={"name": "Parts", "strategy": "DIRECT_PARENT", "characterType": "NUMBER", "separator": "DASH"},
):  # fmt: skip
    """How the names of derived samples are made."""

    name: Mapped[str] = name_attribute()
    strategy: Mapped[Strategy] = attribute(en="Strategy", fr="Stratégie", listed=True)
    conditional_on_material_sample_types: Mapped[list[MaterialSampleType] | None] = attribute(
        en="Only for these kinds", fr="Seulement pour ces genres"
    )
    character_type: Mapped[CharacterType] = attribute(en="Series of", fr="Série de", listed=True)
    separator: Mapped[Separator] = attribute(en="Separator", fr="Séparateur", listed=True)
    material_sample_type_created_by_split: Mapped[MaterialSampleType | None] = attribute(
        en="Kind created", fr="Genre créé"
    )
