"""Chinese fonts for the papers: found on the machine, cut down once to what the demo writes."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from fontTools import subset
from fontTools.ttLib import TTFont

from ...accounts.invented import SCHOOL, name_characters
from .words import alphabet

Face = Literal["sans", "sans-bold", "serif", "serif-bold"]

_DEBIAN = Path("/usr/share/fonts/opentype/noto")
_DEBIAN_FILES: dict[Face, str] = {
    "sans": "NotoSansCJK-Regular.ttc",
    "sans-bold": "NotoSansCJK-Bold.ttc",
    "serif": "NotoSerifCJK-Regular.ttc",
    "serif-bold": "NotoSerifCJK-Bold.ttc",
}
_SIMPLIFIED_CHINESE = 2  # the face's place in Debian's collections: JP, KR, SC, TC, HK
_PACKAGE = "pylopdf_fonts_zh_cn"  # the same typefaces from PyPI (OFL), without the bold ones
_PACKAGE_FILES: dict[Face, str] = {
    "sans": "NotoSansSC-Regular.otf",
    "sans-bold": "NotoSansSC-Regular.otf",
    "serif": "NotoSerifSC-Regular.otf",
    "serif-bold": "NotoSerifSC-Regular.otf",
}
_USUAL = alphabet() | name_characters() | set(SCHOOL) | set(map(chr, range(0x20, 0x7F)))
_CUT = tempfile.TemporaryDirectory(prefix="invented-fonts-")


class NoFont(Exception):
    """The machine has no font that could set Chinese."""

    def __init__(self) -> None:
        super().__init__("The invented papers need a Chinese font: install the Debian package fonts-noto-cjk.")


@dataclass(frozen=True)
class Source:
    path: Path
    index: int


def cut_font(face: Face, text: str) -> Path:
    """A font file with the glyphs of the demo's words and names, and of ``text``.

    The first cut of a face takes about a second; every text of usual characters shares it.
    Raises NoFont.
    """
    return _cut(source(face), frozenset(text) - _USUAL - {"\n"})


@cache
def source(face: Face) -> Source:
    """Debian's font, else the PyPI package's. Raises NoFont."""
    for candidate in _candidates(face):
        if candidate.path.is_file():
            return candidate
    raise NoFont


def _candidates(face: Face) -> Iterable[Source]:
    yield Source(_DEBIAN / _DEBIAN_FILES[face], _SIMPLIFIED_CHINESE)
    package = find_spec(_PACKAGE)
    if package is not None and package.origin is not None:
        yield Source(Path(package.origin).parent / _PACKAGE_FILES[face], -1)


@cache
def _cut(font: Source, extra: frozenset[str]) -> Path:
    # What fpdf2 would work through again for every paper and never use: subroutines, vertical
    # metrics, layout tables. Without them a paper takes a third of the time.
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.desubroutinize = True
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(sorted(_USUAL | extra)))
    with TTFont(font.path, fontNumber=font.index, lazy=True) as whole:
        subsetter.subset(whole)
        target = Path(_CUT.name) / f"{font.path.stem}-{len(list(Path(_CUT.name).iterdir()))}.otf"
        whole.save(target)
    return target
