"""Resource types of the exchange module, one subject a file."""

from dina.modules.exchange.resources.exporting import DataExport, DataExportTemplate
from dina.modules.exchange.resources.importing import ImportDataset, ImportRecipe
from dina.modules.exchange.resources.publishing import Dataset, DatasetVersion, RetiredIdentifier

__all__ = [
    "DataExport",
    "DataExportTemplate",
    "Dataset",
    "DatasetVersion",
    "ImportDataset",
    "ImportRecipe",
    "RetiredIdentifier",
]
