"""From the offer to what became of the firm, through the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts.models import Notice
from blueprints.core import clock
from blueprints.core.db import db, unit
from blueprints.incubator.fitting import term_end
from blueprints.incubator.jobs_tenancy import expire_tenancies, tell_ends
from blueprints.incubator.models import (
    Answer,
    Application,
    ApplicationState,
    Endorsement,
    EndorsementKind,
    ExitRecord,
    FeeLine,
    HandOut,
    Tenancy,
    TenancyState,
    WishKind,
    WishState,
    Workspace,
)
from blueprints.incubator.queries import photo as photos
from blueprints.incubator.queries import tenancy as queries
from blueprints.incubator.service import move as moves
from blueprints.incubator.service import tenancy as service
from blueprints.incubator.service import wish as wishes
from tests.incubator.rooms import a_block, a_workspace, an_offer, approved, in_a_room, sound, tenancy_act
from tests.incubator.test_place import chosen, draw_all, png
from tests.people import pdf

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def held(app, cast) -> int:
    """lin and meng are in 201 for a year from today."""
    with app.app_context():
        team = approved(cast.lin, team="黑土菌丝", members=[cast.meng])
        return in_a_room(cast.lin, cast.incubator, team, a_workspace("201", fee=48000))


def later(frozen, days: int):
    return clock.told(frozen + timedelta(days=days))


def get(id_: int) -> Tenancy:
    return queries.whole([id_])[0]


def notices(who, kind: str) -> int:
    with unit("read"):
        query = sa.select(sa.func.count()).where(Notice.user_id == who.id, Notice.kind == f"incubator.{kind}")
        return db.session.scalar(query.select_from(Notice)) or 0


def at(id_: int, more: str = "") -> str:
    return f"/incubator/tenancies/{id_}{more}"


# -- The answer ----------------------------------------------------------------------------------------------


def test_from_the_offer_to_the_signature(app, cast, browser):
    with app.app_context():
        id_ = an_offer(cast.incubator, approved(cast.lin, members=[cast.meng]), a_workspace("201", fee=48000))
    team = browser(cast.meng)
    page = team.get(at(id_))
    assert "Please answer by" in page.said and "costs nothing this time" in page.said
    assert team.submit("/accept").status == 303
    page = team.get(at(id_))
    assert "Both sign the agreement ZY-2026-001" in page.said
    assert not page.has_form("/sign"), "the manager says that it is signed"
    paper = team.get(at(id_, "/agreement"))
    assert all(word in paper.said for word in ("ZY-2026-001", "林知夏", "孟归舟", "201", "480", "Nov 23, 2027"))
    manager = browser(cast.incubator)
    manager.get(at(id_))
    assert manager.submit("/sign").status == 303
    page = manager.get(at(id_))
    assert "In the room" in page.said
    with app.app_context(), unit("read"):
        assert get(id_).application.status is ApplicationState.HOUSED
        assert len(queries.fee_lines(id_)) == 12
        assert len(queries.checks(id_)) == 4
    with app.app_context():
        assert sound() == []


def test_saying_no_again_says_what_it_costs(app, cast, browser):
    with app.app_context():
        id_ = an_offer(cast.incubator, approved(cast.lin, refusals=1), a_workspace("201"))
    team = browser(cast.lin)
    assert "costs 5 points" in team.get(at(id_)).said
    assert team.submit("/refuse").status == 303
    assert "did not take this room" in team.get(at(id_)).said
    assert team.post(at(id_, "/accept")).status == 409


def test_pressing_twice_is_pressing_once(app, cast, browser):
    with app.app_context():
        id_ = an_offer(cast.incubator, approved(cast.lin), a_workspace("201"))
    team, manager = browser(cast.lin), browser(cast.incubator)
    assert [team.post(at(id_, "/accept")).status for _n in range(2)] == [303, 303]
    assert [manager.post(at(id_, "/sign")).status for _n in range(2)] == [303, 303]
    with app.app_context():
        with unit("read"):
            assert len(queries.fee_lines(id_)) == 12
            assert get(id_).number == "ZY-2026-001"
        assert notices(cast.incubator, "accepted") == 1
        assert notices(cast.lin, "signed") == 1


# -- Who sees what -----------------------------------------------------------------------------------------


def test_a_tenancy_exists_for_its_team_its_helpers_and_the_manager(app, cast, held, browser):
    with app.app_context(), unit("write") as session:
        session.add(
            Endorsement(application_id=get(held).application_id, user_id=cast.mentor.id, kind=EndorsementKind.MENTOR)
        )
    for who in (cast.lin, cast.meng, cast.incubator, cast.mentor, cast.leader, cast.office, cast.president):
        assert browser(who).get(at(held)).status == 200, who
    for who in (cast.far, cast.shen, cast.counselor):
        visitor = browser(who)
        for path in ("", "/agreement", "/signed", "/end", "/exit"):
            assert visitor.get(at(held, path)).status in (403, 404), (who, path)
        for path in ("/accept", "/refuse", "/renew", "/wishes", "/end", "/move"):
            assert visitor.post(at(held, path)).status in (403, 404), (who, path)


def test_money_is_for_the_team_and_the_manager(app, cast, held, browser):
    for who, sees in ((cast.lin, True), (cast.meng, True), (cast.incubator, True), (cast.leader, False)):
        visitor = browser(who)
        page = visitor.get(at(held))
        assert ("Fees" in page.said) is sees, who
        assert visitor.get(at(held, "/agreement")).status == (200 if sees else 404)


@pytest.mark.parametrize(
    "path", ["/sign", "/cancel", "/annul", "/move", "/hand-outs", "/members", "/exit", "/fees/1", "/checks/1"]
)
def test_what_the_manager_does_the_team_cannot(app, cast, held, browser, path):
    assert browser(cast.lin).post(at(held, path)).status == 403


def test_a_part_of_another_tenancy_is_not_there(app, cast, held, browser):
    with app.app_context():
        other = in_a_room(cast.far, cast.incubator, approved(cast.far, team="乙"), a_workspace("202"))
        with unit("read"):
            line, check = queries.fee_lines(other)[0].id, queries.checks(other)[0].id
    manager = browser(cast.incubator)
    assert manager.post(at(held, f"/fees/{line}/paid")).status == 404
    assert manager.get(at(held, f"/checks/{check}")).status == 404
    assert manager.get(at(other, f"/checks/{check}")).status == 200


# -- Papers, keys, fees, checks -------------------------------------------------------------------------------


def test_the_signed_copy_is_kept_and_given_to_the_team(app, cast, held, browser):
    manager = browser(cast.incubator)
    manager.get(at(held))
    sent = manager.submit("/signed", files={"signed": (pdf("Agreement"), "协议.pdf")})
    assert sent.status == 303, sent.errors
    copy = browser(cast.meng).get(at(held, "/signed"))
    assert copy.response.mimetype == "application/pdf"
    assert browser(cast.leader).get(at(held, "/signed")).status == 404
    manager.get(at(held))
    wrong = manager.submit("/signed", files={"signed": (b"nothing", "协议.txt")})
    assert wrong.status == 422


def test_keys_go_out_and_come_back(app, cast, held, browser):
    manager = browser(cast.incubator)
    manager.get(at(held))
    assert manager.submit("/hand-outs", what="").status == 422
    assert manager.submit("/hand-outs", what="201 门钥匙 2 把", hand_note="林知夏").status == 303
    with app.app_context(), unit("read"):
        item = db.session.scalars(sa.select(HandOut)).one().id
    assert "201 门钥匙 2 把" in browser(cast.lin).get(at(held)).said
    manager.get(at(held))
    assert manager.submit(f"/hand-outs/{item}").status == 303
    with app.app_context(), unit("read"):
        assert db.session.get_one(HandOut, item).back_on == clock.today()
    manager.get(at(held))
    manager.submit(f"/hand-outs/{item}")
    with app.app_context(), unit("read"):
        assert db.session.get_one(HandOut, item).back_on is None, "a slip of the hand is undone"


def test_a_month_is_paid_and_waived_with_the_clause(app, cast, held, browser):
    with app.app_context(), unit("read"):
        line = queries.fee_lines(held)[0].id
    manager = browser(cast.incubator)
    manager.get(at(held))
    assert manager.submit(f"/fees/{line}/paid").status == 303
    manager.get(at(held, f"/fees/{line}"))
    too_much = manager.submit(f"/fees/{line}", waived="481", why="停电")
    assert too_much.status == 422 and "No more can be waived" in too_much.errors
    assert 'value="停电"' in too_much.text
    silent = manager.submit(f"/fees/{line}", waived="240", why="")
    assert silent.status == 422 and "Name the clause" in silent.errors
    assert manager.submit(f"/fees/{line}", waived="240", why="停电 15 天，后勤单 1127").status == 303
    with app.app_context(), unit("read"):
        found = db.session.get_one(FeeLine, line)
        assert (found.waived, found.why, found.paid_on) == (24000, "停电 15 天，后勤单 1127", clock.today())
    assert "停电 15 天" in browser(cast.lin).get(at(held)).said


def test_a_check_is_late_until_it_is_written_down(app, cast, held, browser, frozen):
    with later(frozen, 100):
        manager = browser(cast.incubator)
        page = manager.get(at(held))
        assert "The check of" in page.said and "is late" in page.said
        assert "黑土菌丝" in manager.get("/incubator/tenancies?tab=checks").said
        with app.app_context(), unit("read"):
            check = queries.checks(held)[0].id
        manager.get(at(held, f"/checks/{check}"))
        wrong = manager.submit(f"/checks/{check}", attendance="11", safety="8", activity="7", note="灭火器已换")
        assert wrong.status == 422 and "灭火器已换" in wrong.text
        facts = {"attendance": "9", "safety": "8", "activity": "7", "money": "18600.5", "people": "3"}
        sent = manager.submit(f"/checks/{check}", files={"photos": (PNG, "room.png")}, note="灭火器已换", **facts)
        assert sent.status == 303, sent.errors
        page = manager.get(at(held))
        assert "is late" not in page.said and "18,600.50" in page.said
        with app.app_context(), unit("read"):
            found = queries.checks(held)[0]
            assert (found.money, found.people, found.by_id) == (1860050, 3, cast.incubator.id)
            assert len(photos.of_checks([check])[check]) == 1
        assert manager.get("/incubator/checks").status == 303


def with_check(app, manager, held, *pictures) -> int:
    """The first check of this tenancy, written down with these photos; its id."""
    with app.app_context(), unit("read"):
        check = queries.checks(held)[0].id
    manager.get(at(held, f"/checks/{check}"))
    answer = manager.submit(
        f"/checks/{check}", attendance="9", safety="8", activity="7", note="走廊堆了纸箱", photos=chosen(*pictures)
    )
    assert answer.status == 303, answer.errors
    return check


def test_a_check_has_several_photos_for_who_sees_the_money_of_the_team(app, cast, held, browser):
    with app.app_context(), unit("write") as session:
        session.add(
            Endorsement(application_id=get(held).application_id, user_id=cast.mentor.id, kind=EndorsementKind.MENTOR)
        )
    manager = browser(cast.incubator)
    check = with_check(app, manager, held, ("a.png", png("red")), ("b.png", png("navy")))
    with app.app_context():
        draw_all()
        with unit("read"):
            other = queries.checks(held)[1].id
            first, second = (p.id for p in photos.of_checks([check])[check])
    picture = at(held, f"/checks/{check}/photos/{first}")
    thumbs = "//span[@class='thumbs']//img/@src"
    for who in (cast.incubator, cast.lin, cast.meng):
        person = browser(who)
        assert person.get(picture).status == 200, who.login
        assert person.get(at(held)).page.xpath(thumbs) == [
            at(held, f"/checks/{check}/photos/{p}") for p in (first, second)
        ]
    for who in (cast.mentor, cast.office):
        person = browser(who)
        assert person.get(picture).status == 404, who.login
        assert person.get(at(held)).page.xpath(thumbs) == []
    assert browser(cast.far).get(picture).status == 404
    for path in (f"/checks/{other}/photos/{first}", f"/checks/{check}/photos/{first + 1}", f"/checks/0/photos/{first}"):
        assert manager.get(at(held, path)).status == 404, path
        assert manager.post(at(held, f"{path}/remove")).status == 404, path
    team = browser(cast.lin)
    for act in ("remove", "caption"):
        assert team.post(f"{picture}/{act}", {"caption": "x"}).status == 403
    assert team.post(at(held, f"/checks/{check}"), {"photos": chosen(("c.png", png("gold")))}).status == 403
    manager.get(at(held, f"/checks/{check}"))
    assert manager.submit(f"/photos/{second}/caption", caption="纸箱").status == 303
    assert "纸箱" in manager.get(at(held)).page.xpath("//span[@class='thumbs']//img/@alt")
    manager.get(at(held, f"/checks/{check}"))
    assert manager.submit(f"/photos/{first}/remove").status == 303
    assert browser(cast.lin).get(picture).status == 404


def test_photos_of_a_check_that_are_refused_keep_what_was_typed(app, cast, held, browser):
    manager = browser(cast.incubator)
    check = with_check(
        app, manager, held, *((f"{c}.png", png(c)) for c in ("red", "navy", "gold", "teal", "pink", "blue"))
    )
    facts = {"attendance": "9", "safety": "8", "activity": "7", "note": "都好"}
    cases = (
        ([("a.png", png("gray")), ("b.jpg", b"text")], "b.jpg:"),
        ([(f"{n}.png", png("gray", (20 + n, 9))) for n in range(9)], "these are 9"),
        ([(f"{n}.png", png("gray", (20 + n, 9))) for n in range(3)], "there are 6 already"),
    )
    for pictures, says in cases:
        manager.get(at(held, f"/checks/{check}"))
        answer = manager.submit(f"/checks/{check}", photos=chosen(*pictures), **facts)
        assert answer.status == 422 and says in answer.errors and "都好" in answer.text
    assert manager.post(at(held, f"/checks/{check}"), {**facts, "photos": "a text"}).status == 303, (
        "no file is no photo"
    )
    with app.app_context(), unit("read"):
        assert len(photos.of_checks([check])[check]) == 6


def test_photos_of_a_tenancy_cost_one_query(app, cast, held, browser):
    manager, team = browser(cast.incubator), browser(cast.lin)
    with_check(app, manager, held, ("a.png", png("red")))
    one = len(team.get(at(held)).queries)
    with_check(app, manager, held, ("b.png", png("navy")), ("c.png", png("gold")))
    assert len(team.get(at(held)).queries) == one


def test_a_team_does_not_move_into_a_room_before_it_is_lent(app, cast, held, browser):
    with app.app_context():
        opens = clock.today() + timedelta(days=20)
        room = a_workspace("202", lent_from=opens)
    manager = browser(cast.incubator)
    page = manager.get(at(held, "/move"))
    assert "free from" in page.said
    early = manager.submit("/move", workspace=str(room), last_on=clock.today().isoformat())
    assert early.status == 422 and "202 is lent from" in early.said
    manager.get(at(held, "/move"))
    last = (opens - timedelta(days=1)).isoformat()
    assert manager.submit("/move", workspace=str(room), last_on=last).status == 303
    with app.app_context():
        assert sound() == []


# -- The team ------------------------------------------------------------------------------------------------


def test_a_wish_is_stored_and_answered(app, cast, held, browser):
    team, manager = browser(cast.lin), browser(cast.incubator)
    team.get(at(held))
    assert team.submit("/wishes", kind="members", wish="  ").status == 422
    team.get(at(held))
    assert team.submit("/wishes", kind="members", wish="那木罕加入做销售").status == 303
    page = team.get(at(held))
    assert "那木罕加入做销售" in page.said and "Wishes of the team" in page.said
    assert team.submit("/wishes", kind="members", wish="那木罕加入，孟归舟离开").status == 303
    team.get(at(held))
    assert team.submit("/wishes", kind="room", wish="二楼太吵").status == 303
    with app.app_context(), unit("read"):
        asked = list(reversed(queries.wishes(held)))
        assert [w.text for w in asked] == ["那木罕加入，孟归舟离开", "二楼太吵"], "asked again, it is changed"
        first, second = (w.id for w in asked)
        assert (notices(cast.incubator, "wish_members"), notices(cast.incubator, "wish_room")) == (1, 1)
    assert "asks for another room than 201" in manager.get("/incubator/").said
    assert "黑土菌丝" in manager.get("/incubator/tenancies?tab=wishes").said
    manager.get(at(held))
    refused = manager.submit(f"/wishes/{second}", **{f"wish{second}-done": "refuse"})
    assert refused.status == 422 and "Say why" in refused.said, "a no has a reason"
    assert manager.submit(f"/wishes/{second}", **{f"wish{second}-words": "二楼都满了"}).status == 303
    manager.get(at(held))
    assert manager.submit(f"/wishes/{first}", **{f"wish{first}-done": "grant"}).status == 303
    assert "二楼都满了" in team.get(at(held)).said
    assert team.post(f"/incubator/wishes/{first}", {f"wish{first}-done": "grant"}).status == 403
    again = manager.post(f"/incubator/wishes/{second}", {f"wish{second}-done": "grant"})
    assert again.status == 409, "it is answered"
    with app.app_context():
        assert (notices(cast.lin, "wish_granted"), notices(cast.meng, "wish_refused")) == (1, 1)
        assert sound() == []


def test_a_wish_nobody_answered_is_void_with_the_end(app, cast, held, browser):
    with app.app_context():
        tenancy_act(held, wishes.ask, cast.lin, WishKind.ROOM, "换到一楼")
        tenancy_act(held, service.end, cast.incubator, clock.today(), "x")
        with unit("read"):
            assert [w.status for w in queries.wishes(held)] == [WishState.REFUSED]
    assert browser(cast.lin).post(at(held, "/wishes"), {"kind": "room", "wish": "x"}).status == 409


def test_members_change_with_the_managers_yes(app, cast, held, browser):
    manager = browser(cast.incubator)
    manager.get(at(held))
    assert manager.submit("/members", who="nobody at all").status == 422
    assert manager.submit("/members", who="2023020208", part="销售").status == 303
    assert "那木罕" in browser(cast.far).get(at(held)).said
    with app.app_context(), unit("read"):
        members = get(held).application.members
        gone = next(m.id for m in members if m.student_id == cast.meng.student_id)
        assert next(m for m in members if m.student_id == cast.far.student_id).answer is Answer.CONFIRMED
    manager.get(at(held))
    assert manager.submit(f"/members/{gone}/leave").status == 303
    assert browser(cast.meng).get(at(held)).status == 404
    manager.get(at(held))
    assert manager.submit("/members", who="赵阿姨", outside="y").status == 303
    assert "赵阿姨" in manager.get(at(held)).said


# -- Another room, the end ---------------------------------------------------------------------------------------


def test_a_change_of_room_ends_one_and_begins_another_the_day_after(app, cast, held, browser):
    with app.app_context():
        room, taken = a_workspace("202", fee=60000), a_workspace("203")
        in_a_room(cast.far, cast.incubator, approved(cast.far, team="乙"), taken)
    manager = browser(cast.incubator)
    page = manager.get(at(held, "/move"))
    assert [r.get("value") for r in page.page.xpath("//input[@name='workspace']")] == [str(room)]
    assert "taken until the end of the term203" in page.said
    refused = manager.post(at(held, "/move"), {"workspace": str(taken), "last_on": clock.today().isoformat()})
    assert refused.status == 422 and "乙 has it" in refused.said
    manager.get(at(held, "/move"))
    sent = manager.submit("/move", workspace=str(room))
    assert sent.status == 303, sent.errors
    new = int(sent.location.rpartition("/")[2])
    assert manager.post(at(held, "/move"), {"workspace": str(room), "last_on": "2026-11-24"}).location == sent.location
    with app.app_context(), unit("read"):
        old, now = get(held), get(new)
        assert (old.status, old.ends_on, now.begins_on) == (
            TenancyState.ENDED,
            clock.today(),
            clock.today() + timedelta(days=1),
        )
        assert (now.status, now.ends_on, now.number) == (
            TenancyState.ACTIVE,
            term_end(clock.today(), 12),
            "ZY-2026-003",
        )
        assert now.application.status is ApplicationState.HOUSED
        assert len(queries.fee_lines(held)) == 1 and len(queries.fee_lines(new)) == 11, "a month is paid once"
        assert len(queries.checks(held)) == 0 and len(queries.checks(new)) == 4
        assert queries.exit_record(held) is None, "who only changes the room has not left"
    with app.app_context():
        assert notices(cast.meng, "moved_room") == 1
        assert sound() == []


def planned(cast, held: int, room: int, days: int = 30) -> int:
    """The team moves into this room in so many days."""
    return tenancy_act(held, moves.change_room, cast.incubator, room, clock.today() + timedelta(days=days))


def test_a_change_of_room_is_planned_and_comes_about_by_itself(app, cast, held, browser, frozen):
    with app.app_context():
        room = a_workspace("202", fee=60000)
        tenancy_act(held, wishes.ask, cast.lin, WishKind.ROOM, "要大一点的")
    manager, team = browser(cast.incubator), browser(cast.lin)
    last = clock.today() + timedelta(days=29)
    assert "要大一点的" in manager.get(at(held, "/move")).said
    sent = manager.submit("/move", workspace=str(room), last_on=last.isoformat())
    assert sent.status == 303, sent.errors
    new = int(sent.location.rpartition("/")[2])
    again = manager.post(at(held, "/move"), {"workspace": str(room), "last_on": last.isoformat()})
    assert again.location == sent.location, "sent twice is planned once"
    with app.app_context(), unit("read"):
        old, later_ = get(held), get(new)
        assert (old.status, old.ends_on) == (TenancyState.ACTIVE, last)
        assert (later_.status, later_.begins_on) == (TenancyState.PLANNED, last + timedelta(days=1))
        assert later_.ends_on == term_end(clock.today(), 12) and later_.number == "ZY-2026-002" and later_.terms_id
        assert (len(queries.fee_lines(held)), len(queries.fee_lines(new))) == (1, 11)
        assert [w.status for w in queries.wishes(held)] == [WishState.GRANTED], "the wish is met by the move"
        assert notices(cast.meng, "moves_room") == 1
        assert sound() == []
    assert "the team is in 202" in team.get(at(held)).said
    assert "you are in 202" in team.get("/incubator/").said
    page = team.get(at(new))
    assert "The team moves in on" in page.said and not page.has_form("/unplan")
    assert team.post(at(held, "/renew"), {"until_on": "2027-02-01", "why": "x"}).status == 409
    assert "黑土菌丝" in manager.get("/incubator/tenancies?tab=planned").said
    taken = manager.post(at(held, "/move"), {"workspace": str(room), "last_on": clock.today().isoformat()})
    assert taken.status == 422 and "Take that back first" in taken.said
    with app.app_context(), later(frozen, 29), unit("write"):
        tell_ends()
        expire_tenancies()
    with app.app_context(), unit("read"):
        assert get(new).status is TenancyState.PLANNED and notices(cast.lin, "ends_30") == 0, "it is no end"
    with app.app_context(), later(frozen, 31):
        with unit("write"):
            expire_tenancies()
        with unit("read"):
            assert (get(held).status, get(new).status) == (TenancyState.ENDED, TenancyState.ACTIVE)
            assert get(new).application.status is ApplicationState.HOUSED and queries.exit_record(held) is None
            assert notices(cast.lin, "moved_room") == 1
            assert sound() == []


def test_a_planned_move_is_called_off_unless_the_old_room_is_promised(app, cast, held, browser):
    with app.app_context():
        new = planned(cast, held, a_workspace("202"))
    manager = browser(cast.incubator)
    manager.get(at(new))
    assert manager.submit("/unplan").status == 303
    assert manager.post(at(new, "/unplan"), {}).status == 303, "called off twice is called off"
    with app.app_context():
        with unit("read"):
            assert (get(held).ends_on, get(new).status) == (term_end(clock.today(), 12), TenancyState.CANCELLED)
            assert (len(queries.fee_lines(held)), len(queries.fee_lines(new))) == (12, 0)
            assert len(queries.checks(held)) == 4
            assert notices(cast.lin, "stays_in_room") == 1
            old = get(held).workspace_id
        new = planned(cast, held, a_workspace("203"))
        an_offer(cast.incubator, approved(cast.far, team="乙"), old, clock.today() + timedelta(days=60), months=3)
    manager.get(at(new))
    refused = manager.submit("/unplan")
    assert refused.status == 422 and "乙 has it" in refused.said
    with app.app_context(), unit("read"):
        assert get(new).status is TenancyState.PLANNED
        assert sound() == []


def test_a_move_is_not_called_off_when_the_old_room_is_lent_no_more(app, cast, held, browser):
    with app.app_context():
        new = planned(cast, held, a_workspace("202"))
        with unit("write") as session:
            session.get_one(Workspace, get(held).workspace_id).retired_on = clock.today() + timedelta(days=40)
    manager = browser(cast.incubator)
    manager.get(at(new))
    refused = manager.submit("/unplan")
    assert refused.status == 422 and "201 is lent until" in refused.said
    with app.app_context(), unit("read"):
        assert get(new).status is TenancyState.PLANNED


def test_a_check_that_goes_along_into_another_room_was_not_written_down_by_that(app, cast, held, browser):
    with app.app_context():
        new = planned(cast, held, a_workspace("202"))
    assert "was written down" not in browser(cast.lin).get(at(new, "/history")).said


@pytest.mark.parametrize("early", [True, False])
def test_who_leaves_before_the_move_does_not_move(app, cast, held, early):
    with app.app_context():
        new = planned(cast, held, a_workspace("202"))
        if early:
            tenancy_act(held, service.leave_early, cast.lin, clock.today() + timedelta(days=20), "毕业")
        else:
            tenancy_act(held, service.end, cast.incubator, clock.today(), "x")
        with unit("read"):
            assert (get(new).status, len(queries.fee_lines(new))) == (TenancyState.CANCELLED, 0)
            assert sound() == []


def test_the_day_of_the_yes_and_of_the_signature_are_kept(app, cast, browser, frozen):
    with app.app_context():
        id_ = an_offer(cast.incubator, approved(cast.lin), a_workspace("201"))
        with later(frozen, 2):
            tenancy_act(id_, service.accept, cast.lin)
        with later(frozen, 5):
            tenancy_act(id_, service.sign, cast.incubator)
        with unit("read"):
            found = get(id_)
            assert found.accepted_on == clock.today() + timedelta(days=2)
            assert found.signed_on == clock.today() + timedelta(days=5)
    page = browser(cast.lin).get(at(id_))
    track = " ".join(page.page.xpath("//ol[contains(@class,'track')]")[0].text_content().split())
    assert "Offered Nov 24" in track.replace("Offered", "Offered ").replace("  ", " ") and "Signed" in track


def test_who_did_what_is_told_to_the_team_and_to_nobody_else(app, cast, held, browser):
    manager = browser(cast.incubator)
    manager.get(at(held))
    manager.submit("/hand-outs", what="房门钥匙")
    with app.app_context(), unit("read"):
        line = queries.fee_lines(held)[0].id
    manager.post(at(held, f"/fees/{line}/paid"), {})
    said = browser(cast.meng).get(at(held, "/history")).said
    for words in (
        "The room was offered",
        "The team said yes",
        "Signed",
        "Handed out: 房门钥匙",
        "Fee of Nov 2026 paid",
    ):
        assert words in said
    assert cast.incubator.name in said
    assert browser(cast.far).get(at(held, "/history")).status == 404
    assert browser(cast.leader).get(at(held, "/history")).status == 404


def test_the_manager_ends_it_and_the_firm_is_followed(app, cast, held, browser, frozen):
    with later(frozen, 45):
        manager = browser(cast.incubator)
        manager.get(at(held, "/end"))
        assert manager.submit("/end", on="2020-01-01", left_why="搬到市里").status == 422
        sent = manager.submit("/end", on=clock.today().isoformat(), left_why="搬到市里")
        assert sent.location == at(held, "/exit")
        with app.app_context(), unit("read"):
            assert (get(held).ends_on, get(held).left_why) == (clock.today(), "搬到市里")
            assert get(held).application.status is ApplicationState.LEFT
            assert len(queries.fee_lines(held)) == 2
            assert queries.checks(held) == []
        manager.get(at(held, "/exit"))
        done = manager.submit(
            "/exit", list_done=["keys", "clean"], registered="y", employed="4", became="Sells mushrooms"
        )
        assert done.status == 303, done.errors
    with later(frozen, 45 + 190):
        manager = browser(cast.incubator)
        assert "黑土菌丝" in manager.get("/incubator/tenancies?tab=followup").said
        page = manager.get(at(held, "/exit"))
        assert page.page.xpath("//input[@value='keys']")[0].get("checked") is not None
        assert manager.submit("/exit", alive_6="1").status == 303
        assert (
            "黑土菌丝" not in manager.get("/incubator/tenancies?tab=followup").page.xpath("//section")[0].text_content()
        )
        with app.app_context(), unit("read"):
            record = db.session.scalars(sa.select(ExitRecord)).one()
            assert (record.people, record.registered, record.alive_6, record.alive_12) == (4, True, True, None)
    with app.app_context():
        assert sound() == []


def test_the_exit_list_knows_what_is_still_out(app, cast, held, browser):
    manager = browser(cast.incubator)
    manager.get(at(held))
    manager.submit("/hand-outs", what="房门钥匙")
    with app.app_context():
        tenancy_act(held, service.end, cast.incubator, clock.today(), "x")
        with unit("read"):
            key = queries.hand_outs(held)[0].id
    assert "6 lines of the exit list are open" in manager.get("/incubator/").said
    page = manager.get(at(held, "/exit"))
    assert "房门钥匙" in page.said and "Fee of Nov 2026" in page.said
    facts = {"employed": "2", "became": "", "list_done": ["keys", "fees", "clean"]}
    refused = manager.post(at(held, "/exit"), facts)
    assert refused.status == 422 and "still out" in refused.errors and "still unpaid" in refused.errors
    back = manager.post(at(held, f"/hand-outs/{key}?then=exit"), {})
    assert back.location.endswith("/exit")
    with app.app_context(), unit("read"):
        lines = [line.id for line in queries.unpaid(held)]
    for line in lines:
        manager.post(at(held, f"/fees/{line}/paid?then=exit"), {})
    assert manager.post(at(held, "/exit"), facts).status == 303


def test_the_key_of_the_room_before_is_asked_for(app, cast, held, browser):
    manager = browser(cast.incubator)
    manager.get(at(held))
    manager.submit("/hand-outs", what="房门钥匙")
    with app.app_context():
        tenancy_act(held, moves.change_room, cast.incubator, a_workspace("202"), clock.today())
    assert "has not given back 1 thing of 201" in manager.get("/incubator/").said


def test_nobody_pays_for_days_before_the_yes(app, cast, browser, frozen):
    with app.app_context():
        id_ = an_offer(cast.incubator, approved(cast.lin), a_workspace("201"))
        end = get(id_).ends_on
        with later(frozen, 3):
            tenancy_act(id_, service.accept, cast.lin)
        with unit("read"):
            assert (get(id_).begins_on, get(id_).ends_on) == (clock.today() + timedelta(days=3), end)


def test_only_the_lead_gives_up_a_room_that_was_accepted(app, cast, browser):
    with app.app_context():
        id_ = an_offer(cast.incubator, approved(cast.lin, members=[cast.meng]), a_workspace("201"))
    assert browser(cast.meng).post(at(id_, "/accept"), {}).status == 303
    assert browser(cast.meng).post(at(id_, "/refuse"), {}).status == 403
    assert browser(cast.lin).post(at(id_, "/refuse"), {}).status == 303


def test_the_team_leaves_early_with_a_notice_of_fifteen_days(app, cast, held, browser, frozen):
    team = browser(cast.lin)
    team.get(at(held, "/end"))
    short = team.submit("/end", on=(clock.today() + timedelta(days=3)).isoformat(), left_why="毕业")
    assert short.status == 422 and "at least 15 days" in short.errors
    last = clock.today() + timedelta(days=20)
    assert team.submit("/end", on=last.isoformat(), left_why="毕业").status == 303
    assert browser(cast.meng).get(at(held, "/end")).status == 403, "only who began it"
    with app.app_context():
        assert notices(cast.incubator, "leaves") == 1
        with unit("read"):
            assert (get(held).status, get(held).ends_on) == (TenancyState.ACTIVE, last)
        with later(frozen, 21), unit("write"):
            expire_tenancies()
        with unit("read"):
            assert (get(held).status, get(held).left_on, get(held).left_why) == (TenancyState.ENDED, last, "毕业")
        assert sound() == []


def test_an_agreement_that_has_not_begun_is_taken_back_and_the_team_waits_again(app, cast, browser):
    with app.app_context():
        room, team = a_workspace("201"), approved(cast.lin)
        id_ = in_a_room(cast.lin, cast.incubator, team, room, begins_on=clock.today() + timedelta(days=30))
    manager = browser(cast.incubator)
    manager.get(at(id_))
    assert manager.submit("/annul", annul_why="").status == 422
    assert manager.post(at(id_, "/end"), {"on": clock.today().isoformat(), "left_why": "x"}).status in (403, 422)
    manager.get(at(id_))
    assert manager.submit("/annul", annul_why="屋顶漏水。").status == 303
    with app.app_context():
        with unit("read"):
            assert db.session.get_one(Application, team).status is ApplicationState.APPROVED
        assert sound() == []
        an_offer(cast.incubator, team, room)  # the room is free again, and so is the team


# -- Notices, lists ---------------------------------------------------------------------------------------------


def test_the_end_is_told_three_times_and_each_once(app, cast, held, frozen):
    told = []
    for day in range(295, 366, 1):
        with app.app_context(), later(frozen, day):
            for _again in range(2):
                with unit("write"):
                    tell_ends()
            if (now := sum(notices(cast.lin, f"ends_{n}") for n in (60, 30, 15))) > len(told):
                told += [day] * (now - len(told))
    with app.app_context(), unit("read"):
        end = (get(held).ends_on - clock.today()).days
    assert told == [end - 60, end - 30, end - 15]
    with app.app_context():
        assert notices(cast.meng, "ends_60") == 1


def test_a_longer_term_is_told_about_again(app, cast, held, frozen):
    with app.app_context():
        with later(frozen, 310), unit("write"):
            tell_ends()
        assert notices(cast.lin, "ends_60") == 1
        with unit("write"):
            get(held).ends_on += timedelta(days=200)
        with later(frozen, 400), unit("write"):
            tell_ends()
        assert notices(cast.lin, "ends_60") == 1
        with later(frozen, 510), unit("write"):
            tell_ends()
        assert notices(cast.lin, "ends_60") == 2


def test_the_list_has_its_tabs_a_search_and_a_spreadsheet(app, cast, held, browser):
    with app.app_context():
        an_offer(cast.incubator, approved(cast.far, team="湿地影像"), a_workspace("202"))
    manager = browser(cast.incubator)
    page = manager.get("/incubator/tenancies")
    assert "黑土菌丝" in page.said and "湿地影像" not in page.said
    assert "湿地影像" in manager.get("/incubator/tenancies?tab=offered").said
    assert "黑土菌丝" in manager.get("/incubator/tenancies?q=zy-2026-001").said
    assert "Nothing matches" in manager.get("/incubator/tenancies?q=nothing").said
    for tab in ("planned", "soon", "renewals", "wishes", "checks", "ended", "followup"):
        assert manager.get(f"/incubator/tenancies?tab={tab}").status == 200
    sheet = manager.get("/incubator/tenancies/export.xlsx?tab=offered")
    assert sheet.response.data[:2] == b"PK"
    assert "湿地影像" in browser(cast.far).get("/incubator/tenancies?tab=offered").said
    assert "黑土菌丝" not in browser(cast.far).get("/incubator/tenancies").said


def test_a_blocked_period_cannot_be_laid_over_a_tenancy(app, cast, held):
    with app.app_context():
        with unit("read"):
            room = get(held).workspace_id
        with pytest.raises(sa.exc.IntegrityError, match="ex_tenancy_room"):
            a_block(room, clock.today(), clock.today())


def test_the_page_takes_the_same_number_of_queries_with_more_on_it(app, cast, held, browser):
    manager = browser(cast.incubator)
    few = len(manager.get(at(held)).queries)
    with app.app_context():
        for n in range(6):
            tenancy_act(held, service.hand_out, cast.incubator, f"钥匙 {n}", "")
    assert len(manager.get(at(held)).queries) == few


def test_a_waived_amount_that_is_no_number_is_refused(app, cast, held, browser):
    with app.app_context(), unit("read"):
        line = queries.fee_lines(held)[0].id
    manager = browser(cast.incubator)
    for typed in ("nan", "inf", "-1"):
        manager.get(at(held, f"/fees/{line}"))
        assert manager.submit(f"/fees/{line}", waived=typed, why="条款").status == 422, typed


def test_words_where_a_file_should_be_are_no_file(app, cast, held, browser):
    answer = browser(cast.incubator).post(at(held, "/signed"), {"signed": "no file"})
    assert answer.status == 422 and "Choose a file" in answer.errors
