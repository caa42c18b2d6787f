"""The wording of the agreement: the site's own clauses, what may stand in braces in them, and how they are printed.

Pure. A clause is a line. Braces are looked up in a list and never formatted, so that a wording reads no attribute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..core.i18n import listed

MOST_CLAUSES = 20
LONGEST = 500
CHECK_MONTHS = "check_months"
WORDS = {
    "hours": _l("the hours of the room"),
    "room": _l("the number of the room"),
    "team": _l("the name of the team"),
    "fee": _l("yuan a month"),
    "begins": _l("the first day"),
    "ends": _l("the last day"),
    CHECK_MONTHS: _l("months between two checks, as a number from the moment it is saved"),
}
"""What may stand in braces. All but ``check_months`` are filled when an agreement is printed."""

OWN = (
    "房间用于通过评审的项目，开放时间 {hours}，不转借他人。",
    "费用按月在月底前缴清，减免按公布的办法执行。",
    "孵化园每 {check_months} 个月考核一次：出勤、安全、活动、收支、带动就业。",
    "消防第一：通道保持畅通，孵化园老师没看过的设备不得无人运行。",
    "房间、成员或期限有变动，提前 15 天说。想续期的在到期前申请；已答应别人的房间不变。",
    "最后一天交回钥匙和设备、清空房间。之后第 6、12、24 个月孵化园会回访近况。",
    "团队违反约定的，孵化园先谈话，仍不改的可书面说明理由后终止。",
)
OWN_ENGLISH = (
    "The team uses the room for the project it was approved for, at the hours {hours}, and lends it to nobody else.",
    "The fee is paid by the end of each month. What is waived is waived by the published rule.",
    "The incubator looks at the room and the plan every {check_months} months: attendance, safety, activity, money, "
    "people employed.",
    "Fire safety comes first: escape ways stay free, and no device is left running that the manager has not seen.",
    "Changes of room, members or term are told 15 days ahead. Who wants to stay asks before the end; a room promised "
    "to others stays theirs.",
    "On the last day keys and equipment are handed back and the room is empty. After that the incubator asks after 6, "
    "12 and 24 months how the firm is doing.",
    "If the team breaks this agreement, the incubator may end it after a talk, in writing and with a reason.",
)
_WORD = re.compile(r"\{([^{}\n]*)\}")


def clauses(text: str) -> list[str]:
    return [line for line in (line.strip() for line in text.splitlines()) if line]


def frozen(text: str, check_months: int) -> str:
    """As it is stored: no empty lines, and the months written out, since a setting does not change what is signed."""
    if check_months == 1:
        text = text.replace("every {check_months} months", "every month")
    return "\n".join(clauses(text.replace(f"{{{CHECK_MONTHS}}}", str(check_months))))


def filled(text: str, facts: Mapping[str, str]) -> list[str]:
    """The clauses of one agreement. What is in no list stays as it is written."""
    return [_WORD.sub(lambda word: facts.get(word[1], word[0]), line) for line in clauses(text)]


def known() -> str:
    """What may stand in braces, in words."""
    return listed(f"{{{name}}}" for name in WORDS)


def problems(text: str) -> list[str]:
    """What is wrong with a wording, clause by clause."""
    lines = clauses(text)
    if len(lines) > MOST_CLAUSES:
        return [_("At most %(most)d clauses; it has %(num)d.", most=MOST_CLAUSES, num=len(lines))]
    return [says for no, line in enumerate(lines, 1) for says in _problems(no, line)]


def _problems(no: int, line: str) -> list[str]:
    if len(line) > LONGEST:
        return [_("Clause %(no)d: at most %(most)d characters; it has %(num)d.", no=no, most=LONGEST, num=len(line))]
    found = []
    unknown = [word for word in dict.fromkeys(_WORD.findall(line)) if word not in WORDS]
    if unknown:
        shown = listed(f"{{{word[:30]}}}" for word in unknown[:3])
        found.append(
            _(
                "Clause %(no)d: nothing is known to put for %(words)s. There is %(known)s.",
                no=no,
                words=shown,
                known=known(),
            )
        )
    if re.search(r"[{}]", _WORD.sub("", line)):
        found.append(
            _("Clause %(no)d: a brace has no partner. Braces stand only around %(known)s.", no=no, known=known())
        )
    return found
