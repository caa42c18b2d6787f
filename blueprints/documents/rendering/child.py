"""Draws a document's pages and reads their lines, inside the sandbox.

Run as `python -I child.py KIND MAX_PAGES` in a folder that holds `source`. Writes
`page-NO-WIDTH.png|webp` there and says, one JSON object a line: `{"sheet": {…}}` and `{"picture":
{…}}` as each is finished, or `{"unreadable": code}`. The parent believes none of it unchecked.
"""

import contextlib
import ctypes
import io
import json
import os
import struct
import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageChops, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent))

import reading

FIRST_WIDTH = 1240
OTHER_WIDTHS = (780, 1654)
PICTURE_WIDTH = 595.0
"""Points given to the width of an uploaded picture, that of A4."""

MAX_PIXELS = 16_000_000
MAX_EDGE = 16_000
"""WebP ends at 16,383 pixels."""
MAX_SOURCE_PIXELS = 50_000_000
MAX_POINTS = 20_000
"""PDF itself ends at 14,400 points (ISO 32000-1, annex C)."""
MAX_CHARACTERS = 60_000

FLAT = 0.01
"""A box thinner than this, in points, has no width."""

COLOURS = 64
ALMOST_WHITE = 252
PHOTO_SHARE = 0.0008
"""First pages of 30 résumés: at most 0.0001 with text alone, from 0.0011 where there is a photo."""
PHOTO_ERROR = 6
"""Mean error, of 255, of an 8 x 8 block that 64 colours spoil visibly."""
KANGXI_RADICALS = range(0x2F00, 0x2FE0)
HYPHENS = {0x02, 0xAD, 0xFFFE}
"""What PDFium makes of a hyphen at the end of a line."""


class Unreadable(Exception):
    """Carries the code the parent turns into a sentence."""


def main() -> None:
    kind, max_pages = sys.argv[1], int(sys.argv[2])
    try:
        if kind == "pdf":
            draw_pdf(max_pages)
        else:
            draw_picture()
    except Unreadable as reason:
        give_up(str(reason))
    except MemoryError:
        give_up("too_big")


def say(**message: object) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=True, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def give_up(code: str) -> NoReturn:
    say(unreadable=code)
    # Not sys.exit: tearing down a broken document must not have a chance to crash after the answer.
    os._exit(0)


def draw_pdf(max_pages: int) -> None:
    document = open_pdf()
    count = len(document)
    if count > max_pages:
        raise Unreadable("too_many_pages")
    sizes = [page_size(document, i) for i in range(count)]
    suffixes = []
    for i, (width, height) in enumerate(sizes):
        page = load(document, i)
        sheet = {"no": i + 1, "of": count, "width": round(width, 2), "height": round(height, 2)}
        say(sheet=sheet | {"lines": reading.lines(characters(page, width, height))})
        suffixes.append(store(i + 1, FIRST_WIDTH, draw_page(page, pixels(width, height, FIRST_WIDTH))))
        page.close()
    for nominal in OTHER_WIDTHS:
        for i, (width, height) in enumerate(sizes):
            page = load(document, i)
            store(i + 1, nominal, draw_page(page, pixels(width, height, nominal)), suffixes[i])
            page.close()
    sys.stdout.flush()
    os._exit(0)


def open_pdf() -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(Path("source"))
    except pdfium.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise Unreadable("encrypted") from error
        no_pages = error.err_code in {None, raw.FPDF_ERR_SUCCESS, raw.FPDF_ERR_PAGE}
        raise Unreadable("no_pages" if no_pages else "damaged") from error
    # A form that cannot be set up is drawn without its fields.
    with contextlib.suppress(pdfium.PdfiumError):
        document.init_forms()
    return document


def load(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    try:
        return document[index]
    except pdfium.PdfiumError as error:
        raise Unreadable("damaged") from error


def page_size(document: pdfium.PdfDocument, index: int) -> tuple[float, float]:
    """Points of the page as displayed, /Rotate and CropBox applied."""
    try:
        width, height = document.get_page_size(index)
    except pdfium.PdfiumError as error:
        raise Unreadable("damaged") from error
    if not (width > 0 and height > 0):
        raise Unreadable("damaged")
    if max(width, height) > MAX_POINTS:
        raise Unreadable("too_big")
    return width, height


def pixels(width: float, height: float, nominal: int) -> tuple[int, int]:
    """Pixels of the picture `nominal` wide, smaller where the page is so long that it passes the
    caps.
    """
    scale = nominal / width
    scale = min(scale, MAX_EDGE / max(width, height), (MAX_PIXELS / (width * height)) ** 0.5)
    return max(1, round(width * scale)), max(1, round(height * scale))


def draw_page(page: pdfium.PdfPage, size: tuple[int, int]) -> Image.Image:
    """The page stretched to exactly `size`, so that points map onto pixels without a remainder."""
    bitmap = pdfium.PdfBitmap.new_native(*size, format=raw.FPDFBitmap_BGRx, rev_byteorder=True)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, *size)
    place = (0, 0, *size, 0, raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER)
    raw.FPDF_RenderPageBitmap(bitmap, page, *place)
    if page.formenv:
        raw.FPDF_FFLDraw(page.formenv, bitmap, page, *place)
    return bitmap.to_pil().convert("RGB")


def characters(page: pdfium.PdfPage, width: float, height: float) -> Iterator[reading.Character]:
    """Every visible character of a page in the order it is painted, spaces included, controls not.

    Several characters in one box, as of a ligature, share it from left to right.
    """
    together: list[reading.Character] = []
    for character in boxed_characters(page, width, height):
        if together and character[1:] != together[0][1:]:
            yield from shared(together)
            together = []
        together.append(character)
    yield from shared(together)


def shared(characters: list[reading.Character]) -> Iterator[reading.Character]:
    for i, (sign, x0, y0, x1, y1) in enumerate(characters):
        step = (x1 - x0) / len(characters)
        yield reading.Character(sign, x0 + i * step, y0, x0 + (i + 1) * step, y1)


def boxed_characters(page: pdfium.PdfPage, width: float, height: float) -> Iterator[reading.Character]:
    """As PDFium has them, with boxes as displayed; what lies outside the page is left out."""
    text = page.get_textpage()
    place = placer(page, width, height)
    rect = raw.FS_RECTF()
    last: reading.Character | None = None
    for index, code in code_points(text):
        sign = readable(code)
        if not sign or not raw.FPDFText_GetLooseCharBox(text, index, rect):
            continue
        x0, y0, x1, y1 = place(rect.left, rect.bottom, rect.right, rect.top)
        if x1 - x0 < FLAT or y1 - y0 < FLAT:
            if last is None or not (sign == " " or unicodedata.category(sign)[0] == "M"):
                continue
            # A combining mark, or a space that PDFium infers, has no width: it ends its neighbour.
            x0, y0, x1, y1 = last.x1, last.y0, last.x1, last.y1
        if not (0 <= (x0 + x1) / 2 <= width and 0 <= (y0 + y1) / 2 <= height):
            continue
        last = reading.Character(sign, x0, y0, x1, y1)
        yield last


def code_points(text: pdfium.PdfTextPage) -> Iterator[tuple[int, int]]:
    """(index, code point) of a page's characters; PDFium may hold one beyond the BMP as two
    surrogates.
    """
    high = 0
    for index in range(min(raw.FPDFText_CountChars(text), MAX_CHARACTERS)):
        code = raw.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:
            high = code
        elif high and 0xDC00 <= code < 0xE000:
            yield index, 0x10000 + (high - 0xD800 << 10) + (code - 0xDC00)
            high = 0
        else:
            yield index, code
            high = 0


def readable(code: int) -> str:
    """The character for a code point; "" for controls, formats, lone surrogates."""
    if code in HYPHENS:
        return "-"
    if not 0 < code < 0x110000:
        return ""
    sign = chr(code)
    if code in KANGXI_RADICALS:
        # Some printers write ⼯ (radical) for 工 (character); people search for the character.
        return unicodedata.normalize("NFKC", sign)
    category = unicodedata.category(sign)
    if category[0] == "Z":
        return " "
    if category == "Co":
        return reading.UNKNOWN
    return "" if category in {"Cc", "Cf", "Cs", "Cn"} else sign


Box = tuple[float, float, float, float]


def placer(page: pdfium.PdfPage, width: float, height: float) -> Callable[..., Box]:
    """From (left, bottom, right, top) in the page's own space to (x0, y0, x1, y1) as displayed.

    PDFium's own mapping is asked once for three points and is the same that draws the picture, so
    rotation and CropBox are in it.
    """
    fine = 1_000
    unit = 1_000.0

    def ask(x: float, y: float) -> tuple[float, float]:
        dx, dy = ctypes.c_int(), ctypes.c_int()
        size = round(width * fine), round(height * fine)
        raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, dx, dy)
        return dx.value / fine, dy.value / fine

    (ox, oy), (ax, ay), (bx, by) = ask(0, 0), ask(unit, 0), ask(0, unit)
    a, b, c, d = (ax - ox) / unit, (ay - oy) / unit, (bx - ox) / unit, (by - oy) / unit

    def place(left: float, bottom: float, right: float, top: float) -> Box:
        x0, y0 = ox + a * left + c * bottom, oy + b * left + d * bottom
        x1, y1 = ox + a * right + c * top, oy + b * right + d * top
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    return place


def draw_picture() -> None:
    """An uploaded picture as a document of one page without lines."""
    try:
        original = upright()
    except Image.DecompressionBombError as error:
        raise Unreadable("too_big") from error
    except (OSError, SyntaxError, ValueError, struct.error, EOFError) as error:
        raise Unreadable("damaged") from error
    height = PICTURE_WIDTH * original.height / original.width
    sheet = {"no": 1, "of": 1, "width": PICTURE_WIDTH, "height": round(max(height, 1), 2)}
    say(sheet=sheet | {"lines": []})
    suffix = None
    for nominal in (FIRST_WIDTH, *OTHER_WIDTHS):
        size = pixels(PICTURE_WIDTH, max(height, 1), nominal)
        suffix = store(1, nominal, original.resize(size, Image.Resampling.LANCZOS, reducing_gap=2), suffix)


def upright() -> Image.Image:
    """The picture turned as its EXIF says, on white, in RGB."""
    with Image.open("source", formats=["JPEG", "PNG", "WEBP"]) as file:
        if file.width * file.height > MAX_SOURCE_PIXELS:
            raise Unreadable("too_big")
        file.draft("RGB", (2 * OTHER_WIDTHS[-1], 2 * OTHER_WIDTHS[-1]))
        picture = ImageOps.exif_transpose(file)
        if picture.mode.startswith("I"):
            picture = picture.convert("I").point(lambda value: value / 256).convert("L")
        if picture.has_transparency_data:
            picture = picture.convert("RGBA")
            white = Image.new("RGBA", picture.size, "white")
            return Image.alpha_composite(white, picture).convert("RGB")
        return picture.convert("RGB")


def store(no: int, nominal: int, picture: Image.Image, suffix: str | None = None) -> str:
    """Writes one page picture and says so. Returns its format, which the page's other widths keep.

    A page of text becomes a PNG of 64 colours (half the bytes of WebP, no blur); a page on which 64
    colours leave visible steps, as in a face, becomes a WebP.
    """
    reduced = None
    if suffix != "webp":
        reduced = few_colours(picture)
        if suffix is None:
            suffix = "webp" if has_photo(picture, reduced) else "png"
    # Encoded in memory first: a file is there whole or not at all.
    data = io.BytesIO()
    if suffix == "webp":
        picture.save(data, "WEBP", quality=80, method=2)
    else:
        assert reduced
        reduced.save(data, "PNG", compress_level=4)
    Path(f"page-{no}-{nominal}.{suffix}").write_bytes(data.getbuffer())
    say(picture={"no": no, "width": nominal, "kind": suffix, "px": picture.size})
    return suffix


def few_colours(picture: Image.Image) -> Image.Image:
    """The picture in 64 colours, none of them an almost white: paper is to be white."""
    reduced = picture.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = reduced.getpalette() or []
    colours = [palette[i : i + 3] for i in range(0, len(palette), 3)]
    reduced.putpalette([c for rgb in colours for c in ((255,) * 3 if min(rgb) >= ALMOST_WHITE else rgb)])
    return reduced


def has_photo(picture: Image.Image, reduced: Image.Image) -> bool:
    """Whether enough 8 x 8 blocks lose visibly by the reduction."""
    lost = ImageChops.difference(picture, reduced.convert("RGB")).reduce(8).convert("L").histogram()
    return sum(lost[PHOTO_ERROR:]) > PHOTO_SHARE * sum(lost)


if __name__ == "__main__":
    main()
