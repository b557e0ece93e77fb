"""Names of units against a registry: which spellings mean the same unit, and what a name says of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from tracker.core.terms import JurisdictionLevel, UnitKind

LEAST_LIKENESS = 75
_BRACKETS = str.maketrans("（）［］【】〔〕〈〉", "()[][][]()")
# 市场, 市容, 区域 begin with a level's character and do not speak of a level.
_NO_LEVEL = ("市场", "市容", "市民中心", "市民热线", "区域", "区划", "县域", "省际")
_GROUP = re.compile(
    r"^(?:各|全[市县区省]|所有|有关|相关|其他)|(?:成员单位|领导小组|(?:有关|相关|各)(?:部门|单位)|(?:部门|单位))$"
)
# Long form, short form: applied in this order to both names before they are compared.
_SHORTER = (
    ("人民政府", "政府"),
    ("管理委员会", "管委会"),
    ("委员会", "委"),
    ("工作领导小组", "领导小组"),
    ("人力资源和社会保障", "人社"),
    ("人力资源社会保障", "人社"),
    ("住房和城乡建设", "住建"),
    ("住房城乡建设", "住建"),
    ("发展和改革", "发改"),
    ("发展改革", "发改"),
    ("工业和信息化", "工信"),
    ("工业信息化", "工信"),
    ("文化广电和旅游", "文旅"),
    ("文化和旅游", "文旅"),
    ("文化广电旅游", "文旅"),
    ("自然资源和规划", "自然资源规划"),
    ("国有资产监督管理", "国资"),
    ("市场监督管理", "市场监管"),
    ("科学技术协会", "科协"),
    ("科学技术", "科技"),
    ("卫生健康", "卫健"),
    ("医疗保障", "医保"),
    ("退役军人事务", "退役军人"),
    ("残疾人联合会", "残联"),
    ("妇女联合会", "妇联"),
    ("工商业联合会", "工商联"),
    ("城市管理综合执法", "城管执法"),
    ("城市管理", "城管"),
    ("机关事务管理", "机关事务"),
    ("行政审批服务", "行政审批"),
    ("地方金融监督管理", "金融监管"),
    ("机构编制委", "编"),
    ("管委会", "管委"),
    ("办公室", "办"),
)
_VERTICAL = re.compile(
    r"税务局|海关|海事|消防救援|气象局|烟草|国网|供电|人民银行|^人行|金融监管(?:总局)?.*分局|银保监|邮政"
)
_PARTY = re.compile(
    r"^中共|^(?:.{2,4}[市县区省州]|[市县区省州])委(?!员)|纪委|监委|党工委|(?:组织|宣传|统战|社会工作)部$|政法委$"
)
_TOWNSHIP = re.compile(r"(?:乡|镇|街道)(?:政府|办事处)?$")
_COUNTY = re.compile(r".(?:县|市|区|旗)(?:政府|党委政府)$|.(?:县|区)$")
_ZONE = re.compile(r"管委(?:会)?$|(?:开发区|高新区|经开区|新区|园区)$")
_PLACE = re.compile(r"^.{1,6}(?:县|市|区|旗|乡|镇)$")
_COMPANY = re.compile(r"公司$|集团$|银行$|支行$|分行$")
_INSTITUTION = re.compile(r"中心$|院$|大学$|学校$|馆$|站$|台$|所$")
# 各县(市、区)政府 and its like: what kind of unit its members are. 各县区管委 names places only to say whose zones.
_MEMBERS = (
    (re.compile(r"(?:县|区|市\)|区\))[^管]*(?:政府|党委|$)"), UnitKind.COUNTY),
    (re.compile(r"乡|镇|街道"), UnitKind.TOWNSHIP),
    (re.compile(r"管委|开发区|园区|功能区|新区"), UnitKind.ZONE),
)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a registry speaks from: the place's full name (云川市) and what its short names begin with (市)."""

    place: str
    prefix: str
    level: JurisdictionLevel = JurisdictionLevel.CITY


def folded(name: str) -> str:
    """The name with one kind of bracket and no blanks."""
    return re.sub(r"\s+", "", name).translate(_BRACKETS)


def with_former(name: str, former: Iterable[tuple[str, date]], since: date) -> str:
    """Gives a unit's name as new papers print it: 新名（原旧名）, where it bore another one when it was first named.

    Takes the former names, each with the first day it was no longer borne, and that day, such as a plan's issue.
    """
    borne = min((pair for pair in former if pair[1] > since), key=lambda pair: pair[1], default=None)
    return f"{name}（原{borne[0]}）" if borne is not None and borne[0] != name else name


def split_names(line: str) -> list[str]:
    """Gives the names of a typed list, parted at separators that stand in no bracket, each once."""
    found: list[str] = []
    depth, name = 0, ""
    for character in [*line, "、"]:
        depth += (character in "(（〈[［") - (character in ")）〉]］")
        if depth <= 0 and character in "、,，;；\n\t":
            found.append(name.strip())
            name, depth = "", 0
        else:
            name += character
    found.append(name.removesuffix("、").strip())
    return list(dict.fromkeys(name for name in found if name))


def split_members(text: str) -> list[str]:
    """Gives the names of a pasted list of members, where blanks part names as well: no name of a unit has any."""
    listed = split_names(re.sub(r"\s+", "\n", text).rstrip("。\n"))
    return [name.replace("\n", "") for name in listed]


def bare(name: str, seat: Seat) -> str:
    """The name without the place or the prefix it begins with: 财政局 of 市财政局 and of 云川市财政局."""
    name = folded(name)
    for head in (seat.place, seat.prefix):
        if head and name.startswith(head) and len(name) > len(head) + 1 and not name.startswith(_NO_LEVEL):
            return name[len(head) :]
    return name


def spellings(name: str, seat: Seat) -> frozenset[str]:
    """Gives every way to print a registered name: elided, with the prefix, with the place, 人民政府 for 政府."""
    rest = bare(name, seat)
    forms = {folded(name), rest, seat.prefix + rest, seat.place + rest}
    forms |= {form.replace("人民政府", "政府") for form in forms}
    forms |= {form[:-2] + "人民政府" for form in forms if form.endswith("政府") and not form.endswith("人民政府")}
    return frozenset(forms)


def plain(name: str, seat: Seat) -> str:
    """The name in its shortest form, for comparing: 人社局 of 云川市人力资源和社会保障局."""
    name = bare(name, seat)
    for long, short in _SHORTER:
        name = name.replace(long, short)
    return name


def full_name(name: str, seat: Seat) -> str:
    """The name a new unit is given: the printed one, with the prefix where 局 or 委 stands bare."""
    name = folded(name)
    is_bare = bare(name, seat) == name and re.search(r"(?:局|委|办|部)$", name) is not None
    is_placed = re.match(r".{1,6}?[省市州县区旗盟镇乡]", name) is not None and not name.startswith(_NO_LEVEL)
    return seat.prefix + name if is_bare and not is_placed and not _VERTICAL.search(name) else name


def is_group(name: str) -> bool:
    """Whether a name stands for several units: 各县(市、区)政府, 领导小组成员单位, 有关部门."""
    return _GROUP.search(folded(name)) is not None


def kinds_of_members(name: str) -> tuple[UnitKind, ...]:
    """Gives the kinds of units a group's name speaks of, none for one that only says 部门 or 单位."""
    return tuple(kind for pattern, kind in _MEMBERS if pattern.search(folded(name)))


def member_name(name: str, group: str) -> str:
    """The name of a member as its group speaks of it: 三河市 in 各县(市、区)政府 is 三河市政府."""
    name = folded(name)
    is_place = _PLACE.search(name) is not None and not _ZONE.search(name)
    return name + "政府" if is_place and folded(group).endswith("政府") else name


def member_kind(name: str, group: str, seat: Seat) -> UnitKind:
    """Gives the kind of unit a member is: what its name says, else what the group's name says of all of them."""
    own, kinds = kind_of(name, seat), kinds_of_members(group)
    return kinds[0] if own is UnitKind.DEPARTMENT and kinds and _PLACE.search(folded(name)) else own


def kind_of(name: str, seat: Seat) -> UnitKind:
    """Gives the kind of unit a name speaks of; a department where nothing else is said."""
    name = folded(name).replace("人民政府", "政府")
    # 国家农业科技园区 is of the nation's rank and in this place's hands.
    if _is_higher(name, seat) and not (name.startswith(("国家", "省级")) and _ZONE.search(name)):
        return UnitKind.HIGHER
    own = bare(name, seat)
    if own == "政府":
        return UnitKind.DEPARTMENT
    table = (
        (_VERTICAL, own, UnitKind.VERTICAL),
        (_COMPANY, own, UnitKind.COMPANY),
        (_PARTY, name, UnitKind.PARTY),
        (_ZONE, own, UnitKind.ZONE),
        (_TOWNSHIP, own, UnitKind.TOWNSHIP),
        (_COUNTY, own, UnitKind.COUNTY),
        (_INSTITUTION, own, UnitKind.INSTITUTION),
    )
    return next((kind for pattern, text, kind in table if pattern.search(text)), UnitKind.DEPARTMENT)


def _is_higher(name: str, seat: Seat) -> bool:
    above = {
        JurisdictionLevel.PROVINCE: ("国家", "中央", "国务院"),
        JurisdictionLevel.CITY: ("国家", "中央", "国务院", "省"),
        JurisdictionLevel.COUNTY: ("国家", "中央", "国务院", "省", "市"),
        JurisdictionLevel.TOWNSHIP: ("国家", "中央", "国务院", "省", "市", "县", "区"),
    }[seat.level]
    return name.startswith(above) and not name.startswith(_NO_LEVEL) and not name.startswith(seat.place)


def most_alike(name: str, others: Iterable[str], seat: Seat) -> tuple[str, int] | None:
    """Gives the most similar of other names with its likeness in percent, None when nothing is similar enough.

    A name that speaks from another level is another unit, however similar: 县财政局 is not 市财政局.
    """
    level = _level(name, seat)
    forms = {other: plain(other, seat) for other in others if not level or _level(other, seat) in ("", level)}
    found = process.extractOne(plain(name, seat), forms, scorer=fuzz.ratio, score_cutoff=LEAST_LIKENESS)
    return (found[2], round(found[1])) if found else None


def _level(name: str, seat: Seat) -> str:
    name = folded(name)
    if seat.place and name.startswith(seat.place):
        return seat.prefix
    match = re.match(r"团?([省市县区州])", name)
    return match[1] if match and not name.startswith(_NO_LEVEL) else ""
