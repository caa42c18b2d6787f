"""A résumé as the PDF a student would export: three layouts, selectable text, embedded fonts.

Lengths are in millimetres, sizes of type in points.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from fpdf import FPDF
from fpdf.enums import WrapMode

from .fonts import Face, cut_font
from .paper import Entry, Line, Resume, Section
from .words import labels

A4_WIDTH, A4_HEIGHT = 210.0, 297.0
INK, GREY = (34, 34, 34), (96, 96, 96)
BODY, SMALL, HEADING, TITLE = 10.5, 9.5, 12.5, 22.0
LEADING = 6.0
BULLET = "·"

# One date for all papers, so that the same résumé gives the same bytes.
_WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)


def as_pdf(resume: Resume) -> bytes:
    """One or two A4 pages; the same résumé gives the same bytes. Raises NoFont."""
    return _LAYOUTS[resume.layout](resume).draw()


class _Sheet(FPDF):
    """What the layouts share: type, headings, entries, bullets."""

    faces: ClassVar[tuple[Face, Face]] = ("sans", "sans-bold")
    accent: ClassVar[tuple[int, int, int]] = (29, 78, 137)
    margin: ClassVar[float] = 20.0

    def __init__(self, resume: Resume) -> None:
        super().__init__(format="A4")
        self.resume = resume
        self.labels = labels(resume.language)
        self.set_creation_date(_WRITTEN)
        self.set_title(resume.name)
        self.set_auto_page_break(True, margin=16)
        self.set_margins(self.margin, 18, self.margin)
        self.c_margin = 0
        for style, face in zip(("", "B"), self.faces, strict=True):
            self.add_font("text", style, cut_font(face, resume.text))
        self.add_page()

    def draw(self) -> bytes:
        raise NotImplementedError

    def write_line(
        self,
        text: str,
        size: float = BODY,
        *,
        bold: bool = False,
        color: tuple[int, int, int] = INK,
        indent: float = 0.0,
        align: str = "L",
    ) -> None:
        """A paragraph from the left margin to the right one."""
        self.set_font("text", "B" if bold else "", size)
        self.set_text_color(*color)
        self.set_x(self.l_margin + indent)
        self.multi_cell(
            self.epw - indent,
            LEADING * size / BODY,
            text,
            align=align,
            wrapmode=WrapMode.WORD if self.resume.language == "en" else WrapMode.CHAR,
            new_x="LMARGIN",
            new_y="NEXT",
        )

    def write_bullets(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if self.will_page_break(LEADING * 2):
                self.add_page()
            self.set_font("text", "", BODY)
            self.set_text_color(*INK)
            self.set_x(self.l_margin + 1)
            self.cell(3, LEADING, BULLET)
            self.write_line(line.text, indent=4.5)

    def write_heading(self, title: str) -> None:
        """A section's title, kept with the lines under it."""
        if self.will_page_break(LEADING * 4):
            self.add_page()
        self.ln(3)
        self.write_line(title, HEADING, bold=True, color=self.accent)
        self.set_draw_color(*self.accent)
        self.line(self.l_margin, self.get_y(), self.l_margin + self.epw, self.get_y())
        self.ln(1.5)

    def write_entry(self, entry: Entry) -> None:
        """Title on the left, period on the right (under it when both do not fit), bullets."""
        if self.will_page_break(LEADING * 2):
            self.add_page()
        self.set_font("text", "B", BODY)
        widths = self.get_string_width(entry.title.text) + self.get_string_width(entry.period.text)
        top = self.get_y()
        self.write_line(entry.title.text, bold=True)
        if entry.period.text:
            if widths + 4 < self.epw:
                self.set_y(top)
            self.write_line(entry.period.text, bold=True, align="R")
        self.write_bullets(entry.lines)
        self.ln(1)

    def write_section(self, section: Section) -> None:
        self.write_heading(section.title)
        for entry in section.entries:
            self.write_entry(entry)
        self.write_bullets(section.lines)

    @property
    def objective(self) -> str:
        return f"{self.labels['objective']}{self.labels['colon']}{self.resume.objective.text}"


class _OneColumn(_Sheet):
    """Everything under a centred name, in a book face: the layout of the school's template."""

    faces = ("serif", "serif-bold")
    accent = (60, 60, 60)

    def draw(self) -> bytes:
        resume = self.resume
        self.write_line(resume.name, TITLE, bold=True, align="C")
        self.write_line("  |  ".join(resume.facts), SMALL, color=GREY, align="C")
        self.write_line(self.objective, align="C")
        for section in resume.sections:
            self.write_section(section)
        return bytes(self.output())


class _TwoColumns(_Sheet):
    """A tinted column with contact, skills and oneself beside the column of experience."""

    accent = (31, 92, 87)
    side_width: ClassVar[float] = 62.0

    def header(self) -> None:
        self.set_fill_color(233, 241, 239)
        self.rect(0, 0, self.side_width, A4_HEIGHT, style="F")

    def draw(self) -> bytes:
        resume = self.resume
        self._column(8, self.side_width - 6)
        self.ln(4)
        self.write_line(resume.name, 20 if len(resume.name) < 6 else 14, bold=True)
        self._side_block(self.labels["objective"], [resume.objective.text])
        self._side_block(self.labels["contact"], [self._on_two_lines(f) for f in resume.facts])
        for section in self._split(beside=True):
            self._side_block(section.title, [line.text for line in section.lines])
        self._column(self.side_width + 8, A4_WIDTH - 14)
        self.set_xy(self.l_margin, self.t_margin)
        for section in self._split(beside=False):
            self.write_section(section)
        return bytes(self.output())

    def _split(self, *, beside: bool) -> list[Section]:
        side = (self.labels["skills"], self.labels["self"])
        return [s for s in self.resume.sections if (s.title in side) is beside]

    def _on_two_lines(self, fact: str) -> str:
        """Label and value: a mail address would not fit beside its label."""
        colon = self.labels["colon"]
        return fact.replace(colon, f"{colon}\n", 1)

    def _column(self, left: float, right: float) -> None:
        self.set_left_margin(left)
        self.set_right_margin(A4_WIDTH - right)
        self.set_x(left)

    def _side_block(self, title: str, lines: Sequence[str]) -> None:
        self.write_heading(title)
        for line in lines:
            self.write_line(line, SMALL)
            self.ln(1)


class _Portrait(_Sheet):
    """A name on the left and a portrait's place on the right, in the common blue."""

    portrait: ClassVar[tuple[float, float]] = (25.0, 34.0)

    def draw(self) -> bytes:
        resume = self.resume
        width, height = self.portrait
        top = self.get_y()
        self._draw_portrait(A4_WIDTH - self.margin - width, top, width, height)
        self.set_right_margin(self.margin + width + 6)
        self.write_line(resume.name, TITLE, bold=True)
        self.ln(1)
        self.write_line(self.objective, color=self.accent)
        for first in range(0, len(resume.facts), 2):
            self.write_line("  |  ".join(resume.facts[first : first + 2]), SMALL, color=GREY)
        self.set_right_margin(self.margin)
        self.set_y(max(self.get_y(), top + height))
        for section in resume.sections:
            self.write_section(section)
        return bytes(self.output())

    def _draw_portrait(self, x: float, y: float, width: float, height: float) -> None:
        """Head and shoulders as plain shapes: a place for a photo, nobody's face."""
        self.set_fill_color(217, 227, 239)
        self.rect(x, y, width, height, style="F")
        self.set_fill_color(150, 170, 196)
        with self.rect_clip(x, y, width, height):
            self.ellipse(x + width * 0.32, y + height * 0.2, width * 0.36, height * 0.32, "F")
            self.ellipse(x + width * 0.12, y + height * 0.6, width * 0.76, height * 0.8, "F")


_LAYOUTS: tuple[type[_Sheet], ...] = (_OneColumn, _TwoColumns, _Portrait)
