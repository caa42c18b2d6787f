"""A career plan: begun from a template, changed, ticked off by both, looked at each month, closed, printed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from blueprints.accounts.models import Notice
from blueprints.core import audit, clock
from blueprints.core.db import db, unit
from blueprints.mentoring import plan_templates, verify
from blueprints.mentoring.models import Owner, Plan
from blueprints.mentoring.options import LONG_UNPLACED_DAYS, PLAN_LEVELS
from blueprints.mentoring.plan_templates import BY_KEY, TEMPLATES, fitting
from blueprints.mentoring.queries import plan as queries
from blueprints.mentoring.service import plan as service
from blueprints.students import service as register
from blueprints.students.models import Situation, Student, Way
from tests import people
from tests.conftest import NOW

TODAY = date(2026, 11, 24)


@pytest.fixture
def six(app, cast):
    """The mentor answers for lin, not for meng."""
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        register.set_mentor(student(cast.lin), cast.mentor.id)
    return cast


def student(who) -> Student:
    return db.session.get_one(Student, who.student_id)


def begun(app, who, actor, key="study") -> int:
    with app.app_context(), unit("write"):
        audit.act_as(actor.id, "test")
        teacher = people.accounts.user(actor.id)
        template = BY_KEY[key]
        return service.begin(student(who), teacher, template, "考研和求职两手准备", range(len(template.steps))).id


def the_plan(who) -> Plan | None:
    return queries.open_of(who.student_id)


def path(who, more="") -> str:
    return f"/mentoring/students/{who.student_id}/plan{more}"


# -- Beginning ---------------------------------------------------------------------------------------------


def test_without_a_plan_the_mentor_chooses_a_template_and_leaves_out_what_does_not_fit(app, six, browser):
    mentor = browser(six.mentor)
    page = mentor.get(path(six.lin), query_string={"template": "study"})
    assert page.status == 200
    assert "Settle on university and subject" in page.said
    answer = mentor.submit("/plan", goal="12 月照常考试", steps=["0", "1", "5"])
    assert answer.status == 303
    with app.app_context(), unit("read"):
        plan = the_plan(six.lin)
        assert (plan.goal, plan.way, plan.made_by) == ("12 月照常考试", Way.STUDY, six.mentor.id)
        assert [(s.place, s.owner, s.due_on) for s in plan.steps] == [
            (1, Owner.STUDENT, TODAY + timedelta(days=7)),
            (2, Owner.STUDENT, TODAY + timedelta(days=14)),
            (3, Owner.STUDENT, TODAY + timedelta(days=45)),
        ]
        told = db.session.scalars(sa.select(Notice.kind).where(Notice.user_id == six.lin.id)).all()
    assert told == ["mentoring.plan_made"]
    assert "贾泽南 has begun a career plan with you" in browser(six.lin).get("/notices").said


def test_the_template_offered_first_is_the_one_the_intention_suggests(app, six, browser):
    with app.app_context(), unit("write"):
        audit.act_as(six.lin.id, "test")
        register.set_intention(student(six.lin), six.lin.id, way=Way.CIVIL, second_plan="先找工作")
    page = browser(six.mentor).get(path(six.lin))
    current = page.page.xpath("//nav[@class='tabs']//a[@aria-current]")
    assert [a.text_content() for a in current] == ["Civil service"]
    assert "先找工作" in page.said


def test_every_way_has_a_template_and_days_that_rise():
    assert {t.way for t in TEMPLATES} == set(Way)
    for template in TEMPLATES:
        days = [s.days for s in template.steps]
        assert days == sorted(days) and len(days) >= 5, template.key
        assert all(len(str(s.text)) <= 200 for s in template.steps)
    assert fitting(None).key == "undecided"


def test_a_goal_that_says_nothing_is_refused_and_the_choice_of_steps_is_kept(app, six, browser):
    mentor = browser(six.mentor)
    mentor.get(path(six.lin), query_string={"template": "army"})
    answer = mentor.submit("/plan", goal="   ", steps=["2"])
    assert answer.status == 422
    assert "Say in a sentence what is to be reached" in answer.errors
    assert answer.page.xpath("//input[@name='steps'][@checked]/@value") == ["2"]
    assert answer.page.xpath("//input[@name='template']/@value") == ["army"]


def test_begun_twice_it_is_one_plan(app, six, browser):
    mentor = browser(six.mentor)
    mentor.get(path(six.lin))
    for goal in ("一", "二"):
        assert mentor.post(path(six.lin), {"template": "work", "goal": goal, "steps": ["0"]}).status == 303
    with app.app_context(), unit("read"):
        assert [p.goal for p in db.session.scalars(sa.select(Plan))] == ["一"]
    assert mentor.post(path(six.lin), {"template": "nonsense", "goal": "x"}).status == 400


# -- Who may -----------------------------------------------------------------------------------------------


def test_another_colleges_or_mentors_graduate_has_no_plan_by_any_road(app, six, browser):
    begun(app, six.lin, six.mentor)
    begun(app, six.far, six.office)
    begun(app, six.meng, six.counselor)
    step = 1
    mentor = browser(six.mentor)
    for other in (six.far, six.meng):
        for more in ("", "/edit", "/print"):
            assert mentor.get(path(other, more)).status == 404
        for more in ("", "/edit", f"/steps/{step}", "/reviews", "/close", "/reopen"):
            assert mentor.post(path(other, more)).status == 404, more
    for who in (six.lin, six.meng, six.admin, six.shen, six.incubator):
        person = browser(who)
        assert person.get(path(six.lin)).status == 403
        assert person.post(path(six.lin, "/close"), {"outcome": "x"}).status == 403
    leader = browser(six.leader)
    assert leader.get(path(six.lin)).status == 200
    assert leader.get(path(six.far)).status == 404


def test_the_president_reads_a_plan_and_changes_nothing(app, six, browser):
    begun(app, six.lin, six.mentor)
    president = browser(six.president)
    page = president.get(path(six.lin))
    assert page.status == 200
    assert [f.get("action") for f in page.page.forms if "/plan" in (f.get("action") or "")] == []
    assert president.post(path(six.lin, "/close"), {"outcome": "x"}).status == 403


def test_a_student_sees_only_their_own_plan_and_ticks_only_their_own_steps(app, six, browser):
    begun(app, six.lin, six.mentor)
    begun(app, six.meng, six.counselor)
    with app.app_context(), unit("read"):
        foreign = the_plan(six.meng).steps[0].id
    lin = browser(six.lin)
    assert "考研和求职两手准备" in lin.get("/me/plan").said
    assert lin.post(f"/me/plan/steps/{foreign}", {"done": "1"}).status == 404
    assert "There is no plan yet" in browser(six.far).get("/me/plan").said
    assert browser(six.mentor).get("/me/plan").status == 403


def test_a_student_without_a_plan_is_told_how_one_comes_about(app, six, browser):
    page = browser(six.lin).get("/me/plan")
    assert page.status == 200
    assert "together with you" in page.said
    assert browser(six.lin).get("/me/plan/print").status == 404


# -- Ticking -----------------------------------------------------------------------------------------------


def test_both_tick_steps_and_the_page_says_who_and_when(app, six, browser):
    begun(app, six.lin, six.mentor)
    with app.app_context(), unit("read"):
        first, second = (s.id for s in the_plan(six.lin).steps[:2])
    lin, mentor = browser(six.lin), browser(six.mentor)
    lin.get("/me/plan")
    assert lin.submit(f"/steps/{first}").status == 303
    mentor.get(path(six.lin))
    assert mentor.submit(f"/steps/{second}").status == 303
    page = mentor.get(path(six.lin))
    assert "2 of 8 steps done" in page.said
    assert "林知夏, Nov 24" in page.said and "贾泽南, Nov 24" in page.said
    mentor.submit(f"/steps/{first}")
    assert "1 of 8 steps done" in lin.get("/me/plan").said
    with app.app_context(), unit("read"):
        assert list(verify.notes_and_steps()) == []


def test_a_second_tick_keeps_the_name_of_the_first(app, six, browser):
    begun(app, six.lin, six.mentor)
    with app.app_context(), unit("read"):
        first = the_plan(six.lin).steps[0].id
    assert browser(six.lin).post(f"/me/plan/steps/{first}", {"done": "1"}).status == 303
    assert browser(six.mentor).post(path(six.lin, f"/steps/{first}"), {"done": "1"}).status == 303
    with app.app_context(), unit("read"):
        assert the_plan(six.lin).steps[0].done_by == six.lin.id


def test_ticking_with_htmx_answers_the_steps_alone(app, six, browser):
    begun(app, six.lin, six.mentor)
    with app.app_context(), unit("read"):
        first = the_plan(six.lin).steps[0].id
    lin = browser(six.lin)
    lin.get("/me/plan")
    headers = {"HX-Request-Type": "partial", "HX-Target": "section#plan_steps"}
    answer = lin.post(f"/me/plan/steps/{first}", {"done": "1"}, headers=headers)
    assert answer.status == 200
    assert answer.page.get("id") == "plan_steps"
    assert "1 of 8 steps done" in answer.said


# -- Changing ----------------------------------------------------------------------------------------------


def rows_of(page) -> dict[str, str]:
    form = page.form("/plan/edit")
    return {k: v for k, v in form.form_values() if k != "csrf_token"}


def test_steps_are_changed_added_removed_and_reordered_in_one_form(app, six, browser):
    begun(app, six.lin, six.mentor, "army")
    mentor = browser(six.mentor)
    fields = rows_of(mentor.get(path(six.lin, "/edit")))
    fields |= {
        "goal": "新的目标",
        "steps-0-text": "先和家里商量",
        "steps-1-remove": "y",
        "steps-2-place": "9",
        "steps-2-owner": "counselor",
        "steps-6-text": "去武装部问一次",
        "steps-6-owner": "college",
        "steps-6-due_on": "2026-12-05",
        "steps-6-place": "1",
    }
    assert mentor.post(path(six.lin, "/edit"), fields).status == 303
    with app.app_context(), unit("read"):
        plan = the_plan(six.lin)
        texts = [s.text for s in plan.steps]
        assert plan.goal == "新的目标"
        assert [s.place for s in plan.steps] == [1, 2, 3, 4, 5, 6]
        assert set(texts[:2]) == {"先和家里商量", "去武装部问一次"}
        steps = [str(step.text) for step in plan_templates.BY_KEY["army"].steps]
        assert texts[-1] == steps[2]
        assert plan.steps[-1].owner is Owner.COUNSELOR
        assert steps[1] not in texts
        made = next(s for s in plan.steps if s.text == "去武装部问一次")
        assert (made.owner, made.due_on) == (Owner.COLLEGE, date(2026, 12, 5))


def test_bad_input_says_what_to_do_and_keeps_what_was_typed(app, six, browser):
    begun(app, six.lin, six.mentor, "army")
    mentor = browser(six.mentor)
    fields = rows_of(mentor.get(path(six.lin, "/edit")))
    typed = {"goal": "改过的", "steps-0-text": "", "steps-1-due_on": "1899-01-01", "steps-2-text": "长" * 201}
    answer = mentor.post(path(six.lin, "/edit"), fields | typed)
    assert answer.status == 422
    for sentence in ("or tick “Remove”", "between 2000 and 2099", "At most 200 characters"):
        assert sentence in answer.errors, answer.errors
    assert "改过的" in answer.text and "长" * 201 in answer.text
    answer = mentor.post(path(six.lin, "/edit"), fields | {f"steps-{n}-text": "再来一步" for n in range(6, 30)})
    assert answer.status == 422
    assert "At most 20 steps" in answer.errors


def test_two_who_change_it_at_once_one_wins_and_the_other_sees_both(app, six, browser):
    begun(app, six.lin, six.mentor, "army")
    mentor, counselor = browser(six.mentor), browser(six.counselor)
    first, second = (rows_of(b.get(path(six.lin, "/edit"))) for b in (mentor, counselor))
    added = {"goal": "老师的目标", "steps-6-text": "老师加的一步"}
    assert mentor.post(path(six.lin, "/edit"), first | added).status == 303
    answer = counselor.post(path(six.lin, "/edit"), second | {"goal": "辅导员的目标"})
    assert answer.status == 409
    assert "老师的目标" in answer.said and "老师加的一步" in answer.said
    assert answer.page.xpath("//textarea[@name='goal']")[0].value.strip() == "辅导员的目标"
    assert counselor.submit("/plan/edit").status == 303
    with app.app_context(), unit("read"):
        plan = the_plan(six.lin)
        assert plan.goal == "辅导员的目标"
        assert "老师加的一步" in [s.text for s in plan.steps]


def test_a_change_of_one_step_alone_is_a_new_version_and_a_tick_is_none(app, six, browser):
    begun(app, six.lin, six.mentor, "army")
    mentor = browser(six.mentor)
    fields = rows_of(mentor.get(path(six.lin, "/edit")))
    with app.app_context(), unit("read"):
        first = the_plan(six.lin).steps[0].id
    assert browser(six.lin).post(f"/me/plan/steps/{first}", {"done": "1"}).status == 303
    assert mentor.post(path(six.lin, "/edit"), fields | {"steps-0-text": "换一句"}).status == 303
    assert mentor.post(path(six.lin, "/edit"), fields).status == 409
    with app.app_context(), unit("read"):
        assert the_plan(six.lin).steps[0].done_by == six.lin.id


def test_the_hidden_number_of_another_plans_step_changes_nothing_there(app, six, browser):
    begun(app, six.lin, six.mentor, "army")
    begun(app, six.meng, six.counselor, "army")
    with app.app_context(), unit("read"):
        foreign = the_plan(six.meng).steps[0].id
    mentor = browser(six.mentor)
    fields = rows_of(mentor.get(path(six.lin, "/edit")))
    assert (
        mentor.post(path(six.lin, "/edit"), fields | {"steps-0-step": str(foreign), "steps-0-text": "改你的"}).status
        == 303
    )
    with app.app_context(), unit("read"):
        assert "改你的" not in [s.text for s in the_plan(six.meng).steps]


# -- The monthly look, the end -----------------------------------------------------------------------------


def test_the_look_of_the_month_is_due_then_written_then_due_again(app, six, browser):
    begun(app, six.lin, six.mentor)
    mentor = browser(six.mentor)
    assert "next by Dec 25" in mentor.get(path(six.lin)).said
    with clock.told(NOW + timedelta(days=31)):
        later = browser(six.mentor)
        assert "due since Dec 25" in later.get(path(six.lin)).said
        assert later.submit("/reviews", text=" ").status == 422
        later.get(path(six.lin))
        assert later.submit("/reviews", text="三步做完两步").status == 303
        later.get(path(six.lin))
        assert later.submit("/reviews", text="三步做完两步").status == 303
        page = later.get(path(six.lin))
        assert "done this month" in page.said
        with app.app_context(), unit("read"):
            assert len(the_plan(six.lin).reviews) == 1
        assert "三步做完两步" in browser(six.lin).get("/me/plan").said


def test_it_is_closed_with_what_became_of_it_and_opened_again_by_mistake(app, six, browser):
    begun(app, six.lin, six.mentor)
    mentor = browser(six.mentor)
    mentor.get(path(six.lin))
    assert mentor.submit("/close", outcome="").status == 422
    mentor.get(path(six.lin))
    assert mentor.submit("/close", outcome="签了一所初中").status == 303
    page = mentor.get(path(six.lin))
    assert "签了一所初中" in page.said
    assert "签了一所初中" in browser(six.lin).get("/me/plan").said
    assert mentor.submit("/reopen").status == 303
    assert mentor.get(path(six.lin)).has_form("/close")
    assert mentor.post(path(six.lin, "/reopen")).status == 404


def test_what_comes_after_the_closing_is_told_and_changes_nothing(app, six, browser):
    begun(app, six.lin, six.mentor)
    with app.app_context(), unit("read"):
        first = the_plan(six.lin).steps[0].id
    mentor = browser(six.mentor)
    mentor.post(path(six.lin, "/close"), {"outcome": "好了"})
    late = browser(six.lin).post(f"/me/plan/steps/{first}", {"done": "1"})
    assert late.status == 409
    assert "There is no open plan any more" in late.said
    assert mentor.post(path(six.lin, "/reviews"), {"text": "x"}).status == 409
    begun(app, six.lin, six.mentor)
    assert mentor.post(path(six.lin, "/reopen")).status == 409


def test_it_prints_with_places_to_sign_for_both(app, six, browser):
    begun(app, six.lin, six.mentor)
    for who, url in ((six.mentor, path(six.lin, "/print")), (six.lin, "/me/plan/print")):
        page = browser(who).get(url)
        assert page.status == 200
        assert [d.text_content() for d in page.page.xpath("//div[@class='sign']/div")] == [
            "Signed by the student",
            "Signed by the mentor",
            "College",
        ]
        assert "北湖师范学院" in page.said and "考研和求职两手准备" in page.said


# -- What is needed ----------------------------------------------------------------------------------------


def facts(app, *who):
    with app.app_context(), unit("read"):
        found = queries.facts([w.student_id for w in who])
    return [found[w.student_id] for w in who]


def test_a_plan_is_needed_by_level_and_by_time_without_a_place(app, six):
    lin, meng = facts(app, six.lin, six.meng)
    assert (lin.needed, meng.needed, meng.missing) == ("", "level", True)
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        student(six.lin).mentor_since = TODAY - timedelta(days=LONG_UNPLACED_DAYS.value)
        student(six.meng).situation = Situation.SETTLED
    lin, meng = facts(app, six.lin, six.meng)
    assert (lin.needed, meng.needed) == ("unplaced", "")
    with app.app_context(), unit("write"):
        audit.act_as(None, "test")
        student(six.lin).support_level = 2
    assert facts(app, six.lin)[0].needed == "unplaced"
    with app.app_context(), unit("write"):
        PLAN_LEVELS.set(2)
    assert facts(app, six.lin)[0].needed == "level"


def test_the_facts_name_the_first_late_step_and_whether_a_look_is_due(app, six):
    begun(app, six.lin, six.mentor)
    (fact,) = facts(app, six.lin)
    assert (fact.done, fact.total, fact.late_no, fact.review_due, fact.missing) == (0, 8, None, False, False)
    with app.app_context(), unit("write"):
        audit.act_as(six.lin.id, "test")
        service.tick(the_plan(six.lin).steps[0], six.lin.id, True)
    with clock.told(NOW + timedelta(days=31)):
        (fact,) = facts(app, six.lin)
        assert (fact.done, fact.late_no, fact.late_days, fact.review_due) == (1, 2, 17, True)


def test_the_facts_of_many_take_as_many_queries_as_those_of_one(app, six):
    for who in (six.lin, six.meng, six.far):
        begun(app, who, six.office)
    counts = []
    for many in ([six.lin], [six.lin, six.meng, six.far]):
        seen: list[str] = []
        with app.app_context(), unit("read"):
            PLAN_LEVELS.value  # noqa: B018 (the settings are read once a request, whatever is asked)
            sa.event.listen(sa.Engine, "before_cursor_execute", listener := lambda *a, s=seen: s.append(a[2]))
            queries.facts([w.student_id for w in many])
            sa.event.remove(sa.Engine, "before_cursor_execute", listener)
        counts.append(len(seen))
    assert counts == [4, 4]


def test_the_page_of_a_plan_costs_the_same_however_long_it_is(app, six, browser):
    begun(app, six.lin, six.mentor, "army")
    mentor = browser(six.mentor)
    before = len(mentor.get(path(six.lin)).queries)
    with app.app_context(), unit("write"):
        audit.act_as(six.mentor.id, "test")
        plan, teacher = the_plan(six.lin), people.accounts.user(six.mentor.id)
        for n in range(6):
            service.review(plan, student(six.lin), teacher, f"第 {n} 次")
        rows = [service.Row(None, 9, f"再一步 {n}", Owner.STUDENT, None) for n in range(10)]
        service.change(plan, plan.goal, rows, plan.version)
    assert len(mentor.get(path(six.lin)).queries) == before


def test_the_checks_name_a_mentor_who_never_was_one_and_a_half_ticked_step(app, six):
    begun(app, six.lin, six.mentor)
    with app.app_context():
        with unit("read"):
            checks = (verify.mentors_are_mentors, verify.one_of_each, verify.notes_and_steps, verify.papers_fit)
            assert [line for check in checks for line in check()] == []
        with unit("write"):
            audit.act_as(None, "test")
            the_plan(six.lin).steps[0].done_at = NOW
            register.set_mentor(student(six.meng), six.office.id)
        with unit("read"):
            assert [f"student {six.meng.student_id}" in line for line in verify.mentors_are_mentors()] == [True]
            assert len(list(verify.notes_and_steps())) == 1
