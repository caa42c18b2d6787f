"""What a file really is: its content and its name must tell the same story.

Only headers, chunk lists and the zip directory are looked at; no picture is decoded and no document
is opened here. Decoding happens in a child process (`documents.rendering`).
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from flask_babel import lazy_gettext as _l

MAX_PIXELS = 50_000_000
MAX_ZIP_MEMBERS = 3_000
MAX_INFLATED = 100_000_000
"""Bytes all members of a zip may inflate to together; Word files of a few pages stay under 10 MB.
"""

PDF_HEADER_WINDOW = 1024
"""Readers accept `%PDF-` anywhere in the first kilobyte (ISO 32000-1, appendix H.3.4.1)."""

_CHUNK = 65_536
_PNG = b"\x89PNG\r\n\x1a\n"
_OLE2 = bytes.fromhex("d0cf11e0a1b11ae1")
_FOREIGN_START = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF|BM|II\*\0|MM\0\*|PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b|MZ|\x7fELF|ID3|%!|"
    rb"\s*(?:<!doctype|<html|<script|<\?xml|<svg|<\?php|#!)",
    re.IGNORECASE,
)
_ACTIVE_TAIL = re.compile(rb"<!doctype|<html|<script|<svg|<\?php|<\?xml|%PDF-|PK\x03\x04|Rar!", re.IGNORECASE)
_WORD_BODY = re.compile(r"word/document\d*\.xml")
_EXCEL_BODY = re.compile(r"xl/workbook\d*\.xml")
_SUFFIX = re.compile(r"\.([^./\\\s]{1,8})\s*$")
_JPEG_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Kind(StrEnum):
    """The kinds of file the site takes; the value is the usual extension."""

    PDF = "pdf"
    DOCX = "docx"
    DOC = "doc"
    JPG = "jpg"
    PNG = "png"
    WEBP = "webp"
    XLSX = "xlsx"

    @property
    def mimetype(self) -> str:
        return _MIMETYPES[self]


_MIMETYPES = {
    Kind.PDF: "application/pdf",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.DOC: "application/msword",
    Kind.JPG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.WEBP: "image/webp",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

SENTENCES = {
    "empty": _l("This file is empty. Choose the file again, and open it once on your computer first."),
    "no_suffix": _l("The file name has no ending such as .pdf. Save the file again and choose it."),
    "not_allowed": _l("Files of this kind cannot be uploaded here. Please save it as PDF and upload that."),
    "wps": _l("Files ending in .wps cannot be read here. In WPS choose “Save as”, then .docx or PDF."),
    "heic": _l("HEIC photos cannot be shown here. Save the photo as JPG and upload that."),
    "not_pdf": _l("The name ends in .pdf, but this is not a PDF. Export it as PDF and upload that."),
    "not_word": _l("This is not a Word document. Save it in Word or WPS as .docx or PDF."),
    "not_sheet": _l("This is not an Excel workbook. Save it in Excel or WPS as .xlsx."),
    "not_picture": _l("This is not the kind of picture its name says. Save it again as JPG or PNG."),
    "locked": _l("This file is protected by a password. Remove the password and upload it again."),
    "two_in_one": _l("There is a second file hidden in this one. Save it again and upload the new copy."),
    "damaged": _l("This file is incomplete or damaged. Save it again and upload the new copy."),
    "inflates": _l("This file unpacks to far more than it should. Save it as PDF and upload that."),
    "too_many_pixels": _l("This picture has too many pixels. Make it smaller (50 megapixels at most)."),
}


class Refused(Exception):
    """A file the site does not take. `sentence` says what is wrong and what to do next."""

    def __init__(self, code: str, sentence: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence or SENTENCES[code]


def sniff(path: Path, name: str, allowed: frozenset[Kind]) -> Kind:
    """The kind of the file at `path`, which its owner calls `name`.

    Raises `Refused` when it is not of an `allowed` kind, when content and name disagree, when it
    holds a second file, or when it would unpack to more than the caps above.
    """
    kind = _kind_by_name(name, allowed)
    with path.open("rb") as file:
        if not file.read(_CHUNK).strip(b"\0\t\n\f\r "):
            raise Refused("empty")
        try:
            _CHECKS[kind](file)
        except (struct.error, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
            raise Refused("damaged") from error
    return kind


def _kind_by_name(name: str, allowed: frozenset[Kind]) -> Kind:
    found = _SUFFIX.search(name)
    if not found:
        raise Refused("no_suffix")
    suffix = found[1].lower()
    if suffix in {"wps", "wpt"}:
        raise Refused("wps")
    if suffix in {"heic", "heif"} and Kind.JPG in allowed:
        raise Refused("heic")
    suffix = "jpg" if suffix == "jpeg" else suffix
    if suffix not in allowed:
        raise Refused("not_allowed")
    return Kind(suffix)


def _check_pdf(file: BinaryIO) -> None:
    start = _read_at(file, 0, PDF_HEADER_WINDOW + 5)
    header = start.find(b"%PDF-")
    if header < 0:
        raise Refused("not_pdf")
    if header and _FOREIGN_START.match(start):
        raise Refused("two_in_one")
    _no_zip_at_end(file)


def _check_docx(file: BinaryIO) -> None:
    _check_package(file, _WORD_BODY, "not_word")


def _check_xlsx(file: BinaryIO) -> None:
    _check_package(file, _EXCEL_BODY, "not_sheet")


def _check_package(file: BinaryIO, body: re.Pattern[str], otherwise: str) -> None:
    """An Office Open XML package with the part that makes it a document or a workbook."""
    start = _read_at(file, 0, 8)
    if start == _OLE2 and _contains(file, "EncryptedPackage".encode("utf-16-le")):
        raise Refused("locked")
    if not start.startswith(b"PK\x03\x04"):
        raise Refused(otherwise)
    try:
        with zipfile.ZipFile(file) as package:
            members = package.infolist()
            names = [member.filename for member in members]
            if len(members) > MAX_ZIP_MEMBERS:
                raise Refused("inflates")
            if "[Content_Types].xml" not in names or not any(map(body.fullmatch, names)):
                raise Refused(otherwise)
            if len(set(names)) < len(names):
                raise Refused("damaged")
            if any(member.flag_bits & 1 for member in members):
                raise Refused("locked")
            _inflate(package, members)
    except (RuntimeError, NotImplementedError, ValueError) as error:
        raise Refused("damaged") from error


def _inflate(package: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Reads every member, whatever sizes the directory claims, and stops at the cap."""
    if sum(member.file_size for member in members) > MAX_INFLATED:
        raise Refused("inflates")
    left = MAX_INFLATED
    for member in members:
        with package.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Refused("inflates")


def _check_doc(file: BinaryIO) -> None:
    if _read_at(file, 0, 8) != _OLE2 or not _contains(file, "WordDocument".encode("utf-16-le")):
        raise Refused("not_word")


def _check_png(file: BinaryIO) -> None:
    start = _read_at(file, 0, 24)
    if not start.startswith(_PNG) or start[12:16] != b"IHDR":
        raise Refused("not_picture")
    _cap_pixels(*struct.unpack(">II", start[16:24]))
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", _read_at(file, at, 8))
        at += 12 + length
    _no_second_file(file, at)


def _check_jpg(file: BinaryIO) -> None:
    start = _read_at(file, 0, PDF_HEADER_WINDOW)
    if not start.startswith(b"\xff\xd8\xff"):
        raise Refused("not_picture")
    if b"%PDF-" in start:
        raise Refused("two_in_one")
    _cap_pixels(*_jpeg_size(file))
    _no_zip_at_end(file)


def _jpeg_size(file: BinaryIO) -> tuple[int, int]:
    """(width, height) from the first frame header (ITU T.81, B.2.2)."""
    at = 2
    while True:
        mark, marker = struct.unpack(">BB", _read_at(file, at, 2))
        if mark != 0xFF:
            raise Refused("damaged")
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        if marker in {0xD9, 0xDA}:
            raise Refused("damaged")
        if marker in _JPEG_SIZE_MARKERS:
            height, width = struct.unpack(">HH", _read_at(file, at + 5, 4))
            return width, height
        (length,) = struct.unpack(">H", _read_at(file, at + 2, 2))
        at += 2 + length


def _check_webp(file: BinaryIO) -> None:
    start = _read_at(file, 0, 30)
    if start[:4] != b"RIFF" or start[8:12] != b"WEBP":
        raise Refused("not_picture")
    _cap_pixels(*_webp_size(start))
    (length,) = struct.unpack("<I", start[4:8])
    if length + 8 > file.seek(0, 2) + 1:
        raise Refused("damaged")
    _no_second_file(file, length + 8)


def _webp_size(start: bytes) -> tuple[int, int]:
    """(width, height) from the first chunk (RFC 9649, sections 2.5 to 2.7)."""
    match start[12:16]:
        case b"VP8X":
            width = int.from_bytes(start[24:27], "little") + 1
            height = int.from_bytes(start[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(start[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = (side & 0x3FFF for side in struct.unpack("<HH", start[26:30]))
        case _:
            raise Refused("damaged")
    return width, height


def _cap_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise Refused("damaged")
    if width * height > MAX_PIXELS:
        raise Refused("too_many_pixels")


def _no_second_file(file: BinaryIO, end: int) -> None:
    """Cameras leave harmless bytes behind a picture; a page, a script or an archive is not
    harmless.
    """
    if _ACTIVE_TAIL.search(_read_at(file, end, _CHUNK, short=True)):
        raise Refused("two_in_one")
    _no_zip_at_end(file)


def _no_zip_at_end(file: BinaryIO) -> None:
    """A zip is read from its end: its last record must not end exactly where this file ends."""
    size = file.seek(0, 2)
    tail = _read_at(file, max(0, size - _CHUNK - 22), _CHUNK + 22, short=True)
    at = tail.rfind(b"PK\x05\x06")
    if at >= 0 and tail[at + 20 : at + 22] == struct.pack("<H", len(tail) - at - 22 & 0xFFFF):
        raise Refused("two_in_one")


def _contains(file: BinaryIO, needle: bytes) -> bool:
    file.seek(0)
    kept = b""
    while chunk := file.read(_CHUNK):
        if needle in kept + chunk:
            return True
        kept = chunk[-len(needle) :]
    return False


def _read_at(file: BinaryIO, at: int, size: int, *, short: bool = False) -> bytes:
    """`size` bytes from `at`. Fewer at the end of the file only when `short` allows or it starts
    the file.
    """
    file.seek(at)
    data = file.read(size)
    if at and not short and len(data) < size:
        raise EOFError
    return data


_CHECKS: dict[Kind, Callable[[BinaryIO], None]] = {
    Kind.PDF: _check_pdf,
    Kind.DOCX: _check_docx,
    Kind.XLSX: _check_xlsx,
    Kind.DOC: _check_doc,
    Kind.PNG: _check_png,
    Kind.JPG: _check_jpg,
    Kind.WEBP: _check_webp,
}
