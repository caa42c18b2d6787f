"""A room is offered, taken, turned down, forgotten; the next in line gets it by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.accounts.models import Notice
from blueprints.core import audit, clock
from blueprints.core.access import Denied
from blueprints.core.db import db, unit
from blueprints.incubator.fitting import Hindrance, Need, Room, Taken, add_months, due_days, fit, months_of, term_end
from blueprints.incubator.jobs_tenancy import expire_tenancies, lapse_offers
from blueprints.incubator.models import Application, ApplicationState, Kind, Noise, Power, Tenancy, TenancyState
from blueprints.incubator.queries import tenancy as queries
from blueprints.incubator.service import offer as offers
from blueprints.incubator.service import tenancy as service
from tests.incubator.rooms import a_block, a_workspace, an_offer, approved, in_a_room, sound, tenancy_act

DAY = date(2026, 11, 24)
NEED = Need(Kind.STUDIO, 4, None, 12)
ROOM = Room(Kind.STUDIO, 6, Power.V220, False, Noise.NORMAL, False)


def notices(who) -> list[str]:
    with unit("read"):
        return list(db.session.scalars(sa.select(Notice.kind).where(Notice.user_id == who.id).order_by(Notice.id)))


def tenancies() -> list[Tenancy]:
    return list(db.session.scalars(sa.select(Tenancy).order_by(Tenancy.id)))


def later(frozen, days: int):
    return clock.told(frozen + timedelta(days=days))


# -- Does it fit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("need", "what"),
    [
        ({"seats": 7}, Hindrance.SEATS),
        ({"water": True}, Hindrance.WATER),
        ({"v380": True}, Hindrance.POWER),
        ({"quiet": True}, Hindrance.NOISE),
        ({"access": True}, Hindrance.ACCESS),
    ],
)
def test_what_is_asked_for_and_cannot_be_there_is_a_hindrance(need, what):
    found = fit(Need(**{**vars(NEED), **need}), ROOM, [], DAY, 12)
    assert found.hindrances == (what,)
    assert not found.fits


def test_a_room_that_is_taken_fits_from_the_day_after_and_one_taken_for_long_does_not():
    soon = fit(NEED, ROOM, [Taken(DAY, DAY + timedelta(days=29))], DAY, 12)
    assert (soon.begins_on, soon.waits) == (DAY + timedelta(days=30), 30)
    assert soon.ends_on == term_end(DAY + timedelta(days=30), 12)
    late = fit(NEED, ROOM, [Taken(DAY, DAY + timedelta(days=200))], DAY, 12)
    assert (late.fits, late.free_from) == (False, DAY + timedelta(days=201))


def test_a_room_fits_only_from_the_day_on_which_it_is_lent():
    opens = replace(ROOM, lent_from=DAY + timedelta(days=30))
    assert fit(NEED, opens, [], DAY, 12).begins_on == opens.lent_from
    assert fit(NEED, opens, [Taken(DAY, opens.lent_from)], DAY, 12).begins_on == opens.lent_from + timedelta(days=1)
    assert fit(replace(NEED, from_on=DAY + timedelta(days=60)), opens, [], DAY, 12).waits == 0
    late = fit(NEED, replace(ROOM, lent_from=DAY + timedelta(days=200)), [], DAY, 12)
    assert (late.fits, late.free_from) == (False, DAY + timedelta(days=200))
    past = fit(NEED, replace(ROOM, lent_from=DAY - timedelta(days=200)), [], DAY, 12)
    assert past.begins_on == DAY


def test_a_gap_that_is_too_short_is_passed_over():
    taken = [Taken(DAY, DAY + timedelta(days=9)), Taken(DAY + timedelta(days=20), DAY + timedelta(days=40))]
    assert fit(NEED, ROOM, taken, DAY, 12).begins_on == DAY + timedelta(days=41)


def test_a_term_is_counted_in_months():
    assert term_end(date(2026, 12, 15), 12) == date(2027, 12, 14)
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert len(months_of(date(2026, 12, 15), date(2027, 12, 14))) == 12
    assert months_of(date(2026, 12, 31), date(2027, 2, 27)) == [date(2026, 12, 1), date(2027, 1, 1)]
    assert due_days(date(2026, 12, 1), date(2027, 11, 30), 3)[-1] == date(2027, 11, 30)


# -- Offered together ------------------------------------------------------------------------------------------


def test_several_are_offered_at_once_or_none(app, cast):
    with app.app_context():
        first, second = approved(cast.lin, team="豆香记"), approved(cast.meng, team="湿地影像")
        room, other = a_workspace("201"), a_workspace("202")
        end = term_end(clock.today(), 12)
        both = [offers.Pair(first, room, DAY, end), offers.Pair(second, room, DAY, end)]
        with pytest.raises(offers.Clash) as says, unit("write"):
            offers.offer(accounts.user(cast.incubator.id), both, DAY + timedelta(days=7))
        assert "湿地影像" in str(says.value) and "豆香记" in str(says.value)
        with unit("read"):
            assert tenancies() == []
        with unit("write"):
            pairs = [both[0], offers.Pair(second, other, DAY, end)]
            assert len(offers.offer(accounts.user(cast.incubator.id), pairs, DAY + timedelta(days=7))) == 2
        with unit("write"):  # the same act again is the same
            assert offers.offer(accounts.user(cast.incubator.id), pairs, DAY + timedelta(days=7)) == []
        assert notices(cast.lin) == notices(cast.meng) == ["incubator.offer"]
        assert sound() == []


def test_a_blocked_room_is_refused_with_the_reason(app, cast):
    with app.app_context():
        team, room = approved(cast.lin), a_workspace("207")
        a_block(room, DAY + timedelta(days=60), DAY + timedelta(days=90), "消防改造")
        with pytest.raises(offers.Clash, match="消防改造"):
            an_offer(cast.incubator, team, room)


def test_a_room_that_is_not_lent_yet_is_not_offered_before_its_day(app, cast):
    with app.app_context():
        opens = clock.today() + timedelta(days=10)
        team, room = approved(cast.lin, team="松针手作"), a_workspace("201", lent_from=opens)
        with pytest.raises(offers.Clash, match=r"201 (is lent from|从)"):
            an_offer(cast.incubator, team, room, opens - timedelta(days=1))
        an_offer(cast.incubator, team, room, opens)
        assert sound() == []


def test_the_database_itself_says_no(app, cast):
    with app.app_context():
        team, other, room = approved(cast.lin), approved(cast.meng, team="乙"), a_workspace("201")
        in_a_room(cast.lin, cast.incubator, team, room)
        facts = {"workspace_id": room, "offered_by": cast.incubator.id, "answer_by": DAY}
        with pytest.raises(sa.exc.IntegrityError, match="ex_tenancy_room"), unit("write") as session:
            session.add(Tenancy(application_id=other, begins_on=DAY, ends_on=DAY, **facts))


def test_who_is_under_the_rule_pays_less_and_only_the_clause_is_named(app, cast):
    with app.app_context():
        room = a_workspace("201", fee=48000, hardship_fee=8000)
        id_ = in_a_room(cast.lin, cast.incubator, approved(cast.lin, relief_met=True), room)
        with unit("read"):
            lines = queries.fee_lines(id_)
            assert len(lines) == 12
            assert {(line.amount, line.waived, line.why) for line in lines} == {(48000, 40000, offers.RULE)}


# -- The answer --------------------------------------------------------------------------------------------------


def test_who_refuses_gives_the_room_to_the_next_that_fits(app, cast):
    with app.app_context():
        room = a_workspace("201", seats=4)
        first = approved(cast.lin, team="甲", points=9000)
        approved(cast.meng, team="乙", points=8000, seats=9)
        third = approved(cast.far, team="丙", points=7000)
        id_ = an_offer(cast.incubator, first, room)
        tenancy_act(id_, service.refuse, cast.lin)
        with unit("read"):
            made = tenancies()[-1]
            assert (made.application_id, made.status) == (third, TenancyState.OFFERED), "乙 needs nine seats"
            assert made.answer_by == DAY + timedelta(days=7)
            assert db.session.get_one(Application, first).refusals == 1
            assert db.session.get_one(Application, first).points == 9000, "the first refusal costs nothing"
        assert "incubator.offer" in notices(cast.far)
        assert "incubator.next_in_line" in notices(cast.incubator)
        tenancy_act(made.id, service.refuse, cast.far)
        with unit("read"):
            assert len(tenancies()) == 2, "the room is not offered again to whom it was offered in vain"
        assert "incubator.nobody_fits" in notices(cast.incubator)
        again = an_offer(cast.incubator, first, room)
        tenancy_act(again, service.refuse, cast.lin)
        with unit("read"):
            assert db.session.get_one(Application, first).points == 8500, "a further refusal costs five points"
        assert sound() == []


def test_an_offer_that_nobody_answers_lapses_and_the_next_gets_it(app, cast, frozen):
    with app.app_context():
        room = a_workspace("201")
        first, second = approved(cast.lin, points=9000), approved(cast.meng, team="乙", points=8000)
        id_ = an_offer(cast.incubator, first, room)
        with later(frozen, 7), unit("write"):
            lapse_offers()
        with unit("read"):
            assert db.session.get_one(Tenancy, id_).status is TenancyState.OFFERED, "the last day is a day to answer"
        with later(frozen, 8):
            with pytest.raises(Denied):
                tenancy_act(id_, service.accept, cast.lin)
            with unit("write"):
                lapse_offers()
        with unit("read"):
            assert db.session.get_one(Tenancy, id_).status is TenancyState.LAPSED
            made = tenancies()[-1]
            assert (made.application_id, made.begins_on) == (second, DAY + timedelta(days=8))
        assert "incubator.offer_lapsed" in notices(cast.lin)
        assert sound() == []


def test_an_offer_whose_days_are_over_is_not_accepted_and_lapses(app, cast):
    """Its answer was still awaited; but there is no day left for the yes to begin on."""
    with app.app_context():
        room = a_workspace("201")
        with unit("write"):
            audit.act_as(cast.incubator.id, "test")
            pair = offers.Pair(approved(cast.lin), room, DAY, DAY + timedelta(days=1))
            id_ = offers.offer(accounts.user(cast.incubator.id), [pair], DAY + timedelta(days=7))[0].id
        with clock.told(clock.now() + timedelta(days=3)):
            with pytest.raises(Denied):
                tenancy_act(id_, service.accept, cast.lin)
            with unit("write"):
                lapse_offers()
            with unit("read"):
                assert db.session.get_one(Tenancy, id_).status is TenancyState.LAPSED
        assert sound() == []


def test_numbers_run_without_gaps_also_after_something_failed(app, cast):
    with app.app_context():
        rooms = [a_workspace(f"20{n}") for n in range(3)]
        people = (cast.lin, cast.meng, cast.far)
        ids = [
            an_offer(cast.incubator, approved(who, team=who.login), room)
            for who, room in zip(people, rooms, strict=True)
        ]
        tenancy_act(ids[0], service.accept, cast.lin)
        with pytest.raises(ZeroDivisionError), unit("write"):
            audit.act_as(cast.meng.id, "test")
            service.accept(queries.whole([ids[1]])[0], accounts.user(cast.meng.id))
            raise ZeroDivisionError
        tenancy_act(ids[2], service.accept, cast.far)
        tenancy_act(ids[1], service.accept, cast.meng)
        with unit("read"):
            numbers = [db.session.get_one(Tenancy, id_).number for id_ in ids]
        assert numbers == ["ZY-2026-001", "ZY-2026-003", "ZY-2026-002"]
        assert sound() == []


def test_an_agreement_never_signed_does_not_keep_a_team_in_it_for_ever(app, cast, frozen):
    with app.app_context():
        room, team = a_workspace("201"), approved(cast.lin)
        id_ = an_offer(cast.incubator, team, room, months=1)
        tenancy_act(id_, service.accept, cast.lin)
        with later(frozen, 40), unit("write"):
            lapse_offers()
        with unit("read"):
            assert db.session.get_one(Tenancy, id_).status is TenancyState.LAPSED
            assert db.session.get_one(Application, team).refusals == 0


def test_a_term_that_is_over_ends_with_its_last_day(app, cast, frozen):
    with app.app_context():
        room, team = a_workspace("201"), approved(cast.lin)
        id_ = in_a_room(cast.lin, cast.incubator, team, room, months=1)
        with later(frozen, 60), unit("write"):
            expire_tenancies()
        with unit("read"):
            held = db.session.get_one(Tenancy, id_)
            assert (held.status, held.left_on) == (TenancyState.ENDED, term_end(DAY, 1))
            assert db.session.get_one(Application, team).status is ApplicationState.LEFT
            assert queries.exit_record(id_) is not None
        assert sound() == []
