"""The proof of a report (校核): every number of its text is a figure of its snapshot, or answered for by name.

A field cannot drift. A number typed by hand is refused where it contradicts a figure, and where nobody says what it
is taken from. Source: DESIGN 5.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.fields import FIELD, Figure, keys_in
from tracker.core.terms import Labelled

# Longest first, so that 项次 is not read as 项.
MEASURES = (
    "个具体事项",
    "个工作日",
    "个百分点",
    "个单位",
    "项次",
    "件次",
    "家次",
    "项",
    "个",
    "家",
    "件",
    "期",
    "次",
    "份",
    "条",
    "%",
    "％",
    "天",
    "成",
)
SAME = {"家": "个", "个单位": "个", "个具体事项": "个", "％": "%"}
_DIGITS = r"[0-9０-９]+(?:[.．,，][0-9０-９]+)*"
_CHINESE = r"[一二两三四五六七八九十百千零]+"
_MEASURE = "|".join(MEASURES)
NUMBER = re.compile(rf"(?P<digits>{_DIGITS})\s*(?P<measure>{_MEASURE})?|(?P<words>{_CHINESE})(?P<counted>{_MEASURE})")
# What holds digits and counts nothing: titles, numbers of documents, dates, serial numbers at the start.
PLAIN = re.compile(
    r"《[^》]*》|〔[0-9]{4}〕[0-9]+号|[0-9]{4}(?:年|[—\-－][0-9]{4}年?)(?:[0-9]{1,2}月(?:[0-9]{1,2}日|底|份)?)?"
    r"|[0-9]{1,2}月(?:[0-9]{1,2}日|底|份)?|第[0-9一二三四五六七八九十]+(?:期|季度|号|批)|^[0-9]{1,3}[.．、]|[（(][0-9]{1,3}[)）]"
)
# Words that count nothing although they begin with a numeral.
IDIOMS = re.compile(r"一(?:项|个|件|次|家|条|份|期|成)|[一二三四五六七八九十]个方面|万一|统一|唯一")
_BETWEEN = re.compile(r"^(?:任务|事项|单位|的|共|有|为|达|计|占|等|已|情况)*[：:，]?$")
# 逾期3项，占12.5%: the share belongs to the word before the count.
_COUNT_BEFORE = re.compile(r"(?:\{\{[^{}]{1,120}\}\}|[0-9０-９]{1,9})项(?:（[^（）]{0,60}）)?，占$")
_CHARGES = re.compile(r"逾期|滞后|落后|未报送|未按时|不力|批评|约谈|问责")
_COUNTS = re.compile(rf"[0-9０-９]|{_CHINESE}(?:{_MEASURE})")
_NUMERALS = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "两": 2}
_FULL = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")


class Fault(Labelled):
    """What is wrong with a place of a report."""

    FIELD = "field", "字段不存在"
    CONTRADICTION = "contradiction", "与数据不符"
    UNKNOWN = "unknown", "手填数字无出处"
    NAMING = "naming", "点名未经批准"
    TITLE = "title", "标题不合规定"
    DATA = "data", "快照校验不符"
    VERIFICATION = "verification", "核实未完成"
    PERIOD = "period", "周期尚未结束"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that stands in the way of issue; `paragraph` counts from 0, None where it is none's."""

    fault: Fault
    message: str
    paragraph: int | None = None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """A number typed by hand, with its measure and the words before it."""

    printed: str
    value: str
    measure: str
    before: str


def typed_numbers(text: str, names: Iterable[str] = ()) -> list[Typed]:
    """Gives the numbers of a text that are neither fields nor part of a date, a title, a document's number or a name.

    Takes `names`: the units of the report, which may have numbers in their names.
    """
    bare = FIELD.sub(lambda found: "\x00" * len(found.group()), text)
    for name in names:
        bare = bare.replace(name, "\x01" * len(name))
    for pattern in (PLAIN, IDIOMS):
        bare = pattern.sub(lambda found: "\x01" * len(found.group()), bare)
    return [
        Typed(text[found.start() : found.end()], _plain(found), _measure(found), _before(text[: found.start()]))
        for found in NUMBER.finditer(bare)
    ]


def _before(text: str) -> str:
    return _COUNT_BEFORE.sub("", text[-200:])


def _plain(found: re.Match[str]) -> str:
    if found["digits"] is not None:
        value = found["digits"].translate(_FULL).replace(",", "")
        return value.rstrip("0").rstrip(".") if "." in value else value.lstrip("0") or "0"
    return str(_chinese(found["words"]))


def _chinese(words: str) -> int:
    total, digit = 0, 0
    for sign in words:
        if sign in _NUMERALS:
            digit = _NUMERALS[sign]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = 0
    return total + digit


def _measure(found: re.Match[str]) -> str:
    measure = found["measure"] or found["counted"] or ""
    return SAME.get(measure, measure)


def numbers_proven(
    text: str,
    figures: Mapping[str, Figure],
    *,
    confirmed: Iterable[str],
    paragraph: int,
    names: Sequence[str] = (),
) -> list[Finding]:
    """Gives what is wrong with the fields and the numbers of a paragraph.

    Takes `confirmed`: the numbers typed by hand, as printed, that somebody answers for with a source; `names` of units.
    """
    findings = [
        Finding(Fault.FIELD, f"字段“{key}”不存在，请从数据字段中选用。", paragraph, key)
        for key in keys_in(text)
        if key not in figures
    ]
    answered = set(confirmed)
    for number in typed_numbers(text, [name for name in names if _COUNTS.search(name)]):
        wrong = _contradicted(number, figures)
        if wrong is not None:
            message = f"“{wrong.label}”应为{wrong.value}，文中写为{number.printed}，请改用字段“{wrong.key}”。"
            findings.append(Finding(Fault.CONTRADICTION, message, paragraph, number.printed))
        elif number.printed not in answered and not _stands(number, figures):
            message = f"“{number.printed}”不是快照中的数据，请改用数据字段，或者填写出处。"
            findings.append(Finding(Fault.UNKNOWN, message, paragraph, number.printed))
    return findings


def _contradicted(number: Typed, figures: Mapping[str, Figure]) -> Figure | None:
    """The figure that the words before a number name, where its value is another."""
    named = _named(number, figures)
    if not named or any(_value(figure) == number.value for figure in named):
        return None
    return named[0]


def _named(number: Typed, figures: Mapping[str, Figure]) -> list[Figure]:
    """The figures with the longest label that the words before a number end in: 新增逾期 is not 逾期."""
    named = [figure for figure in figures.values() if _names(figure, number)]
    longest = max((len(figure.label) for figure in named), default=0)
    return [figure for figure in named if len(figure.label) == longest]


def _names(figure: Figure, number: Typed) -> bool:
    if SAME.get(figure.measure, figure.measure) != number.measure and number.measure != "":
        return False
    label = figure.label.removesuffix("占比")
    tail = number.before[-len(label) - 8 :]
    place = tail.rfind(label)
    return place >= 0 and _BETWEEN.match(tail[place + len(label) :]) is not None


def _stands(number: Typed, figures: Mapping[str, Figure]) -> bool:
    """Whether the words before a number name a figure of just this value."""
    return any(_value(figure) == number.value for figure in _named(number, figures))


def _value(figure: Figure) -> str:
    value = figure.value.removesuffix("%")
    return value.rstrip("0").rstrip(".") if "." in value else value


def naming_proven(texts: Sequence[str], named: Iterable[str]) -> list[Finding]:
    """Gives the paragraphs that name a unit with what it is late or blamed for, without an approval on record.

    Takes the resolved paragraphs and the names of the units that are late, behind or have not filed.
    """
    names = sorted(named, key=len, reverse=True)
    findings = []
    for place, text in enumerate(texts):
        for sentence in re.split(r"[。；\n]", text):
            found = next((name for name in names if name in sentence), None)
            if found is not None and _CHARGES.search(sentence):
                words = f"文中点名“{found}”，点名通报须有政府或其负责人批准的记录。"
                findings.append(Finding(Fault.NAMING, words, place, found))
                break
    return findings


def title_proven(title: str, *, is_supervision: bool) -> list[Finding]:
    """Gives what is wrong with a title: 督查 needs a designation as 政府督查机构 on record."""
    if "督查" in title and not is_supervision:
        return [Finding(Fault.TITLE, "本单位没有登记政府督查机构或者授权依据，标题不得使用“督查”，请用“工作进展”。")]
    return []
