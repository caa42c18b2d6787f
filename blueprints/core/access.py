"""May you see it, may you do it: one SQL expression and a few named rules for each kind of row.

``visible(Model)(actor)`` is one boolean expression used by lists, detail pages, exports, search and
counts alike, so they cannot disagree: what is invisible is 404, the same as what does not exist. A
*rule* is a test of actor and row built of small predicates; its refusal is a 403 that says which rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import abort
from flask_login import current_user
from werkzeug.exceptions import Forbidden

from . import audit
from .db import Model, db, mode, regardless

M = TypeVar("M", bound=Model)
Visible = Callable[[Any], sa.ColumnElement[bool]]

_VISIBLE: dict[type[Model], Visible] = {}
_RULES: dict[tuple[type[Model], str], Rule] = {}


class Rule:
    """A named yes or no about an actor and a row; ``&``, ``|`` and ``~`` make larger ones."""

    def __init__(self, test: Callable[[Any, Any], bool], says: Any) -> None:
        self.test, self.says = test, says

    def __call__(self, actor: Any, obj: Any) -> bool:
        return bool(self.test(actor, obj))

    def refusal(self, actor: Any, obj: Any) -> Any:
        """The sentence of the part that says no, or None."""
        return None if self(actor, obj) else self.says

    @property
    def sentences(self) -> list[str]:
        """All that must hold, in words."""
        return [str(self.says)]

    def __and__(self, other: Rule) -> Rule:
        return _Both(self, other)

    def __or__(self, other: Rule) -> Rule:
        return Rule(lambda actor, obj: self(actor, obj) or other(actor, obj), self.says)


class _Both(Rule):
    def __init__(self, first: Rule, second: Rule) -> None:
        super().__init__(lambda actor, obj: first(actor, obj) and second(actor, obj), first.says)
        self.first, self.second = first, second

    @property
    def sentences(self) -> list[str]:
        return [*self.first.sentences, *self.second.sentences]

    def refusal(self, actor: Any, obj: Any) -> Any:
        return self.first.refusal(actor, obj) or self.second.refusal(actor, obj)


class Denied(Forbidden):
    """403 with the rule that said no."""

    def __init__(self, name: str, says: Any) -> None:
        super().__init__(description=str(says))
        self.rule = name


def rule(says: Any) -> Callable[[Callable[[Any, Any], bool]], Rule]:
    """Make a predicate into a rule: ``@rule(_l("Only the reviewer who has it."))``."""
    return lambda test: Rule(test, says)


def sees(model: type[M], expression: Visible) -> None:
    """Declare which rows of ``model`` exist for an actor."""
    _VISIBLE[model] = expression


def allow(model: type[Model], **rules: Rule) -> None:
    """Declare what may be done to a row of ``model``, by verb."""
    for name, test in rules.items():
        _RULES[model, name] = test


def visible(model: type[Model], actor: Any = None) -> sa.ColumnElement[bool]:
    return _VISIBLE[model](current_user if actor is None else actor)


def can(verb: str, obj: Model, actor: Any = None) -> bool:
    """Whether the verb is allowed on this row; templates ask it too."""
    return _RULES[type(obj), verb](current_user if actor is None else actor, obj)


def require(verb: str, obj: Model, actor: Any = None) -> None:
    """Raise :class:`Denied` with the sentence of the rule that says no; the denial is audited."""
    actor = current_user if actor is None else actor
    if (says := _RULES[type(obj), verb].refusal(actor, obj)) is not None:
        regardless(audit.denied, actor.id, verb, type(obj).__tablename__, obj.id)
        raise Denied(verb, says)


def find(model: type[M], id: int, options: Sequence[Any] = (), actor: Any = None) -> M | None:
    """The row if it exists for this actor."""
    query = sa.select(model).where(model.id == id, visible(model, actor)).options(*options)
    return db.session.scalars(query).unique().one_or_none()


def load(model: type[M], id: int, verb: str | None = None, options: Sequence[Any] = ()) -> M:
    """The row for the signed-in person: 404 when it does not exist for them, 403 when the verb is refused.

    A request that writes locks the row before it reads it, so that what is judged is what is changed.
    """
    if mode() == "write":
        db.session.execute(sa.select(model.id).where(model.id == id).with_for_update())
    obj = find(model, id, options)
    if obj is None:
        abort(404)
    if verb is not None:
        require(verb, obj)
    return obj
