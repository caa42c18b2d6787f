"""What the office sets for the care of graduates: how often, by support level."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from ..core.options import Option

CONTACT_DAYS = {
    0: Option("care.contact_days_0", 30, _l("Days between contacts, no support level"), low=1, high=365),
    1: Option("care.contact_days_1", 7, _l("Days between contacts, level 1"), low=1, high=365),
    2: Option("care.contact_days_2", 14, _l("Days between contacts, level 2"), low=1, high=365),
}
"""Days after the last conversation on which a graduate falls due again, by support level."""
