"""Whether an amount in a sentence is promised (目标值), by the words on its left and right, and what it is called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.quantities import Kind, Quantity

_LEVEL = (
    "达到|达至|达|提高到|提高至|提升到|提升至|提至|增加到|增加至|增至|增长到|增长至|扩大到|扩大至|上升到|上升至|发展到|发展至"
    "|壮大到|壮大至|恢复到|稳定在|保持在|维持在|控制在|控制到|降到|降至|降为|下降到|下降至|降低到|降低至|压减到|压减至"
    "|减少到|减少至|减至|缩小到|缩小至|缩减到|缩减至|压缩到|压缩至|压缩为|缩短到|缩短至|缩短为|突破|完成|实现|迈上|跨越"
)
_BOUND = {
    ">=": "不低于|不少于|不小于|大于|高于|多于|超过|超出|超|突破|至少|逾",
    "<=": "不超过|不高于|不大于|不多于|低于|少于|小于|控制在",
    "~": "大约|约|近|接近",
}
_BOUND_OF = {word: op for op, words in _BOUND.items() for word in words.split("|")}
_BOUNDS = "|".join(_BOUND.values())
_HEDGES = (
    "力争|争取|确保|预计|累计|总计|共计|合计|总共|稳定|全部|逐步|分别|各|年均|(?<![人户亩地年平日])均|再|应(?=不)|要|将"
)
_CHANGE = "增长|提高|提升|增加|上升|递增|下降|降低|减少|压减|削减|缩短|缩减|压缩|新增|净增|降"
_MAKING = (
    "新增|净增|新改建|新建成|新建|新培育|新引进|新认定|新创建|建成|创建|打造|培育|引进|孵化|建设|组建|共建|改造|培养|选派|攻克"
    "|落地|布局|创成|争创|招引|引育|遴选|认定|转化|推广|推送|培训|改建|扩建|续建|整治|修复|建立|形成|选树|增加|制定|修订|研发"
    "|开发|突破|减少|压减"
)
_DOING = (
    "举办|开展|组织|实施|完成|实现|备案|入库|申报|授权|发布|评价|评估|吸引|集聚|汇聚|聚集|取得|获得|获评|签约|签订|达成|派驻"
    "|选聘|招聘|招募|招收|储备|争取|提供|服务|帮扶|治理|种植|造林|绿化|栽植|铺设|敷设|安装|配备|投放|开通|开工|竣工|投产|上市"
    "|淘汰|化解|处置|盘活|供应|筹集|筹建|更新|升级|维修|修缮|拆除|清理|销号|办结|转移|就业|发放|撬动|融资|招商|到位|参与"
    "|建档|拓展|覆盖|惠及|带动|登记|注册|转型|运营|投用|发展|选育|设立|成立|搭建|输送|赋能|上云|诊断|救助|安置|创作|推进"
)
_ACTION = re.compile(f"{_MAKING}|{_DOING}")
_MAKER = re.compile(rf"^(?:(?:{_MAKING}|{_DOING})(?:并|和)?)++(?=.{{2}})")
# Verbs that open a list of measures as often as a promise; they promise only beside a date or every year.
_WEAK = re.compile(
    "^(?:组织|实施|开展|建立|成立|设立|制定|修订|发布|提供|服务|形成|推进|完成|落地|布局|发展|突破|组建|共建|搭建)$"
)
_MONEY_ACTION = re.compile("完成|实现|引进|争取|到位|融资|撬动|签约|签订|达成|投放|发放.{0,12}贷款")
_LEFT = re.compile(
    rf"(?:(?P<level>{_LEVEL})|(?P<change>(?:年均|平均|同比|年)?(?:{_CHANGE}))|(?P<action>{_MAKING}|{_DOING}))?"
    rf" ?(?P<bound>(?:{_BOUNDS}|{_HEDGES})*+) ?$"
)
_SHORTENED = re.compile("(?:压缩|缩短|压减|减少|缩减|降低|控制|减|降)[到至为在]$")
_COUNTED_TIME = re.compile("寿命.{0,2}$|天数.{0,2}$|年限.{0,2}$")
_EACH_ONE = re.compile("(?:按照?)?每.{0,3}")
_PER_ONE = re.compile(
    "单[个项笔户]|每[家户个项件名所]|每人(?!口)|安排|拨付|列支|设立|投入.{0,6}资金|专项资金|引导基金|补助|资助|注册资本"
)
_DESCRIBING = re.compile(
    "围绕|聚焦|针对|依托|按照|根据|具有|拥有|设有|涉及|包括|分为|共有|下辖|作为|不足|属于|占用|其他|等[▢ ]*$"
)
_CLOSED = re.compile(
    r"[ ▢]{0,90}(?:[,、。;:!?\n)■]|和|及|以及|与|并|或|的(?:目标|水平|规模|任务)|大关|规模|水平|台阶|目标|$)"
)
_NOUN = re.compile(r"[^,、。;:!?\n]{1,48}")
_NOUN_END = re.compile("以及|并(?![网购联轨行])|(?:和|及|与)(?=[0-9]|■?$)|用于|辐射|带动")
_PLANT = re.compile("(?:项目|工程|生产线|装置|基地|电站|机组|产能)$")
_PLANT_UNIT = re.compile("吨|瓦|千伏|伏安|立方米|千瓦时")
JOINT = re.compile(r" ?(?:、|和|及|以及|与|或) ?")
_LEADING = re.compile(
    r"(?:[ ,、:▢.—–\-●◆■▲·]+(?<!■)|[0-9]{1,2}[.、](?![0-9])|[一二三四五六七八九十]{1,3}(?:是|、)|第[一二三四五]阶段"
    r"|力争|确保|努力|争取"
    r"|实现|推动|促进|使得|其中|同时|并且|并(?![网购联轨])|且|预计|计划|原则上|全面|将|届时|以及|[和与](?=[一-鿿]{3})|[我全本](?:市|县|省|区|州)"
    r"(?![域级场政值长委民])的?|(?:年)?[底末]前?[,、]?|期间|要)++"
)
_TRAILING = re.compile(
    r"(?:[ ,、:]|分别|总体|(?<![人户亩地年平日])均|力争|争取|确保|预计|应当|应|将|全部|稳步|逐步|基本|累计|总计"
    r"|合计|共计|[从由]的?|比上年|较上年|比较|比(?<!占比)|较|各自|各|也|都|要|到|至|为|在|的)++$"
)
_GENERIC = re.compile(
    "(?:累计|全[市县省区])?(?:总量|总数|数量|总规模|规模|总额|累计|总面积|占比|比例|比重|其中)?"
    "|(?:其中)?(?:国家|省|市|县)级(?:以上|及以上)?"
    f"|(?:年均?|同比|平均)?(?:{_CHANGE})(?:率|幅度)?|增速|增幅|降幅"
)
_SUFFIX = re.compile(
    "(?:数量|总数|总量|增加值|产值|面积|产量|收入|销售额|成交额|占比|比重|比例|覆盖率|排放量|拥有量|普及率|入学率|利用率|合格率)$"
)
_LEVELS = re.compile("(?P<first>[一-鿿]{1,4})、(?P<second>[一-鿿]{1,3})[两二]级(?P<rest>[^、]+)")
_GROWTH = re.compile(f"(?<=..)(?:年均|平均|同比|年)?(?:{_CHANGE}|增長|遞增|減少|壓減|縮短|縮減|壓縮)$")
_SHARE_NAME = re.compile("(?:率|比重|占比|比例|增速|增幅|强度|覆盖面|份额|指数)$")
_MONEY_NAME = re.compile("(?:额|值|收入|投资|规模|支出|税收|营收|经费|贷款|余额|产出|总量)$")
_SIZE = re.compile("[×*]")
_COST = re.compile("(?:计划|项目|估算|预算|概算)总?投资$")
_NOT_AHEAD = re.compile("的(?!目标|水平|规模|任务)")


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut of a sentence with dates taken out: matching form, printed form, and the place of each character."""

    match: str
    printed: str
    at: tuple[int, ...]

    def part(self, start: int, end: int) -> Cut:
        return Cut(self.match[start:end], self.printed[start:end], self.at[start:end])

    def trimmed(self) -> Cut:
        """The cut without the words that lead up to a name and those between it and its verb."""
        leading = _LEADING.match(self.match)
        kept = self.part(leading.end() if leading else 0, len(self.match))
        trailing = _TRAILING.search(kept.match)
        return kept.part(0, trailing.start() if trailing else len(kept.match))

    @property
    def name(self) -> str:
        """The printed characters without blanks, at most the last sixty."""
        return "".join(self.printed.split())[-60:]


@dataclass(frozen=True, slots=True)
class Context:
    """What the sentence has said before: a name to carry on, the shape of the last promise, whether a date stands."""

    noun: str = ""
    idle: str = ""
    shape: str = ""
    dated: bool = False
    dated_here: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A promise: its names (one, or one for each amount), where it begins and ends, its comparator, how it was put."""

    names: tuple[str, ...]
    start: int
    end: int
    op: str
    shape: str
    each: bool = False
    yearly: bool = False

    @property
    def noun(self) -> str:
        """The name to carry on to a later clause that names nothing."""
        return _GROWTH.sub("", _MAKER.sub("", self.names[-1]))


@dataclass(frozen=True, slots=True)
class Side:
    """An amount, or several joined by 、, with what stands on its left and right."""

    run: tuple[Quantity, ...]
    left: Cut
    right: str

    @property
    def kind(self) -> Kind:
        return self.run[0].kind


def claim(side: Side, context: Context) -> Claim | None:
    """Gives the promise an amount stands for, or None for what only describes, compares or sets a condition."""
    match = _LEFT.search(side.left.match[-24:])
    if match is None or side.kind is Kind.BARE or _NOT_AHEAD.match(side.right):
        return None
    subject = side.left.part(0, len(side.left.match) - len(match[0]))
    if (
        _SIZE.search(side.left.match[-1:] + side.right[:1])
        or re.search("[第前每]$", side.left.match)
        or not _fits(side, match, subject)
    ):
        return None
    closed = _CLOSED.match(side.right) is not None
    phrase = _Phrase(side, match, subject, context)
    if not closed:
        return phrase.before_its_noun()
    if match["level"] or match["change"] or _bounds(match):
        return phrase.level()
    return phrase.made()


def _bounds(match: re.Match[str]) -> bool:
    return any(word in match["bound"] for word in _BOUND_OF)


def _fits(side: Side, match: re.Match[str], subject: Cut) -> bool:
    """Durations are promised only where something is shortened to them; spoken numbers and money only with a verb."""
    verb = match["level"] or match["change"] or match["action"] or ""
    if side.kind is Kind.PERIOD:
        shortened = _SHORTENED.search(match["level"] or "") is not None or match["bound"].endswith("控制在")
        return shortened or (bool(match["level"]) and _COUNTED_TIME.search(subject.match) is not None)
    if any(one.spoken for one in side.run) and not (verb or _bounds(match)):
        return False
    if any(one.spoken and one.value < 2 for one in side.run):
        return False
    return not (side.kind is Kind.MONEY and _PER_ONE.search(subject.match))


@dataclass(frozen=True, slots=True)
class _Phrase:
    side: Side
    match: re.Match[str]
    subject: Cut
    context: Context

    def level(self) -> Claim | None:
        """高新技术企业达到100家; 能耗下降13%; 比例不低于30%."""
        verb = self._printed("change")
        bare = not verb and not self.match["level"]
        if bare and not self.context.dated and _PER_ONE.search(self.subject.match):
            return None
        if re.search("部分[为的]?$", self.subject.match):
            return None
        named = self._named()
        if self.match["level"] in ("完成", "实现") and not named.match:
            return None
        return self._claim(named, added=verb, shape="level")

    def made(self) -> Claim | None:
        """新增省级平台3家; 建成3家 (named before); 省级、市级平台各2家; 科技创新团队5个 (in a list)."""
        if self.match["action"]:
            return self._claim(self._named(), added="", shape="made") if self._carried() else None
        if _DESCRIBING.search(self.subject.match):
            return None
        named = self.subject.trimmed()
        action = _ACTION.search(self.subject.match)
        if action and self._may_be_made(action):
            lead = self.subject.match[: action.start()]
            helped = re.search("支持|鼓励|引导|推动|通过|面向|组织", lead) is not None
            named = self.subject.part(action.start(), len(self.subject.match)).trimmed() if helped else named
            return self._claim(named, added="", shape="made")
        return self._claim(named, added="", shape="list") if self._may_be_bare(named) else None

    def before_its_noun(self) -> Claim | None:
        """建成10家以上中试熟化基地; 每年实施5项市级专项、10项县区专项."""
        verb = self.match["action"] or self.match["level"] or self.match["change"] or ""
        last = self.side.run[-1]
        if self.side.kind in (Kind.SHARE, Kind.PERIOD) or "/" in last.unit or (last.spoken and last.value > 99):
            return None
        if not self._may_open(verb):
            return None
        noun = _noun(self.side.right)
        if noun is None or (_PLANT.search(noun) and _PLANT_UNIT.search(last.unit)):
            return None
        start = self.side.run[0].start - (len(self.match[0]) if verb else 0)
        return Claim(("",), start, last.end + len(noun), self._op(), "after")

    def _may_open(self, verb: str) -> bool:
        left = self.side.left.match.strip()
        if not verb and not self.match["bound"]:
            listed = self.context.shape == "after" and (not left or JOINT.fullmatch(left) is not None)
            return listed or (left.endswith("等") and self.context.dated_here and _ACTION.search(left) is not None)
        if not verb:
            urged = re.search("力争|争取|确保", self.match["bound"]) is not None
            return self.side.kind is Kind.COUNT and (urged or self.context.dated_here)
        if verb in ("达到", "达"):
            return False
        if self.side.kind is Kind.MONEY:
            return verb in ("完成", "实现", "引进", "争取", "撬动")
        if not re.fullmatch(f"{_MAKING}|{_DOING}", verb) or verb in ("推进", "发展", "服务", "提供"):
            return False
        if self.context.dated or (verb == "完成" and self.side.run[0].value >= 10):
            return True
        return _WEAK.match(verb) is None and re.fullmatch(_MAKING, verb) is not None

    def _may_be_made(self, action: re.Match[str]) -> bool:
        if len(self.subject.match) - action.end() < 2 or self.side.kind is Kind.SHARE:
            return False
        return self.side.kind is not Kind.MONEY or _MONEY_ACTION.search(self.subject.match) is not None

    def _may_be_bare(self, named: Cut) -> bool:
        if len(named.match) < 2 or re.search("[为第每在于等]$", self.side.left.match):
            return False
        listed = self.context.shape in ("level", "made", "list")
        if self.side.kind is Kind.SHARE:
            return (listed or self.context.dated) and _SHARE_NAME.search(named.match) is not None
        if self.side.kind is Kind.MONEY:
            cost = _COST.search(named.match) is not None and self.side.run[-1].op is None
            return (listed or self.context.dated_here) and not cost and _MONEY_NAME.search(named.match) is not None
        return listed or self.context.dated_here

    def _printed(self, group: str) -> str:
        """The words a group of the match stands for, in the script of the document."""
        at = len(self.subject.match) - self.match.start()
        start, end = self.match.span(group)
        return self.side.left.part(at + start, at + end).name if self.match[group] else ""

    def _named(self) -> Cut:
        """The subject, with a verb that ends it as a noun does (老旧小区改造); nothing where only the verb stands."""
        named = self.subject.trimmed()
        if named.match and self.match["action"]:
            return self.side.left.part(0, len(self.subject.match) + len(self.match["action"])).trimmed()
        return named

    def _carried(self) -> bool:
        return bool(self.subject.trimmed().match or self.context.noun or self.context.idle)

    def _claim(self, named: Cut, *, added: str, shape: str) -> Claim | None:
        carried = self.match["change"] in ("新增", "净增") and not named.match
        names = tuple(f"{added}{name}" if carried else f"{name}{added}" for name in self._names(named))
        if not names[0] or _EACH_ONE.fullmatch(names[0]) or not re.search("[一-鿿A-Za-z]", names[0]):
            return None
        first, last = self.side.run[0], self.side.run[-1]
        lone = len(self.side.run) == 1 and len(names) == 1
        start = named.at[0] if named.at else first.start - len(self.match[0].strip())
        each = re.search("各|分别|(?<!平)均", self.match["bound"]) is not None
        yearly = added.startswith(("年均", "平均"))
        return Claim(names, start if lone else first.start, last.end, self._op(), shape, each, yearly)

    def _names(self, named: Cut) -> list[str]:
        wanted = len(self.side.run)
        if wanted > 1 or "各" in self.match["bound"]:
            names = _split(named, wanted)
            if names:
                return names
        if _GENERIC.fullmatch(named.match) or named.match.startswith("占"):
            return [(self.context.noun or self.context.idle) + named.name]
        return [named.name]

    def _op(self) -> str:
        own = self.side.run[-1].op
        if own:
            return own
        said = self.subject.match[-2:] + self.match["bound"]
        for word in sorted(_BOUND_OF, key=len, reverse=True):
            if word in said:
                return _BOUND_OF[word]
        level = self.match["level"] or ""
        return (
            "<=" if level[:1] in ("降", "减", "缩", "压", "控") or "下降" in level else ">=" if level == "突破" else "="
        )


def _noun(right: str) -> str | None:
    match = _NOUN.match(right)
    if match is None:
        return None
    noun = match[0]
    cut = _NOUN_END.search(noun)
    noun = noun[: cut.start()] if cut else noun
    noun = noun.rstrip(" ")
    return noun if len(re.findall("[一-鿿A-Za-z■]", noun)) >= 2 else None


def _split(named: Cut, wanted: int) -> list[str]:
    """The names that a subject joins by 、 and 和: as many as there are amounts, or all where each has the same one."""
    shared = _LEVELS.fullmatch(named.match)
    if shared and wanted in (1, 2):
        rest = named.part(shared.start("rest"), len(named.match)).name
        return [named.part(*shared.span(part)).name + rest for part in ("first", "second")]
    for joint in (JOINT, re.compile("、")):
        ends = [(match.start(), match.end()) for match in joint.finditer(named.match)]
        starts = [0, *(end for _, end in ends)]
        parts = [named.part(a, b) for a, b in zip(starts, [*(a for a, _ in ends), len(named.match)], strict=True)]
        if all(part.match for part in parts) and (len(parts) == wanted if wanted > 1 else len(parts) > 1):
            suffix = _SUFFIX.search(parts[-1].match)
            return [part.name + ("" if not suffix or _SUFFIX.search(part.match) else suffix[0]) for part in parts]
    return []
