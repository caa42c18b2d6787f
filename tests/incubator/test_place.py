"""The place: buildings and floors, workspaces, blocked periods, photos, the manager's settings, today."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.incubator import options
from blueprints.incubator.forms.settings import shown
from blueprints.incubator.models import (
    Application,
    ApplicationState,
    Block,
    Building,
    Check,
    Floor,
    IntakeState,
    Photo,
    Renewal,
    Tenancy,
    TenancyState,
    Workspace,
)
from blueprints.incubator.queries import place as queries
from blueprints.incubator.service import place as service

from .rooms import a_block, a_call, a_floor, a_workspace, an_application

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def row(model, id):
    with unit("read"):
        return db.session.scalars(sa.select(model).where(model.id == id)).one_or_none()


def a_stay(application, workspace, begins_on, ends_on, status=TenancyState.ACTIVE, **facts):
    """A tenancy, written as it is; its application is in the state that goes with it."""
    with unit("write"):
        audit.act_as(None, "test")
        team = db.session.get_one(Application, application)
        by = team.college_id
        if status is TenancyState.OFFERED:
            facts.setdefault("answer_by", TODAY + 5 * DAY)
        by = db.session.scalar(sa.text("SELECT id FROM user_account LIMIT 1"))
        made = Tenancy(
            application_id=application,
            workspace_id=workspace,
            begins_on=begins_on,
            ends_on=ends_on,
            status=status,
            offered_by=by,
            **facts,
        )
        db.session.add(made)
        db.session.flush()
        return made.id


HOUSED = {"status": ApplicationState.HOUSED, "approved_at": clock.start_of(date(2026, 8, 1))}
APPROVED = {"status": ApplicationState.APPROVED, "approved_at": clock.start_of(date(2026, 10, 1))}


# -- Doors ---------------------------------------------------------------------------------------------------


def test_only_the_manager_changes_the_place(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        room = a_workspace("201", floor)
        block = a_block(room, TODAY, TODAY + 9 * DAY)
        building = row(Floor, floor).building_id
    pages = (
        "/incubator/buildings",
        f"/incubator/buildings/{building}",
        "/incubator/floors/new",
        f"/incubator/floors/{floor}",
        f"/incubator/floors/{floor}/workspaces/new",
        f"/incubator/workspaces/{room}/edit",
        "/incubator/settings",
    )
    acts = (
        "/incubator/buildings/new",
        f"/incubator/buildings/{building}",
        "/incubator/floors/new",
        f"/incubator/floors/{floor}",
        f"/incubator/floors/{floor}/lines",
        f"/incubator/floors/{floor}/workspaces/new",
        f"/incubator/workspaces/{room}/edit",
        f"/incubator/workspaces/{room}/blocks",
        f"/incubator/workspaces/{room}/retire",
        f"/incubator/workspaces/{room}/return",
        f"/incubator/workspaces/{room}/photos",
        f"/incubator/blocks/{block}/lift",
        "/incubator/settings",
    )
    for who in cast.everyone.values():
        person = browser(who)
        for path in pages:
            assert person.get(path).status == (200 if who is cast.incubator else 403), (who.login, path)
        if who is not cast.incubator:
            for path in acts:
                assert person.post(path, {"name": "x"}).status == 403, (who.login, path)
    with app.app_context():
        assert row(Block, block) is not None


def test_everyone_who_has_signed_in_sees_the_place_and_no_one_else(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    paths = ("/incubator/", "/incubator/plan", "/incubator/occupancy", f"/incubator/workspaces/{room}")
    for who in cast.everyone.values():
        person = browser(who)
        for path in paths:
            assert person.get(path).status == 200, (who.login, path)
    for path in paths:
        assert browser().get(path).status in (302, 303, 401)


# -- Buildings and floors -----------------------------------------------------------------------------------------


def test_the_manager_builds_a_house_from_nothing(app, cast, browser):
    manager = browser(cast.incubator)
    assert "There is no floor yet" in manager.get("/incubator/plan").said
    manager.get("/incubator/buildings")
    manager.submit("/buildings/new", name="创业楼", address="东门")
    manager.get("/incubator/floors/new")
    scenery = "走廊 0 165 960 70\n安全 出口 10 10 20 20"
    answer = manager.submit("/floors/new", name="2 层", width="960", height="440", scenery=scenery)
    assert answer.status == 303
    manager.get(answer.location)
    lines = "201 studio 6 40 0 0 150 165 300\nD01,工位,1,4,488,10,62,68"
    assert manager.submit("/lines", lines=lines).status == 303
    said = manager.get("/incubator/plan").said
    assert all(word in said for word in ("创业楼 2 层", "201", "D01", "走廊", "Free"))
    with app.app_context(), unit("read"):
        floor = db.session.scalars(sa.select(Floor)).one()
        assert floor.scenery[1] == {"name": "安全 出口", "x": 10, "y": 10, "w": 20, "h": 20}
        assert db.session.scalar(sa.select(Workspace.fee).where(Workspace.code == "201")) == 30000


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("201 studio 6 40 0 0 150", "Line 1 cannot be read"),
        ("201 studio 6 40 0 0 150 165\n202 palace 6 40 200 0 150 165", "Line 2 cannot be read"),
        ("201 studio 6 40 0 0 150 165\n202 studio 6 40 100 0 150 165", "Line 2: This lies over 201"),
        ("201 studio 6 40 900 0 150 165", "outside the floor"),
        ("201 studio 6 40 0 0 150 165\n201 studio 6 40 200 0 150 165", "has a workspace 201 already"),
        ("201 studio 0 40 0 0 150 165", "Line 1 cannot be read"),
        ("201 studio ٣ 40 0 0 150 165", "Line 1 cannot be read"),
    ],
)
def test_a_pasted_table_is_added_whole_or_not_at_all(app, cast, browser, lines, says):
    with app.app_context():
        floor = a_floor()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/floors/{floor}")
    answer = manager.submit("/lines", lines=lines)
    assert answer.status == 422
    assert says in answer.errors
    assert answer.page.xpath("//textarea[@name='lines']")[0].value.strip() == lines
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Workspace)) == 0


def test_a_line_of_scenery_that_cannot_be_read_says_which_and_keeps_what_was_typed(app, cast, browser):
    with app.app_context():
        floor = a_floor()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/floors/{floor}")
    answer = manager.submit(f"/floors/{floor}", scenery="走廊 0 165 960 70\n楼梯 220 235")
    assert answer.status == 422
    assert "Line 2" in answer.errors
    assert "楼梯 220 235" in answer.page.xpath("//textarea[@name='scenery']")[0].value


def test_a_floor_does_not_become_smaller_than_what_is_on_it(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        a_workspace("201", floor, x=800, w=150)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/floors/{floor}")
    answer = manager.submit(f"/floors/{floor}", width="700")
    assert answer.status == 422
    assert "201 would lie outside" in answer.errors
    with app.app_context():
        assert row(Floor, floor).width == 960


def test_a_building_is_renamed(app, cast, browser):
    with app.app_context():
        building = row(Floor, a_floor()).building_id
    manager = browser(cast.incubator)
    manager.get(f"/incubator/buildings/{building}")
    assert manager.submit(f"/buildings/{building}", name="新创业楼").status == 303
    with app.app_context():
        assert row(Building, building).name == "新创业楼"


# -- Workspaces ---------------------------------------------------------------------------------------------------


def test_a_workspace_is_added_by_a_form_and_its_money_is_kept_in_fen(app, cast, browser):
    with app.app_context():
        floor = a_floor()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/floors/{floor}/workspaces/new")
    answer = manager.submit("/workspaces/new", code="206", kind="workshop", fee="312.50", hardship_fee="0", water="y")
    assert answer.status == 303
    page = manager.get(answer.location)
    assert "312.50 yuan a month, 0 under the hardship rule" in page.said
    with app.app_context(), unit("read"):
        made = db.session.scalars(sa.select(Workspace)).one()
        assert (made.fee, made.hardship_fee, made.water, made.kind.value) == (31250, 0, True, "workshop")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"code": "201"}, "has a workspace 201 already"),
        ({"x": "60"}, "lies over 201"),
        ({"x": "900"}, "outside the floor"),
        ({"seats": "0"}, "Between 1 and 200"),
        ({"fee": "10", "hardship_fee": "11"}, "more than the fee"),
        ({"code": ""}, "what stands on the door"),
        ({"w": "9"}, "Between 10 and"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_keeps_what_was_typed(app, cast, browser, typed, says):
    with app.app_context():
        floor = a_floor()
        a_workspace("201", floor)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/floors/{floor}/workspaces/new")
    answer = manager.submit("/workspaces/new", **{"code": "299", "x": "500", "equipment": "白板 2", **typed})
    assert answer.status == 422
    assert says in answer.errors
    assert answer.page.xpath("//input[@name='equipment']/@value") == ["白板 2"]


def test_a_form_opened_before_someone_else_saved_overwrites_nothing(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    first, second = browser(cast.incubator), browser(cast.incubator)
    for one in (first, second):
        one.get(f"/incubator/workspaces/{room}/edit")
    assert first.submit("/edit", seats="8").status == 303
    answer = second.submit("/edit", equipment="投影 1")
    assert answer.status == 409
    assert "it is 8 now" in answer.errors
    assert answer.page.xpath("//input[@name='equipment']/@value") == ["投影 1"]
    with app.app_context():
        assert (row(Workspace, room).seats, row(Workspace, room).equipment) == (8, "")
    assert second.submit("/edit", seats="8").status == 303
    with app.app_context():
        assert (row(Workspace, room).seats, row(Workspace, room).equipment) == (8, "投影 1")


def test_a_workspace_does_not_lie_over_itself(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}/edit")
    assert manager.submit("/edit", w="140").status == 303


def test_a_room_is_retired_only_when_nobody_has_it(app, cast, browser):
    with app.app_context():
        room = a_workspace()
        team = an_application(cast.lin, team="竹编", **HOUSED)
        a_stay(team, room, TODAY - 30 * DAY, TODAY + 30 * DAY)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}")
    answer = manager.submit("/retire", on=(TODAY + 10 * DAY).isoformat())
    assert answer.status == 422
    assert "竹编 has 201 from" in answer.errors
    assert "today or a later day" in manager.submit("/retire", on=(TODAY - DAY).isoformat()).errors
    assert manager.submit("/retire", on=(TODAY + 31 * DAY).isoformat()).status == 303
    assert "201" in manager.get("/incubator/plan").said
    assert "Nothing is drawn" in manager.get(f"/incubator/plan?on={TODAY + 31 * DAY}").said
    manager.get(f"/incubator/workspaces/{room}")
    assert manager.submit("/return").status == 303
    with app.app_context():
        assert row(Workspace, room).retired_on is None


def test_a_retired_room_whose_place_is_taken_comes_back_elsewhere(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        old = a_workspace("201", floor, retired_on=TODAY)
        a_workspace("201b", floor, x=0, y=0)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{old}")
    answer = manager.submit("/return")
    assert answer.status == 422
    assert "lies over 201b" in answer.errors


# -- Blocked periods ----------------------------------------------------------------------------------------------


def test_a_blocked_period_is_added_read_by_everyone_and_lifted(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}")
    days = {"begins_on": (TODAY - 3 * DAY).isoformat(), "ends_on": (TODAY + 9 * DAY).isoformat()}
    assert manager.submit("/blocks", reason="消防改造", **days).status == 303
    said = browser(cast.far).get("/incubator/plan").said
    assert "消防改造" in said
    assert "Blocked" in said
    manager.get(f"/incubator/workspaces/{room}")
    assert manager.submit("/lift").status == 303
    with app.app_context(), unit("read"):
        block = db.session.scalars(sa.select(Block)).one()
        assert block.ends_on == TODAY - DAY  # it was blocked until yesterday, and stays on record


def test_a_period_that_has_not_begun_leaves_nothing_when_it_is_lifted(app, cast, browser):
    with app.app_context():
        room = a_workspace()
        block = a_block(room, TODAY + DAY, TODAY + 9 * DAY)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}")
    assert manager.submit(f"/blocks/{block}/lift").status == 303
    with app.app_context():
        assert row(Block, block) is None


def test_a_block_over_a_tenancy_names_the_clash_and_keeps_what_was_typed(app, cast, browser):
    with app.app_context():
        room = a_workspace()
        team = an_application(cast.lin, team="竹编", **APPROVED)
        a_stay(team, room, TODAY + 5 * DAY, TODAY + 90 * DAY, TenancyState.OFFERED)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}")
    days = {"begins_on": TODAY.isoformat(), "ends_on": (TODAY + 5 * DAY).isoformat()}
    answer = manager.submit("/blocks", reason="消防改造", **days)
    assert answer.status == 422
    assert "竹编 has 201 from Nov 29 to" in answer.errors
    assert answer.page.xpath("//input[@name='reason']/@value") == ["消防改造"]
    with app.app_context(), unit("read"):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Block)) == 0


def test_the_database_says_no_to_a_block_over_a_tenancy_that_came_in_between(app, cast, monkeypatch):
    with app.app_context():
        room = a_workspace()
        team = an_application(cast.lin, **HOUSED)
        a_stay(team, room, TODAY, TODAY + 90 * DAY)
        monkeypatch.setattr(service, "_clash", lambda *args: None)  # asked a moment before it came
        with unit("write"):
            audit.act_as(None, "test")
            workspace = db.session.get_one(Workspace, room)
            with pytest.raises(service.Refused, match=r"a moment ago|刚刚"):
                service.block(workspace, TODAY, TODAY + DAY, "消防改造")
        with unit("read"):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Block)) == 0


@pytest.mark.parametrize(
    ("begins", "ends", "says"),
    [(2, 1, "ends before it begins"), (-9, -2, "are over"), (0, 2000, "three years"), (0, 3, "")],
)
def test_the_days_of_a_blocked_period_make_sense(app, cast, browser, begins, ends, says):
    with app.app_context():
        room = a_workspace()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}")
    days = {"begins_on": (TODAY + begins * DAY).isoformat(), "ends_on": (TODAY + ends * DAY).isoformat()}
    answer = manager.submit("/blocks", reason="x", **days)
    assert (answer.status == 422 and says in answer.errors) if says else answer.status == 303


# -- Photo --------------------------------------------------------------------------------------------------------


def png(colour="teal", size=(400, 300)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "PNG")
    return made.getvalue()


def chosen(*pictures):
    """As a browser sends what was chosen in one file field: a name and what is in it, each."""
    return [(io.BytesIO(content), name) for name, content in pictures]


def draw_all() -> None:
    from blueprints.documents.models import Drawing
    from tests.people import draw_by_hand

    with unit("write"):
        audit.act_as(None, "test")
        for drawing in db.session.scalars(sa.select(Drawing)):
            draw_by_hand(drawing)


def photos_of(room) -> list[Photo]:
    with unit("read"):
        query = sa.select(Photo).where(Photo.workspace_id == room)
        return list(db.session.scalars(query.order_by(Photo.at, Photo.id)))


def with_photos(manager, room, *colours, **fields) -> None:
    manager.get(f"/incubator/workspaces/{room}")
    answer = manager.submit("/photos", photos=chosen(*((f"{c}.png", png(c)) for c in colours)), **fields)
    assert answer.status == 303, answer.errors


def test_several_photos_come_at_once_and_are_shown_as_drawn(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    at = f"/incubator/workspaces/{room}"
    manager, student = browser(cast.incubator), browser(cast.lin)
    with_photos(manager, room, "teal", "navy")
    with app.app_context():
        first, second = (p.id for p in photos_of(room))
    page = student.get(at)
    assert page.said.count("The picture is being drawn") == 2 and not page.page.xpath("//ul[@class='photos']//img")
    assert student.get(f"{at}/photos/{first}").status == 404, "not drawn yet"
    with app.app_context():
        draw_all()
    assert student.get(f"{at}/photos/{first}").status == 200
    page = student.get(at)
    assert page.page.xpath("//ul[@class='photos']//img/@src") == [f"{at}/photos/{p}" for p in (first, second)]
    assert page.page.xpath("//ul[@class='photos']//img/@alt") == ["Photo of 201"] * 2
    assert not page.has_form("/remove") and not page.has_form("/photos")
    manager.get(at)
    assert manager.submit(f"/photos/{second}/caption", caption="  窗边\t两张桌 ").status == 303
    assert student.get(at).page.xpath("//ul[@class='photos']//img/@alt") == ["Photo of 201", "窗边 两张桌"]
    manager.post(f"{at}/photos/{second}/caption", {"caption": "长" * 81})
    assert manager.post(f"{at}/photos/{first}/remove").status == 303
    with app.app_context():
        assert [(p.id, p.caption) for p in photos_of(room)] == [(second, "窗边 两张桌")]
    assert student.get(f"{at}/photos/{first}").status == 404
    assert manager.post(f"{at}/photos/{first}/remove").status == 404


@pytest.mark.parametrize(
    "files",
    [
        [("x.jpg", b"no picture at all")],
        [("good.png", png()), ("x.jpg", b"no picture at all")],
        [("good.png", png()), ("../../etc/x.jpg", b"%PDF-1.7 not a picture either")],
        [("good.png", png()), ("x.jpg", b"")],
        [("good.png", png()), ("x.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")],
    ],
)
def test_one_that_is_no_picture_is_named_and_none_is_stored(app, cast, browser, files):
    with app.app_context():
        room = a_workspace()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}")
    answer = manager.submit("/photos", photos=chosen(*files))
    assert answer.status == 422 and "x.jpg:" in answer.errors and "good.png:" not in answer.errors
    assert ("None was stored" in answer.errors) == (len(files) > 1)
    with app.app_context():
        assert photos_of(room) == []


def test_a_room_has_eight_photos_at_most_and_the_same_one_once(app, cast, browser):
    colours = ["red", "green", "blue", "navy", "teal", "gold", "pink", "gray", "black"]
    with app.app_context():
        room = a_workspace()
    at = f"/incubator/workspaces/{room}"
    manager = browser(cast.incubator)
    manager.get(at)
    nine = manager.submit("/photos", photos=chosen(*((f"{c}.png", png(c)) for c in colours)))
    assert nine.status == 422 and "At most 8 photos; these are 9" in nine.errors
    with_photos(manager, room, *colours[:6])
    with_photos(manager, room, "red", "green", "blue")
    with_photos(manager, room, "navy", "navy", "pink")
    with app.app_context():
        assert len(photos_of(room)) == 7, "what is there already does not come again"
    manager.get(at)
    more = manager.submit("/photos", photos=chosen(*((f"{c}.png", png(c)) for c in colours[7:])))
    assert more.status == 422 and "there are 7 already" in more.errors
    with_photos(manager, room, "black")
    page = manager.get(at)
    assert not page.has_form(f"/workspaces/{room}/photos") and "as many as there can be" in page.said
    with app.app_context():
        assert len(photos_of(room)) == 8


def test_what_is_sent_for_photos_and_is_no_file_is_refused_in_words(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    at = f"/incubator/workspaces/{room}"
    manager = browser(cast.incubator)
    manager.get(at)
    for data in ({}, {"photos": "a text"}, {"photos": chosen(("", b""))}):
        answer = manager.post(f"{at}/photos", data)
        assert answer.status == 422 and "Choose a picture" in answer.errors
    answer = manager.post(f"{at}/photos", {"photos": chosen(("a.png", png())), "caption": "长" * 81})
    assert answer.status == 422 and "At most 80 characters" in answer.errors
    with app.app_context():
        assert photos_of(room) == []


def test_a_photo_is_only_where_it_belongs_and_only_the_manager_changes_it(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        room, other = a_workspace("201", floor), a_workspace("202", floor)
    manager = browser(cast.incubator)
    with_photos(manager, room, "teal")
    with app.app_context():
        draw_all()
        photo = photos_of(room)[0].id
    for id in (f"{other}/photos/{photo}", f"{room}/photos/{photo + 1}", f"{room}/photos/0", f"0/photos/{photo}"):
        assert manager.get(f"/incubator/workspaces/{id}").status == 404, id
        for act in ("caption", "remove"):
            assert manager.post(f"/incubator/workspaces/{id}/{act}", {"caption": "x"}).status == 404, (id, act)
    for who in cast.everyone.values():
        if who is cast.incubator:
            continue
        person = browser(who)
        for act in ("caption", "remove"):
            path = f"/incubator/workspaces/{room}/photos/{photo}/{act}"
            assert person.post(path, {"caption": "x"}).status == 403, who.login
        path = f"/incubator/workspaces/{room}/photos"
        assert person.post(path, {"photos": chosen(("a.png", png("red")))}).status == 403, who.login
    with app.app_context():
        assert [(p.id, p.caption) for p in photos_of(room)] == [(photo, "")]


def test_photos_count_for_what_one_may_hand_in_within_a_day(app, cast, browser, monkeypatch):
    from blueprints.documents import service as documents

    with app.app_context():
        room = a_workspace()
    monkeypatch.setattr(documents, "MOST_BYTES_A_DAY", len(png()) + 10)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}")
    answer = manager.submit("/photos", photos=chosen(("a.png", png("red")), ("b.png", png("navy"))))
    assert answer.status == 422 and "a great deal within a day" in answer.errors
    with_photos(manager, room, "red")


def test_the_page_of_a_room_asks_as_often_for_one_photo_as_for_many(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    manager = browser(cast.incubator)
    with_photos(manager, room, "red")
    one = len(manager.get(f"/incubator/workspaces/{room}").queries)
    with_photos(manager, room, "green", "blue", "navy")
    assert len(manager.get(f"/incubator/workspaces/{room}").queries) == one


# -- The day from which it is lent --------------------------------------------------------------------------------


def test_a_new_room_is_lent_from_today_unless_it_is_told_otherwise(app, cast, browser):
    with app.app_context():
        floor = a_floor()
    manager = browser(cast.incubator)
    page = manager.get(f"/incubator/floors/{floor}/workspaces/new")
    assert page.page.xpath("//input[@name='lent_from']/@value") == [TODAY.isoformat()]
    assert manager.submit("/new", code="201").status == 303
    manager.get(f"/incubator/floors/{floor}")
    assert manager.submit("/lines", lines="202 studio 6 40 200 0 110 160").status == 303
    manager.get(f"/incubator/floors/{floor}/workspaces/new")
    assert manager.submit("/new", code="203", x="400", lent_from="").status == 303
    manager.get(f"/incubator/floors/{floor}/workspaces/new")
    assert manager.submit("/new", code="204", x="600", lent_from="2027-03-01").status == 303
    with app.app_context(), unit("read"):
        query = sa.select(Workspace.code, Workspace.lent_from)
        found = dict(db.session.execute(query).all())
    assert found == {"201": TODAY, "202": TODAY, "203": None, "204": date(2027, 3, 1)}
    page = manager.get(f"/incubator/floors/{floor}")
    assert "Not lent yet" in page.said and "204 Studio" in page.said


@pytest.mark.parametrize("typed", ["0001-01-01", "1999-12-31", "9999-12-31", "2031-01-01", "gestern", "2027-02-30"])
def test_a_day_that_makes_no_sense_is_refused(app, cast, browser, typed):
    with app.app_context():
        room = a_workspace()
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}/edit")
    answer = manager.submit("/edit", lent_from=typed)
    assert answer.status == 422 and answer.errors
    with app.app_context():
        assert row(Workspace, room).lent_from is None


def test_a_room_is_not_lent_only_from_a_day_on_which_a_team_has_had_it(app, cast, browser):
    with app.app_context():
        room = a_workspace()
        left = {"status": ApplicationState.LEFT, "approved_at": clock.start_of(date(2026, 1, 1))}
        gone, turned = (
            an_application(cast.lin, team="竹编", **left),
            an_application(cast.far, team="雪场助手", **APPROVED),
        )
        a_stay(gone, room, TODAY - 90 * DAY, TODAY - 9 * DAY, TenancyState.ENDED, left_on=TODAY - 9 * DAY)
        a_stay(turned, room, TODAY - 200 * DAY, TODAY - 150 * DAY, TenancyState.REFUSED)
    manager = browser(cast.incubator)
    manager.get(f"/incubator/workspaces/{room}/edit")
    answer = manager.submit("/edit", lent_from=(TODAY - 89 * DAY).isoformat())
    assert answer.status == 422 and "竹编 has 201 from" in answer.errors
    manager.get(f"/incubator/workspaces/{room}/edit")
    assert manager.submit("/edit", lent_from=(TODAY - 90 * DAY).isoformat()).status == 303
    with app.app_context():
        assert row(Workspace, room).lent_from == TODAY - 90 * DAY


def test_two_who_change_a_room_at_once_are_told_the_day_in_words(app, cast, browser):
    with app.app_context():
        room = a_workspace()
    one, other = browser(cast.incubator), browser(cast.incubator)
    one.get(f"/incubator/workspaces/{room}/edit")
    other.get(f"/incubator/workspaces/{room}/edit")
    assert one.submit("/edit", area="41").status == 303
    late = other.submit("/edit", lent_from="2026-12-01")
    assert late.status == 409 and "it is – now" in late.errors and "None" not in late.errors


def test_before_its_day_a_room_is_neither_free_nor_on_the_plan(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        a_workspace("201", floor)
        room = a_workspace("202", floor, lent_from=TODAY + 20 * DAY)
    manager, student = browser(cast.incubator), browser(cast.lin)
    page = student.get(f"/incubator/workspaces/{room}")
    assert "lent from" in page.said and "Not lent yet" in page.said
    assert page.page.xpath("//span[contains(@class,'badge')][contains(.,'free')]") == []
    with app.app_context(), unit("read"):
        assert queries.workspace_count(TODAY) == 1
        assert [w.code for w in queries.workspaces(TODAY, floor)] == ["201"]
        assert [w.code for w in queries.workspaces(TODAY + 20 * DAY, floor)] == ["201", "202"]
    assert manager.get(f"/incubator/plan?room={room}").status == 200
    answer = manager.get(f"/incubator/floors/{floor}/workspaces/new")
    x = answer.page.xpath("//input[@name='x']")
    assert x
    over = manager.submit("/new", code="203", x="120", y="0")
    assert over.status == 422 and "202" in over.errors, "it has its place on the floor already"
    assert "202" in manager.get("/incubator/").said, "it becomes free soon"


# -- Names, and who fits ------------------------------------------------------------------------------------------


def test_names_of_teams_are_for_the_manager_and_for_the_team_by_every_road(app, cast, browser):
    with app.app_context():
        room = a_workspace()
        team = an_application(cast.lin, team="北纬代码", members=(cast.meng,), **HOUSED)
        stay = a_stay(team, room, TODAY - 30 * DAY, TODAY + 300 * DAY)
    paths = (
        "/incubator/plan",
        f"/incubator/plan?room={room}",
        "/incubator/occupancy",
        f"/incubator/workspaces/{room}",
        "/incubator/plan.xlsx",
        "/incubator/occupancy.xlsx",
    )
    knows = {cast.incubator.login, cast.lin.login, cast.meng.login}
    for who in (cast.incubator, cast.lin, cast.meng, cast.far, cast.office, cast.mentor, cast.shen, cast.leader):
        person = browser(who)
        for path in paths:
            answer = person.get(path)
            assert answer.status == 200
            text = words_of(answer)
            assert ("北纬代码" in text) == (who.login in knows), (who.login, path)
            assert (f"/tenancies/{stay}" in text) <= (who.login in knows), (who.login, path)


def words_of(answer) -> str:
    """The text of a page, or all cells of a workbook."""
    if answer.text:
        return answer.text
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.response.get_data()))
    return " ".join(str(cell) for line in book.get_sheet_by_index(0).to_python() for cell in line)


def test_the_manager_sees_who_had_a_room_and_who_fits(app, cast, browser):
    with app.app_context():
        room = a_workspace("202", seats=5, water=False)
        old = an_application(cast.far, team="折纸工坊", status=ApplicationState.LEFT)
        a_stay(old, room, date(2025, 11, 16), date(2026, 11, 15), TenancyState.ENDED, left_on=date(2026, 11, 15))
        an_application(cast.lin, team="湿地影像", seats=3, from_on=None, **APPROVED)
        an_application(cast.meng, team="豆香记", seats=3, needs_water=True, **APPROVED)
    said = browser(cast.incubator).get(f"/incubator/workspaces/{room}").said
    assert "折纸工坊" in said
    assert "free 8 days" in said
    assert "湿地影像" in said
    assert "豆香记" not in said
    said = browser(cast.office).get(f"/incubator/workspaces/{room}").said
    assert "湿地影像" not in said
    assert "折纸工坊" not in said


# -- Today ---------------------------------------------------------------------------------------------------------


def test_the_managers_work_is_sorted_by_due_date_and_each_line_leads_there(app, cast, browser):
    with app.app_context():
        rooms = [a_workspace(code) for code in ("201", "202", "203")]
        offered = a_stay(
            an_application(cast.lin, team="甲队", **APPROVED), rooms[0], TODAY, TODAY + 300 * DAY,
            TenancyState.OFFERED, answer_by=TODAY + 3 * DAY,
        )  # fmt: skip
        stays = a_stay(an_application(cast.meng, team="乙队", **HOUSED), rooms[1], TODAY - 90 * DAY, TODAY + 20 * DAY)
        a_block(rooms[2], TODAY - 5 * DAY, TODAY + 8 * DAY, "桌椅维修")
        call = a_call(status=IntakeState.OPEN, closes_on=TODAY + 6 * DAY)
        with unit("write"):
            audit.act_as(None, "test")
            check = Check(tenancy_id=stays, due_on=TODAY - 7 * DAY)
            db.session.add(check)
            db.session.add(Renewal(tenancy_id=stays, until_on=TODAY + 200 * DAY, why="还要一年", asked_by=cast.meng.id))
            db.session.flush()
            check_id = check.id
    page = browser(cast.incubator).get("/incubator/")
    found = page.page.xpath("//ol[contains(@class,'agenda')]/li//div/a/@href")
    assert found == [
        f"/incubator/tenancies/{stays}/checks/{check_id}",
        f"/incubator/tenancies/{offered}",
        f"/incubator/calls/{call}",
        f"/incubator/tenancies/{stays}",
        f"/incubator/workspaces/{rooms[2]}#block",
    ]
    assert "7 days late" in page.said
    assert "asks to stay until" in page.said
    assert "3 days to go" in page.said


def test_an_empty_incubator_says_so_to_everyone(app, cast, browser):
    assert "Nothing waits for you" in browser(cast.incubator).get("/incubator/").said
    student = browser(cast.lin).get("/incubator/").said
    assert "What this is" in student
    assert "No call is open just now" in student
    assert "Nothing just now" in browser(cast.mentor).get("/incubator/").said


def test_a_student_sees_where_their_team_stands_and_the_next_act(app, cast, browser):
    with app.app_context():
        room = a_workspace()
        team = an_application(cast.lin, team="竹编", asked=(cast.far,))
    page = browser(cast.lin).get("/incubator/")
    assert "Go on with your application" in page.said
    assert f"/incubator/applications/{team}" in page.links()
    asked = browser(cast.far).get("/incubator/")
    assert "on the team 竹编" in asked.said
    assert f"/incubator/applications/{team}/join" in asked.links()
    assert "竹编" not in browser(cast.meng).get("/incubator/").said
    with app.app_context():
        other = an_application(cast.meng, team="听见方言", points=8770, **APPROVED)
    assert "You are number 1 on the waitlist" in browser(cast.meng).get("/incubator/").said
    with app.app_context():
        stay = a_stay(other, room, TODAY, TODAY + 300 * DAY, TenancyState.OFFERED)
    page = browser(cast.meng).get("/incubator/")
    assert "You are offered 201" in page.said
    assert f"/incubator/tenancies/{stay}" in page.links()


# -- Settings ------------------------------------------------------------------------------------------------------


def test_every_setting_is_on_the_page_and_a_change_holds(app, cast, browser):
    manager = browser(cast.incubator)
    page = manager.get("/incubator/settings")
    for option in options.ALL:
        (field,) = page.page.xpath(f"//input[@name='{option.key.replace('.', '_')}']")
        with app.app_context():
            typed = f"{shown(option):.1f}" if option in options.IN_POINTS else str(shown(option))
        assert field.get("value") == typed
    assert manager.submit("/settings", incubator_answer_days="10").status == 303
    with app.app_context():
        assert options.ANSWER_DAYS.value == 10


def test_points_are_typed_as_points(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get("/incubator/settings")
    assert manager.submit("/settings", incubator_points_month="2.5").status == 303
    with app.app_context():
        assert options.POINTS_MONTH.value == 250
    for wrong in ("nan", "sNaN", "Infinity", "1e400", "99", "-1"):
        manager.get("/incubator/settings")
        assert manager.submit("/settings", incubator_points_month=wrong).status == 422
    with app.app_context():
        assert options.POINTS_MONTH.value == 250


def test_a_setting_out_of_bounds_is_refused_and_keeps_what_was_typed(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get("/incubator/settings")
    answer = manager.submit("/settings", incubator_answer_days="0", incubator_check_months="6")
    assert answer.status == 422
    assert "Between 1 and 30" in answer.errors
    assert answer.page.xpath("//input[@name='incubator_check_months']/@value") == ["6"]
    with app.app_context():
        assert options.CHECK_MONTHS.value == 3


def test_two_who_set_at_once_do_not_overwrite_each_other(app, cast, browser):
    first, second = browser(cast.incubator), browser(cast.incubator)
    for one in (first, second):
        one.get("/incubator/settings")
    assert first.submit("/settings", incubator_answer_days="10").status == 303
    answer = second.submit("/settings", incubator_check_months="6")
    assert answer.status == 409
    assert "it is 10 now" in answer.errors
    with app.app_context():
        assert options.CHECK_MONTHS.value == 3


# -- How a day stands ---------------------------------------------------------------------------------------------


def test_the_same_number_of_queries_for_one_room_and_for_many(app, cast, browser):
    with app.app_context():
        floor = a_floor(height=2000)
        first = a_workspace("0", floor)
    manager = browser(cast.incubator)
    paths = ("/incubator/", f"/incubator/plan?room={first}", "/incubator/occupancy", f"/incubator/workspaces/{first}")
    few = [len(manager.get(path).queries) for path in paths]
    with app.app_context():
        for n in range(30):
            room = a_workspace(f"1{n}", floor)
            a_block(room, TODAY, TODAY + DAY)
        an_application(cast.lin, **APPROVED)
        stay = an_application(cast.meng, **HOUSED)
        a_stay(stay, room, TODAY + 10 * DAY, TODAY + 40 * DAY)
    many = [len(manager.get(path).queries) for path in paths]
    assert max(m - f for f, m in zip(few, many, strict=True)) <= 2, (few, many)


def test_the_floors_of_the_house_in_order(app, cast):
    with app.app_context():
        a_floor("3 层", place=1)
        a_floor("2 层", place=0)
        with unit("read"):
            assert [queries.floor_name(f) for f in queries.floors()] == ["创业楼 2 层", "创业楼 3 层"]


def test_a_room_that_goes_later_keeps_its_place_until_then(app, cast, browser):
    with app.app_context():
        floor = a_floor()
        room = a_workspace("201", floor, retired_on=TODAY + 10 * DAY)
    manager = browser(cast.incubator)
    assert "lent no more from Dec 4" in manager.get(f"/incubator/workspaces/{room}").said
    manager.get(f"/incubator/floors/{floor}/workspaces/new")
    assert "lies over 201" in manager.submit("/workspaces/new", code="202", x="0", y="0").errors


@pytest.mark.parametrize("field", ["fee", "hardship_fee"])
def test_a_fee_that_is_no_number_is_refused(app, cast, browser, field):
    with app.app_context():
        room = a_workspace("201")
    manager = browser(cast.incubator)
    for typed in ("nan", "inf"):
        manager.get(f"/incubator/workspaces/{room}/edit")
        assert manager.submit("/edit", **{field: typed}).status == 422, typed
