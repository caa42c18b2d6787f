"""The agreement's wording: the manager changes it, what is agreed on keeps it, and braces reach nothing."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from blueprints.accounts import queries as accounts
from blueprints.core import audit
from blueprints.core.audit import AuditEntry
from blueprints.core.db import db, unit
from blueprints.incubator import options, wording
from blueprints.incubator.models import AgreementTerms, Tenancy
from blueprints.incubator.queries import terms as queries
from blueprints.incubator.service import tenancy as tenancy_service
from blueprints.incubator.service import terms as service
from tests import people
from tests.clinic.test_races import at_once, copies
from tests.incubator.rooms import a_workspace, an_offer, approved, in_a_room, sound, tenancy_act

AT = "/incubator/settings/terms"
CHINESE = "房间开放时间 {hours}，不转借。\n每月 {fee} 元，{begins} 至 {ends}。\n每 {check_months} 个月考核。"
ENGLISH = "The room is open {hours}.\n{fee} yuan a month, {begins} to {ends}.\nA check every {check_months} months."


def stored() -> list[AgreementTerms]:
    with unit("read"):
        return list(db.session.scalars(sa.select(AgreementTerms).order_by(AgreementTerms.id)))


def terms_of(tenancy: int) -> int | None:
    with unit("read"):
        return db.session.scalar(sa.select(Tenancy.terms_id).where(Tenancy.id == tenancy))


def change(by: Any, text: str, english: str = "", seen: int | None = service.OWN_ID) -> bool:
    with unit("write"):
        audit.act_as(by.id, "test")
        return service.change(accounts.user(by.id), text, english, seen)


# -- The site's own, and a change -----------------------------------------------------------------------------


def test_before_anybody_writes_one_the_sites_own_is_printed_in_both_languages_and_reading_stores_nothing(
    app, cast, browser
):
    with app.app_context():
        made = an_offer(cast.incubator, approved(cast.lin), a_workspace("201", hours="8:00–20:00"))
    english = browser(cast.lin).get(f"/incubator/tenancies/{made}/agreement")
    assert "at the hours 8:00–20:00" in english.said and "every 3 months" in english.said
    assert "The Chinese wording holds." in english.said
    reader = browser(cast.lin)
    reader.language = "zh-CN"
    chinese = reader.get(f"/incubator/tenancies/{made}/agreement")
    assert "开放时间 8:00–20:00" in chinese.said and "每 3 个月考核一次" in chinese.said
    assert len(chinese.page.xpath("//ol[@class='terms']/li")) == 7
    browser(cast.incubator).get(AT)
    with app.app_context():
        assert stored() == []


def test_who_says_yes_agrees_on_the_wording_of_that_day_and_keeps_it(app, cast, browser):
    with app.app_context():
        first = in_a_room(cast.lin, cast.incubator, approved(cast.lin), a_workspace("201"))
        (own,) = stored()
        assert own.made_by is None and terms_of(first) == service.OWN_ID
        words = own.text
        waiting = an_offer(cast.incubator, approved(cast.far, team="乙"), a_workspace("202"))
    manager = browser(cast.incubator)
    manager.get(AT)
    assert manager.submit(AT, text=CHINESE, english=ENGLISH).status == 303
    with app.app_context():
        assert terms_of(waiting) is None
        tenancy_act(waiting, tenancy_service.accept, cast.far)
        old, new = stored()
        assert (old.text, terms_of(first)) == (words, service.OWN_ID)
        assert (new.made_by, terms_of(waiting)) == (cast.incubator.id, new.id)
        assert sound() == []
    old_paper = browser(cast.lin).get(f"/incubator/tenancies/{first}/agreement").said
    assert "Fire safety" in old_paper and "A check every" not in old_paper
    new_paper = browser(cast.far).get(f"/incubator/tenancies/{waiting}/agreement").said
    assert "300 yuan a month, 2026-11-24 to 2027-11-23" in new_paper and "A check every 3 months." in new_paper
    page = manager.get(AT)
    assert page.said.count("1 agreement") == 2 and "the site's own" in page.said


def test_the_months_between_checks_are_written_out_when_it_is_saved(app, cast, browser):
    with app.app_context():
        change(cast.incubator, CHINESE)
        with unit("write"):
            audit.act_as(cast.incubator.id, "test")
            options.CHECK_MONTHS.set(6)
        assert "每 3 个月考核" in stored()[-1].text
    manager = browser(cast.incubator)
    manager.get("/incubator/settings")
    answer = manager.submit("/incubator/settings", incubator_check_months="4")
    assert answer.location.endswith(AT), "the wording names them too"


def test_an_agreement_from_before_there_were_wordings_keeps_the_sites_own(app, cast, browser):
    with app.app_context():
        made = in_a_room(cast.lin, cast.incubator, approved(cast.lin), a_workspace("201"))
        with unit("write"):
            audit.act_as(None, "test")
            db.session.get_one(Tenancy, made).terms_id = None
        change(cast.incubator, "只有一条。")
    page = browser(cast.lin).get(f"/incubator/tenancies/{made}/agreement")
    assert "Fire safety" in page.said and "只有一条" not in page.said


def test_without_an_english_wording_everybody_reads_the_chinese_one(app, cast, browser):
    with app.app_context():
        change(cast.incubator, "只有一条，{team}。")
        made = an_offer(cast.incubator, approved(cast.lin, team="{fee}甲"), a_workspace("201"))
    page = browser(cast.lin).get(f"/incubator/tenancies/{made}/agreement")
    assert "只有一条，{fee}甲。" in page.said, "what is filled in is not filled in again"
    assert "The Chinese wording holds" not in page.said
    assert page.page.xpath("//ol[@class='terms'][@lang='zh-CN']")


def test_the_same_words_again_are_no_new_wording(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get(AT)
    assert manager.submit(AT).status == 303
    with app.app_context():
        assert stored() == []
    manager.get(AT)
    for _n in range(2):
        assert manager.submit(AT, text=f"\n{CHINESE}\n\n", english="").status == 303
    with app.app_context():
        assert len(stored()) == 2, "the site's own, and this one"
        with unit("read"):
            verbs = db.session.scalars(sa.select(AuditEntry.verb).where(AuditEntry.subject_type == "agreement_terms"))
            assert set(verbs) == {"incubator.terms"}


def test_two_managers_at_once_and_nothing_typed_is_lost(app, cast, browser):
    mine, theirs = browser(cast.incubator), browser(cast.incubator)
    mine.get(AT)
    theirs.get(AT)
    assert theirs.submit(AT, text="他们的。", english="").status == 303
    answer = mine.submit(AT, text="我的。", english="")
    assert answer.status == 409
    assert "Someone else has changed this meanwhile" in answer.said and "他们的。" in answer.said
    assert answer.form(AT).fields["text"].strip() == "我的。"
    with app.app_context():
        assert stored()[-1].text == "他们的。"
    mine.at = answer
    assert mine.submit(AT).status == 303
    with app.app_context():
        assert stored()[-1].text == "我的。"


def test_of_managers_who_save_at_the_same_moment_one_does_and_the_others_are_told(live):
    with live.app_context():
        cast = people.Cast.arrive()
    tabs = copies(live, cast.incubator, 4)
    acts = [
        lambda b=b, n=n: b.post(AT, {"text": f"第{n}种。", "english": "", "seen": str(service.OWN_ID)})
        for n, b in enumerate(tabs)
    ]
    assert sorted(a.status for a in at_once(*acts)) == [303, 409, 409, 409]
    with live.app_context():
        assert len(stored()) == 2


# -- What cannot be saved -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{room.__class__}", "Clause 2: nothing is known to put for {room.__class__}"),
        ("{0}", "for {0}"),
        ("{}", "for {}"),
        ("{team!r}", "for {team!r}"),
        ("{team:>99999999}", "for {team:>99999999}"),
        ("{ROOM}", "There is {hours}, {room}, {team}, {fee}, {begins}, {ends}, and {check_months}"),
        ("{room", "Clause 2: a brace has no partner"),
        ("room}", "Clause 2: a brace has no partner"),
        ("{{room}}", "Clause 2: a brace has no partner"),
        ("长" * 501, "Clause 2: at most 500 characters; it has 501"),
        ("\n".join("条" * 20), "At most 20 clauses; it has 21"),
    ],
)
def test_a_wrong_clause_is_named_and_what_was_typed_stays(app, cast, browser, line, sentence):
    manager = browser(cast.incubator)
    manager.get(AT)
    typed = f"第一条。\n{line}"
    answer = manager.submit(AT, text=typed, english="")
    assert answer.status == 422 and sentence in answer.errors
    assert answer.form(AT).fields["text"].strip() == typed
    assert manager.post(AT + "/preview", {"text": typed}).status == 422
    with app.app_context():
        assert stored() == []


def test_every_wrong_clause_has_its_own_line(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get(AT)
    answer = manager.submit(AT, text="{a}\n好\n{b}", english="{c}")
    links = [a.getparent().text_content() for a in answer.page.xpath("//div[@class='summary']//li/a")]
    assert len(links) == 3 and "Clause 1" in links[0] and "Clause 3" in links[1] and "Clause 1" in links[2]


def test_both_wordings_have_the_same_clauses(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get(AT)
    answer = manager.submit(AT, text="一。\n二。", english="One.")
    assert answer.status == 422 and "has 2 clauses and this one 1" in answer.errors
    assert manager.submit(AT, text="", english="").status == 422
    assert manager.submit(AT, text=" \n\u200b\n", english="").status == 422


def test_hostile_wording_is_text_or_refused(app, cast, browser):
    manager = browser(cast.incubator)
    manager.get(AT)
    assert manager.submit(AT, text="长" * (1 << 20), english="").status in (413, 422)
    manager.get(AT)
    assert manager.submit(AT, text="<b>粗</b>\0<script>x</script>", english="").status == 303
    with app.app_context():
        assert stored()[-1].text == "<b>粗</b><script>x</script>"
    page = manager.get(AT + "/preview")
    assert "<b>粗</b>" in page.said and not page.page.xpath("//b[text()='粗']")
    for seen in ("", "x", "9" * 30, "-1"):
        answer = manager.post(AT, {"text": "别的。", "english": "", "seen": seen})
        assert answer.status == 409, seen
    with app.app_context():
        assert len(stored()) == 2


@pytest.mark.parametrize("name", ["lin", "mentor", "leader", "office", "president", "admin", "shen"])
def test_the_wording_is_the_managers(app, cast, browser, name):
    other = browser(getattr(cast, name))
    assert other.get(AT).status == 403
    assert other.get(AT + "/preview").status == 403
    for path in (AT, AT + "/preview"):
        assert other.post(path, {"text": "我的。", "seen": str(service.OWN_ID)}).status == 403
    with app.app_context():
        assert stored() == []


# -- Printed --------------------------------------------------------------------------------------------------


def test_a_sample_is_printed_before_anything_is_saved(app, cast, browser):
    manager = browser(cast.incubator)
    page = manager.get(AT + "/preview")
    assert "a sample" in page.said and "Fire safety" in page.said
    typed = {"text": CHINESE, "english": ENGLISH, "seen": "1"}
    page = manager.post(AT + "/preview", typed)
    assert page.status == 200 and "300 yuan a month" in page.said and "A check every 3 months." in page.said
    with app.app_context():
        assert stored() == []


def test_the_page_reads_all_wordings_at_once(app, cast, browser):
    manager = browser(cast.incubator)
    with app.app_context():
        change(cast.incubator, "一。")
    before = len(manager.get(AT).queries)
    with app.app_context():
        for n in range(12):
            change(cast.incubator, f"第{n}。", seen=stored()[-1].id)
    page = manager.get(AT)
    assert len(page.queries) == before and "14 wordings until now" in page.said


def test_the_sites_own_stands_in_the_list_of_what_may_be_written():
    for text in (wording.OWN, wording.OWN_ENGLISH):
        assert wording.problems("\n".join(text)) == [] and len(text) == 7
    assert wording.filled("{room.__class__} {0} {room}", {"room": "201"}) == ["{room.__class__} {0} 201"]
    assert "every month" in wording.frozen("\n".join(wording.OWN_ENGLISH), 1)


def test_the_first_two_to_need_the_sites_own_get_one(app, cast, monkeypatch):
    """Someone else has stored it between the look and the insert."""
    with app.app_context():
        with unit("write"):
            audit.act_as(None, "test")
            service.current()
        really, looked = queries.newest, []
        monkeypatch.setattr(queries, "newest", lambda: really() if looked else looked.append(1))
        with unit("write"):
            audit.act_as(None, "test")
            assert service.current().id == service.OWN_ID
        assert len(stored()) == 1
