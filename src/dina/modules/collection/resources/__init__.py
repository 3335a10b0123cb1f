"""The types of the collection module."""

from dina.modules.collection.resources import indexes
from dina.modules.collection.resources.base import Base
from dina.modules.collection.resources.collecting_event import CollectingEvent
from dina.modules.collection.resources.disclosure import SensitiveTaxon
from dina.modules.collection.resources.geology import GeologicalContext, GeologicalInterval
from dina.modules.collection.resources.institution import Collection, Institution
from dina.modules.collection.resources.living import Accession, ConditionCheck, Planting
from dina.modules.collection.resources.material_sample import MaterialSample
from dina.modules.collection.resources.measurement import Measurement
from dina.modules.collection.resources.mineral import Meteorite, MineralIdentification
from dina.modules.collection.resources.observation import Observation
from dina.modules.collection.resources.organism import Organism
from dina.modules.collection.resources.place import Site
from dina.modules.collection.resources.process import Process
from dina.modules.collection.resources.propagation import Propagation, ViabilityTest
from dina.modules.collection.resources.storage import (
    Association,
    StorageUnit,
    StorageUnitType,
    StorageUnitUsage,
)
from dina.modules.collection.resources.survey import Survey
from dina.modules.collection.resources.vocabulary import (
    ControlledVocabulary,
    ControlledVocabularyItem,
    FormTemplate,
    SplitConfiguration,
)
from dina.modules.collection.resources.work import (
    Assemblage,
    CollectionMethod,
    Expedition,
    PreparationMethod,
    PreparationType,
    Project,
    Protocol,
)

RESOURCES = [
    MaterialSample, CollectingEvent, Organism, Collection, Institution, Project, Expedition, Assemblage, Site,
    Protocol, CollectionMethod, PreparationType, PreparationMethod, StorageUnitType, StorageUnit, StorageUnitUsage,
    Association, Process, SensitiveTaxon, ControlledVocabulary, ControlledVocabularyItem, FormTemplate, SplitConfiguration,
    GeologicalContext, GeologicalInterval, MineralIdentification, Meteorite, Accession, Planting, ConditionCheck,
    Propagation, ViabilityTest, Survey, Observation, Measurement,
]  # fmt: skip

__all__ = ["RESOURCES", "Base", "indexes"]
