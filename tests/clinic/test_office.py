"""What the employment office sets: who reviews, and by which rules."""

from __future__ import annotations

from datetime import timedelta

from blueprints.clinic import options, queries
from blueprints.clinic.models import State
from blueprints.core import clock
from blueprints.core.db import unit
from tests import people
from tests.conftest import NOW


def test_only_the_office_sees_roster_settings_and_register(app, cast, browser):
    for who in cast.everyone.values():
        person = browser(who)
        for path in ("/clinic/roster", "/clinic/settings", "/students/"):
            assert person.get(path).status == (200 if who is cast.office else 403), (who.login, path)


def test_the_office_names_a_reviewer_who_can_then_work(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
    office = browser(cast.office)
    office.get("/clinic/roster")
    answer = office.submit(
        "/roster", login="jia", begins_on="2026-11-24", weekly_capacity="6", colleges=[str(cast.maths)]
    )
    assert answer.status == 303, answer.errors
    assert "贾泽南" in office.get("/clinic/roster").said
    mentor = browser(cast.mentor)
    assert mentor.get(f"/clinic/{id_}").status == 200
    assert mentor.post(f"/clinic/{id_}/claim").status == 303


def test_naming_someone_unknown_or_a_student_says_so_and_keeps_the_form(app, cast, browser):
    office = browser(cast.office)
    for login in ("nobody", "lin"):
        office.get("/clinic/roster")
        answer = office.submit("/roster", login=login, begins_on="2026-11-24", weekly_capacity="6")
        assert answer.status == 422
        assert "No member of staff" in answer.errors
        assert f'value="{login}"' in answer.text


def test_a_reviewer_who_is_away_is_not_counted_as_on_duty(app, cast, browser):
    office = browser(cast.office)
    office.get(f"/clinic/roster/{cast.shen.id}")
    answer = office.submit(f"/roster/{cast.shen.id}", away_from="2026-11-23", away_until="2026-11-27")
    assert answer.status == 303, answer.errors
    with app.app_context():
        on_duty = {p.user.name: p.is_on_duty for p in queries.roster()}
    assert on_duty == {"沈怀瑾": False, "丁伯言": True, "罗映雪": True}


def test_ending_someones_service_gives_back_what_they_hold_and_signs_them_out(app, cast, browser):
    with app.app_context():
        id_ = people.hand_in(cast.lin)
        people.move(id_, "claim", cast.shen)
    shen = browser(cast.shen)
    office = browser(cast.office)
    office.get(f"/clinic/roster/{cast.shen.id}")
    assert office.submit("/end").status == 303
    with app.app_context():
        assert people.submission(id_).status is State.WAITING
    assert shen.get("/clinic/").status == 303


def test_a_setting_out_of_bounds_is_refused_and_a_good_one_holds_at_once(app, cast, browser):
    office = browser(cast.office)
    office.get("/clinic/settings")
    answer = office.submit("/settings", clinic_lease_minutes="2")
    assert answer.status == 422
    assert "Between 5 and 240" in answer.errors
    office.get("/clinic/settings")
    assert office.submit("/settings", clinic_lease_minutes="60").status == 303
    with app.app_context():
        id_ = people.hand_in(cast.lin)
        people.move(id_, "claim", cast.shen)
        assert options.LEASE_MINUTES.value == 60
        assert people.submission(id_).lease_until == NOW + timedelta(minutes=60)


def test_the_order_of_support_levels_is_the_offices(app, cast, browser):
    with app.app_context():
        with clock.told(NOW - timedelta(hours=9)):
            plain = people.hand_in(cast.lin)
        helped = people.hand_in(cast.meng)
        assert first_in_queue(app, cast) == helped
    office = browser(cast.office)
    office.get("/clinic/settings")
    form = office.at.form("/settings")
    form.fields["clinic_level_1_first"] = None
    office.submit("/settings", clinic_level_1_first=[])
    with app.app_context():
        assert first_in_queue(app, cast) == plain


def first_in_queue(app, cast):
    from blueprints.accounts import queries as accounts

    with unit("read"):
        return queries.next_for(accounts.user(cast.shen.id)).id


def test_the_office_sets_a_support_level_in_the_register(app, cast, browser):
    office = browser(cast.office)
    page = office.get("/students/", query_string={"q": "lzx"})
    assert "林知夏" in page.said
    assert office.submit(f"/students/{cast.lin.student_id}/level", level="2").status == 303
    with app.app_context(), unit("read"):
        from blueprints.students.models import Student

        assert people.db.session.get_one(Student, cast.lin.student_id).support_level == 2


def test_an_interview_that_comes_near_moves_to_the_front_overnight(app, cast):
    from blueprints.clinic import service

    with app.app_context():
        plain = people.hand_in(cast.lin)
        with clock.told(NOW + timedelta(hours=1)):
            people.hand_in(cast.far, interview_on=clock.today() + timedelta(days=6))
        assert first_in_queue(app, cast) == plain
        with clock.told(NOW + timedelta(days=3)):
            with unit("write"):
                assert service.rank_queue() == 1
            assert first_in_queue(app, cast) != plain
