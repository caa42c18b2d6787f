"""Documents become pages: what is drawn, where its lines lie, and what no document can do."""

import contextlib
import io
import json
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from docx import Document
from fpdf import FPDF
from fpdf.enums import AccessPermission
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from blueprints.core.sniff import Kind, Refused, sniff
from blueprints.documents import rendering
from blueprints.documents.rendering import (
    WIDTHS,
    Picture,
    Sheet,
    Unreadable,
    draw,
    office_available,
    part,
    reading,
    sandbox,
    units,
)

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
CJK = next(iter(Path("/usr/share/fonts").glob("**/NotoSansCJK-Regular.ttc")), None)
WORDS = "Taught fractions to forty-two pupils"

needs_office = pytest.mark.skipif(not office_available(), reason="LibreOffice is not installed")
needs_cjk = pytest.mark.skipif(CJK is None, reason="Noto CJK is not installed")
needs_bubblewrap = pytest.mark.skipif(
    sandbox.fence() is not sandbox.Fence.BUBBLEWRAP, reason="bubblewrap does not work here"
)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def paper(pages: int = 1, write: Callable[[FPDF], None] | None = None) -> FPDF:
    pdf = FPDF(format="A4")
    pdf.set_font("Helvetica", size=12)
    for no in range(1, pages + 1):
        pdf.add_page()
        if write:
            write(pdf)
        else:
            pdf.text(20, 30, f"{WORDS}, page {no}")
            pdf.text(20, 40, "Second line")
    return pdf


def saved(pdf: FPDF | bytes, folder: Path, name: str = "source.pdf") -> Path:
    path = folder.parent / name
    path.write_bytes(pdf if isinstance(pdf, bytes) else bytes(pdf.output()))
    return path


def drawn(source: Path, work: Path, kind: Kind = Kind.PDF, **how: int) -> tuple[list, list]:
    """(sheets, pictures) of a document."""
    items = list(draw(source, kind, work, **how))
    sheets = [item for item in items if isinstance(item, Sheet)]
    return sheets, [item for item in items if isinstance(item, Picture)]


def texts(sheet: Sheet) -> list[str]:
    return [line["text"] for line in sheet.lines]


def reason(source: Path, work: Path, kind: Kind = Kind.PDF, **how: int) -> str:
    with pytest.raises(Unreadable) as caught:
        drawn(source, work, kind, **how)
    return caught.value.code


def ink_outside_the_lines(sheet: Sheet, picture: Picture) -> float:
    """The part of all dark pixels that no line's box covers."""
    image = Image.open(picture.path).convert("L").point(lambda value: 255 * (value < 128))
    covered = Image.new("L", image.size)
    across, down = image.width / sheet.width, image.height / sheet.height
    for line in sheet.lines:
        corners = line["x0"] * across, line["y0"] * down, line["x1"] * across, line["y1"] * down
        covered.paste(255, tuple(round(corner) for corner in corners))
    dark = image.histogram()[255]
    assert dark
    return ImageChops.subtract(image, covered).histogram()[255] / dark


# -- Pages and pictures


def test_pages_come_in_order_and_at_the_first_width_before_the_others(work: Path) -> None:
    items = list(draw(saved(paper(2), work), Kind.PDF, work))
    order = [(item.no, getattr(item, "width", None)) for item in items if isinstance(item, Picture)]
    assert order == [(1, 1240), (2, 1240), (1, 780), (2, 780), (1, 1654), (2, 1654)]
    assert [type(item) for item in items[:4]] == [Sheet, Picture, Sheet, Picture]
    assert {(item.no, item.of) for item in items if isinstance(item, Sheet)} == {(1, 2), (2, 2)}


def test_a_picture_is_as_wide_and_as_large_as_it_says(work: Path) -> None:
    _, pictures = drawn(saved(paper(), work), work)
    assert {picture.width for picture in pictures} == set(WIDTHS)
    for picture in pictures:
        assert Image.open(picture.path).size == picture.px
        assert picture.px[0] == picture.width
        assert picture.path.parent == work.resolve()


def test_a_page_of_text_is_a_png_and_a_page_with_a_face_is_not(work: Path) -> None:
    _, pictures = drawn(saved(paper(), work), work)
    assert {picture.kind for picture in pictures} == {Kind.PNG}
    noise = Image.effect_noise((350, 490), 60).resize((700, 980))
    photo = Image.merge("RGB", [noise, noise.rotate(90, expand=False), noise.transpose(0)])

    def write(pdf: FPDF) -> None:
        pdf.image(photo, 150, 20, 25, 35)
        pdf.text(20, 30, WORDS)

    other = work.parent / "other"
    other.mkdir()
    _, pictures = drawn(saved(paper(1, write), work), other)
    assert {picture.kind for picture in pictures} == {Kind.WEBP}


def test_a_very_long_page_is_drawn_within_the_cap(work: Path) -> None:
    pdf = FPDF(unit="pt", format=(200, 9_000))
    pdf.add_page()
    (sheet,), pictures = drawn(saved(pdf, work), work)
    assert (sheet.width, sheet.height) == (200, 9_000)
    assert all(p.px[0] * p.px[1] <= 16_100_000 and max(p.px) <= 16_000 for p in pictures)


def test_form_fields_are_drawn(work: Path) -> None:
    def field(value: str) -> bytes:
        return (
            b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]"
            b"/NeedAppearances true/DR<</Font<</F 5 0 R>>>>>>>>endobj\n"
            b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Annots[4 0 R]>>endobj\n"
            b"4 0 obj<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/F 4/Rect[20 100 280 140]"
            b"/DA(/F 20 Tf 0 g)/V(" + value.encode() + b")>>endobj\n"
            b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
            b"trailer<</Root 1 0 R>>\n"
        )

    pages = []
    for value in ("", "MMMMMM"):
        folder = work / (value or "none")
        folder.mkdir()
        _, pictures = drawn(saved(field(value), folder), folder)
        pages.append(Image.open(pictures[0].path).convert("L"))
    assert ImageChops.difference(*pages).getbbox()


# -- Lines


def test_lines_lie_on_their_text(work: Path) -> None:
    (sheet,), pictures = drawn(saved(paper(), work), work)
    assert texts(sheet) == [f"{WORDS}, page 1", "Second line"]
    assert ink_outside_the_lines(sheet, pictures[0]) == 0


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_lines_lie_on_their_text_on_turned_and_cropped_pages(work: Path, rotation: int) -> None:
    document = pdfium.PdfDocument(bytes(paper().output()))
    document[0].set_cropbox(30, 500, 500, 830)
    document[0].set_rotation(rotation)
    source = work.parent / "turned.pdf"
    document.save(source)
    (sheet,), pictures = drawn(source, work)
    upright = rotation in {0, 180}
    assert (sheet.width, sheet.height) == ((470, 330) if upright else (330, 470))
    assert sheet.lines
    assert ink_outside_the_lines(sheet, pictures[0]) == 0


def test_there_is_an_edge_for_every_character_and_the_last_one_ends_the_line(work: Path) -> None:
    (sheet,), _ = drawn(saved(paper(), work), work)
    for line in sheet.lines:
        assert len(line["xs"]) == len(line["text"]) + 1
        assert line["xs"] == sorted(line["xs"])
        assert (line["xs"][0], line["xs"][-1]) == (line["x0"], line["x1"])


@needs_cjk
def test_chinese_is_read_and_characters_beyond_the_bmp_count_as_javascript_counts(
    work: Path,
) -> None:
    def write(pdf: FPDF) -> None:
        pdf.add_font("cjk", fname=CJK, collection_font_number=2)
        pdf.set_font("cjk", size=14)
        pdf.text(20, 30, "司马𠮷祥 数学教师")

    (sheet,), pictures = drawn(saved(paper(1, write), work), work)
    (line,) = sheet.lines
    assert line["text"] == "司马𠮷祥 数学教师"
    assert len(line["xs"]) == units(line["text"]) + 1 == 11
    assert part(line["text"], 2, 5) == "𠮷祥"
    assert ink_outside_the_lines(sheet, pictures[0]) == 0


def test_text_painted_in_any_order_is_read_from_top_to_bottom(work: Path) -> None:
    def write(pdf: FPDF) -> None:
        for no in (3, 1, 4, 2):
            pdf.text(20, 20 + 10 * no, f"line {no}")

    (sheet,), _ = drawn(saved(paper(1, write), work), work)
    assert texts(sheet) == ["line 1", "line 2", "line 3", "line 4"]


def test_two_full_columns_are_read_one_after_the_other(work: Path) -> None:
    def write(pdf: FPDF) -> None:
        pdf.text(20, 20, "A heading that runs across both of the two columns of this page here")
        for no in range(8):
            pdf.text(20, 40 + 7 * no, f"left hand paragraph {no}")
            pdf.text(110, 42 + 7 * no, f"right hand paragraph {no}")
        pdf.text(20, 120, "A closing line that again runs across both of the columns of this page")

    (sheet,), _ = drawn(saved(paper(1, write), work), work)
    found = texts(sheet)
    assert found[0].startswith("A heading")
    assert found[1:9] == [f"left hand paragraph {no}" for no in range(8)]
    assert found[9:17] == [f"right hand paragraph {no}" for no in range(8)]
    assert found[17].startswith("A closing")


def test_a_date_at_the_end_of_a_line_stays_on_its_line(work: Path) -> None:
    def write(pdf: FPDF) -> None:
        for no in range(8):
            pdf.text(20, 30 + 8 * no, f"School number {no} taught fractions")
            pdf.text(165, 30 + 8 * no, f"202{no}.09")

    (sheet,), _ = drawn(saved(paper(1, write), work), work)
    assert texts(sheet)[0] == "School number 0 taught fractions 2020.09"
    assert len(sheet.lines) == 8


def test_bold_faked_by_painting_twice_is_read_once(work: Path) -> None:
    def write(pdf: FPDF) -> None:
        pdf.text(20, 30, "Bold")
        pdf.text(20.1, 30, "Bold")

    (sheet,), _ = drawn(saved(paper(1, write), work), work)
    assert texts(sheet) == ["Bold"]


def character(text: str, x: float, width: float = 10, y: float = 0) -> reading.Character:
    return reading.Character(text, x, y, x + width, y + 10)


def test_an_icon_alone_is_left_out_and_an_unknown_sign_amid_text_is_shown_as_one() -> None:
    signs = [
        character("\ufffd", 0),
        character("a", 20),
        character("\ufffd", 30),
        character("b", 40),
    ]
    assert [line["text"] for line in reading.lines(signs)] == ["a\ufffdb"]


def test_right_to_left_words_are_kept_in_the_order_they_are_read() -> None:
    signs = [character(text, 10 * place) for place, text in enumerate("مالس")]
    (line,) = reading.lines(signs)
    assert line["text"] == "سلام"
    assert line["xs"] == [0, 10, 20, 30, 40]


@given(
    st.lists(
        st.builds(
            character,
            st.sampled_from("a字𠮷 \ufffdش-"),
            st.integers(0, 600),
            st.integers(0, 30),
            st.integers(0, 800),
        ),
        max_size=80,
    )
)
def test_whatever_the_characters_lines_are_well_formed(signs: list[reading.Character]) -> None:
    for line in reading.lines(signs):
        assert line["text"] == line["text"].strip()
        assert len(line["xs"]) == units(line["text"]) + 1
        assert line["xs"] == sorted(line["xs"])
        assert line["x0"] <= line["x1"]
        assert line["y0"] <= line["y1"]


# -- Uploaded pictures


def test_a_photo_is_one_page_without_lines_turned_as_the_camera_says(work: Path) -> None:
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("black", (0, 0, 100, 200))
    exif = Image.Exif()
    exif[0x0112] = 6
    source = work.parent / "photo.jpg"
    picture.save(source, exif=exif)
    (sheet,), pictures = drawn(source, work, Kind.JPG)
    assert (sheet.width, sheet.height, sheet.lines) == (595, 1190, [])
    page = Image.open(pictures[0].path).convert("L")
    assert page.getpixel((620, 20)) < 60 < page.getpixel((620, 2400))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_colour_mode_are_drawn(work: Path, mode: str) -> None:
    source = work.parent / "picture.png"
    Image.new(mode, (120, 90), 0).save(source)
    sheets, pictures = drawn(source, work, Kind.PNG)
    assert (len(sheets), len(pictures)) == (1, 3)


def test_what_is_transparent_in_a_picture_is_white_paper(work: Path) -> None:
    source = work.parent / "picture.png"
    Image.new("RGBA", (120, 90), (0, 0, 0, 0)).save(source)
    _, pictures = drawn(source, work, Kind.PNG)
    assert Image.open(pictures[0].path).convert("L").getextrema() == (255, 255)


# -- What cannot be drawn


def test_a_pdf_with_a_password_to_open_is_refused_and_one_without_is_not(work: Path) -> None:
    locked = paper()
    locked.set_encryption(owner_password="owner", user_password="user")
    assert reason(saved(locked, work), work) == "encrypted"
    restricted = paper()
    restricted.set_encryption(owner_password="owner", permissions=AccessPermission.none())
    sheets, _ = drawn(saved(restricted, work), work)
    assert texts(sheets[0])[0].startswith(WORDS)


def test_a_pdf_cut_off_or_invented_is_damaged(work: Path) -> None:
    assert reason(saved(b"%PDF-1.7\nnothing more", work), work) == "damaged"


def test_too_many_pages_are_counted_before_any_is_drawn(work: Path) -> None:
    assert reason(saved(paper(3), work), work, max_pages=2) == "too_many_pages"
    assert not list(work.glob("page-*"))


def test_a_page_of_absurd_size_is_too_big(work: Path) -> None:
    source = work.parent / "giant.pdf"
    document = pdfium.PdfDocument.new()
    document.new_page(9_000_000, 9_000_000)
    document.save(source)
    assert reason(source, work) == "too_big"


def test_a_picture_that_lies_about_itself_is_damaged(work: Path) -> None:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(file, "PNG")
    broken = bytearray(file.getvalue())
    broken[60:90] = bytes(30)
    assert reason(saved(bytes(broken), work, "broken.png"), work, Kind.PNG) == "damaged"


def test_every_refusal_has_a_sentence() -> None:
    for code in rendering.SENTENCES:
        assert Unreadable(code).sentence


# -- The sandbox


def said(code: str, work: Path, **limits: float) -> tuple[list[bytes], sandbox.Ending]:
    usual = sandbox.Limits(memory=1 << 30, cpu=5, file_size=1 << 20, wall=20)
    command = [*sandbox.python(), "-c", code]
    with sandbox.run(command, work, replace(usual, **limits)) as child:
        return list(child.lines()), child.ending()


def test_a_child_knows_nothing_of_our_environment(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hidden")
    lines, _ = said("import os; print(sorted(os.environ))", work)
    assert b"SECRET_KEY" not in lines[0]


def test_a_child_that_sleeps_is_killed_with_all_it_started(work: Path) -> None:
    began = time.monotonic()
    code = "import os, time; os.fork(); print(os.getpid(), flush=True); time.sleep(600)"
    _, ending = said(code, work, wall=0.7)
    assert ending.late
    assert time.monotonic() - began < 5
    assert nobody_works_in(work)


def test_a_child_that_wants_more_memory_than_allowed_does_not_get_it(work: Path) -> None:
    lines, ending = said("b = bytearray(2 << 30); print('got it')", work)
    assert (lines, ending.code) == ([], 1)


def test_a_child_that_computes_for_ever_is_stopped(work: Path) -> None:
    _, ending = said("while True: pass", work, cpu=1)
    assert ending.signal is not None
    assert not ending.late


def test_a_child_that_writes_for_ever_is_stopped(work: Path) -> None:
    said("f = open('big', 'wb')\nwhile True: f.write(bytes(1 << 16))", work)
    assert (work / "big").stat().st_size <= 1 << 20


@needs_bubblewrap
def test_a_child_sees_no_file_of_ours_and_no_network(work: Path) -> None:
    (work.parent / "secret").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = (
            "import os, socket\n"
            f"seen = [p for p in {['/etc/passwd', __file__, str(work.parent / 'secret')]!r}"
            " if os.path.exists(p)]\n"
            f"print(seen, socket.socket().connect_ex({server.getsockname()!r}) != 0)"
        )
        lines, _ = said(code, work)
    assert lines == [b"[] True"]


@pytest.mark.parametrize("kind", list(sandbox.Fence))
def test_documents_are_drawn_within_every_fence_that_works_here(
    work: Path, kind: sandbox.Fence, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not sandbox._holds(kind):
        pytest.skip("does not work here")
    monkeypatch.setattr(sandbox, "fence", lambda: kind)
    sheets, pictures = drawn(saved(paper(), work), work)
    assert (len(sheets), len(pictures)) == (1, 3)


def test_a_child_dies_with_its_parent(work: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from blueprints.documents.rendering import sandbox\n"
        "limits = sandbox.Limits(memory=1 << 30, cpu=5, file_size=1, wall=60)\n"
        "command = [*sandbox.python(), '-c', 'import time; print(1, flush=True); time.sleep(600)']\n"
        f"with sandbox.run(command, Path({str(work)!r}), limits) as child:\n"
        "    print(next(child.lines()), flush=True)\n"
        "    import time; time.sleep(60)\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline()
        assert workers(work)
        parent.kill()
    assert nobody_works_in(work)


def workers(folder: Path) -> int:
    """Processes that work in `folder`, as seen from here."""
    found = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            found += (entry / "cwd").readlink() == folder
    return found


def nobody_works_in(folder: Path) -> bool:
    """Whether every killed process is gone; the kernel takes a moment for that."""
    return any(not workers(folder) or time.sleep(0.05) for _ in range(60))


def test_drawing_can_be_given_up_half_way(work: Path) -> None:
    items = draw(saved(paper(5), work), Kind.PDF, work)
    assert isinstance(next(items), Sheet)
    items.close()
    assert nobody_works_in(work)


@pytest.mark.parametrize(
    "line",
    [
        b"not json\n",
        b"[]\n",
        b'{"unreadable":"<b>"}\n',
        b'{"sheet":{"no":2,"of":2,"width":1,"height":1,"lines":[]}}\n',
        b'{"sheet":{"no":1,"of":1,"width":NaN,"height":1,"lines":[]}}\n',
        b'{"sheet":{"no":1,"of":1,"width":1,"height":1,"lines":[{"text":"a","xs":[1]}]}}\n',
        b'{"picture":{"no":1,"width":1240,"kind":"png","px":[1,1]}}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_what_a_child_says_is_not_believed_unchecked(work: Path, line: bytes) -> None:
    with pytest.raises(Unreadable):
        rendering._Report(work, 10).take(line)


def test_a_picture_that_is_a_link_to_something_else_is_not_followed(work: Path) -> None:
    secret = work.parent / "secret.png"
    Image.new("RGB", (9, 9)).save(secret)
    (work / "page-1-1240.png").symlink_to(secret)
    report = rendering._Report(work, 10)
    sheet = {"no": 1, "of": 1, "width": 1, "height": 1, "lines": []}
    report.take(json.dumps({"sheet": sheet}).encode())
    with pytest.raises(Unreadable):
        report.take(b'{"picture":{"no":1,"width":1240,"kind":"png","px":[9,9]}}')


# -- Word


def worded(folder: Path, *paragraphs: str) -> Path:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    path = folder.parent / "resume.docx"
    document.save(str(path))
    return path


@needs_office
def test_a_word_document_is_drawn_like_a_pdf(work: Path) -> None:
    sheets, pictures = drawn(worded(work, "李晓彤 数学教师", WORDS), work, Kind.DOCX)
    assert texts(sheets[0]) == ["李晓彤 数学教师", WORDS]
    assert ink_outside_the_lines(sheets[0], pictures[0]) < 0.02


@needs_office
def test_a_word_document_that_cannot_be_converted_says_so(work: Path) -> None:
    source = saved(b"PK\x03\x04 nothing", work, "broken.docx")
    assert reason(source, work, Kind.DOCX) == "not_converted"


@needs_office
def test_a_word_document_brings_in_nothing_from_outside(work: Path) -> None:
    secret = work.parent / "secret.png"
    Image.new("RGB", (300, 300), "black").save(secret)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        targets = [secret.as_uri(), f"http://127.0.0.1:{server.getsockname()[1]}/a.png"]
        source = with_linked_pictures(worded(work, WORDS), targets)
        _, pictures = drawn(source, work, Kind.DOCX)
        with pytest.raises(BlockingIOError):
            server.accept()
    page = Image.open(pictures[0].path).convert("L")
    assert sum(page.histogram()[:64]) < page.width * page.height * 0.01


def with_linked_pictures(source: Path, targets: list[str]) -> Path:
    """The document with pictures that lie elsewhere, as Word links them."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    path = source.with_name("linked.docx")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode("utf-8", "surrogateescape")
            for no, target in enumerate(targets):
                data = data.replace(
                    "</Relationships>" if name == "word/_rels/document.xml.rels" else "\0",
                    f'<Relationship Id="x{no}" Type="{office}/image" Target="{target}" '
                    'TargetMode="External"/></Relationships>',
                )
                data = data.replace(
                    "<w:sectPr" if name == "word/document.xml" else "\0",
                    f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing">'
                    f'<wp:extent cx="2000000" cy="2000000"/><wp:docPr id="{no + 9}" name="x"/>'
                    f'<a:graphic xmlns:a="{drawing}/main"><a:graphicData uri="{drawing}/picture">'
                    f'<pic:pic xmlns:pic="{drawing}/picture"><pic:nvPicPr>'
                    '<pic:cNvPr id="1" name="x"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
                    f'<a:blip xmlns:r="{office}" r:link="x{no}"/><a:stretch><a:fillRect/>'
                    '</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
                    '<a:ext cx="2000000" cy="2000000"/></a:xfrm><a:prstGeom prst="rect"/>'
                    "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
                    "</w:r></w:p><w:sectPr",
                    1,
                )
            new.writestr(name, data.encode("utf-8", "surrogateescape"))
    return path


def test_without_libreoffice_word_documents_are_refused_with_a_way_out(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "office_available", lambda: False)
    assert reason(worded(work, WORDS), work, Kind.DOCX) == "no_office"


# -- Files of the world


def corpus() -> list[Path]:
    endings = {".pdf", ".fuzz", ".docx", ".doc", ".jpg", ".png", ".webp"}
    return [path for path in sorted(CORPUS.rglob("*")) if path.suffix in endings]


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
@pytest.mark.parametrize("path", corpus(), ids=lambda path: f"{path.parent.name}/{path.name[-50:]}")
def test_every_file_is_drawn_or_refused_in_time(path: Path, work: Path) -> None:
    name = f"{path.name}.pdf" if path.suffix == ".fuzz" else path.name
    began = time.monotonic()
    try:
        kind = sniff(path, name, frozenset(Kind) - {Kind.XLSX})
        if kind is Kind.DOCX and not office_available():
            pytest.skip("LibreOffice is not installed")
        sheets, pictures = drawn(path, work, kind)
        assert len(pictures) == len(WIDTHS) * len(sheets)
    except (Refused, Unreadable) as refusal:
        assert path.parent.parent.name != "resumes", refusal.code
    assert time.monotonic() - began < rendering.WALL + 5
    assert nobody_works_in(work)
