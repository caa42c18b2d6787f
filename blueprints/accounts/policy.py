"""Who may knock where, said once: the doors by role."""

from __future__ import annotations

from ..core.doors import Access
from .models import Role


def role(*roles: Role) -> Access:
    """A door for people who hold one of these roles today."""
    return Access(" or ".join(r.value for r in roles), lambda actor: actor.has(*roles))


office = role(Role.OFFICE)
