"""One line about a call, read into the fields of a contact: ``电话 10min 想回山东 小学数学 怕面试 #下周三``.

Pure: words and code lists in, a :class:`Reading` out. What is not understood stays in the note, so nothing is lost;
the reading is shown before it is stored. dateparser (1.5) was tried for the day after ``#``: it knows neither 下周三
nor 大后天, so the few forms teachers use are read here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..students.models import Channel, Situation, Way
from .models.contact import Mood

CHANNELS = {
    "电话": Channel.PHONE,
    "微信": Channel.WECHAT,
    "短信": Channel.MESSAGE,
    "面谈": Channel.FACE,
    "见面": Channel.FACE,
    "当面": Channel.FACE,
    "宿舍": Channel.DORM,
    "寝室": Channel.DORM,
    "phone": Channel.PHONE,
    "call": Channel.PHONE,
    "wechat": Channel.WECHAT,
    "text": Channel.MESSAGE,
    "sms": Channel.MESSAGE,
    "face": Channel.FACE,
    "met": Channel.FACE,
    "dorm": Channel.DORM,
}
UNREACHED = (
    *("没接", "未接", "没打通", "打不通", "没通", "未通", "关机", "占线", "没人接", "没回", "未回", "联系不上"),
    *("no answer", "not reached", "busy"),
)
MOODS = {
    Mood.HOPEFUL: ("有信心", "开心", "高兴", "积极", "hopeful"),
    Mood.STEADY: ("平稳", "状态不错", "还行", "steady"),
    Mood.TENSE: ("紧张", "焦虑", "着急", "tense", "anxious"),
    Mood.TIRED: ("累", "疲惫", "tired"),
    Mood.LOW: ("低落", "沮丧", "难过", "low mood"),
}
WAYS = {
    Way.STUDY: ("考研", "保研", "读研", "升学", "留学", "出国", "further study", "graduate school"),
    Way.CIVIL: ("考公", "公务员", "选调", "国考", "省考", "civil service"),
    Way.ARMY: ("参军", "入伍", "当兵", "征兵", "army"),
    Way.STARTUP: ("创业", "开店", "开公司", "start-up", "startup"),
    Way.WORK: ("考编", "特岗", "就业", "找工作", "教师编", "work"),
}
SITUATIONS = {
    Situation.SETTLED: ("已签约", "签约了", "签了合同", "签了三方", "已就业", "已录取", "signed"),
    Situation.OFFERED: ("有offer", "拿到offer", "收到offer", "录用通知", "has an offer"),
    Situation.PREPARING: ("备考", "preparing"),
}
STAGES = {
    "preschool": ("幼儿园", "学前", "幼师", "kindergarten"),
    "primary": ("小学", "primary"),
    "junior": ("初中", "junior high"),
    "senior": ("高中", "senior high"),
    "vocational": ("中职", "职高", "职校", "高职", "vocational"),
    "special": ("特教", "特殊教育"),
    "training": ("培训机构", "教培", "training centre"),
}
OBSTACLE = re.compile(
    r"^(?:怕|担心|愁|没有|没|缺|不会|不敢|不想|不知道|压力|家里不|家长不|afraid|worried|lacks?|no |cannot|can't)", re.I
)
POST = re.compile(
    r"(?:老师|教师|班主任|辅导员|助教|教练|编辑|记者|会计|文员|客服|程序员|工程师|设计师|岗|teacher|clerk|editor)|"
    r"^(?:小学|初中|高中|中学|幼儿园|中职)?(?:语文|数学|英语|物理|化学|生物|历史|地理|政治|思政|体育|音乐|美术|信息|科学)$",
    re.I,
)
MINUTES = re.compile(r"(\d{1,3})\s*(?:minutes?|mins?|分钟|分)(?![a-z])", re.I)
_ENDS = re.compile(r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市|地区|盟)$")
_PEOPLES = re.compile(
    r"(?:(?:朝鲜|土家|苗|藏|羌|彝|白|傣|景颇|傈僳|哈尼|布依|侗|壮|回|蒙古|哈萨克|柯尔克孜)族?)+自治州$"
)
WEEKDAYS = {c: n for n, letters in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7")) for c in letters}
ENGLISH_DAYS = {n: i for i, names in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")) for n in (names,)}
NUMBERS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2}


@dataclass
class Reading:
    """What a line says. ``reached`` is None where it says nothing; ``day_unread`` is a day that was not understood."""

    channel: Channel | None = None
    reached: bool | None = None
    minutes: int | None = None
    mood: Mood | None = None
    situation: Situation | None = None
    way: Way | None = None
    regions: list[str] = field(default_factory=list)
    stage: str | None = None
    posts: str = ""
    obstacle: str = ""
    next_on: date | None = None
    day_unread: str = ""
    note: str = ""

    @property
    def wishes(self) -> dict[str, object]:
        """What it says of the intention, by the names of :class:`~...students.models.Intention`."""
        found = {"way": self.way, "regions": self.regions, "stage": self.stage, "posts": self.posts}
        return {name: value for name, value in found.items() if value}


def read(line: str, today: date, regions: Mapping[str, str]) -> Reading:
    """Read a line; ``regions`` is code -> name as in GB/T 2260."""
    found = Reading()
    line, _, day = line.partition("#") if "#" in line else line.partition("＃")
    if day.strip():
        found.next_on = day_of(day, today)
        found.day_unread = "" if found.next_on else day.strip()
    if (minutes := MINUTES.search(line)) is not None:
        found.minutes = min(int(minutes[1]), 600)
        line = line[: minutes.start()] + " " + line[minutes.end() :]
    kept = [words for words in _pieces(line) if not _is_form(words, found)]
    for words in kept:
        _understand(words, found, regions)
    found.note = " ".join(kept)
    return found


def _pieces(line: str) -> list[str]:
    """Between blanks and Chinese stops; English phrases are held together by commas alone."""
    if re.search(r"[\u4e00-\u9fff]", line):
        return re.split(r"[\s，、；。,;]+", line.strip("，、；。,; \t")) if line.strip("，、；。,; \t") else []
    return [piece for part in re.split(r"[,;]+", line) for piece in _english(part.strip()) if piece]


def _english(part: str) -> list[str]:
    """``phone afraid of interviews``: the channel stands apart from what follows it."""
    first, _, rest = part.partition(" ")
    return [first, rest.strip()] if first.lower() in CHANNELS and rest else [part]


def _is_form(words: str, found: Reading) -> bool:
    """Whether these words only say how it was: channel, reached or not. They need not be repeated in the note."""
    low = words.lower()
    if any(low == sign or (len(sign) > 1 and low.startswith(sign)) for sign in UNREACHED):
        found.reached = False
        return True
    for word, channel in CHANNELS.items():
        if low == word:
            found.channel = found.channel or channel
            return True
        if low.startswith(word) and any(sign in low for sign in UNREACHED):
            found.channel, found.reached = found.channel or channel, False
            return True
    return False


def _understand(words: str, found: Reading, regions: Mapping[str, str]) -> None:
    low = words.lower()
    for name, table in (("mood", MOODS), ("situation", SITUATIONS), ("way", WAYS)):
        for value, signs in table.items():
            if getattr(found, name) is None and any(sign in low for sign in signs):
                setattr(found, name, value)
    if OBSTACLE.match(words):
        found.obstacle = "；".join(filter(None, (found.obstacle, words)))[:200]
        return
    found.regions += [code for code in places(words, regions) if code not in found.regions]
    for stage, signs in STAGES.items():
        if found.stage is None and any(sign in low for sign in signs):
            found.stage = stage
    if POST.search(words):
        wanted = re.sub(r"^(?:wants?(?: to be)? |想(?:当|做|找|教|去)?|要(?:当|做)?|当|做)", "", words)
        found.posts = "、".join(filter(None, (found.posts, wanted)))[:120]


def short(name: str) -> str:
    """``山东省`` -> ``山东``, ``延边朝鲜族自治州`` -> ``延边``: as people say it."""
    for cut in (_PEOPLES, _ENDS):
        said = cut.sub("", name)
        if len(said) >= 2:
            name = said
    return name


def places(words: str, regions: Mapping[str, str]) -> list[str]:
    """The codes of the regions named in these words, in the order they are said; the longest name at a place wins."""
    by_name: dict[str, str] = {}
    for code, name in sorted(regions.items(), reverse=True):  # a province's code ends in zeros and comes last: it wins
        by_name[short(name)] = by_name[name] = code
    hits: list[tuple[int, int, str]] = []
    for name, code in by_name.items():
        at = words.find(name)
        if at >= 0:
            hits.append((at, -len(name), code))
    chosen: list[str] = []
    end = 0
    for at, length, code in sorted(hits):
        if at >= end and code not in chosen:
            chosen.append(code)
            end = at - length
    return chosen


# -- Days ----------------------------------------------------------------------------------------------------


def day_of(words: str, today: date) -> date | None:
    """``下周三``, ``周五``, ``明天``, ``3天后``, ``12月5日``, ``12-5``, ``2026-12-05``, ``tomorrow``, ``next wed``.

    A weekday without a week is the next such day to come; a day of a month that has passed is next year's.
    """
    said = words.strip().lower().replace(" ", "").rstrip("。.,，")
    near = {"今天": 0, "今": 0, "明天": 1, "明": 1, "后天": 2, "大后天": 3, "today": 0, "tomorrow": 1}
    if said in near:
        return today + timedelta(days=near[said])
    for reading in (_weekday, _distance, _calendar):
        if (found := reading(said, today)) is not None:
            return found
    return None


def _weekday(said: str, today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    if (m := re.fullmatch(r"(下*)(?:个)?(?:周|星期|礼拜)([一二三四五六日天1-7])", said)) is not None:
        weeks, day = len(m[1]), WEEKDAYS[m[2]]
    elif (m := re.fullmatch(r"(next)?(mon|tue|wed|thu|fri|sat|sun)[a-z]*", said)) is not None:
        weeks, day = (1 if m[1] else 0), ENGLISH_DAYS[m[2]]
    else:
        return None
    found = monday + timedelta(days=day, weeks=weeks)
    return found if weeks or found > today else found + timedelta(days=7)


def _distance(said: str, today: date) -> date | None:
    m = re.fullmatch(
        r"(?:in)?(\d{1,3}|[一两二三四五六七八九十])(?:个)?(天|日|周|星期|礼拜|月|days?|weeks?)(?:之?后|以后|内)?", said
    )
    if m is None:
        return None
    number = int(m[1]) if m[1].isdecimal() else NUMBERS[m[1]]
    unit = 30 if m[2] == "月" else 7 if m[2] in ("周", "星期", "礼拜") or m[2].startswith("week") else 1
    return today + timedelta(days=number * unit)


def _calendar(said: str, today: date) -> date | None:
    m = re.fullmatch(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?", said)
    if m is None:
        if (m := re.fullmatch(r"(\d{1,2})[日号]", said)) is None:
            return None
        day = _date(today.year, today.month, int(m[1]))
        nxt = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return day if day and day >= today else _date(nxt.year, nxt.month, int(m[1]))
    found = _date(int(m[1]) if m[1] else today.year, int(m[2]), int(m[3]))
    if found is not None and not m[1] and found < today:
        found = _date(today.year + 1, int(m[2]), int(m[3]))
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
