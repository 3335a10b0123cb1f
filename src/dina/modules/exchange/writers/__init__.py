"""Writing tables to files: text, spreadsheets, Parquet; row by row, so that memory stays flat."""

from dina.modules.exchange.writers.opening import FORMATS, Format, open_writer
from dina.modules.exchange.writers.table import CellTooLong, TableWriter, WriterColumn

__all__ = ["FORMATS", "CellTooLong", "Format", "TableWriter", "WriterColumn", "open_writer"]
