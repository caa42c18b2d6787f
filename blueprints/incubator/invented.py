"""Invented teams, what they write and what is said about them, for ``flask demo`` and tests.

Pure and deterministic: a team writes the same texts on every machine. No text names a person, as the referees read
the texts without names.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pypdfium2
from fpdf import FPDF
from fpdf.enums import WrapMode

from ..clinic.invented.fonts import cut_font
from .models import Kind

TITLES = (
    ("pitch", "项目一句话"),
    ("problem", "一、要解决的问题"),
    ("customers", "二、客户是谁"),
    ("offer", "三、产品与定价"),
    ("market", "四、市场分析"),
    ("team", "五、分工"),
    ("money", "六、第一年的钱"),
    ("risks", "七、风险"),
    ("first_year", "八、第一年的安排"),
)


@dataclass(frozen=True)
class Team:
    """A team as it would speak of itself; the texts are made from these words (:func:`texts`)."""

    name: str
    kind: Kind
    pitch: str
    who: str
    pain: str
    offer: str
    parts: tuple[str, str]
    unit: str = "单"
    price: int = 60
    water: bool = False
    v380: bool = False
    quiet: bool = False
    access: bool = False


_D, _S, _W = Kind.DESK, Kind.STUDIO, Kind.WORKSHOP
TEAMS: dict[str, Team] = {
    team.name: team
    for team in (
        # The call of a year ago
        Team(
            "榫卯课堂",
            _S,
            "把榫卯做成孩子能亲手拼的课程包，卖给小学劳动课和研学营。",
            "本市开劳动课的小学和三家研学营地",
            "劳动课缺能当堂做完、又讲得出道理的材料，老师只好自己买零件拼凑。",
            "六种榫卯课程包，每包材料成本 9 元，售价 26 元，附教案和八分钟视频。",
            ("课程设计", "打样与采购"),
            "包",
            26,
        ),
        Team(
            "木兰编程",
            _W,
            "给县里的女生开周末编程课，一人一台旧电脑，学完能做自己的小程序。",
            "三个县城的初中女生和她们的家长",
            "县城没有编程班，市里的课来回三小时，家长也担心安全。",
            "十二次课收 360 元，电脑由我们翻新后借出，一期十五人。",
            ("教学", "设备翻新"),
            "人",
            360,
            v380=True,
        ),
        Team(
            "折纸工坊",
            _S,
            "把折纸做成橱窗和节日装置，为书店和商场按季更换。",
            "市中心的书店、商场和两家酒店",
            "节日布置年年用一次就扔，店家想要轻、可回收、又有本地样子的装置。",
            "每套装置材料 180 元，收 900 元，含安装和回收。",
            ("设计", "安装"),
            "套",
            900,
        ),
        Team(
            "鹤栖民宿",
            _S,
            "替湿地边的农家把空房收拾成能住的民宿，管订房、布草和评价。",
            "湿地周边四个村的十二户人家",
            "家里有空房，不会拍照、不会定价、来了客人手忙脚乱。",
            "每间夜收一成半，开张前的整理不收钱。",
            ("运营", "改造"),
            "间夜",
            24,
        ),
        Team(
            "寻味北湖",
            _D,
            "把本地人早上吃什么写成地图，给游客和新生。",
            "来旅游的人和刚到校的新生",
            "点评上排前面的是连锁店，本地小店没人写。",
            "看免费，店家上一篇收 80 元拍摄费，写什么不由店家定。",
            ("写稿", "拍照"),
            "篇",
            80,
        ),
        Team(
            "旧日相册",
            _D,
            "修老照片，做成能放进相框的一张和能发给亲戚的一份。",
            "社区里六十岁以上的老人",
            "老照片发黄掉角，照相馆一张要上百元。",
            "每张 18 元，十张以上 12 元，上门扫描。",
            ("修图", "上门"),
            "张",
            18,
        ),
        Team(
            "校园快洗",
            _S,
            "在宿舍楼下收衣服，晚上洗好，第二天早上送回。",
            "本校住校同学",
            "公用洗衣机要排队，冬天晾不干。",
            "每袋 12 元，包月 80 元。",
            ("接单", "配送"),
            "袋",
            12,
            water=True,
        ),
        # The call of last spring
        Team(
            "北湖记忆文创",
            _S,
            "把老厂房和渔村的照片做成书签、地图和明信片，放进博物馆商店。",
            "市博物馆、湿地公园和六家民宿",
            "游客想带走一点本地的东西，店里却都是外地批发来的钥匙扣。",
            "一套六件成本 11 元，批发 22 元，馆里卖 39 元。",
            ("文史整理", "插画"),
            "套",
            22,
        ),
        Team(
            "北纬代码",
            _S,
            "为本地小企业做能自己改的官网和报名表，一周交付。",
            "城区的培训机构、诊所和合作社",
            "小企业花几千元做的网站，改一个电话号码也要再付钱。",
            "每个网站 1800 元，教会店主自己改，一年内免费答疑。",
            ("前端", "客户沟通"),
            "个",
            1800,
        ),
        Team(
            "黑土菌丝",
            _W,
            "用玉米秸秆养菌丝，压成能埋进土里的花盆和包装。",
            "三家花店和一个网上卖多肉的合作社",
            "塑料花盆移栽时要剪开，秸秆在地里没人收。",
            "每个花盆成本 1.6 元，售 4 元，一次起订 200 个。",
            ("培养", "销售"),
            "个",
            4,
            water=True,
        ),
        Team(
            "萤火心理",
            _S,
            "给中小学做不留名的情绪课和教师工作坊，由心理学专业学生备课、老师督导。",
            "八所没有专职心理老师的小学",
            "学校有课时没有人，班主任遇到情绪问题只能凭经验。",
            "四次课一套，收 1200 元，教师工作坊每次 800 元。",
            ("课程", "督导联络"),
            "套",
            1200,
            quiet=True,
        ),
        Team(
            "小满家教",
            _S,
            "把师范生和社区里的家庭配成对，备课有人看，收费一次说清。",
            "学校周边五个社区的小学生家庭",
            "家长找家教靠熟人，学生备课没人指导，两边都不放心。",
            "每小时 60 元，平台留 6 元，用来请退休老师听课。",
            ("教研", "社区联络"),
            "小时",
            60,
        ),
        Team(
            "一页书评",
            _D,
            "每周一页，为中学图书馆写学生看得进去的书评。",
            "十二所中学的图书馆",
            "新书买来没有人借，推荐语是出版社写给老师看的。",
            "一学期十八页，收 600 元，学校可以自己再印。",
            ("写作", "排版"),
            "份",
            600,
        ),
        Team(
            "松果记账",
            _D,
            "给摆摊的人用的记账小程序，一句话记一笔，月底能看出赚没赚。",
            "夜市和早市的摊主",
            "摊主不会用会计软件，一天下来只知道兜里有多少钱。",
            "前三个月免费，之后每月 8 元。",
            ("开发", "走访摊主"),
            "月",
            8,
        ),
        Team(
            "云上农资",
            _D,
            "替村里的合作社比价、拼单、约车，把化肥和种子送到地头。",
            "两个乡的九家合作社",
            "小批量买农资价高，送货还要自己找车。",
            "每单收货款的百分之二，平均 46 元。",
            ("比价", "约车"),
            "单",
            46,
        ),
        Team(
            "北国手账",
            _D,
            "用本地节气和植物做手账本，一年一本，和小学自然课连着用。",
            "小学自然课和喜欢手账的大学生",
            "市面上的手账讲的都是南方的花期，这里用不上。",
            "成本 14 元，售 38 元，团购 30 元。",
            ("图文", "印制"),
            "本",
            38,
        ),
        Team(
            "声动课堂",
            _D,
            "把语文课文录成分角色的朗读，放进走读学生的耳机里。",
            "六所乡镇小学的语文老师",
            "乡镇孩子上学路上一小时，听的都是短视频。",
            "每册 200 元一年，含测听小卷。",
            ("录音", "分角色脚本"),
            "册",
            200,
        ),
        Team(
            "冰凌动漫",
            _S,
            "把冰雪运动画成短动画，给冰场和学校做安全教育。",
            "四家冰场和市体育局",
            "安全须知贴在墙上没有人看，孩子摔了才知道。",
            "一支一分钟的动画 2600 元，可以换成各家的标志。",
            ("分镜", "配音"),
            "支",
            2600,
        ),
        Team(
            "桦木工坊",
            _W,
            "用风倒的桦木做幼儿园教具，边角料做书签。",
            "二十家幼儿园",
            "塑料教具味道大，进口木教具一套上千元。",
            "一套六件成本 85 元，售 198 元，坏一件补一件。",
            ("木作", "打磨与安全检测"),
            "套",
            198,
            v380=True,
        ),
        Team(
            "一起备课",
            _S,
            "新老师的备课室：同一课三种教法，课后一起改。",
            "入职三年内的乡镇教师",
            "乡镇学校一个学科只有一两位老师，没人一起磨课。",
            "个人一年 120 元，学校一年 1500 元。",
            ("教研", "平台"),
            "人",
            120,
            access=True,
        ),
        Team(
            "稻田拍卖",
            _S,
            "秋收前把一分地的收成拍给城里的家庭，收割那天请他们来。",
            "城区两千户带孩子的家庭",
            "小农户的好米混在一起卖，城里人分不出也找不到。",
            "一分地 480 元，含收割体验和三十斤米。",
            ("农户对接", "活动"),
            "分地",
            480,
        ),
        Team(
            "青禾测评",
            _S,
            "给小学做不排名的阅读测评，十分钟一份，结果写给家长看得懂。",
            "十所小学的教导处",
            "阅读测评不是太贵就是只给一个分数，老师不知道下一步教什么。",
            "每生 3 元，百人起，附一页教学建议。",
            ("命题", "数据"),
            "人",
            3,
            quiet=True,
        ),
        Team(
            "豆芽机器人",
            _W,
            "用旧打印机的零件教孩子搭小车，一套零件拆了再用。",
            "社区儿童之家和课后服务班",
            "机器人课一套器材几千元，社区买不起。",
            "八次课收 320 元，器材我们带来带走。",
            ("结构", "授课"),
            "人",
            320,
            v380=True,
        ),
        Team(
            "乡音有声书",
            _S,
            "请老人用方言讲故事，录成有声书，配字幕给县融媒和图书馆。",
            "三个县的图书馆和融媒体中心",
            "会讲的老人越来越少，录下来的又没有人整理。",
            "一部六集收 3600 元，版权归讲述人，我们收制作费。",
            ("录音剪辑", "采访"),
            "部",
            3600,
            quiet=True,
        ),
        Team(
            "纸上山河",
            _D,
            "把县志里的地名画成手绘地图，做成乡土地理课的挂图。",
            "各县的初中地理组",
            "乡土地理有课时没教材，老师拿手机截图讲。",
            "一县一幅，数字版 500 元，挂图加印 120 元。",
            ("绘图", "校对"),
            "幅",
            500,
        ),
        Team(
            "豆香记",
            _W,
            "用本地非转基因大豆做少糖豆花，早上送到教学楼。",
            "本校三个校区的早课同学和老师",
            "食堂七点半排长队，外面的早餐又甜又油。",
            "每碗成本 2.1 元，卖 5 元，前一晚在线订。",
            ("出品", "配送与订单"),
            "碗",
            5,
            water=True,
        ),
        Team(
            "湿地影像",
            _S,
            "在湿地里架相机，把候鸟的一天剪成自然课的片子。",
            "湿地保护区、三所学校和市科技馆",
            "保护区有监控没有能放给孩子看的片子。",
            "一套八集授权 2400 元一年，保护区免费使用。",
            ("拍摄", "剪辑"),
            "套",
            2400,
        ),
        Team(
            "听见方言",
            _S,
            "收集各县方言的词句，做成能听能搜的词典，供教师和研究用。",
            "中文系、地方志办公室和对外汉语教师",
            "方言资料散在论文和老人嘴里，想听一个词要跑一趟县里。",
            "基本版免费，机构版一年 1800 元。",
            ("语料", "网站"),
            "家",
            1800,
            quiet=True,
        ),
        Team(
            "旧书新读",
            _S,
            "毕业时收旧教材，写上学长的笔记要点，开学卖给学弟学妹。",
            "本校和隔壁两所学校的新生",
            "教材用一学期就压箱底，新生又要买新的。",
            "收购价两到三折，卖四折，每本赚约 6 元。",
            ("收书", "要点笔记"),
            "本",
            18,
            access=True,
        ),
        Team(
            "冻梨甜品",
            _W,
            "把冻梨做成能在常温放两小时的甜品，冬天卖进景区和夜市。",
            "冰雪景区和两个夜市的摊位",
            "冻梨好吃不好拿，化了一手水。",
            "每份成本 3.2 元，卖 9 元，景区分成三成。",
            ("研发", "摊位"),
            "份",
            9,
            water=True,
        ),
        Team(
            "陶土实验室",
            _W,
            "用本地黏土做中小学陶艺课，烧窑统一排期。",
            "十五所没有窑的学校",
            "学校想开陶艺课，买不起窑，作品晾干就碎。",
            "每生 15 元，含土、釉和烧制，取送各一次。",
            ("烧制", "课程"),
            "人",
            15,
            v380=True,
        ),
        Team(
            "雪场助手",
            _S,
            "替雪场排教练的班，学员在手机上约课。",
            "周边六家中小雪场",
            "教练靠微信群接龙，旺季常常撞课。",
            "雪季每月 900 元，按教练人数加收。",
            ("排班系统", "雪场联络"),
            "月",
            900,
        ),
        Team(
            "万能代办",
            _D,
            "什么事都能帮同学代办。",
            "所有同学",
            "大家都很忙。",
            "价格面议。",
            ("接单", "跑腿"),
            "单",
            10,
        ),
        # A small call that is being reviewed
        Team(
            "雪线直播",
            _S,
            "带本地冰雪手艺人上直播，替他们做脚本、布景和售后。",
            "二十位做冰灯、雪板和皮帽的手艺人",
            "手艺人会做不会讲，自己直播三场没卖出一件。",
            "收成交额的一成，每场另收 150 元布景费。",
            ("脚本", "售后"),
            "场",
            150,
        ),
        Team(
            "数独教室",
            _D,
            "用数独和逻辑题给小学做十五分钟的课前热身。",
            "九所小学的数学组",
            "课前五分钟孩子静不下来，口算题做得没兴趣。",
            "一学期题卡 180 元一班，附教师用书。",
            ("命题", "试教"),
            "班",
            180,
        ),
        Team(
            "暖窗",
            _S,
            "用旧羊毛做窗缝条和门帘，给老楼的老人家装好。",
            "三个老旧小区的两百户",
            "老楼漏风，胶条冬天发硬，老人自己装不了。",
            "一户平均 75 元，含上门。",
            ("制作", "上门"),
            "户",
            75,
        ),
        Team(
            "田野课本",
            _D,
            "把自然课搬到田里：一张任务单、一包工具、一位学长。",
            "四所城区小学的自然课",
            "自然课在教室里看视频，孩子没见过真的麦子。",
            "每班半天 600 元，含车和保险。",
            ("任务单", "带队"),
            "班",
            600,
        ),
        # The call that is open
        Team(
            "松针手作",
            _S,
            "把林下松针、桦树皮做成手作材料包，卖给劳动课和研学营，附教案和视频课。",
            "全市开劳动课的小学和两家研学营",
            "劳动课材料多为网购塑料件，和课程标准对不上，老师要自己改教案。",
            "每包 18 元，材料成本 6.2 元，教案与视频课免费、按学期更新。",
            ("网店与视频", "教案"),
            "包",
            18,
        ),
        Team(
            "云端标本",
            _D,
            "把生物系的标本拍成能转的图，给县中做生物课的图库。",
            "三十所县中的生物组",
            "标本室只有师范院校才有，县中的课本图太小。",
            "学校一年 800 元，个人教师免费看前一百件。",
            ("拍摄", "图库"),
            "家",
            800,
        ),
        Team(
            "数学剧场",
            _S,
            "把数学史演成四十分钟的小戏，进学校演完再上一节课。",
            "城区和两个县的初中",
            "数学课听不到人，学生只记得公式。",
            "一场 1500 元，含一节后续课。",
            ("编剧", "排练"),
            "场",
            1500,
        ),
        Team(
            "银发课堂",
            _S,
            "教老人用手机挂号、缴费、认诈骗，一对二，在社区里上。",
            "七个社区的老人和他们的子女",
            "社区讲座一次五十人，回家还是不会。",
            "四次课 100 元，街道补贴一半。",
            ("课程", "社区联络"),
            "人",
            100,
            access=True,
        ),
        Team(
            "奶皮子厨房",
            _W,
            "把草原奶食做成小包装，写清来历，进大学超市。",
            "五所高校的超市和一家网店",
            "奶食散装不敢买，大袋吃不完。",
            "每包成本 5.5 元，卖 12 元。",
            ("出品", "渠道"),
            "包",
            12,
            water=True,
        ),
        Team(
            "候鸟夏令营",
            _S,
            "暑假让外出务工家庭的孩子到父母工作的城市上一周课。",
            "两个劳务输出县的家庭和用工企业",
            "孩子一年见父母一次，见了也没地方去。",
            "每人一周 680 元，企业和家庭各出一半。",
            ("课程", "安全"),
            "人",
            680,
        ),
        Team(
            "一分钟急救",
            _D,
            "把急救动作拆成一分钟短练习，给学校做每周一练。",
            "二十所中小学的校医和体育老师",
            "急救讲座一年一次，过后谁也不敢上手。",
            "一校一年 480 元，含两个练习假人的轮借。",
            ("内容", "器材轮借"),
            "校",
            480,
        ),
        Team(
            "草木染坊",
            _W,
            "用蓼蓝和核桃皮染布，做成班服、书袋和剧社戏服。",
            "校内剧社、班级和三家书店",
            "班服穿一次就收起来，印花掉色。",
            "每件加工 28 元，自带布料 18 元。",
            ("染制", "接单"),
            "件",
            28,
            water=True,
        ),
        Team(
            "盲文桌游",
            _S,
            "做看得见和看不见的孩子能一起玩的桌游，课堂也能用。",
            "特殊教育学校、融合班和桌游馆",
            "盲文教具只能单独用，和同学玩不到一起。",
            "一套成本 42 元，售 98 元，特校半价。",
            ("设计", "试玩"),
            "套",
            98,
            access=True,
        ),
        Team(
            "河灯音乐",
            _S,
            "为校园短片和县里的宣传片写配乐，用本地的调子。",
            "短片社、县融媒和两家文旅公司",
            "配乐都是网上买的，一听就是别处。",
            "一分钟 300 元，可买断。",
            ("作曲", "录音"),
            "分钟",
            300,
            quiet=True,
        ),
        Team(
            "苔原露营",
            _D,
            "整理周边可以带孩子住一晚的营地，写清路、水、厕所和风。",
            "城区带孩子露营的家庭",
            "网上攻略只拍好看的，到了才知道没有水。",
            "看免费，订营位每单收 20 元。",
            ("踩点", "小程序"),
            "单",
            20,
        ),
        Team(
            "错题菜谱",
            _D,
            "像菜谱一样写错题：哪一步放错了料，下次怎么放。",
            "初二、初三的学生和家长",
            "错题本抄了一学期，错的还是那几种。",
            "一学期 90 元，前两周免费。",
            ("教研", "产品"),
            "人",
            90,
        ),
    )
}

_SOURCES = ("走访二十一户得到的数", "教育局公布的学校名单", "我们九月做的 136 份问卷", "统计公报和实地数的摊位数")
_ALTS = ("自己动手凑合", "网上买现成的", "托熟人介绍", "干脆不做")
_TRIED = (
    "试做过两次，回来的人过半",
    "已经签了一家试用，月底付款",
    "十月卖出 120 {unit}，复购意向八成",
    "三家口头答应试一个月",
)
_LACKS = ("一个会做账的人", "一位懂法律文书的人", "周末能值班的人", "会修设备的人")
_RISKS = {
    Kind.DESK: "数据和隐私：只收必要的信息，存在学校认可的服务器上。",
    Kind.STUDIO: "版权和肖像：每次拍摄、录音、引用都有书面同意，样本附在计划书后面。",
    Kind.WORKSHOP: "安全和许可：用电、用火和食品的证照没有下来之前只做样品，不对外卖。",
}
_WISHES = {
    Kind.DESK: "靠插座，能放一个小书架。",
    Kind.STUDIO: "周末也要用到晚上九点，希望离路演厅近一点。",
    Kind.WORKSHOP: "每周两次进货，希望离电梯近；机器只在白天开。",
}


def texts(team: Team) -> dict[str, str]:
    """What the team writes in each field of its application."""
    chance = Random(f"texts {team.name}")
    reach, share = chance.choice((38, 56, 71, 120, 210)), chance.choice((8, 10, 12))
    cost = chance.randrange(60, 240) * 100
    stock, tools = cost * 5 // 10 // 100 * 100, cost * 3 // 10 // 100 * 100
    own, first = cost * 7 // 10 // 100 * 100, chance.choice((2, 3, 4))
    tried = chance.choice(_TRIED).format(unit=team.unit)
    hours = chance.choice((8, 10, 12, 15))
    one, two = team.parts
    return {
        "pitch": team.pitch,
        "problem": f"{team.pain}我们问过 {chance.choice((11, 17, 24, 30))} 位当事人，"
        f"多数人现在的办法是{chance.choice(_ALTS)}。",
        "customers": f"{team.who}。前十家已经写下名字和电话；谁用、谁付钱、谁点头，分开写在附页里。",
        "offer": f"{team.offer}别人为什么选我们：就在学校里，当面改得快，坏了能找到人。",
        "market": f"能够得着的客户约 {reach} 家，数字来自{chance.choice(_SOURCES)}。"
        f"第一年做到 {share}%，就是 {max(3, reach * share // 100)} 家。{tried}。",
        "team": f"负责人每周 {hours} 小时管总和账；{one}一人，每周 {hours - 2} 小时；{two}一人，每周 {hours - 4} 小时。"
        f"现在还缺{chance.choice(_LACKS)}，打算从社团里找。",
        "money": f"第一年要花约 {cost} 元：材料 {stock} 元，设备 {tools} 元，其余是推广和路费。"
        f"第 {first} 个月开始有收入，每{team.unit} {team.price} 元。自己凑了 {own} 元，没有收入能撑 {first + 4} 个月。",
        "risks": f"一是旺季淡季差得多：淡季做定制和课程。二是有人毕业离开：每样活至少两个人会。三是{_RISKS[team.kind]}",
        "first_year": f"三个月：{chance.choice((3, 4, 5))} 家试用，留下书面意见。"
        f"六个月：每月卖出 {chance.choice((30, 40, 60))} {team.unit}，账上不亏。"
        f"十二个月：带 {chance.choice((2, 3, 4))} 名学弟学妹做完一轮，决定要不要注册。",
        "wishes": _WISHES[team.kind],
    }


def budget(team: Team) -> int:
    """The first year's cost in fen, the same as in the text."""
    money = texts(team)["money"]
    return int(money[money.index("约 ") + 2 : money.index(" 元：")]) * 100


# -- What teachers and the manager write ---------------------------------------------------------------------

ENDORSEMENTS = (
    "看着这个项目从课程作业做起来，调研是真做的，账也自己算过。我愿意继续指导。",
    "团队肯下功夫，人员分工清楚。计划里的收入偏乐观，其余我支持。",
    "试过他们的东西，学生愿意用第二次。建议给一间房，让他们把库存放下。",
    "想法朴素，能落地。负责人做事有头有尾，我推荐。",
)
OPINIONS = (
    "学院支持。两位同学课业正常，学院可以提供一次试用的场地。",
    "同意申请。请注意毕业设计的时间，下学期不要压得太满。",
    "学院了解这个项目，同意推荐。",
)
REMARKS = (
    "问题说得具体，证据够。收入估计要再压一压。",
    "做出来的东西拿得出手，还缺一个管账的人。",
    "试用过的人愿意付钱，这一点比计划书重要。",
    "市场一节的数没有出处，其余扎实。",
    "团队投入时间够，毕业以后谁留下要写清楚。",
    "可行，风险一节写得诚实。",
)
MINUTES = (
    "讲 8 分钟，问 6 分钟。问：淡季怎么办？答：做定制，已有两家意向。\n问：谁管账？答：组长，每周对一次。",
    "样品传看。评审问安全许可，团队说先做样品，证照下来再卖。",
    "放了两分钟试用录像。评审建议先做一个区，不要铺开。",
    "现场算了一遍成本，和计划书一致。评审问毕业后谁留下，两人举手。",
)
APPROVALS = (
    "“{criterion}”一项三位评审都给了高分：有人试过、愿意付钱，计划里的数对得上。请先做成三家，再谈扩大。",
    "“{criterion}”写得最清楚：谁来做、什么时候做完、做不成怎么办都有。收入请按试卖的数重新估一次。",
    "“{criterion}”打动了评审：东西已经做出来了，困难也说得实在。希望你们第一个季度就把账理好。",
)
REJECTIONS = {
    "万能代办": "“项目价值”一项没有写清替谁解决什么问题：“所有同学”不是客户。"
    "请先选一件事做三十单，带着记录再来，我们愿意帮你们看。",
    "雪场助手": "“可行性”一项评审给分相差大：排班系统能用，但雪季以外八个月怎么办没有写。"
    "请补上全年的安排，下一批再申请。",
    "校园快洗": "“可行性”一项没有说清：宿舍楼下的上下水和用电还没有得到同意。拿到同意以后欢迎再来。",
}
APPEAL = "我们其实做过十二单代取快递，记录没有放进材料。现在补上，请再看一次。"
APPEAL_ANSWER = (
    "看了补来的十二单记录：都是代取快递，和计划书写的不是一件事，所以结果不变。请就从代取快递写起，下一批直接来找我。"
)
RENEWAL_WHY = "手上有五个社区的课排到明年六月，想再用半年，把教研的那一块交给下一届。"
RENEWAL_ANSWER = "四次考核都好，带了两名学习伙伴，同意再用到那一天。"
CHECKS = (
    "出勤好，材料码放整齐。灭火器在有效期内。",
    "安全合格。窗边的纸箱当天已经清走，复查过。",
    "活动办了两场，有照片。账本记到上周。",
    "设备完好。周末值班表贴在门上。",
    "常来的是两个人，另一人实习去了，已经说明。",
)
KEYS = (("房门钥匙 2 把", "负责人签收"), ("灭火器 1 具", "放在门后"), ("投影仪 1 台", "遥控器在盒子里"))
DESK_KEYS = (("储物柜钥匙 1 把", "负责人签收"),)
LEARN = "想看看一个项目每天是怎么做的，周三下午和周末都有空，会剪视频。"
LEARN_TOO = "以后想教劳动课，愿意从打下手学起。"
BECAME = "注册为教育科技公司，搬到开发区的众创空间，在三个县开了固定教学点。"
FOLDED = "两名成员毕业去外地工作，装置交给美术社团继续做。"
AFTER = {
    "鹤栖民宿": "团队毕业，运营交给村合作社，留下一人在村里上班。",
    "寻味北湖": "并入学校新媒体中心，地图还在更新。",
    "旧日相册": "一名成员在照相馆找到工作，继续接修图的活。",
}
LEFT_WHY = "注册了公司，外面租到了办公室。"
THREAD = (
    ("team", "老师好，计划书第二版放上来了，市场一节换成了我们自己数的数。"),
    ("teacher", "看到了。批注里三条先改，改好我写推荐意见。"),
)
MARKS = (
    ("must-fix", "market", "能够得着的客户约", "这个数怎么来的？出处要写到能查的程度，最好附上名单。"),
    ("praise", "problem", "我们问过", "真的问过人，这一句放到第一页。"),
    ("must-fix", "money", "开始有收入", "一天能做多少，一个月最多卖多少？把产能算进去，收入才站得住。"),
    ("question", "risks", "有人毕业离开", "你们三个都是毕业班，明年七月谁还在？"),
)
ANSWER = "名单在教育局的网站上。要全部附在后面，还是写清出处和日期就行？"
RULE = """一、谁可以申请：本校在读学生，可以带校外成员；一人同时只能负责一个申请。
二、怎么评：三位评审各自匿名打分，看不到姓名、学院和是否申请减免；按权重算平均分。
三、线：平均分到入驻线的团队入驻；符合困难减免条件的团队适用放宽线。
四、房间：按候补位次分配，位次由评审得分、等候时间和规则加分算出，只公布总分。
五、申诉：不通过的团队可以在五个工作日内申诉一次，管理老师书面答复。
六、费用：工位每月 50 元，工作室 300 元，工坊 480 元；符合减免条件的按减免后收。"""


# -- The business plan ---------------------------------------------------------------------------------------

_WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)  # one date for all plans, so that the same plan gives the same bytes
_ID = re.compile(rb"/ID\[<[0-9A-F]{32}><[0-9A-F]{32}>\]")
_MADE = re.compile(rb"\(D:[0-9]{14}")
INK, GREY, ACCENT = (34, 34, 34), (96, 96, 96), (31, 92, 87)
BODY, HEADING = 11.5, 13.0


@cache
def _alphabet() -> str:
    """Every character of this file: one cut of the font serves all plans."""
    return "".join(sorted(set(Path(__file__).read_text("utf-8"))))


def plans(teams: Sequence[Team]) -> list[bytes]:
    """The business plan of each as a PDF without anybody's name. Raises NoFont of the clinic's fonts.

    They are set as one and then taken apart: working the fonts through once for each would take half a minute.
    """
    paper = FPDF(format="A4")
    paper.set_creation_date(_WRITTEN)
    paper.set_margins(24, 24, 24)
    paper.set_auto_page_break(True, margin=24)
    for style, face in (("", "sans"), ("B", "sans-bold")):
        paper.add_font("text", style, cut_font(face, _alphabet()))  # type: ignore[arg-type]
    first = []
    for team in teams:
        paper.add_page()
        first.append(paper.page_no() - 1)
        _set(paper, team)
    first.append(paper.page_no())
    whole = pypdfium2.PdfDocument(bytes(paper.output()))
    try:
        return [_part(whole, range(begin, end)) for begin, end in pairwise(first)]
    finally:
        whole.close()


def _part(whole: pypdfium2.PdfDocument, pages: range) -> bytes:
    part, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    part.import_pages(whole, list(pages))
    part.save(out)
    part.close()
    same = b"/ID[<" + b"0" * 32 + b"><" + b"0" * 32 + b">]"  # as long as what it replaces, so every offset holds
    return _MADE.sub(f"(D:{_WRITTEN:%Y%m%d%H%M%S}".encode(), _ID.sub(same, out.getvalue()))


def _set(paper: FPDF, team: Team) -> None:
    _write(paper, team.name, 24, bold=True)
    _write(paper, "创业计划书", HEADING, color=GREY)
    paper.ln(4)
    written = texts(team)
    for name, title in TITLES:
        if paper.will_page_break(28):
            paper.add_page()
        paper.ln(4)
        _write(paper, title, HEADING, bold=True, color=ACCENT)
        paper.ln(1.5)
        _write(paper, written[name])
    _table(paper, team)


def _write(
    paper: FPDF, text: str, size: float = BODY, *, bold: bool = False, color: tuple[int, int, int] = INK
) -> None:
    paper.set_font("text", "B" if bold else "", size)
    paper.set_text_color(*color)
    paper.multi_cell(0, size * 0.65, text, wrapmode=WrapMode.CHAR, new_x="LMARGIN", new_y="NEXT")


def _table(paper: FPDF, team: Team) -> None:
    """The first year by quarters: sold, income, cost in yuan."""
    chance = Random(f"table {team.name}")
    cost = budget(team) // 100
    rows = [("季度", f"售出（{team.unit}）", "收入（元）", "支出（元）")]
    for n, share in enumerate((0.4, 0.25, 0.2, 0.15), 1):
        sold = chance.randrange(2, 9) * n * max(1, 240 // max(team.price, 20))
        rows.append((f"第 {n} 季度", str(sold), str(sold * team.price), str(round(cost * share))))
    if paper.will_page_break(8 * len(rows) + 6):
        paper.add_page()
    paper.ln(6)
    for number, row in enumerate(rows):
        paper.set_font("text", "" if number else "B", 10)
        paper.set_text_color(*INK)
        for cell in row:
            paper.cell(40, 8, cell, border=1, align="L" if cell is row[0] else "R")
        paper.ln(8)
