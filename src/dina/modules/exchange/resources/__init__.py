"""Resource types of the exchange module, one subject a file."""

from dina.modules.exchange.resources.exporting import DataExport, DataExportTemplate
from dina.modules.exchange.resources.importing import ImportDataset, ImportRecipe

__all__ = ["DataExport", "DataExportTemplate", "ImportDataset", "ImportRecipe"]
