"""The pages on which a contact is written: the file of one graduate, and the call round."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from flask import Response, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ...accounts import service as people
from ...core import clock
from ...core.access import can, visible
from ...core.db import db
from ...core.ids import read_id
from ...core.listing import ListPage
from ...core.pages import render
from ...students import panels
from ...students import queries as register
from ...students.models import Channel, CodeKind, Intention, Side, Student, Way
from .. import oneline, policy, questions
from ..bands import band
from ..forms.contact import ContactForm
from ..forms.help_request import HelpForm
from ..forms.tag import OpenForm, TagForm
from ..listings import GRADUATES
from ..models import Level
from ..queries import chain, seen
from ..queries import contact as contacts
from ..queries import help_request as help_requests
from ..queries import plan as plans

MOST_IN_ROUND = 500
FIRST_CONTACTS = 12


def is_mine(student: Student) -> bool:
    """Whether it is the reader who answers for this graduate today, as the mentor or for the mentor."""
    return student.mentor_id == current_user.id or chain.is_deputy(current_user.id, student)


def level_here(student: Student) -> Any:
    return policy.level_of(current_user, student, deputises=chain.is_deputy(current_user.id, student))


def _entry(student: Student, form: ContactForm | None, then: int | None, list_: str) -> dict[str, Any]:
    """What the form of a contact needs, wherever it stands."""
    if form is None:
        form = ContactForm(formdata=None, list=list_, then=str(then or ""))
        if student.reach_by:
            form.channel.data = student.reach_by.value
    wish = register.intentions([student.id]).get(student.id)
    return {
        "form": form,
        "read": bool(form.line.data) and form.line.data == form.read.data,
        "preview": _preview(form, wish),
        "recent": contacts.recent(student.id, current_user.id),
        "wish": wish,
        "wishes": wishes(wish),
        "questions": questions.for_call(student, wish),
        "may_contact": can("contact", student),
    }


def _preview(form: ContactForm, wish: Intention | None) -> dict[str, str]:
    """The reading of the line in words, to be looked at before it is saved."""
    regions = register.code_names(CodeKind.REGION)
    reading = oneline.read(form.intention.data or "", clock.today(), regions) if form.intention.data else None
    parts = register.named(CodeKind.REGION, reading.regions) if reading else []
    parts += [str(reading.way.label)] if reading and reading.way else []
    parts += [reading.posts] if reading and reading.posts else []
    before = [line for _label, line in wishes(wish)[:3]] if wish else []
    return {
        "channel": str(Channel(form.channel.data).label) if form.channel.data in list(Channel) else "",
        "wishes": "，".join(parts) or (form.intention.data or ""),
        "before": "；".join(before),
    }


def in_short(found: dict[int, Intention]) -> dict[int, str]:
    """Way, places and posts of each in one line, for cards and rows; the names are looked up once for all."""
    regions = {code: oneline.short(name) for code, name in register.code_names(CodeKind.REGION).items()}
    ways = {way: str(way.label) for way in Way}
    comma, stop = _(", "), _("; ")
    return {
        id: stop.join(filter(None, (ways[w.way], comma.join(regions.get(c, c) for c in w.regions), w.posts)))
        for id, w in found.items()
    }


def wishes(wish: Intention | None) -> list[tuple[Any, str]]:
    """An intention as (label, words), without what is empty."""
    if wish is None:
        return []
    said = any(sign in wish.posts.lower() for sign in oneline.STAGES.get(wish.stage or "", ()))
    stage = "" if said else register.code_names(CodeKind.STAGE).get(wish.stage or "", "")
    pay = _("from %(yuan)d yuan a month", yuan=wish.pay_from // 100) if wish.pay_from else ""
    lines = [
        (_("Way"), str(wish.way.label)),
        (_("Regions"), "、".join(register.named(CodeKind.REGION, wish.regions))),
        (_("Posts"), " ".join(filter(None, (wish.posts, stage)))),
        (_("Industries"), "、".join(register.named(CodeKind.INDUSTRY, wish.industries))),
        (_("Pay"), pay),
        (_("Second plan"), wish.second_plan),
        (_("In the way"), wish.obstacle),
    ]
    return [(label, words) for label, words in lines if words]


# -- The file of one graduate ---------------------------------------------------------------------------------


def file_page(student: Student, status: int = 200, form: ContactForm | None = None, **more: Any) -> Response:
    """一人一档: everything the chain knows of one graduate."""
    mine = is_mine(student)
    shown = contacts.of_student(student.id, most=FIRST_CONTACTS + 1)
    facts: dict[str, Any] = {
        "student": student,
        "band": band(student, mine=mine),
        "mine": mine,
        "deputy": chain.deputy_of(student.mentor_id) if student.mentor_id else None,
        "counselors": chain.people_at(Level.COUNSELOR, student),
        "contacts": shown[:FIRST_CONTACTS],
        "more": len(shown) > FIRST_CONTACTS,
        "calendar": contacts.calendar(student.id),
        "history": register.intention_history(student.id),
        "promises": contacts.promises(student.id),
        "panels": panels.of(current_user, [student.id])[student.id],
        "plan_fact": plans.facts([student.id]).get(student.id),
        "tags": register.tags(student.id),
        "open_form": OpenForm(formdata=None),
        "tag_form": TagForm(formdata=None) if can("keep_tags", student) else None,
        "help_requests": help_requests.of(student.id),
        "help_form": HelpForm(formdata=None) if can("ask_up", student) else None,
        "looks": seen.of_student(student, most=5),
        "wishes_of": wishes,
        "Side": Side,
        **_entry(student, form, None, ""),
        **more,
    }
    return render("mentoring/graduate.html", status, **facts)


# -- The call round -------------------------------------------------------------------------------------------


CHOSEN = "chosen-"
MOST_CHOSEN = 100


def chosen_list(ids: list[int]) -> str:
    """The name of a list of these graduates, for ``?list=``."""
    return CHOSEN + ".".join(str(id) for id in ids[:MOST_CHOSEN])


def round_list(list_: str) -> tuple[str, list[int]] | None:
    """What ``?list=`` names, as its label and the graduates in it who were not tried today; None if nothing.

    It is a tab of the list, a saved view of one's own (``view-<id>``), or some chosen ones.
    """
    if list_.startswith(CHOSEN):
        ids = [id for i in list_.removeprefix(CHOSEN).split(".") if (id := read_id(i))][:MOST_CHOSEN]
        return _("Those chosen"), _untried(GRADUATES.source().where(visible(Student), Student.id.in_(ids)), ids)
    if list_.startswith("view-"):
        view = people.saved_view(current_user.id, list_.removeprefix("view-"))
        return (view.name, _ids(dict(parse_qsl(view.query)))) if view else None
    tab = next((t for t in GRADUATES.tabs if t.key == list_), None)
    return (str(tab.label), _ids({"tab": tab.key})) if tab else None


def _ids(query: dict[str, str]) -> list[int]:
    return _untried(ListPage(GRADUATES, current_user, query, "").select())


def _untried(select: sa.Select[Any], order: list[int] | None = None) -> list[int]:
    today = clock.start_of(clock.today())
    free = select.where(sa.or_(Student.tried_at.is_(None), Student.tried_at < today)).limit(MOST_IN_ROUND)
    ids = [row[0] for row in db.session.execute(free)]
    return ids if order is None else sorted(ids, key=order.index)


def round_page(
    student: Student | None, list_: str, label: str, ids: list[int], status: int = 200, form: ContactForm | None = None
) -> Response:
    """Who is next, what we know, what was said last time, three questions, one form."""
    at = ids.index(student.id) if student is not None and student.id in ids else -1
    rest = ids[at + 1 :] if student is not None else []
    then = rest[0] if rest else None
    today = contacts.of_today(current_user.id)
    facts: dict[str, Any] = {
        "student": student,
        "list": list_,
        "label": label,
        "left": len(rest),
        "today": today,
        "reached": sum(reached for reached, _id in today),
        "next": register.get_person(then) if then else None,
        "end": url_for("mentoring.round_", list=list_, at=then or "end"),
        "lists": [(t.key, t.label) for t in GRADUATES.tabs if t.key != "all"],
        "Side": Side,
    }
    if student is None:
        return render("mentoring/round_end.html", status, **facts)
    last = contacts.last_of([student.id]).get(student.id)
    facts |= {
        "band": band(student, mine=is_mine(student)),
        "last": last,
        "promises": contacts.promises(student.id, most=4),
        "panels": panels.of(current_user, [student.id])[student.id],
        **_entry(student, form, then, list_),
    }
    return render("mentoring/round.html", status, **facts)
