"""An invented teachers' university: its colleges, its people and their numbers.

Pure and deterministic: the same seed gives the same people on every machine. Nothing here is
real. Phones use the block ``1[3-9]x 0000 xxxx`` and mail the reserved domain ``example.edu.cn``,
so a message sent by mistake reaches nobody.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

SCHOOL = "北原师范学院"
SCHOOL_ENGLISH = "Beiyuan Normal College"
MAIL_DOMAIN = "example.edu.cn"

Gender = Literal["female", "male"]


@dataclass(frozen=True)
class Major:
    """A course of study; ``code`` is the national catalogue's (six digits)."""

    code: str
    name: str
    english: str


@dataclass(frozen=True)
class College:
    """A college; ``code`` is the two digits that stand in a student number."""

    code: str
    name: str
    english: str
    majors: tuple[Major, ...]


@dataclass(frozen=True)
class Person:
    """``pinyin``: syllables separated by blanks, lower case ASCII, the surname's reading first."""

    name: str
    pinyin: str
    gender: Gender
    phone: str
    email: str


def colleges() -> list[College]:
    """Six colleges in the order of their codes."""
    return list(_COLLEGES)


def class_name(major: Major, entry_year: int, seat: int) -> str:
    """``数学与应用数学2302班`` for the second class of the major that entered in 2023."""
    return f"{major.name}{entry_year % 100:02d}{seat:02d}班"


def student_number(entry_year: int, college: int, class_: int, seat: int) -> str:
    """``2023040117``: entry year, college, class and seat; the last three count from 1 to 99."""
    for what, number in {"college": college, "class": class_, "seat": seat}.items():
        if not 1 <= number <= 99:
            raise ValueError(f"{what} {number} does not fit two digits")
    return f"{entry_year:04d}{college:02d}{class_:02d}{seat:02d}"


def staff_number(n: int) -> str:
    """``T00042``; ``n`` counts from 1 to 99999."""
    if not 1 <= n <= 99_999:
        raise ValueError(f"staff number {n} does not fit five digits")
    return f"T{n:05d}"


def people(n: int, seed: int) -> Iterator[Person]:
    """``n`` people, no two of whom share a name, a phone or a mail address.

    The first people of a longer list are the people of a shorter one. Names grow scarce only
    beyond several hundred thousand, phones beyond 700 000.
    """
    rng = Random(f"people {seed}")
    names = set(_FAMOUS.split())
    phones: set[str] = set()
    addresses: Counter[str] = Counter()
    for _ in range(n):
        gender: Gender = "female" if rng.random() < 0.62 else "male"
        name, pinyin = _new_name(rng, gender, names)
        yield Person(name, pinyin, gender, _new_phone(rng, phones), _email(pinyin, addresses))


def name_characters() -> frozenset[str]:
    """Every character a name of `people` can be written with, to cut a font down to."""
    tables = [_COMMON, _UNCOMMON, _MANY_READINGS, _COMPOUND, _HUI, _MANCHU, _KOREAN, _RARE]
    tables += [_KOREAN_GIVEN, *_GIVEN.values(), *_MONGOLIAN.values()]
    tables += [*_UYGHUR.values(), *_TIBETAN.values()]
    return frozenset("·" + "".join(text for table in tables for text, _ in table))


def _new_name(rng: Random, gender: Gender, taken: set[str]) -> tuple[str, str]:
    """A name nobody has yet and its pinyin, in about the shares of a north-eastern campus."""
    while True:
        (kind,) = rng.choices(_KINDS, weights=_SHARES)
        name, pinyin = kind(rng, gender)
        if name not in taken:
            taken.add(name)
            return name, pinyin


def _new_phone(rng: Random, taken: set[str]) -> str:
    while True:
        phone = f"1{rng.randint(3, 9)}{rng.randint(0, 9)}0000{rng.randint(0, 9999):04d}"
        if phone not in taken:
            taken.add(phone)
            return phone


def _email(pinyin: str, addresses: Counter[str]) -> str:
    """The joined syllables, numbered from the second bearer on: ``wanglan``, ``wanglan2``."""
    local = pinyin.replace(" ", "")
    addresses[local] += 1
    count = addresses[local]
    return f"{local}{count if count > 1 else ''}@{MAIL_DOMAIN}"


def _han(rng: Random, gender: Gender) -> tuple[str, str]:
    surname = rng.choice(_COMMON if rng.random() < 0.8 else _UNCOMMON)
    return _join("", surname, *_given(rng, gender))


def _han_rare(rng: Random, gender: Gender) -> tuple[str, str]:
    """A surname with its own reading, or a given name with a rare character."""
    surname = rng.choice(_MANY_READINGS + _COMMON[:12])
    return _join("", surname, *_given(rng, gender)[:1], rng.choice(_RARE))


def _compound(rng: Random, gender: Gender) -> tuple[str, str]:
    return _join("", rng.choice(_COMPOUND), *_given(rng, gender))


def _hui(rng: Random, gender: Gender) -> tuple[str, str]:
    return _join("", rng.choice(_HUI), *_given(rng, gender))


def _manchu(rng: Random, gender: Gender) -> tuple[str, str]:
    return _join("", rng.choice(_MANCHU), *_given(rng, gender))


def _korean(rng: Random, gender: Gender) -> tuple[str, str]:
    return _join("", rng.choice(_KOREAN), rng.choice(_KOREAN_GIVEN), rng.choice(_GIVEN[gender]))


def _mongolian(rng: Random, gender: Gender) -> tuple[str, str]:
    return _after_father(rng, _MONGOLIAN, gender)


def _uyghur(rng: Random, gender: Gender) -> tuple[str, str]:
    return _after_father(rng, _UYGHUR, gender)


def _after_father(rng: Random, names: dict[Gender, list[tuple[str, str]]], gender: Gender) -> tuple[str, str]:
    """The own name, a dot, the father's: nobody is called after himself."""
    own = rng.choice(names[gender])
    return _join("·", own, rng.choice([name for name in names["male"] if name != own]))


def _tibetan(rng: Random, gender: Gender) -> tuple[str, str]:
    return _join("", rng.choice(_TIBETAN["male"]), rng.choice(_TIBETAN[gender]))


def _exchange(rng: Random, gender: Gender) -> tuple[str, str]:
    given, surnames = rng.choice(_EXCHANGE[gender])
    full = f"{rng.choice(given.split())} {rng.choice(surnames.split())}"
    return full, full.lower()


def _given(rng: Random, gender: Gender) -> list[tuple[str, str]]:
    """One or two given-name characters, never the same one twice."""
    return rng.sample(_GIVEN[gender], 1 if rng.random() < 0.14 else 2)


def _join(between: str, *parts: tuple[str, str]) -> tuple[str, str]:
    return between.join(text for text, _ in parts), " ".join(sound for _, sound in parts)


def _read(table: str) -> list[tuple[str, str]]:
    """Pairs out of ``晓 xiao/雨 yu``; a reading of several syllables keeps its blanks."""
    pairs = (entry.strip().split(" ", 1) for entry in table.replace("\n", "/").split("/"))
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


_COLLEGES = (
    College(
        "01",
        "数学科学学院",
        "School of Mathematical Sciences",
        (
            Major("070101", "数学与应用数学", "Mathematics and Applied Mathematics"),
            Major("070102", "信息与计算科学", "Information and Computing Science"),
            Major("071202", "应用统计学", "Applied Statistics"),
        ),
    ),
    College(
        "02",
        "教师教育学院",
        "School of Teacher Education",
        (
            Major("040107", "小学教育", "Primary Education"),
            Major("040106", "学前教育", "Preschool Education"),
            Major("071102", "应用心理学", "Applied Psychology"),
        ),
    ),
    College(
        "03",
        "化学工程学院",
        "School of Chemical Engineering",
        (
            Major("070301", "化学", "Chemistry"),
            Major("070302", "应用化学", "Applied Chemistry"),
            Major("081301", "化学工程与工艺", "Chemical Engineering and Technology"),
        ),
    ),
    College(
        "04",
        "生物工程学院",
        "School of Bioengineering",
        (
            Major("071001", "生物科学", "Biological Science"),
            Major("083001", "生物工程", "Bioengineering"),
            Major("082701", "食品科学与工程", "Food Science and Engineering"),
        ),
    ),
    College(
        "05",
        "计算机科学学院",
        "School of Computer Science",
        (
            Major("080901", "计算机科学与技术", "Computer Science and Technology"),
            Major("080902", "软件工程", "Software Engineering"),
            Major("080906", "数字媒体技术", "Digital Media Technology"),
            Major("040104", "教育技术学", "Educational Technology"),
        ),
    ),
    College(
        "06",
        "美术与设计学院",
        "School of Fine Arts and Design",
        (
            Major("130401", "美术学", "Fine Arts"),
            Major("130502", "视觉传达设计", "Visual Communication Design"),
            Major("130503", "环境设计", "Environmental Design"),
        ),
    ),
)

_COMMON = _read("""
王 wang/李 li/张 zhang/刘 liu/陈 chen/杨 yang/赵 zhao/黄 huang/周 zhou/吴 wu/徐 xu/孙 sun
胡 hu/朱 zhu/高 gao/林 lin/何 he/郭 guo/马 ma/罗 luo/梁 liang/宋 song/郑 zheng/谢 xie/韩 han
唐 tang/冯 feng/于 yu/董 dong/萧 xiao/程 cheng/曹 cao/袁 yuan/邓 deng/许 xu/傅 fu/沈 shen
吕 lyu/苏 su/卢 lu/蒋 jiang/蔡 cai/贾 jia/丁 ding/魏 wei/薛 xue/叶 ye/阎 yan/余 yu/潘 pan
杜 du/戴 dai/夏 xia/钟 zhong/汪 wang/田 tian/姜 jiang/范 fan/方 fang/石 shi/姚 yao/谭 tan
""")

_UNCOMMON = _read("""
廖 liao/邹 zou/熊 xiong/金 jin/陆 lu/郝 hao/孔 kong/白 bai/崔 cui/康 kang/毛 mao/邱 qiu
秦 qin/江 jiang/史 shi/顾 gu/侯 hou/邵 shao/孟 meng/龙 long/万 wan/段 duan/雷 lei/钱 qian
汤 tang/尹 yin/黎 li/易 yi/常 chang/武 wu/乔 qiao/贺 he/赖 lai/龚 gong/文 wen/庞 pang
樊 fan/兰 lan/殷 yin/施 shi/陶 tao/洪 hong/翟 zhai/安 an/颜 yan/倪 ni/严 yan/牛 niu/温 wen
芦 lu/季 ji/俞 yu/章 zhang/鲁 lu/葛 ge/伍 wu/韦 wei/申 shen/尤 you/毕 bi/聂 nie/丛 cong
焦 jiao/向 xiang/柳 liu/邢 xing/路 lu/岳 yue/齐 qi/梅 mei/莫 mo/庄 zhuang/辛 xin/管 guan
祝 zhu/左 zuo/涂 tu/谷 gu/祁 qi/时 shi/舒 shu/耿 geng/牟 mu/卜 bu/詹 zhan/凌 ling/费 fei
纪 ji/靳 jin/盛 sheng/童 tong/欧 ou/甄 zhen/项 xiang/曲 qu/成 cheng/游 you/阳 yang/裴 pei
席 xi/卫 wei/查 zha/屈 qu/鲍 bao/位 wei/覃 qin/霍 huo/翁 weng/隋 sui/植 zhi/甘 gan/景 jing
单 shan/解 xie/仇 qiu/乐 yue/曾 zeng/任 ren/华 hua/区 ou/盖 ge/缪 miao/宓 mi/召 shao/员 yun
""")

_MANY_READINGS = _read("单 shan/解 xie/仇 qiu/乐 yue/曾 zeng/任 ren/区 ou/查 zha/盖 ge/覃 qin")

_COMPOUND = _read("""
欧阳 ou yang/司徒 si tu/上官 shang guan/诸葛 zhu ge/司马 si ma/皇甫 huang fu/尉迟 yu chi
慕容 mu rong/令狐 ling hu/夏侯 xia hou/东方 dong fang/长孙 zhang sun/万俟 mo qi/端木 duan mu
""")

_HUI = _read("""
马 ma/哈 ha/撒 sa/纳 na/白 bai/丁 ding/虎 hu/沙 sha/海 hai/拜 bai/古 gu/金 jin/穆 mu/妥 tuo
""")

_MANCHU = _read("""
关 guan/佟 tong/富 fu/那 na/赫 he/郎 lang/索 suo/鄂 e/英 ying/瓜尔佳 gua er jia
富察 fu cha/叶赫那拉 ye he na la/佟佳 tong jia/完颜 wan yan
""")

_KOREAN = _read("朴 piao/金 jin/崔 cui/李 li/郑 zheng/姜 jiang/尹 yin/玄 xuan/全 quan/许 xu/南 nan")
_KOREAN_GIVEN = _read("英 ying/成 cheng/美 mei/明 ming/恩 en/善 shan/哲 zhe/贞 zhen/龙 long/顺 shun")

_BOTH = """
晨 chen/文 wen/子 zi/雨 yu/一 yi/宇 yu/安 an/嘉 jia/佳 jia/思 si/明 ming/乐 le/若 ruo/知 zhi
言 yan/清 qing/然 ran/天 tian/书 shu/以 yi/景 jing/沐 mu/向 xiang/星 xing/远 yuan/宁 ning
可 ke/新 xin/博 bo/恒 heng/悦 yue/云 yun/亦 yi/艺 yi/凡 fan/青 qing/晓 xiao/春 chun/冬 dong
秋 qiu/夏 xia/松 song/行 xing/泽 ze/未 wei/念 nian/禾 he/元 yuan/希 xi/同 tong/立 li/南 nan
"""

_GIVEN: dict[Gender, list[tuple[str, str]]] = {
    "female": _read(
        _BOTH
        + """
婷 ting/欣 xin/怡 yi/雪 xue/梦 meng/琪 qi/慧 hui/静 jing/敏 min/丽 li/娜 na/彤 tong/萱 xuan
涵 han/瑶 yao/莹 ying/蕾 lei/菲 fei/妍 yan/芳 fang/颖 ying/洁 jie/露 lu/倩 qian/月 yue/岚 lan
燕 yan/玉 yu/梅 mei/兰 lan/竹 zhu/蓉 rong/丹 dan/珊 shan/诗 shi/语 yu/姝 shu/瑾 jin/霖 lin
淑 shu/凤 feng/霞 xia/苗 miao/依 yi/晴 qing/爽 shuang/媛 yuan/茜 qian/芸 yun/杉 shan/漫 man
"""
    ),
    "male": _read(
        _BOTH
        + """
浩 hao/杰 jie/磊 lei/强 qiang/伟 wei/鹏 peng/飞 fei/俊 jun/宏 hong/志 zhi/建 jian/国 guo
东 dong/海 hai/峰 feng/涛 tao/凯 kai/毅 yi/轩 xuan/铭 ming/睿 rui/航 hang/岩 yan/川 chuan
林 lin/辉 hui/超 chao/龙 long/虎 hu/旭 xu/阳 yang/帆 fan/瀚 han/霄 xiao/诚 cheng/勇 yong
力 li/朗 lang/钧 jun/越 yue/柏 bai/槐 huai/锐 rui/平 ping/学 xue/刚 gang/斌 bin/驰 chi
"""
    ),
}

_RARE = _read("""
㛃 jie/𬭎 hong/翀 chong/昇 sheng/喆 zhe/犇 ben/淼 miao/垚 yao/燚 yi/祎 yi/赟 yun/骉 biao
昱 yu/彧 yu/翯 he/玥 yue/珺 jun/旻 min/頔 di/媄 mei/堃 kun/玮 wei/婧 jing/翊 yi/晞 xi/芃 peng
""")

_MONGOLIAN: dict[Gender, list[tuple[str, str]]] = {
    "female": _read("""
其其格 qi qi ge/萨仁 sa ren/娜仁托娅 na ren tuo ya/乌云塔娜 wu yun ta na/苏日娜 su ri na
阿茹娜 a ru na/斯琴高娃 si qin gao wa/格日乐 ge ri le/琪木格 qi mu ge/乌日罕 wu ri han
萨日朗 sa ri lang/奥云 ao yun/托娅 tuo ya/哈斯高娃 ha si gao wa
"""),
    "male": _read("""
那木罕 na mu han/巴特尔 ba te er/巴雅尔 ba ya er/朝鲁 chao lu/苏和 su he/布和 bu he
额尔敦 e er dun/特木尔 te mu er/乌力吉 wu li ji/宝音 bao yin/满都拉 man du la/孟和 meng he
阿斯尔 a si er/呼和 hu he/毕力格 bi li ge
"""),
}

_UYGHUR: dict[Gender, list[tuple[str, str]]] = {
    "female": _read("""
古丽娜尔 gu li na er/阿依古丽 a yi gu li/热依汗 re yi han/米热古丽 mi re gu li
帕提曼 pa ti man/迪丽达尔 di li da er/祖丽皮亚 zu li pi ya/麦热木 mai re mu
阿孜古丽 a zi gu li/努尔比耶 nu er bi ye/玛丽亚木 ma li ya mu/茹仙古丽 ru xian gu li
"""),
    "male": _read("""
艾山江 ai shan jiang/买买提 mai mai ti/阿不都热合曼 a bu du re he man/玉素甫 yu su fu
吐尔逊 tu er xun/艾尼瓦尔 ai ni wa er/亚力坤 ya li kun/木合塔尔 mu he ta er/卡德尔 ka de er
依明江 yi ming jiang/阿卜力孜 a bu li zi/库尔班 ku er ban/塔依尔 ta yi er
"""),
}

_TIBETAN: dict[Gender, list[tuple[str, str]]] = {
    "female": _read("""
央金 yang jin/卓玛 zhuo ma/拉姆 la mu/白玛 bai ma/曲珍 qu zhen/卓嘎 zhuo ga/措姆 cuo mu
德吉 de ji/仓决 cang jue/玉珍 yu zhen
"""),
    "male": _read("""
扎西 zha xi/顿珠 dun zhu/次仁 ci ren/旦增 dan zeng/平措 ping cuo/洛桑 luo sang/索朗 suo lang
多吉 duo ji/仁青 ren qing/格桑 ge sang/强巴 qiang ba/边巴 bian ba/贡布 gong bu/罗布 luo bu
"""),
}

# Given names and surnames of one origin, so that no Linh is a Belova.
_EXCHANGE: dict[Gender, list[tuple[str, str]]] = {
    "female": [
        ("Anna Sofia Darya", "Belova Sorokina Lebedeva"),
        ("Aigerim Dana Saule", "Sarsenova Omarova"),
        ("Linh Thu Mai", "Tran Dinh Vo"),
        ("Marta Ingrid", "Lindqvist Moreau Okoro"),
    ],
    "male": [
        ("Pavel Timur Ilya", "Belov Sorokin Lebedev"),
        ("Daniyar Yerlan Samat", "Sarsenov Omarov"),
        ("Minh Quang Duc", "Tran Dinh Vo"),
        ("Samuel Emeka", "Lindqvist Moreau Okoro"),
    ],
}

_Kind = Callable[[Random, Gender], tuple[str, str]]
_KIND_SHARES: dict[_Kind, float] = {
    _han: 80,
    _han_rare: 4,
    _compound: 2,
    _hui: 2.5,
    _manchu: 3.5,
    _korean: 2.5,
    _mongolian: 2.5,
    _uyghur: 1.3,
    _tibetan: 1.2,
    _exchange: 0.5,
}
_KINDS, _SHARES = list(_KIND_SHARES), list(_KIND_SHARES.values())

# People everyone knows whose names the tables could make by chance.
_FAMOUS = """
王菲 王楠 王伟 王强 王国维 王立军 王岩 王宁 李娜 李宁 李文亮 李宇春 李小龙 李连杰 李嘉诚 李书福
张国立 张艺 张艺谋 张宁 张继科 张怡宁 刘翔 刘洋 刘强东 刘慈欣 刘涛 刘欢 刘诗诗 刘伯明 陈凯歌
陈龙 陈若琳 陈梦 杨洋 杨超越 杨利伟 杨幂 赵薇 赵丽颖 赵文卓 黄晓明 周迅 周星驰 周立波 周杰伦
吴京 吴敏霞 徐峥 徐静蕾 孙俪 孙杨 孙悦 胡歌 朱婷 朱一龙 高敏 高晓松 林丹 林书豪 林志玲 林志颖
何洁 郭晶晶 郭明义 马龙 马云 马丽 马思纯 罗永浩 梁静茹 宋佳 宋轶 郑智 郑爽 谢霆锋 韩雪 韩红
唐嫣 冯巩 冯小刚 冯远征 于谦 于和伟 于月仙 董卿 董洁 曹颖 许知远 沈腾 吕燕 苏有朋 苏炳添 蔡明
蔡文静 丁宁 丁俊晖 魏晨 叶诗文 潘石屹 杜海涛 姜文 方文山 石宇奇 姚晨 姚明 谭维维 雷军 龙洋
江一燕 秦海璐 秦岚 毛不易 白岩松 白百何 侯勇 汤唯 陶虹 马东 马国明 那英 关晓彤 金星 佟大为
佟丽娅 佟凡 郎平 朴树 斯琴高娃 海清 任嘉伦 任静 华晨宇 曾志伟 单田芳 易建联 欧阳娜娜 钟南山
"""
