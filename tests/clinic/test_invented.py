"""Invented résumés, their papers and a teacher's words on them."""

import io
import re

import docx
import pypdfium2
import pytest
from PIL import Image

from blueprints.accounts.invented import colleges, people
from blueprints.clinic.invented import (
    NoFont,
    answers,
    as_docx,
    as_pdf,
    as_photo,
    ask,
    fonts,
    resume,
    review,
    revised,
    target_posts,
    where,
)

MAJORS = [major for college in colleges() for major in college.majors]
SAMPLE = 60


@pytest.fixture(scope="module")
def resumes():
    crowd = people(SAMPLE, seed=11)
    return [resume(one, MAJORS[i % len(MAJORS)], seed=i) for i, one in enumerate(crowd)]


@pytest.fixture(scope="module")
def papers(resumes):
    """A résumé of each layout in Chinese, and one in English, with their PDFs."""
    kinds = {(one.layout if one.language == "zh" else "en"): one for one in resumes}
    assert set(kinds) == {0, 1, 2, "en"}
    return [(one, as_pdf(one)) for one in kinds.values()]


def text_lines(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return [line for page in document for line in page_lines(page)]


def page_lines(page):
    text = page.get_textpage()
    try:
        return text.get_text_range().splitlines()
    finally:
        text.close()
        page.close()


def test_the_same_seed_gives_the_same_resume_review_and_answers():
    person = next(people(1, seed=5))
    first, again = (resume(person, MAJORS[0], seed=5) for _ in range(2))
    assert first == again
    assert first != resume(person, MAJORS[0], seed=6)
    assert review(first, 5) == review(again, 5)
    assert answers(review(first, 5), 5) == answers(review(again, 5), 5)
    assert revised(first, review(first, 5), 5) == revised(again, review(again, 5), 5)


def test_the_same_resume_gives_the_same_bytes(resumes):
    for make in (as_pdf, as_docx, as_photo):
        assert make(resumes[0]) == make(resumes[0])


@pytest.mark.parametrize("major", MAJORS, ids=lambda major: major.english)
def test_every_major_has_posts_and_a_resume_that_aims_at_one(major):
    written = resume(next(people(1, seed=2)), major, seed=1)
    assert written.target in target_posts(major)
    assert not re.search(r"[{}]", written.text)


def test_marks_are_three_to_seven_and_sit_on_one_place_of_the_text(resumes):
    for seed, one in enumerate(resumes):
        marks = review(one, seed).marks
        assert 3 <= len(marks) <= 7
        for mark in marks:
            assert one.text.count(mark.find) == 1, mark
            assert mark.body


def test_every_mark_is_found_in_the_text_of_the_pdf(papers):
    for one, pdf in papers:
        lines = text_lines(pdf)
        for mark in review(one, 1).marks:
            assert where(mark.find, lines), mark


def test_where_tells_the_lines_a_text_runs_over():
    assert where("提高了成绩", ["负责教学，帮助学生提高", "了成绩"]) == [(0, 9, 11), (1, 0, 3)]
    assert where("没有", ["负责教学"]) == []


def test_a_review_ends_with_a_decision_that_fits_its_marks(resumes):
    for seed, one in enumerate(resumes):
        given = review(one, seed)
        must_fix = any(mark.kind == "must-fix" for mark in given.marks)
        assert given.decision == ("revise" if must_fix else "ready")
        assert bool(given.tasks) is must_fix
        assert given.call.reached is (given.call.minutes > 0)
        assert any(mark.kind == "praise" for mark in given.marks)


def test_a_revision_changes_what_was_agreed_and_leaves_what_was_not(resumes):
    for seed, one in enumerate(resumes):
        given = review(one, seed)
        new = revised(one, given, seed)
        for mark, answer in zip(given.marks, answers(given, seed), strict=True):
            if mark.kind == "praise" or answer.kind != "done":
                assert mark.find in new.text
        fixed = [
            mark
            for mark, answer in zip(given.marks, answers(given, seed), strict=True)
            if mark.kind == "must-fix" and answer.kind == "done"
        ]
        assert (new != one) or not fixed


def test_an_ask_names_no_empty_post(resumes):
    assert all("{" not in ask(one, seed) for seed, one in enumerate(resumes))


def test_a_pdf_has_one_or_two_pages_and_a_text_layer_with_the_name(papers):
    for one, pdf in papers:
        with pypdfium2.PdfDocument(pdf) as document:
            assert len(document) in (1, 2)
        assert where(one.name, text_lines(pdf))


def test_a_name_with_a_rare_character_is_set_in_the_pdf():
    person = next(one for one in people(2000, seed=1) if "𬭎" in one.name)
    assert where(person.name, text_lines(as_pdf(resume(person, MAJORS[0], seed=1))))


def test_a_word_file_holds_every_line_and_names_chinese_fonts(resumes):
    one = next(one for one in resumes if one.language == "zh" and one.layout == 0)
    document = docx.Document(io.BytesIO(as_docx(one)))
    written = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert all(line.text in written for line in one.lines())
    assert "宋体" in document.element.xml


def test_a_photo_is_an_upright_picture_larger_than_its_page(resumes):
    with Image.open(io.BytesIO(as_photo(resumes[0]))) as photo:
        assert photo.format == "JPEG"
        assert photo.height > photo.width > 1200


def test_a_machine_without_chinese_fonts_is_told_which_package_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "_DEBIAN", tmp_path)
    monkeypatch.setattr(fonts, "_PACKAGE", "no_such_package")
    fonts.source.cache_clear()
    with pytest.raises(NoFont, match="fonts-noto-cjk"):
        fonts.cut_font("sans", "启航")
