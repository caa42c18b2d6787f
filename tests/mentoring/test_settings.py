"""The office: mentoring's settings, and the code lists."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from blueprints.core import audit, jobs
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.mentoring import options
from blueprints.mentoring.service import settings as service
from blueprints.students import queries as register_queries
from blueprints.students import service as register
from blueprints.students.models import Code, CodeKind, Student

TODAY = date(2026, 11, 24)
PATHS = ("/mentoring/settings", "/mentoring/codes")


def test_only_the_office_sees_settings_and_code_lists(app, cast, browser):
    with app.app_context(), unit("read"):
        id_ = db.session.scalars(sa.select(Code.id).limit(1)).one()
    for who in cast.everyone.values():
        person, expected = browser(who), 200 if who is cast.office else 403
        for path in (*PATHS, f"/mentoring/codes/{id_}"):
            assert person.get(path).status == expected, (who.login, path)
        if who is not cast.office:
            for path in (PATHS[0], "/mentoring/codes/new", f"/mentoring/codes/{id_}", f"/mentoring/codes/{id_}/retire"):
                assert person.post(path, {"name": "x"}).status == 403, (who.login, path)


# -- Settings ----------------------------------------------------------------------------------------------


def test_every_setting_is_on_the_page_with_its_value(app, cast, browser):
    page = browser(cast.office).get("/mentoring/settings")
    for option in options.ALL:
        (field,) = page.page.xpath(f"//input[@name='{option.key.replace('.', '_')}']")
        with app.app_context():
            assert field.get("value") == str(option.value)


def test_a_setting_out_of_bounds_is_refused_and_keeps_what_was_typed(app, cast, browser):
    office = browser(cast.office)
    office.get("/mentoring/settings")
    answer = office.submit("/settings", mentoring_capacity="0", mentoring_review_days="40")
    assert answer.status == 422
    assert "Between 1 and 60" in answer.errors
    assert answer.page.xpath("//input[@name='mentoring_review_days']/@value") == ["40"]
    with app.app_context():
        assert options.REVIEW_DAYS.value == 31


def test_a_change_of_the_days_between_contacts_reckons_everyone_anew(app, cast, browser):
    office = browser(cast.office)
    office.get("/mentoring/settings")
    assert office.submit("/settings", care_contact_days_0="10").status == 303
    with app.app_context():
        with unit("read"):
            assert dues() == {cast.lin.student_id: TODAY + timedelta(days=30)} | rest(cast)
        jobs.drain()
        with unit("read"):
            assert dues()[cast.lin.student_id] == TODAY + timedelta(days=10)
            assert dues()[cast.meng.student_id] == TODAY + timedelta(days=7)
            assert jobs.buried() == []


def dues() -> dict[int, date]:
    return dict(db.session.execute(sa.select(Student.id, Student.due_on)).all())


def rest(cast) -> dict[int, date]:
    return {cast.meng.student_id: TODAY + timedelta(days=7), cast.far.student_id: TODAY + timedelta(days=30)}


def test_the_reckoning_goes_by_batches_and_misses_none(app, cast, monkeypatch):
    whole = register.reckon_all
    monkeypatch.setattr(register, "reckon_all", lambda after, most=2: whole(after, 2))
    with app.app_context():
        with unit("write"):
            audit.act_as(None, "test")
            options.CARE[0].set(3)
            options.CARE[1].set(2)
            jobs.enqueue("mentoring.reckon")
        jobs.drain()
        with unit("read"):
            assert sorted(dues().values()) == [TODAY + timedelta(days=n) for n in (2, 3, 3)]


def test_another_setting_gives_the_worker_nothing_to_do(app, cast, browser):
    office = browser(cast.office)
    office.get("/mentoring/settings")
    assert office.submit("/settings", mentoring_capacity="8").status == 303
    with app.app_context():
        assert options.CAPACITY.value == 8
        with unit("read"):
            assert db.session.scalar(sa.select(sa.func.count()).where(jobs.Job.name == "mentoring.reckon")) == 0
            entry = sa.select(AuditEntry.changes).where(AuditEntry.verb == "mentoring.settings")
            assert '"value": [null, 8]' in db.session.scalars(entry).one()


def test_two_in_the_office_at_once_one_wins_and_the_other_sees_both_values(app, cast, browser):
    first, second = browser(cast.office), browser(cast.office)
    first.get("/mentoring/settings")
    second.get("/mentoring/settings")
    assert first.submit("/settings", mentoring_capacity="7").status == 303
    answer = second.submit("/settings", mentoring_capacity="9")
    assert answer.status == 409
    assert "it is 7 now" in answer.errors
    assert answer.page.xpath("//input[@name='mentoring_capacity']/@value") == ["9"]
    assert second.submit("/settings").status == 303
    with app.app_context():
        assert options.CAPACITY.value == 9


# -- Code lists --------------------------------------------------------------------------------------------


def code(kind: CodeKind, value: str) -> Code | None:
    return db.session.scalar(sa.select(Code).where(Code.kind == kind, Code.code == value))


def id_of(app, kind: CodeKind, value: str) -> int:
    with app.app_context(), unit("read"):
        return code(kind, value).id


def names(app, kind: CodeKind) -> list[str]:
    with app.app_context(), unit("read"):
        return [key for key, _name in register_queries.choices(kind)]


def test_a_tab_for_each_list_and_regions_by_pages_and_search(app, cast, browser):
    office = browser(cast.office)
    page = office.get("/mentoring/codes")
    tabs = [" ".join(a.text_content().split()) for a in page.page.xpath("//nav[@class='tabs']/a")]
    assert tabs == ["Kinds of hardship 9", "School stages 7", "Industries 21", "Regions 367"]
    page = office.get("/mentoring/codes?tab=region")
    assert "1–25 of 367" in page.said
    assert "济南市" in office.get("/mentoring/codes?tab=region&q=济南").said
    assert "济南市" in office.get("/mentoring/codes?tab=region&q=370100").said
    assert "Nothing matches" in office.get("/mentoring/codes?tab=region&q=nowhere").said
    assert len(office.get("/mentoring/codes?tab=region&page=9").queries) == len(page.queries)


def test_a_new_entry_stands_at_the_end_and_can_be_chosen(app, cast, browser):
    office = browser(cast.office)
    office.get("/mentoring/codes?tab=stage")
    assert office.submit("/codes/new", code="night", name="夜校", name_en="Evening school").status == 303
    assert names(app, CodeKind.STAGE)[-1] == "night"
    office.get("/mentoring/codes?tab=stage")
    answer = office.submit("/codes/new", code="night", name="又一个")
    assert answer.status == 422
    assert "an entry with that code" in answer.errors
    assert answer.page.xpath("//input[@name='name']/@value") == ["又一个"]
    assert answer.page.xpath("//nav[@class='tabs']/a[@aria-current]")[0].text_content().startswith("School stages")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"code": "a b", "name": "x"}, "Letters, digits"),
        ({"code": "", "name": "x"}, "Type a code"),
        ({"code": "x", "name": "  "}, "Type a name"),
        ({"code": "x" * 21, "name": "x"}, "At most 20"),
        ({"code": "x", "name": "长" * 61}, "At most 60"),
    ],
)
def test_an_entry_without_a_proper_code_or_name_is_refused(app, cast, browser, typed, sentence):
    office = browser(cast.office)
    office.get("/mentoring/codes?tab=stage")
    answer = office.submit("/codes/new", **typed)
    assert answer.status == 422
    assert sentence in answer.errors
    assert office.post("/mentoring/codes/new", {"kind": "nonsense", "code": "x", "name": "x"}).status == 400


def test_an_entry_is_renamed_and_moved_and_only_what_lies_between_moves(app, cast, browser):
    office = browser(cast.office)
    before = names(app, CodeKind.STAGE)
    path = f"/mentoring/codes/{id_of(app, CodeKind.STAGE, before[3])}"
    office.get(path)
    assert office.at.page.xpath("//input[@name='place']/@value") == ["4"]
    assert office.submit(path, name="高级中学", place="2").status == 303
    after = names(app, CodeKind.STAGE)
    assert after == [before[0], before[3], before[1], before[2], *before[4:]]
    with app.app_context(), unit("read"):
        assert register_queries.code_names(CodeKind.STAGE)[before[3]] in ("高级中学", "Senior high")
        changed = sa.select(sa.func.count(AuditEntry.subject_id.distinct())).where(
            AuditEntry.verb == "mentoring.change_code"
        )
        assert db.session.scalar(changed) == 3


def test_a_place_beyond_the_end_is_the_end(app, cast):
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        entry = code(CodeKind.STAGE, "preschool")
        service.change_code(entry, entry.name, entry.name_en, 900)
    assert names(app, CodeKind.STAGE)[-1] == "preschool"


def test_a_retired_entry_is_offered_no_more_stays_readable_and_comes_back(app, cast, browser):
    office = browser(cast.office)
    id_ = id_of(app, CodeKind.STAGE, "special")
    office.get(f"/mentoring/codes/{id_}")
    assert office.submit("/retire").status == 303
    assert "special" not in names(app, CodeKind.STAGE)
    with app.app_context(), unit("read"):
        assert "special" in register_queries.code_names(CodeKind.STAGE)
    assert "Nothing matches" not in office.get("/mentoring/codes?tab=stage&use=no").said
    office.get(f"/mentoring/codes/{id_}")
    assert office.submit("/return").status == 303
    assert "special" in names(app, CodeKind.STAGE)


def test_two_who_rename_it_at_once_one_wins_and_the_other_is_told(app, cast, browser):
    path = f"/mentoring/codes/{id_of(app, CodeKind.STAGE, 'training')}"
    first, second = browser(cast.office), browser(cast.office)
    first.get(path)
    second.get(path)
    assert first.submit(path, name="一号名").status == 303
    answer = second.submit(path, name="二号名")
    assert answer.status == 409
    assert "一号名" in answer.errors and 'value="二号名"' in answer.text
    assert second.submit(path).status == 303
    with app.app_context(), unit("read"):
        assert code(CodeKind.STAGE, "training").name == "二号名"
