"""A résumé as the Word file a student would hand in: named Chinese fonts, real headings."""

import io
import zipfile
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from .paper import Entry, Resume
from .words import labels

# Body and heading fonts as Chinese offices name them; the layout of the résumé picks a pair.
FONTS = (("宋体", "黑体"), ("微软雅黑", "微软雅黑"), ("宋体", "微软雅黑"))
TEXT_WIDTH = Cm(17)
HEADING_COLOR = RGBColor(0x1D, 0x4E, 0x89)

# One date for all papers, so that the same résumé gives the same bytes.
_WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)
_ZIP_DATE = (2026, 9, 1, 0, 0, 0)


def as_docx(resume: Resume) -> bytes:
    """A Word document; the same résumé gives the same bytes. Needs no font on this machine."""
    body, heading = FONTS[resume.layout]
    document = _blank(body)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(title, resume.name, heading, 20, bold=True)
    _centred(document, "  |  ".join(resume.facts), body)
    label = labels(resume.language)
    _centred(document, f"{label['objective']}{label['colon']}{resume.objective.text}", body)
    for section in resume.sections:
        head = document.add_heading(level=2)
        _write(head, section.title, heading, 13, bold=True, color=HEADING_COLOR)
        for entry in section.entries:
            _entry(document, entry, body)
        for line in section.lines:
            _write(document.add_paragraph(style="List Bullet"), line.text, body)
    return _saved(document)


def _blank(font: str) -> WordDocument:
    """An A4 document without python-docx's own author and dates."""
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(1.8)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    _name_font(document.styles["Normal"], font)
    core = document.core_properties
    core.author = core.comments = ""
    core.created = core.modified = _WRITTEN
    return document


def _entry(document: WordDocument, entry: Entry, font: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    _write(paragraph, f"{entry.title.text}\t{entry.period.text}".rstrip(), font, bold=True)
    for line in entry.lines:
        _write(document.add_paragraph(style="List Bullet"), line.text, font)


def _centred(document: WordDocument, text: str, font: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, text, font)


def _write(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: float = 10.5,
    *,
    bold: bool = False,
    color: RGBColor | None = None,
) -> None:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.bold = bold
    if color is not None:
        run.font.color.rgb = color
    _name_font(run, font)


def _name_font(styled, font: str) -> None:  # type: ignore[no-untyped-def]
    """Word keeps the font of Chinese characters apart from the Latin one."""
    styled.font.name = font
    styled.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _saved(document: WordDocument) -> bytes:
    """The package with fixed member dates: python-docx stamps the clock's."""
    stamped = io.BytesIO()
    document.save(stamped)
    out = io.BytesIO()
    with zipfile.ZipFile(stamped) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return out.getvalue()
