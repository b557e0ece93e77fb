"""Names of units as they stand in a responsibility list: where one ends, what its full name is.

A name is whole, or it has left out what the name before it said already: 市科技局、财政局 means 市财政局.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracker.core.script import CJK


@dataclass(frozen=True, slots=True)
class UnitMention:
    """A unit named in a task: as printed, its full name in Simplified, and where it stands in the content."""

    printed: str
    name: str
    start: int
    end: int


# What begins with a level's character and is no level: 市场监管局, 市容环卫局, 区域合作办, 省际...
_STEM = (
    r"市(?:场|容|民(?:中心|热线|卡|之家|服务|公园)|政(?:工程|园林|公用|管理|设施|建设|集团|市容|环卫|养护))"
    r"|区(?:域|块|划|位|间)|县(?:域|城(?:区|关|镇))|省(?:际|界|属)|州际|旗(?:舰|帜)"
)
_LEVEL = rf"(?!{_STEM})(?:市|县|区|省|州|盟|旗)"
_ENDINGS = (
    "局|委|办|部|厅|府|会|院|校|中心|公司|集团|银行|支行|分行|支队|大队|总队|站|所|处|室|科|社|台|团|队|署|海关|单位|部门|企业|管委"
    "|联|协|区|县|市|乡|镇|街道|村|组|专班|馆|园|基地|医院|学院|大学|学校|中学|平台|组织|机构|党组|税务|中支|分部|总部|公安|网信|政法"
    "|庭|军区|武装部|州|盟|旗|省|行|厂|矿|港|场|库|店|段|电力|供电|烟草|移动|联通|电信|铁塔|邮政|石油|石化|高校|院所|商会|协会|学会|联合会|社区|法院|检察院|地方|各地|全市|县直|市直"
)
UNIT_END = re.compile(rf"(?:{_ENDINGS})(?:\([^()]{{1,30}}\)|〈[^〈〉]{{1,30}}〉)?$")
# Endings that no common word of running text has.
STRONG_END = re.compile(
    r"(?:局|委|办|厅|部|政府|管委会?|委员会|支队|大队|总队|支行|分行|分局|公司|中心|成员单位|集团|会|院|区|县|市|部门|单位|镇|乡|街道|联|协|台|社|所|站|校|处|室|科|组|税务|银行|大学|学校|医院|馆|队|公安|法院|党组)(?:\([^()]+\)|〈[^〈〉]+〉)?$"
)
# Names that are whole as they stand whatever comes before them.
_WHOLE = re.compile(
    rf"{_LEVEL}|各|全|有关|相关|中央|国家|国务院|中共|驻|本|我[市县区省州]|团(?:{_LEVEL})委|共青团|自治|地区|行署|军分区|人行|人民银行|中国|国网|国开|农发|中铁|中石|中建|中科|中信|中移|"
    r"(?:上述|以上|其他|其它|所有|全体|沿线|属地|涉及|承担|试点|开发|新区|高新|经开|经济|示范|保税|综保|度假|工业园|产业园|园区|景区)"
)
_COLLECTIVE = re.compile(
    r"成员单位|总局|领导小组|指挥部|有关|相关|专班|商业银行|有限公司|股份|联席会议|运营商"
    r"|(?:企业|高校|院校|院所|学校|机构|单位|部门|大学|学院|第三方|乡镇|街道)(?:\([^()]*\))?$"
)
# A place inside a name: 淇县政府, 云川经开区管委会; not the 市 of 城市管理局 nor the 乡 of 城乡建设局.
_PLACE = re.compile(
    r"^[\u4e00-\u9fff]{1,7}?(?<!城)(?<!都)(?<!超)(?<!社)(?<!军)(?<!小)(?<!林)(?<!灾)(?<!地)"
    r"(?:市(?!场|容|民|政工|政管)|县(?!域|城)|区(?!域|块|划)|州(?!际)|盟|旗(?!舰)|镇(?!长|化)|乡(?!村|镇企)|街道|新区|开发区|园区)"
)
_SITED = re.compile(
    r".{2,8}(?:银保监(?:分)?局|证监局|(?<!地方)金融监(?:管|督管理)(?:分)?局|海关|海事局|分公司|供电公司|机场|车务段|监管分局"
    r"|中心支局|电厂|派出所|司法所|人民法庭|税务所|供电所|卫生院)$|.{2,14}(?:支行|分行)$|民航.{2,8}(?:管理局|监管局)$"
)
# The level a name speaks from, for the bare names after it: 市科技局 → 市, 市委组织部 → 市, 云川市科技局 → 云川市.
_PREFIX = re.compile(
    rf"(自治[区州县]|地区|{_LEVEL})(?!驻|属)(?=.)|(?:团|共青团)({_LEVEL})委"
    rf"|([{CJK}]{{2,5}}?(?:市|县|区|州|盟|旗|省))(?=[^政人管].*(?:局|委|办|部|厅|中心|会|院)$)"
)
_EVERYWHERE = re.compile(
    r"(各[\u4e00-\u9fff(),、/]{0,12}?[县市区乡镇州旗盟)](?:\([^()]{1,8}\))?)(?:人民)?(?:政府|党委|办事处|管委会?)"
)
_BARE_SEAT = re.compile(r"(?:管委会?|人民政府|政府|党委政府|党委|党工委|办事处|街道办事处)")
# Kinds of places that are each of their kind behind another such group: 各乡镇、街道.
_BARE_GROUP = re.compile(r"(?:乡镇|镇街|镇|乡|街道|县|区|园区|开发区|功能区|社区|村)(?:\([^()]{1,8}\))?")
_OFFICE = re.compile(r"^(.{2,}?)(?:\(([^()]{2,30})\)|〈([^〈〉]{1,30})〉)$")
_OFFICE_END = re.compile(r"(?:局|委|办|部|中心|会|院|队|站|处|室|科|组|厅|公司|所|台|社|支行)$")
_JOINT = re.compile(r"以及|暨|和|及|与")


def looks_like_unit(name: str) -> bool:
    """Whether a string ends as names of units do and holds nothing a name never holds."""
    return 2 <= len(name) <= 40 and UNIT_END.search(name) is not None and not re.search(r"[。;:,!?“”的了]", name)


def is_strong(name: str) -> bool:
    """Whether a string ends as only names of units do, so that it may be taken for one without a label."""
    return len(name) >= 3 and STRONG_END.search(name) is not None


def level_of(name: str) -> str | None:
    """The prefix that a bare name after this one has left out, or None when this one gives none."""
    match = _PREFIX.match(name)
    return next((group for group in match.groups() if group), None) if match else None


def host_of(name: str) -> str:
    """The name without an office printed in brackets beside it: 市委组织部〈市人才办〉 is 市委组织部."""
    match = None if name.startswith("各") else _OFFICE.match(name)
    if match is None:
        return name
    inner = match[2] or match[3]
    office = match[3] is not None or _OFFICE_END.search(inner.rstrip("等")) is not None
    return match[1] if office else name


def is_whole(name: str, places: frozenset[str] = frozenset()) -> bool:
    """Whether a name says itself where it belongs, so that nothing before it is added."""
    return (
        (_WHOLE.match(name) is not None and not re.match(_STEM, name))
        or _COLLECTIVE.search(name) is not None
        or _PLACE.match(name) is not None
        or _SITED.match(name) is not None
        or any(place in name for place in places)
    )


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a document as a whole says about names: those it uses, and the places it is about."""

    names: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def knows(self, name: str) -> bool:
        """Whether a name is used on its own elsewhere, with its prefix or without."""
        return name in self.names


@dataclass(frozen=True, slots=True)
class Resolved:
    """A full name with the reason it differs from the printed one: an added prefix or a dropped office."""

    name: str
    prefix: str | None = None


def lexicon_of(names: Iterable[str], places: Iterable[str]) -> Lexicon:
    """Gives the lexicon of a document. Takes: names as they stand in its lists, and places."""
    known: set[str] = set()
    for name in names:
        host = host_of(name)
        known.add(host)
        prefix = level_of(host)
        if prefix and host.startswith(prefix) and len(host) > len(prefix) + 1:
            known.add(host[len(prefix) :])
    return Lexicon(frozenset(known), frozenset(place for place in places if len(place) >= 2))


_PLACE_NAME = re.compile(
    r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]{2,3})(?:省|市|县|州|区)(?![\u4e00-\u9fff]{0,2}(?:域|块))"
)
_NO_PLACE = re.compile(
    r"[各全我本市县区省级直和的在为以及由对等与强大新]|^(?:农业|工业|财政|教育|科技|文化|旅游|商务|交通|水务|生态|民政|行政|城市|园区|地方|金融|公安|卫生|信访|司法|住房|自然|应急|审计)"
)


def places_in(text: str, title: str) -> frozenset[str]:
    """Short names of the places a document is about: 云川 of 云川市, 青岚 of 青岚县."""
    found = Counter(match[1] for match in _PLACE_NAME.finditer(text))
    often = {place for place, count in found.items() if count >= 2 and not _NO_PLACE.search(place)}
    own = re.match(r"(?:中共)?([\u4e00-\u9fff]{2,4}?)(?:省|市|县|区|州|盟|旗)", title)
    return frozenset(often | ({own[1]} if own and not _NO_PLACE.search(own[1]) else set()))


def split_joint(name: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Gives the stretches of the names in a chunk; it is parted at 和 or 及 only between two whole names."""
    for match in _JOINT.finditer(name):
        left, right = name[: match.start()], name[match.end() :]
        if left and right and _depth(left) == 0 and _is_known(left, lexicon) and _is_known(right, lexicon):
            rest = split_joint(right, lexicon)
            return [(0, match.start()), *((match.end() + a, match.end() + b) for a, b in rest)]
    return [(0, len(name))]


def _depth(text: str) -> int:
    return text.count("(") + text.count("〈") - text.count(")") - text.count("〉")


def _is_known(name: str, lexicon: Lexicon) -> bool:
    if lexicon.knows(host_of(name)) or name in ("单位", "部门"):
        return True
    told = re.match(rf"(?:{_LEVEL}|各)", name) or any(name.startswith(place) for place in lexicon.places)
    return bool(told) and len(name) >= 3 and looks_like_unit(name)


class Prefixes:
    """Restores elided prefixes along one list: each name takes the prefix of the name before it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._level: str | None = None
        self._everywhere: str | None = None
        self._grouped = False

    def resolve(self, name: str) -> Resolved:
        """Gives the full name of the next name of the list."""
        host = host_of(name)
        everywhere = _EVERYWHERE.match(host)
        if everywhere:
            self._everywhere, self._grouped = everywhere[1], True
            return Resolved(host)
        if self._grouped and _BARE_GROUP.fullmatch(host):
            return Resolved(f"各{host}", "各")
        self._grouped = host.startswith("各")
        if _BARE_SEAT.fullmatch(host) and self._everywhere:
            return Resolved(self._everywhere + host, self._everywhere)
        if is_whole(host, self._lexicon.places):
            self._level = level_of(host) or self._level
            return Resolved(host)
        if level_of(host) and not re.match(_STEM, host):
            self._level = level_of(host)
            return Resolved(host)
        return Resolved((self._level or "") + host, self._level)


def resolve_all(mentions: Sequence[UnitMention], lexicon: Lexicon) -> list[tuple[UnitMention, str | None]]:
    """Gives each mention of a list with its full name, and the prefix that was restored."""
    prefixes = Prefixes(lexicon)
    found = []
    for mention in mentions:
        resolved = prefixes.resolve(mention.name)
        found.append((replace(mention, name=resolved.name), resolved.prefix))
    return found
