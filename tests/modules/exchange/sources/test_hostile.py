"""Files made to harm: refused with a clear word, or made harmless; nothing is left behind."""

from __future__ import annotations

import gzip
import io
import os
import random
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from dina.modules.exchange.sources import Limits

from .conftest import Opener
from .harm import TABLE, refused, zipped


@pytest.mark.parametrize(
    "name", ["/etc/cron.d/x.csv", "../../x.csv", "a/../../x.csv", "C:\\x.csv", "..\\x.csv", "a\nb.csv"]
)
def test_paths_that_lead_outside_are_refused(name: str, tmp_path: Path, opened: Opener) -> None:
    path = zipped(tmp_path / "a.zip", {"data.csv": TABLE, name: TABLE})
    assert refused(opened, path).code == "unsafe_path"
    assert not (tmp_path / "x.csv").exists()
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(TABLE)
        archive.addfile(member, io.BytesIO(TABLE))
    assert refused(opened, tmp_path / "a.tar.gz").code == "unsafe_path"


def test_links_and_devices_are_refused(tmp_path: Path, opened: Opener) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("data.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(opened, tmp_path / "a.zip").code == "link_member"
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        with tarfile.open(tmp_path / "a.tar", "w") as archive:
            member = tarfile.TarInfo("data.csv")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        assert refused(opened, tmp_path / "a.tar").code == "link_member"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "data.csv").symlink_to("/etc/passwd")
    assert refused(opened, folder).code == "link_member"


def test_two_files_of_one_name_are_refused(tmp_path: Path, opened: Opener) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("data.csv", TABLE)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("data.csv", TABLE)
    assert refused(opened, tmp_path / "a.zip").code == "duplicate_member"


def test_passwords_are_said(tmp_path: Path, opened: Opener) -> None:
    path = zipped(tmp_path / "a.zip", {"data.csv": TABLE})
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    path.write_bytes(raw)
    assert refused(opened, path).code == "encrypted"


def claiming(path: Path, size: int) -> Path:
    """A zip whose directory says its one file is `size` bytes."""
    zipped(path, {"data.csv": TABLE})
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", raw, raw.index(mark) + at, size)
    path.write_bytes(raw)
    return path


def test_a_claim_is_refused_before_anything_is_read(tmp_path: Path, opened: Opener) -> None:
    assert (
        refused(opened, claiming(tmp_path / "a.zip", 4_000_000_000), Limits(total=2**30)).code == "too_large"
    )
    assert refused(opened, claiming(tmp_path / "b.zip", 4_000_000_000)).code == "bomb"
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        member = tarfile.TarInfo("data.csv")
        member.size = 10 << 30
        archive.fileobj.write(member.tobuf())  # type: ignore[union-attr]
    assert refused(opened, tmp_path / "a.tar").code in ("too_large", "no_space", "bomb")


def test_ten_gigabytes_in_a_zip64_claim_are_refused(tmp_path: Path, opened: Opener) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", TABLE)
        archive.filelist[0].file_size = 10 << 30
    assert refused(opened, tmp_path / "a.zip").code in ("too_large", "no_space")


def test_bombs_are_defused(tmp_path: Path, opened: Opener) -> None:
    limits = Limits(total=64 << 20, ratio_from=1 << 20)
    zeros = b"\0" * (8 << 20)
    zipped(tmp_path / "a.zip", {"data.csv": zeros})
    assert refused(opened, tmp_path / "a.zip", limits).code == "bomb"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(zeros))
    assert refused(opened, tmp_path / "a.csv.gz", limits).code == "bomb"
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("data.csv")
        member.size = len(zeros)
        archive.addfile(member, io.BytesIO(zeros))
    assert refused(opened, tmp_path / "a.tar.gz", limits).code == "bomb"


def test_a_claim_that_is_too_small_does_not_let_more_through(tmp_path: Path, opened: Opener) -> None:
    path = zipped(tmp_path / "a.zip", {"data.csv": b"a,b\n" + b"1,2\n" * 1_000_000})
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(raw)
    assert refused(opened, path).code in ("damaged_member", "damaged_archive")


def test_overlapping_parts_are_refused(tmp_path: Path, opened: Opener) -> None:
    data = random.Random(1).randbytes(50_000).hex().encode()
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.csv", data)
        first = archive.filelist[0]
        for number in range(1, 50):
            twin = zipfile.ZipInfo(f"{number}.csv")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(twin, name, getattr(first, name))
            archive.filelist.append(twin)
    assert refused(opened, path).code == "overlapping_members"


def test_archives_in_archives_are_followed_only_so_far(tmp_path: Path, opened: Opener) -> None:
    inner = zipped(tmp_path / "0.zip", {"data.csv": TABLE})
    once = zipped(tmp_path / "1.zip", {"dwca.zip": inner.read_bytes()})
    assert len(list(opened(once).tables[0].rows())) == 2
    for depth in range(2, 6):
        inner = zipped(tmp_path / f"{depth}.zip", {"dwca.zip": once.read_bytes()})
        once = inner
    assert refused(opened, once).code == "nested_too_deep"
    packed = TABLE
    for _ in range(6):
        packed = gzip.compress(packed)
    (tmp_path / "data.csv.gz").write_bytes(packed)
    assert refused(opened, tmp_path / "data.csv.gz").code == "nested_too_deep"


def test_too_many_members_are_refused(tmp_path: Path, opened: Opener) -> None:
    zipped(tmp_path / "a.zip", {f"{n}.csv": b"x" for n in range(60)})
    assert refused(opened, tmp_path / "a.zip", Limits(members=50)).code == "too_many_members"


@pytest.mark.parametrize("form", ["zip", "gz", "tgz"])
def test_a_file_cut_off_anywhere_is_refused_and_leaves_nothing(
    form: str, tmp_path: Path, opened: Opener
) -> None:
    data = TABLE + b"".join(b"%d,%s,CA\n" % (n, os.urandom(8).hex().encode()) for n in range(2000))
    path = tmp_path / f"a.{form}"
    if form == "zip":
        zipped(path, {"data.csv": data})
    elif form == "gz":
        path.write_bytes(gzip.compress(data))
    else:
        with tarfile.open(path, "w:gz") as archive:
            member = tarfile.TarInfo("data.csv")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    whole = path.read_bytes()
    for share in (0.1, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert refused(opened, path).code in ("damaged_archive", "damaged_member")


def test_damage_inside_is_noticed(tmp_path: Path, opened: Opener) -> None:
    path = zipped(tmp_path / "a.zip", {"data.csv": TABLE * 50})
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(raw)
    assert refused(opened, path).code in ("damaged_member", "damaged_archive", "unsafe_path")


LAUGHS = """<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>"""
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [LAUGHS, OUTSIDE])
def test_entities_are_refused_everywhere(head: str, tmp_path: Path, opened: Opener) -> None:
    meta = (
        head
        + '<archive><core><files><location>data.csv</location></files><field index="0" term="&a;"/></core></archive>'
    )
    path = zipped(tmp_path / "a.zip", {"meta.xml": meta.encode(), "data.csv": TABLE})
    error = refused(opened, path)
    assert (error.code, error.file) == ("xml_entities", "meta.xml")
    (tmp_path / "units.xml").write_text(
        head + "<DataSets><DataSet><Units><Unit><UnitID>&a;</UnitID></Unit></Units></DataSet></DataSets>"
    )
    assert refused(opened, tmp_path / "units.xml").code == "xml_entities"


def test_broken_or_hostile_metadata_do_not_stop_the_rows(tmp_path: Path, opened: Opener) -> None:
    meta = (
        b'<archive metadata="eml.xml"><core fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>data.csv'
        b'</location></files><id index="0"/><field index="1" term="dwc:scientificName"/></core></archive>'
    )
    for eml in (
        LAUGHS.encode() + b"<eml>&c;</eml>",
        b"<eml><dataset>",
        b"\0\1\2",
        b"<a>" * 500,
        b"<html><br></html>",
    ):
        path = zipped(tmp_path / "a.zip", {"meta.xml": meta, "data.csv": TABLE, "eml.xml": eml})
        source = opened(path)
        assert source.metadata is None
        assert [one.file for one in source.warnings if one.file == "eml.xml"]
        assert len(list(source.tables[0].rows())) == 2


def test_bottomless_xml_is_refused(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "units.xml"
    path.write_text("<DataSets><Unit>" + "<a>" * 100_000)
    assert refused(opened, path).code == "xml_deep"
    path.write_text("<DataSets><Unit><UnitID>" + "x" * (2 << 20) + "</UnitID></Unit></DataSets>")
    assert refused(opened, path, Limits(xml_document=1 << 20)).code == "xml_large"


def test_lines_cells_and_columns_without_end_are_refused(tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(TABLE + b"3," + b"x" * (3 << 20) + b",CA\n")
    error = refused(opened, path, Limits(cell=1 << 20))
    assert (error.code, error.line) == ("line_too_long", 4)
    path.write_bytes(b"a," * 1_000_000 + b"\n" + b"1," * 1_000_000)
    assert refused(opened, path).code == "too_many_columns"
    path.write_bytes(b"," * 60_000 + b"\n")
    assert refused(opened, path).code in ("too_many_columns", "empty")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 5000,
        os.urandom(5000),
        b"%PDF-1.7 x",
        b"\x7fELF" + b"\0" * 99,
        b"PK\x05\x06" + b"\0" * 18,
        b"\n\n\n",
    ],
)
def test_what_is_no_table_is_refused(data: bytes, tmp_path: Path, opened: Opener) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert refused(opened, path).code in (
        "empty",
        "binary",
        "unknown_format",
        "undecodable",
        "damaged_archive",
    )


def test_a_missing_file_is_said(tmp_path: Path, opened: Opener) -> None:
    assert refused(opened, tmp_path / "nothing.csv").code == "not_found"
