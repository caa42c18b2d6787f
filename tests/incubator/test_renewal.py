"""A team asks to stay; the answer, its reason, and what is promised to others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.core import clock
from blueprints.core.db import db, unit
from blueprints.core.workflow import WrongState
from blueprints.incubator.fitting import DAY, term_end
from blueprints.incubator.models import Tenancy, WishState
from blueprints.incubator.queries import tenancy as queries
from blueprints.incubator.service import renewal as renewals
from blueprints.incubator.service import tenancy as service
from tests.incubator.rooms import a_workspace, an_offer, approved, sound, tenancy_act
from tests.incubator.test_tenancy import at, get, held, notices  # noqa: F401 (a fixture)


def test_a_team_asks_the_manager_grants_and_the_months_are_added(app, cast, held, browser):  # noqa: F811
    with app.app_context(), unit("read"):
        end = get(held).ends_on
    team, manager = browser(cast.meng), browser(cast.incubator)
    team.get(at(held))
    early = team.submit("/renew", until_on=clock.today().isoformat(), why="订单还在")
    assert early.status == 422 and "订单还在" in early.text
    until = term_end(end + DAY, 6)
    assert team.submit("/renew", until_on=until.isoformat(), why="订单还在").status == 303
    assert "has not answered yet" in team.get(at(held)).said
    assert "黑土菌丝" in manager.get("/incubator/tenancies?tab=renewals").said
    page = manager.get(at(held))
    assert "订单还在" in page.said
    with app.app_context(), unit("read"):
        renewal = queries.open_renewal(held).id
    assert manager.submit(f"/renewals/{renewal}", outcome="grant", answer="").status == 422
    manager.get(at(held))
    assert manager.submit(f"/renewals/{renewal}", outcome="grant", answer="考核都好。").status == 303
    with app.app_context():
        with unit("read"):
            assert get(held).ends_on == until
            assert len(queries.fee_lines(held)) == 18
            assert len(queries.checks(held)) == 6
        assert notices(cast.lin, "renewal_granted") == notices(cast.meng, "renewal_granted") == 1
        assert sound() == []


def test_what_is_promised_to_others_stays_theirs(app, cast, held, browser):  # noqa: F811
    with app.app_context():
        with unit("read"):
            end, room = get(held).ends_on, get(held).workspace_id
        an_offer(cast.incubator, approved(cast.far, team="湿地影像", from_on=end), room, begins_on=end + DAY, months=3)
        renewal = tenancy_act(held, renewals.ask, cast.lin, end + timedelta(days=30), "再给一个月")
    manager = browser(cast.incubator)
    page = manager.get(at(held))
    assert "湿地影像 has it" in page.said
    answer = manager.submit(f"/renewals/{renewal}", outcome="grant", answer="好。")
    assert answer.status == 422 and "This cannot be" in answer.said and 'value="好。"' in answer.text
    assert manager.submit(f"/renewals/{renewal}", outcome="refuse", answer="已经答应别的团队。").status == 303
    with app.app_context(), unit("read"):
        assert get(held).ends_on == end
        assert queries.renewals(held)[0].status is WishState.REFUSED
    assert "已经答应别的团队。" in browser(cast.lin).get(at(held)).said


def test_asked_again_the_question_is_changed(app, cast, held):  # noqa: F811
    with app.app_context():
        with unit("read"):
            end = get(held).ends_on
        one = tenancy_act(held, renewals.ask, cast.lin, end + timedelta(days=30), "一个月")
        two = tenancy_act(held, renewals.ask, cast.meng, end + timedelta(days=60), "两个月")
        assert one == two
        assert notices(cast.incubator, "renewal_asked") == 1


def test_a_question_is_void_when_the_tenancy_ends(app, cast, held, browser):  # noqa: F811
    with app.app_context():
        with unit("read"):
            end = get(held).ends_on
        renewal = tenancy_act(held, renewals.ask, cast.lin, end + timedelta(days=30), "一个月")
        tenancy_act(held, service.end, cast.incubator, clock.today(), "搬走")
        with unit("read"):
            assert queries.renewals(held)[0].status is WishState.REFUSED
        assert sound() == []
        with pytest.raises(WrongState):
            tenancy_act(held, renewals.ask, cast.lin, end + timedelta(days=30), "又想留下")
    answer = browser(cast.incubator).post(f"/incubator/renewals/{renewal}", {"outcome": "grant", "answer": "好"})
    assert answer.status == 409
    with app.app_context(), unit("read"):
        assert db.session.get_one(Tenancy, held).ends_on == clock.today()


def test_only_the_team_asks_and_only_the_manager_answers(app, cast, held, browser):  # noqa: F811
    with app.app_context():
        with unit("read"):
            end = get(held).ends_on
        renewal = tenancy_act(held, renewals.ask, cast.lin, end + timedelta(days=30), "一个月")
    facts = {"until_on": (end + timedelta(days=9)).isoformat(), "why": "x"}
    assert browser(cast.leader).post(at(held, "/renew"), facts).status == 403
    assert browser(cast.far).post(at(held, "/renew"), facts).status == 404
    for who in (cast.lin, cast.leader, cast.office):
        assert browser(who).post(f"/incubator/renewals/{renewal}", {"outcome": "grant", "answer": "x"}).status == 403


def test_a_room_for_a_term_from_the_day_after_the_end_can_be_offered_to_another(app, cast, held):  # noqa: F811
    with app.app_context():
        with unit("read"):
            end, room = get(held).ends_on, get(held).workspace_id
        an_offer(cast.incubator, approved(cast.far, team="乙"), room, begins_on=end + DAY)
        assert sound() == []
        other = a_workspace("202")
        assert other != room
