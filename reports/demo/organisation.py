"""The demonstration branch's units and people, as rows of our own import formats."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

BRANCH = "2101"
SEED = 20110401


@dataclass(frozen=True, slots=True)
class Institution:
    """One institution: its outlets' names, its peer group, and how good its service is, 0..1."""

    code: str
    name: str
    group: str
    quality: float
    serves: bool
    outlets: tuple[str, ...]


# 48 serving units: 44 outlets and 4 institutions that serve customers themselves.
INSTITUTIONS = (
    Institution("210101", "分行营业部", "城区", 0.905, True, ("胜利广场支行", "站前支行")),
    Institution("210102", "海城支行", "县域", 0.968, False,
                ("海城北关支行", "海城中街支行", "海城西柳支行", "海城腾鳌支行", "海城南台支行")),
    Institution("210103", "道西支行", "城区", 0.956, False,
                ("铁西广场支行", "人民路支行", "九道街支行", "永乐支行", "八家子支行")),
    Institution("210104", "对炉支行", "城区", 0.944, False,
                ("对炉山支行", "长大支行", "园林路支行", "解放东路支行")),
    Institution("210105", "铁东支行", "城区", 0.925, True,
                ("二一九支行", "常青支行", "东山支行", "新华支行")),
    Institution("210106", "解放路支行", "城区", 0.920, False,
                ("湖南支行", "烈士山支行", "民生路支行", "和平支行")),
    Institution("210107", "银拓支行", "城区", 0.910, False,
                ("科技路支行", "万水河支行", "高新园区支行")),
    Institution("210108", "立山支行", "城区", 0.895, False,
                ("曙光支行", "友好支行", "沙河支行", "灵山支行", "双山支行")),
    Institution("210109", "千山支行", "城区", 0.888, False,
                ("旧堡支行", "东鞍山支行", "大孤山支行", "唐家房支行")),
    Institution("210110", "台安支行", "县域", 0.880, True,
                ("台安城郊支行", "台安桑林支行", "台安高力房支行", "台安新开河支行")),
    Institution("210111", "岫岩支行", "县域", 0.872, True,
                ("岫岩阜昌支行", "岫岩玉都支行", "岫岩偏岭支行", "岫岩新甸支行")),
)  # fmt: skip

# Who began at the counter towards the end of the year: too late to be rated.
NEWCOMERS = ("210105", "21010702", "21010903")
BEGAN = date(2011, 11, 1)

# Where a teller moved from and to in the year, and from when on.
MOVED = ("21010301", "21010203", date(2011, 9, 1))

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻"
# Given names after the solar terms: nobody is called that, so nobody is meant.
GIVEN = (
    "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑", "大暑",
    "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至", "小寒", "大寒",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A serving unit as the demonstration needs it."""

    code: str
    name: str
    institution: Institution
    windows: int
    quality: float


def places() -> list[Place]:
    """The 48 serving units, each with its windows and how good its service is."""
    chance = random.Random(SEED)
    found: list[Place] = []
    for institution in INSTITUTIONS:
        names = [(institution.code, f"{institution.name}营业室")] if institution.serves else []
        names += [(f"{institution.code}{i:02d}", n) for i, n in enumerate(institution.outlets, 1)]
        for code, name in names:
            quality = institution.quality + chance.uniform(-0.012, 0.012)
            found.append(Place(code, name, institution, chance.randint(3, 8), quality))
    return found


def unit_rows() -> list[dict[str, str]]:
    """Rows of the units file: the branch, its institutions and outlets, two departments."""
    windows = {place.code: place.windows for place in places()}
    rows = [_unit(BRANCH, "鞍山分行", "", "分行")]
    for one in INSTITUTIONS:
        rows.append(_unit(one.code, one.name, BRANCH, "机构", one.group, windows.get(one.code, 0)))
        for number, name in enumerate(one.outlets, 1):
            code = f"{one.code}{number:02d}"
            rows.append(_unit(code, name, one.code, "网点", one.group, windows[code]))
    rows.append(_unit("210190", "个人金融部", BRANCH, "部门"))
    rows.append(_unit("210191", "监察内控部", BRANCH, "部门"))
    return rows


def _unit(
    code: str, name: str, parent: str, kind: str, group: str = "", windows: int = 0
) -> dict[str, str]:
    return {
        "机构号": code,
        "机构名称": name,
        "简称": name,
        "上级机构号": parent,
        "层级": kind,
        "对外营业": "是" if windows else "否",
        "窗口数": str(windows),
        "区县": "",
        "地址": "",
        "组别": group,
        "开业日期": "2000-01-01",
        "撤并日期": "",
    }


def staff_rows() -> list[dict[str, str]]:
    """Rows of the staff file: about 420 people, a head, a lobby manager and tellers everywhere."""
    names = _names()
    rows: list[dict[str, str]] = []
    for place in places():
        posts = ["网点负责人", "大堂经理"] + ["柜员"] * (place.windows + 1)
        for post in posts:
            rows.append(_person(len(rows), next(names), place.code, post))
    for one in INSTITUTIONS:
        rows.append(_person(len(rows), next(names), one.code, "主管领导"))
    for code in NEWCOMERS:
        row = _person(len(rows), next(names), code, "柜员")
        rows.append(row | {"入职日期": BEGAN.isoformat()})
    return rows


def _names() -> Iterator[str]:
    whole = [surname + given for surname in SURNAMES for given in GIVEN]
    random.Random(SEED).shuffle(whole)
    return iter(whole)


def _person(index: int, name: str, unit: str, post: str) -> dict[str, str]:
    hired = date(1995 + index % 15, 1 + index % 12, 1 + index % 28)
    return {
        "员工号": f"{2100001 + index}",
        "姓名": name,
        "机构号": unit,
        "岗位": post,
        "入职日期": max(hired, date(2000, 1, 1)).isoformat(),
        "离职日期": "",
    }
