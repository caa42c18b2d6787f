"""A clinic with something in every state, and a way to try an act without its effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from blueprints.accounts import service as accounts
from blueprints.accounts.models import Notice, User
from blueprints.clinic import service
from blueprints.core.db import db, unit
from tests import people
from tests.people import Cast


@dataclass(frozen=True)
class Scene:
    """lin's second round, which shen holds: a published mark of the first, a draft of the second, lin's notice."""

    cast: Cast
    submission: int
    published: int
    draft: int
    notice: int
    link: str


@pytest.fixture
def scene(app, cast: Cast) -> Scene:
    with app.app_context():
        id_ = people.hand_in(cast.lin)
        people.move(id_, "claim", cast.shen)
        published = people.mark(id_, cast.shen)
        with unit("write"):
            held, actor = people.submission(id_), people.accounts.user(cast.shen.id)
            service.record_call(
                held, held.current, actor, people.Outcome.REACHED, minutes=8, skills="", wishes="", obstacle=""
            )
            service.publish(held, held.current, actor, decision="revise", summary="More numbers.", due_on=None)
        with unit("write"):
            student = people.accounts.user(cast.lin.id)
            service.next_version(people.submission(id_), student, people.receive(people.pdf("second")))
            people.draw_by_hand(people.submission(id_).current.document.drawing)
        people.move(id_, "confirm", cast.lin)
        people.move(id_, "claim", cast.shen)
        draft = people.mark(id_, cast.shen, line=1)
        with unit("write") as session:
            link = accounts.one_time_link(session.get_one(User, cast.mentor.id))
            notice = session.scalars(sa.select(Notice.id).where(Notice.user_id == cast.lin.id)).first()
    return Scene(cast, id_, published, draft, notice, link.rpartition("/")[2])


Undone = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def undone(app) -> Undone:
    """``with undone():`` whatever is stored inside is gone after it."""

    @contextmanager
    def attempt() -> Iterator[None]:
        connection = db.session.session_factory.kw["bind"]
        savepoint = connection.begin_nested()
        try:
            yield
        finally:
            with app.app_context():
                db.session.remove()
            savepoint.rollback()

    return attempt
