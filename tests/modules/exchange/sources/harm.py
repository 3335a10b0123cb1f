"""What the tests of hostile files share."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from dina.modules.exchange.sources import Limits, Source, SourceError

from .conftest import Opener

TABLE = b"catalogNumber,scientificName,country\n1,Salix alba,CA\n2,Salix nigra,CA\n"


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def refused(opened: Opener, path: Path, limits: Limits | None = None) -> SourceError:
    """The error with which a file, opened and read to its end, is refused."""
    with pytest.raises(SourceError) as error:
        read_all(opened(path, limits=limits))
    for language in ("en", "fr"):
        assert "{" not in error.value.sentence(language)
    return error.value


def read_all(source: Source) -> None:
    for table in source.tables:
        for _ in table.rows():
            pass
