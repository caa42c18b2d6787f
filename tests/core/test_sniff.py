"""What is taken and what is refused before any parser sees it."""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from blueprints.core.sniff import MAX_INFLATED, Kind, Refused, sniff

RESUMES = frozenset(Kind) - {Kind.XLSX}
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")

Put = Callable[[bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(data: bytes) -> Path:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return path

    return write


def zipped(*names: str, body: bytes = b"<x/>", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as package:
        for name in names:
            package.writestr(name, body)
    return file.getvalue()


def pictured(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, kind)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IEND", b"")


def refusal(path: Path, name: str, allowed: frozenset[Kind] = RESUMES) -> str:
    with pytest.raises(Refused) as caught:
        sniff(path, name, allowed)
    return caught.value.code


DOCX = zipped("[Content_Types].xml", "word/document.xml")
XLSX = zipped("[Content_Types].xml", "xl/workbook.xml")
DOC = OLE2 + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(512)


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("简历.pdf", PDF, Kind.PDF),
        ("简历.PDF", b"\xef\xbb\xbf" + PDF, Kind.PDF),
        ("那木罕·巴特尔.docx", DOCX, Kind.DOCX),
        ("old.doc", DOC, Kind.DOC),
        ("照片.jpeg", pictured("JPEG"), Kind.JPG),
        ("照片.jpg", pictured("JPEG"), Kind.JPG),
        ("a.png", pictured("PNG"), Kind.PNG),
        ("a.webp", pictured("WEBP"), Kind.WEBP),
    ],
)
def test_a_file_that_is_what_its_name_says_is_taken(put: Put, name: str, data: bytes, kind: Kind) -> None:
    assert sniff(put(data), name, RESUMES) is kind


def test_a_workbook_is_taken_only_where_it_is_allowed(put: Put) -> None:
    assert sniff(put(XLSX), "名单.xlsx", frozenset({Kind.XLSX})) is Kind.XLSX
    assert refusal(put(XLSX), "名单.xlsx") == "not_allowed"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"\n \0", "empty"),
        ("简历", PDF, "no_suffix"),
        ("a.exe", b"MZ", "not_allowed"),
        ("简历.wps", DOC, "wps"),
        ("IMG_1.HEIC", b"\0\0\0\x18ftypheic", "heic"),
        ("a.pdf", b"<html><script>alert(1)</script></html>", "not_pdf"),
        ("a.pdf", b"%!PS-Adobe-3.0\nshowpage\n", "not_pdf"),
        ("a.pdf", b"<!DOCTYPE html>" + PDF, "two_in_one"),
        ("a.pdf", pictured("JPEG") + PDF, "two_in_one"),
        ("a.pdf", PDF + DOCX, "two_in_one"),
        ("a.docx", PDF, "not_word"),
        ("a.docx", XLSX, "not_word"),
        ("a.docx", zipped("word/document.xml"), "not_word"),
        ("a.docx", DOCX[:-30], "damaged"),
        ("a.docx", OLE2 + "EncryptedPackage".encode("utf-16-le") + bytes(99), "locked"),
        ("a.doc", DOCX, "not_word"),
        ("a.doc", OLE2 + bytes(900), "not_word"),
        ("a.doc", rb"{\rtf1 hello}", "not_word"),
        ("a.jpg", pictured("PNG"), "not_picture"),
        ("a.png", pictured("WEBP"), "not_picture"),
        ("a.webp", pictured("JPEG"), "not_picture"),
        ("a.png", pictured("PNG") + b"<script>alert(1)</script>", "two_in_one"),
        ("a.jpg", pictured("JPEG") + DOCX, "two_in_one"),
        ("a.webp", pictured("WEBP") + DOCX, "two_in_one"),
        ("a.png", pictured("PNG")[:-20], "damaged"),
        ("a.jpg", pictured("JPEG")[:30], "damaged"),
        ("a.webp", pictured("WEBP")[:-8], "damaged"),
        ("a.png", png_header(30_000, 30_000), "too_many_pixels"),
        ("a.png", png_header(0, 10), "damaged"),
    ],
)
def test_a_file_that_is_not_is_refused_for_a_true_reason(put: Put, name: str, data: bytes, code: str) -> None:
    assert refusal(put(data), name) == code


def test_bytes_that_cameras_leave_behind_a_picture_do_no_harm(put: Put) -> None:
    assert sniff(put(pictured("PNG") + bytes(range(200))), "a.png", RESUMES) is Kind.PNG
    assert sniff(put(pictured("JPEG") + b"trailer"), "a.jpg", RESUMES) is Kind.JPG


def test_a_bomb_is_refused_before_it_is_inflated(put: Put) -> None:
    data = zipped("[Content_Types].xml", "word/document.xml", body=bytes(MAX_INFLATED))
    began = time.process_time()
    assert refusal(put(data), "a.docx") == "inflates"
    assert time.process_time() - began < 0.5


def test_a_bomb_that_lies_about_its_size_is_refused_too(put: Put) -> None:
    data = bytearray(zipped("[Content_Types].xml", "word/document.xml", body=bytes(60_000_000)))
    small = struct.pack("<I", 100)
    for entry in (at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"):
        data[entry + 24 : entry + 28] = small
    assert refusal(put(bytes(data)), "a.docx") in {"inflates", "damaged"}


def test_a_package_of_very_many_members_is_refused(put: Put) -> None:
    names = ["[Content_Types].xml", "word/document.xml", *(f"word/{i}.xml" for i in range(3_000))]
    assert refusal(put(zipped(*names, method=zipfile.ZIP_STORED)), "a.docx") == "inflates"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_its_own_media_type(kind: Kind) -> None:
    assert "/" in kind.mimetype
    assert [other for other in Kind if other.mimetype == kind.mimetype] == [kind]
