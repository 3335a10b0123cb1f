"""Files of the field as tables of text rows.

`open_source` opens anything and gives a `Source`: its tables (core first), its metadata, its relations
and what is odd about it. Nothing is interpreted here; values are the text as it stands.

- `model`, `metadata`, `problems`, `limits`: what is given, and what a person may correct
- `opening`: which reader a file needs; `unpack`: archives, safely
- `encoding`, `dialect`, `headings`, `records`, `text`, `simple`: delimited text
- `descriptor`, `dwca_dialect`, `dwca`: Darwin Core archives
- `spreadsheet`, `sheets`: workbooks
- `checklist`: ColDP and ACEF; `package`, `package_metadata`: data packages
- `xml`, `xml_tables`, `units`: ABCD and Darwin Core XML
- `eml`, `describing`: metadata
"""

from .dwca import check_links
from .limits import Limits, Overrides
from .metadata import Contact, Coverage, Metadata, Rights
from .model import Column, Dialect, Relation, Row, Source, Table
from .opening import open_source
from .problems import SourceError, SourceProblem

__all__ = [
    "Column",
    "Contact",
    "Coverage",
    "Dialect",
    "Limits",
    "Metadata",
    "Overrides",
    "Relation",
    "Rights",
    "Row",
    "Source",
    "SourceError",
    "SourceProblem",
    "Table",
    "check_links",
    "open_source",
]
