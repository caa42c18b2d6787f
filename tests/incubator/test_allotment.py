"""Teams and rooms side by side: what fits, what is suggested, several at once, and who was quicker."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from blueprints.core import clock
from blueprints.core.db import db, unit
from blueprints.incubator.models import Application, Kind, Tenancy
from blueprints.incubator.service import renewal as renewals
from blueprints.incubator.service import tenancy as service
from tests.incubator.rooms import a_block, a_workspace, an_offer, approved, in_a_room, more_students, sound, tenancy_act


def offered() -> list[tuple[int, int]]:
    with unit("read"):
        query = sa.select(Tenancy.application_id, Tenancy.workspace_id).order_by(Tenancy.workspace_id)
        return [tuple(row) for row in db.session.execute(query)]


def radios(answer) -> set[tuple[str, str]]:
    return {(r.get("name"), r.get("value")) for r in answer.page.xpath("//input[@type='radio']")}


def test_only_what_can_be_has_a_button_and_the_rest_says_why(app, cast, browser):
    with app.app_context():
        team = approved(cast.lin, team="豆香记", needs_water=True, needs_access=True, seats=5)
        good = a_workspace("201", water=True, accessible=True)
        dry, small = a_workspace("202", accessible=True), a_workspace("203", water=True, accessible=True, seats=2)
        blocked = a_workspace("204", water=True, accessible=True)
        a_block(blocked, clock.today(), clock.today() + timedelta(days=300), "消防改造")
        other = approved(cast.meng, team="乙", seats=2)
    page = browser(cast.incubator).get("/incubator/allotment")
    assert (f"pair_{team}", str(good)) in radios(page)
    assert not {(f"pair_{team}", str(w)) for w in (dry, small, blocked)} & radios(page)
    assert (f"pair_{other}", str(dry)) in radios(page)
    assert "no water" in page.said and "too small" in page.said
    assert "blocked: 消防改造" not in page.said, "a room that nobody can have takes no place"


def test_a_room_that_comes_free_soon_can_be_waited_for(app, cast, browser):
    with app.app_context():
        room = a_workspace("201")
        in_a_room(cast.meng, cast.incubator, approved(cast.meng, team="乙"), room, months=1)
        team = approved(cast.lin)
    page = browser(cast.incubator).get("/incubator/allotment")
    assert (f"pair_{team}", str(room)) in radios(page)
    assert "Can wait" in page.said and "30 days later" in page.said


def test_suggesting_goes_by_the_order_and_confirming_offers_them_all(app, cast, browser):
    with app.app_context():
        first = approved(cast.lin, team="甲", points=9000)
        second = approved(cast.meng, team="乙", points=8000)
        third = approved(cast.far, team="丙", points=7000, seats=2)
        large, small = a_workspace("201", seats=6), a_workspace("202", seats=4)
    manager = browser(cast.incubator)
    page = manager.get("/incubator/allotment?suggest=1")
    assert f'name="pair_{first}" value="{small}"' in page.text, "no larger than need be"
    assert f'name="pair_{second}" value="{large}"' in page.text
    assert page.page.xpath("//rect[contains(@class, 'new')]"), "the bars are drawn before anything is sent"
    assert "to 甲, here" in page.said
    sent = manager.submit("/incubator/allot")
    assert sent.status == 303, sent.errors
    with app.app_context():
        assert sorted(offered()) == sorted([(first, small), (second, large)])
        assert sound() == []
    assert "丙" in manager.get("/incubator/allotment").said
    with app.app_context():
        assert third not in {team for team, _room in offered()}


def test_a_room_whose_team_asks_to_stay_is_not_suggested_and_says_so(app, cast, browser):
    with app.app_context():
        held = in_a_room(cast.meng, cast.incubator, approved(cast.meng, team="乙"), a_workspace("201"), months=1)
        team = approved(cast.lin)
    page = browser(cast.incubator).get("/incubator/allotment?suggest=1")
    assert f'name="pair_{team}"' in page.text and "checked" in page.text
    with app.app_context():
        until = clock.today() + timedelta(days=90)
        tenancy_act(held, renewals.ask, cast.meng, until, "还想留")
    page = browser(cast.incubator).get("/incubator/allotment?suggest=1")
    assert "乙 asks to stay" in page.said and "checked" not in page.text


def test_who_was_quicker_is_named_and_nothing_of_the_rest_is_sent(app, cast, browser):
    with app.app_context():
        first, second = approved(cast.lin, team="甲"), approved(cast.meng, team="乙")
        third = approved(cast.far, team="丙")
        room, other = a_workspace("201"), a_workspace("202")
    manager = browser(cast.incubator)
    manager.get(f"/incubator/allotment?pair_{first}={room}&pair_{second}={other}")
    with app.app_context():
        an_offer(cast.incubator, third, room)
    answer = manager.submit("/incubator/allot")
    assert answer.status == 422
    assert "甲 cannot have 201: 丙 has it" in answer.said
    assert f'name="pair_{second}" value="{other}"' in answer.text, "what can still be stays put together"
    with app.app_context():
        assert offered() == [(third, room)]


def test_pairs_may_be_sent_as_lines(app, cast, browser):
    with app.app_context():
        first, room = approved(cast.lin, team="甲"), a_workspace("201")
    manager = browser(cast.incubator)
    day = clock.today().isoformat()
    bad = manager.post("/incubator/allot", {"pairs": f"{first}:{room}:tomorrow:never", "answer_by": day})
    assert bad.status == 422 and "A line is" in bad.said
    line = f"{first}:{room}:{day}:2027-06-30"
    assert manager.post("/incubator/allot", {"pairs": line, "answer_by": day}).status == 303
    with app.app_context():
        assert offered() == [(first, room)]


def test_days_that_do_not_work_are_refused_and_keep_what_was_typed(app, cast, browser):
    with app.app_context():
        first, room = approved(cast.lin, team="甲"), a_workspace("201")
    manager = browser(cast.incubator)
    manager.get(f"/incubator/allotment?pair_{first}={room}")
    past = manager.submit("/incubator/allot", **{f"from_{first}": "2020-01-01"})
    assert past.status == 422 and "begin today or later" in past.said
    manager.get(f"/incubator/allotment?pair_{first}={room}")
    late = manager.submit("/incubator/allot", answer_by="2020-01-01", **{f"until_{first}": "2027-05-05"})
    assert late.status == 422 and "between today and 60 days" in late.errors
    assert 'value="2027-05-05"' in late.text
    with app.app_context():
        assert offered() == []


def test_only_the_manager_allots(app, cast, browser):
    for who in (cast.lin, cast.leader, cast.office, cast.mentor, cast.president, cast.shen):
        visitor = browser(who)
        assert visitor.get("/incubator/allotment").status == 403
        assert visitor.post("/incubator/allotment", {"pair_1": "1"}).status == 403


def test_the_page_takes_the_same_number_of_queries_with_more_teams_and_rooms(app, cast, browser):
    with app.app_context():
        approved(cast.lin)
        a_workspace("201")
    manager = browser(cast.incubator)
    few = len(manager.get("/incubator/allotment?suggest=1").queries)
    with app.app_context():
        for n, who in enumerate(more_students(8, cast.lin)):
            approved(who, team=f"队 {n}")
        for n in range(8):
            room = a_workspace(f"3{n:02}", kind=Kind.WORKSHOP)
            a_block(room, clock.today(), clock.today() + timedelta(days=3))
    assert len(manager.get("/incubator/allotment?suggest=1").queries) == few


def test_a_team_that_has_left_or_withdrawn_is_not_there_and_one_whose_offer_came_back_is(app, cast, browser):
    with app.app_context():
        first = approved(cast.lin, team="甲队")
        id_ = an_offer(cast.incubator, first, a_workspace("201"))
    manager = browser(cast.incubator)
    assert "甲队" not in manager.get("/incubator/allotment").said
    with app.app_context():
        tenancy_act(id_, service.cancel, cast.incubator)
        with unit("read"):
            assert db.session.get_one(Application, first).refusals == 0
    assert "甲队" in manager.get("/incubator/allotment").said


def test_lines_with_days_at_the_end_of_the_calendar_are_refused_with_a_sentence(app, cast, browser):
    with app.app_context():
        team, room = approved(cast.lin, seats=2), a_workspace("201")
    manager, day = browser(cast.incubator), clock.today().isoformat()
    for days in ("9999-12-31:9999-12-31", "9999-01-01:9999-06-30", f"{day}:9999-12-31", "0001-01-01:9999-12-31"):
        answer = manager.post("/incubator/allot", {"pairs": f"{team}:{room}:{days}", "answer_by": day})
        assert answer.status == 422, days
        assert "do not work" in answer.said or "months at most" in answer.said, days
    with app.app_context():
        assert offered() == []
