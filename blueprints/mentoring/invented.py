"""What invented mentors and graduates talk about: sentences by situation, wishes by major."""

from __future__ import annotations

from random import Random
from typing import Any

from ..students.models import Situation, Way

POSTS = {
    "数学": ("小学数学教师", "初中数学教师", "数据分析"),
    "语文": ("小学语文教师", "初中语文教师", "编辑"),
    "英语": ("小学英语教师", "初中英语教师", "外贸跟单"),
    "物理": ("初中物理教师", "高中物理教师"),
    "计算机": ("信息技术教师", "程序员", "测试工程师"),
    "软件": ("程序员", "测试工程师"),
    "学前": ("幼儿园教师", "早教教师"),
    "体育": ("小学体育教师", "健身教练"),
    "音乐": ("小学音乐教师", "培训机构音乐教师"),
    "美术": ("小学美术教师", "设计师"),
}
PLACES = (
    ("230600", "230100"),
    ("370000",),
    ("230600",),
    ("150500", "150400"),
    ("210100", "210200"),
    ("370600", "370200"),
    ("230100", "230600", "230200"),
    ("320500",),
    ("220100",),
)
OBSTACLES = (
    "怕面试",
    "怕试讲",
    "没有教师资格证面试成绩",
    "家里希望留在本地",
    "不知道简历怎么写",
    "担心专业对口的岗位少",
    "没想好先考研还是先找工作",
    "普通话还差一个等级",
)
TALKS = {
    Situation.SEARCHING: (
        "看了两所学校的公告，想先报一个试试。",
        "简历改过一版，还没投出去。说好这周投三家。",
        "参加了线上宣讲，觉得那边待遇可以，就是离家远。",
        "试讲练了两次，紧张的时候语速太快。",
        "等学校通知，期间想再看看县里的岗位。",
        "上次推荐的两个岗位都看了，想投其中一个。",
        "去实习学校问过，可能有一个代课的机会。",
        "家里让她先考编，她自己愿意两手准备。",
    ),
    Situation.PREPARING: (
        "每天在图书馆到九点，数学二刷到一半。",
        "报名已经确认，政治刚开始背。",
        "作息正常，就是英语没底，想找人改作文。",
        "省考职位表出来了，在看符合专业的。",
        "专心备考，考前只发微信，不打电话。",
    ),
    Situation.OFFERED: (
        "收到录用通知，还在等另一家的结果，周末给答复。",
        "合同发来了，有一条试用期没看懂，约好一起看。",
    ),
    Situation.SETTLED: (
        "已经签了合同，下个月报到，问了住宿怎么办。",
        "三方协议交到学院了，本人在网上确认过。",
    ),
    Situation.PAUSING: ("家里有事，先缓一缓，开学后再谈。", "想先休整一段，答应月底再联系。"),
}
PROMISES_TEACHER = (
    "发三个合适的岗位",
    "请一位老师听一次试讲",
    "问一问学院有没有实习名额",
    "把往年的面试题发过去",
    "联系两所小学",
)
PROMISES_STUDENT = (
    "周五前投三份简历",
    "改好简历再发一版",
    "排好三个想去的地区",
    "去参加周四的模拟面试",
    "打电话问清报到时间",
)
PRIVATE = ("他提到夜里睡不好，下次当面聊，不在电话里问。", "家里最近有变故，不主动提起。", "和室友闹了矛盾，先听她说。")
DIARY = ("参加就业工作例会，讨论重点帮扶名单。", "整理本月岗位信息，发到班级群。", "陪两位同学去双选会，现场改简历。")


def wishes(chance: Random, major: str, situation: Situation) -> dict[str, Any]:
    """An intention as keyword arguments of :func:`~..students.service.set_intention`."""
    way = Way.WORK
    if situation is Situation.PREPARING:
        way = chance.choice((Way.STUDY, Way.STUDY, Way.CIVIL))
    elif chance.random() < 0.08:
        way = chance.choice((Way.ARMY, Way.STARTUP, Way.UNDECIDED))
    posts = next((p for key, p in POSTS.items() if key in major), ("行政文员", "培训机构教师", "客服"))
    post = chance.choice(posts)
    stage = next(
        (
            s
            for word, s in (("幼儿园", "preschool"), ("小学", "primary"), ("初中", "junior"), ("高中", "senior"))
            if word in post
        ),
        None,
    )
    return {
        "way": way,
        "regions": list(chance.choice(PLACES)),
        "posts": post,
        "stage": stage,
        "industries": ["42"] if "教师" in post else [],
        "pay_from": chance.choice((None, 350000, 400000, 450000, 500000)),
        "second_plan": f"考不上就先做{post}" if way in (Way.STUDY, Way.CIVIL) and chance.random() < 0.6 else "",
        "obstacle": chance.choice(OBSTACLES) if chance.random() < 0.6 else "",
    }
