"""A reader of Darwin Core archives written only from the text guide, to compare ours with."""

from __future__ import annotations

import csv
import io
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

NAMESPACE = "{http://rs.tdwg.org/dwc/text/}"


@dataclass
class Part:
    row_type: str
    terms: list[str]
    rows: list[tuple[str | None, list[str | None]]]


def members(path: Path) -> dict[str, bytes]:
    """Every file of an archive or directory by its path."""
    if path.is_dir():
        return {str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    with tarfile.open(path) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}  # type: ignore[union-attr]


def parts(path: Path) -> list[Part]:
    """The core and extensions of an archive with a descriptor."""
    files = members(path)
    descriptor = min((name for name in files if PurePosixPath(name).name == "meta.xml"), key=len)
    folder = PurePosixPath(descriptor).parent
    root = ElementTree.fromstring(files[descriptor])
    elements = [*root.findall(f"{NAMESPACE}core"), *root.findall(f"{NAMESPACE}extension")]
    return [_part(element, files, folder) for element in elements]


def _part(element: ElementTree.Element, files: dict[str, bytes], folder: PurePosixPath) -> Part:
    def said(name: str, default: str) -> str:
        text = element.get(name, default)
        # A literal tab in an attribute is a space for an XML reader.
        return text.replace("\\t", "\t")

    quote = said("fieldsEnclosedBy", '"').strip()
    delimiter = said("fieldsTerminatedBy", "\t")
    id_element = element.find(f"{NAMESPACE}id")
    id_element = element.find(f"{NAMESPACE}coreid") if id_element is None else id_element
    fields = [
        (one.get("term", ""), one.get("index"), one.get("default"))
        for one in element.findall(f"{NAMESPACE}field")
    ]
    found = Part(element.get("rowType", ""), [term for term, _, _ in fields], [])
    for location in element.findall(f"{NAMESPACE}files/{NAMESPACE}location"):
        text = files[str(folder / (location.text or "").strip())].decode("utf-8-sig")
        for record in _records(text, delimiter, quote)[int(element.get("ignoreHeaderLines", "0")) :]:
            at = None if id_element is None else int(id_element.get("index", "0"))
            key = None if at is None else _cell(record, at, None)
            values = [
                _cell(record, None if index is None else int(index), default) for _, index, default in fields
            ]
            found.rows.append((key, values))
    return found


def _records(text: str, delimiter: str, quote: str) -> list[list[str]]:
    if quote:
        return [
            row
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
            if row
        ]
    # Only LF ends a line: other separators of Unicode may stand inside values.
    lines = text.replace("\r\n", "\n").split("\n")
    return [line.split(delimiter) for line in lines if line]


def _cell(record: list[str], index: int | None, default: str | None) -> str | None:
    value = record[index] if index is not None and index < len(record) else ""
    return value or default or None
