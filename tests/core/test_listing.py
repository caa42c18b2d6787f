"""A list page is data, and the URL's query its only state; tried on the clinic's queue."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import openpyxl
import pytest
import sqlalchemy as sa

from blueprints.clinic.models import State, Submission
from blueprints.clinic.service import target_key
from blueprints.core import clock, listing
from blueprints.core.audit import AuditEntry
from blueprints.core.db import unit
from blueprints.students.models import Student
from tests import people


def queue_up(cast, count: int, first: int = 0) -> list[int]:
    """So many waiting submissions at the same moment, for the lists, which look at no document; their ids."""
    students = [cast.lin, cast.meng, cast.far]
    with unit("write") as session:
        made = []
        for n in range(first, first + count):
            who = students[n % 3]
            target = f"教师 {n:02d}"
            made.append(
                Submission(
                    student_id=who.student_id,
                    college_id=session.get_one(Student, who.student_id).college_id,
                    target=target,
                    target_key=target_key(target),
                    slot=n // 3 + 1,
                    status=State.WAITING,
                    waiting_since=clock.now(),
                    first_queued_at=clock.now(),
                    last_moved_at=clock.now(),
                )
            )
        session.add_all(made)
        return [s.id for s in made]


@pytest.fixture
def three(app, cast):
    """One queued résumé of each student."""
    with app.app_context():
        return {
            "lin": people.hand_in(cast.lin, "小学数学教师"),
            "meng": people.hand_in(cast.meng, "Data 50%_analyst"),
            "far": people.hand_in(cast.far, "=1+1"),
        }


def shown(answer) -> list[int]:
    return [int(i) for i in re.findall(r'<th scope="row"><a href="/clinic/(\d+)"', answer.text)]


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "sort=nonsense",
        "sort=-who",
        "tab=nonsense",
        "state=nonsense",
        "college=x",
        "college=9999999999999999999999",
        "waited=2",
        "page=x",
        "page=0",
        "page=-1",
        "page=999999",
        "page=%D9%A3",
        "q=",
        "q=%00",
        "seen=x",
    ],
)
def test_what_the_query_does_not_know_is_ignored(app, cast, browser, three, query):
    reviewer = browser(cast.shen)
    assert shown(reviewer.get(f"/clinic/?{query}")) == shown(reviewer.get("/clinic/"))


def test_ties_are_broken_by_id_so_that_no_row_is_on_two_pages(app, cast, browser):
    with app.app_context():
        ids = queue_up(cast, 27)
    reviewer = browser(cast.shen)
    for query in ("", "sort=waited&", "sort=-waited&", "sort=round&"):
        first, second = (shown(reviewer.get(f"/clinic/?{query}page={n}")) for n in (1, 2))
        assert len(first) == 25
        assert first + second == sorted(ids)
    last = shown(reviewer.get("/clinic/?page=2"))
    assert shown(reviewer.get("/clinic/?page=3")) == last, "beyond the last page is the last page"


@pytest.mark.parametrize(("sort", "order"), [("student", ["lin", "meng", "far"]), ("-student", ["far", "meng", "lin"])])
def test_people_stand_in_the_order_of_their_pinyin(app, cast, browser, three, sort, order):
    """By their code points 孟 would come before 林."""
    assert shown(browser(cast.shen).get(f"/clinic/?sort={sort}")) == [three[name] for name in order]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("林知", ["lin"]),
        ("知夏", ["lin"]),
        ("夏", ["lin"]),
        ("linzhixia", ["lin"]),
        ("zhixia", ["lin"]),
        ("LZX", ["lin"]),
        ("2023010214", ["meng"]),
        ("20230102", ["lin", "meng"]),
        ("小学 数学", ["lin"]),
        ("data", ["meng"]),
        ("50%", ["meng"]),
        ("%_a", ["meng"]),
        ("_", ["meng"]),
        ("%", ["meng"]),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("nobody", []),
    ],
)
def test_people_are_found_by_characters_pinyin_initials_number_and_target(app, cast, browser, three, words, found):
    answer = browser(cast.shen).client.get("/clinic/", query_string={"q": words}, headers={"Accept-Language": "en"})
    ids = [int(i) for i in re.findall(r'<th scope="row"><a href="/clinic/(\d+)"', answer.text)]
    assert sorted(ids) == sorted(three[name] for name in found)
    if not found:
        assert "Nothing matches" in answer.text


def test_filters_narrow_the_list_and_survive_in_its_links(app, cast, browser, three, frozen):
    reviewer = browser(cast.shen)
    page = reviewer.get(f"/clinic/?college={cast.arts}")
    assert shown(page) == [three["far"]]
    assert any(f"college={cast.arts}" in link and "sort=" in link for link in page.links())
    assert shown(reviewer.get("/clinic/?waited=1")) == []
    with clock.told(frozen + timedelta(days=2)):
        assert len(shown(browser(cast.ding).get("/clinic/?waited=1"))) == 3


def test_each_tab_holds_what_it_says(app, cast, browser, three):
    with app.app_context():
        people.move(three["lin"], "claim", cast.shen)
        people.review(three["meng"], cast.shen)
        people.review(three["far"], cast.ding, decision="sign_off")
    reviewer = browser(cast.shen)
    tabs = {
        tab: shown(reviewer.get(f"/clinic/?tab={tab}")) for tab in ("waiting", "mine", "overdue", "returned", "done")
    }
    lin, meng, far = three["lin"], three["meng"], three["far"]
    assert tabs["waiting"] == [lin]
    assert sorted(tabs["mine"]) == sorted([lin, meng])
    assert (tabs["overdue"], tabs["returned"], tabs["done"]) == ([], [meng], [far])


def test_a_count_stops_where_counting_gets_dear(app, cast, browser, monkeypatch):
    monkeypatch.setattr(listing, "COUNT_TO", 10)
    with app.app_context():
        queue_up(cast, 27)
    page = browser(cast.shen).get("/clinic/")
    assert "9+" in page.said
    assert "of more than 9" in page.said
    assert len(shown(page)) == 25
    assert "page=2" in " ".join(page.links())


# -- Exports ----------------------------------------------------------------------------------------------


def test_no_cell_of_an_export_is_a_formula(app, cast, browser, three):
    office = browser(cast.office)
    book = openpyxl.load_workbook(io.BytesIO(office.get("/clinic/export.xlsx").response.get_data()))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(c.value is None or isinstance(c.value, int | float) for c in cells if c.data_type == "n")
    assert "=1+1" in [cell.value for cell in cells]
    assert "'=1+1" in [cell for row in table(office) for cell in row]


def table(reader, query: str = "") -> list[list[str]]:
    text = reader.get(f"/clinic/export.csv{query}").response.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_a_cell_that_begins_like_a_formula_is_quoted_in_csv(begin):
    assert listing._csv([[f"{begin}1", "1"]]).getvalue() == b"\xef\xbb\xbf" + f"'{begin}1,1\r\n".encode()


def test_an_export_is_the_list_as_it_is_filtered_and_all_of_it(app, cast, browser):
    with app.app_context():
        queue_up(cast, 27)
    office = browser(cast.office)
    assert len(table(office)) == 28
    assert [row[0] for row in table(office, f"?college={cast.arts}")[1:]] == [cast.far.name] * 9
    assert table(office, "?q=lzx&sort=target")[1][0] == cast.lin.name


def test_an_export_is_written_down(app, cast, browser, three):
    table(browser(cast.office), "?q=lzx")
    with app.app_context(), unit("read") as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.verb == "export.clinic.queue")).one()
        assert (entry.actor_id, entry.note) == (cast.office.id, "1 rows, csv, ?q=lzx")


def test_twice_the_rows_are_read_in_the_same_number_of_queries(app, cast, browser):
    reviewer = browser(cast.shen)
    numbers = []
    for first in (0, 12):
        with app.app_context():
            queue_up(cast, 12, first)
        page = reviewer.get("/clinic/")
        assert len(shown(page)) == first + 12
        numbers.append([len(reviewer.get(path).queries) for path in ("/clinic/", "/", "/clinic/?q=lzx&sort=student")])
    assert numbers[0] == numbers[1]
