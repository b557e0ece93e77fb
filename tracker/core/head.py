"""The head of a document: its title, number (发文字号), issuer, date, period, and whether it is only a draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.core.furniture import is_closing, is_contact
from tracker.core.numbering import chinese_value
from tracker.core.paragraphs import Paragraph, View
from tracker.core.units import looks_like_unit


@dataclass(frozen=True, slots=True)
class Period:
    """The years a plan runs, both included."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says; `title_at` is the paragraph after which the plan's own text begins."""

    title: str
    doc_no: str | None
    issuer: str | None
    issued_on: date | None
    is_draft: bool
    period: Period | None
    title_at: int


_KINDS = "方案|计划|规划|意见|办法|措施|要点|清单|细则|纲要|决定|分工|安排|部署|任务|行动|实施"
_TITLE = re.compile(
    rf"(?:{_KINDS}|通知|公告|通告|函|分解表|责任表)(?:\((?:征求意见|试行|送审|草案|讨论|修订|暂行|审议|公开|(?:19|20)[0-9]{{2}}|第)[^()]{{0,16}}\))*》?(?:的(?:通知|公告|函))?$"
)
_BELOW = re.compile(r"\((?:(?:19|20)[0-9]{2}.{0,16}|征求意见稿|试行|草案|送审稿|讨论稿|修订稿|暂行)\)")
_NOTICE = re.compile(r"(?:通知|公告|通告|函)$")
_QUOTED = re.compile(r"《(.{4,80})》")
_DRAFT = re.compile(r"征求意见稿|草案|送审稿|讨论稿|公开征求.{0,12}意见")
_NO = re.compile(r"([\u4e00-\u9fff]{2,12}[字发函办]?)\(((?:19|20)[0-9]{2})\)第?([0-9]{1,5})[号號]")
_NO_LABEL = re.compile(r"(?:发文字号|文号|文件编号|发文文号|发布文号|公文文号|字号|文件号|发文号|编号):?$")
_DATE = re.compile(r"\(?((?:19|20)[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})日\)?$")
_DATE_CN = re.compile(
    r"([二一〇零○0][〇零○一二三四五六七八九0九]{3})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日$"
)
_MADE = re.compile(
    r"(?:成文日期|印发日期|签发日期|成文时间|印发时间):?((?:19|20)[0-9]{2})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})"
)
_PERIOD = re.compile(r"((?:19|20)[0-9]{2})年?(?:[-—–~～至]{1,2})((?:19|20)[0-9]{2})年?")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})年")
_ABOUT = re.compile(r"(?:关于|印发|转发)")
# The head of a document is never longer than this many paragraphs.
_LONGEST = 120


def head_of(view: View, first_number: int, body: int) -> Head:
    """Gives the head.

    Takes: the view; the indexes of the first numbered paragraph and of the first one of the plan itself, which is
    another where a notice with numbers of its own hands the plan on.
    """
    front = range(min(first_number, len(view.paragraphs), _LONGEST))
    above = [i for i in range(max(0, body - _LONGEST), body) if view.paragraphs[i].number is None]
    title, title_at = _title(view, above[-_LONGEST:])
    signature = _signature(view)
    names = "".join(_text(view, view.paragraphs[i]) for i in front if _is_short(view, i))
    issuer = signature[0] if signature else _issuer(view, front)
    period = _period(title)
    return Head(
        title=title,
        doc_no=_doc_no(view, front),
        issuer=issuer,
        issued_on=_issued_on(view, front, signature),
        is_draft=_DRAFT.search(names) is not None or _DRAFT.search(title) is not None,
        period=period,
        title_at=title_at,
    )


def _text(view: View, paragraph: Paragraph) -> str:
    return view.chars[paragraph.start : paragraph.end]


def _is_short(view: View, index: int) -> bool:
    paragraph = view.paragraphs[index]
    return paragraph.end - paragraph.start <= 120


def _title(view: View, front: Sequence[int]) -> tuple[str, int]:
    found = [i for i in front if is_title(_text(view, view.paragraphs[i]))]
    if found:
        last = found[-1]
        whole = _whole_title(view, last)
        if not _NOTICE.search(_text(view, view.paragraphs[last])):
            return _with_years(view, whole, last)
        quoted = _QUOTED.search(whole)
        return (quoted[1] if quoted else _told(whole)), last
    for i in front:
        text = _text(view, view.paragraphs[i])
        if 6 <= len(text) <= 60 and not is_closing(text):
            return view.printed(view.paragraphs[i].start, view.paragraphs[i].end), i
    return "", -1


def _with_years(view: View, title: str, index: int) -> tuple[str, int]:
    """The title with a line of years or of 征求意见稿 set below it in brackets."""
    if index + 1 < len(view.paragraphs) and _BELOW.fullmatch(_text(view, view.paragraphs[index + 1])[:40]):
        below = view.paragraphs[index + 1]
        return title + view.printed(below.start, below.end), index + 1
    return title, index


def _told(whole: str) -> str:
    match = re.search(r"(?:印发|转发)(.{4,80}?)的(?:通知|函)$", whole)
    return match[1] if match else whole


def is_title(text: str) -> bool:
    """Whether a paragraph reads as the title of a plan or of the notice that hands it on."""
    return (
        len(text) <= 100
        and ":" not in text[-6:]
        and _TITLE.search(text) is not None
        and not is_closing(text)
        and "。" not in text
    )


def _whole_title(view: View, index: int) -> str:
    """The title with the lines above it that it was set on."""
    first = index
    while first > 0 and index - first < 4 and _continues(view, first):
        first -= 1
    parts = [view.printed(view.paragraphs[i].start, view.paragraphs[i].end) for i in range(first, index + 1)]
    return "".join(part.strip() for part in parts)


def _continues(view: View, index: int) -> bool:
    text = _text(view, view.paragraphs[index])
    above = _text(view, view.paragraphs[index - 1])
    opened = text.count("》") > text.count("《")
    fits = len(above) <= 45 and above[-1] not in "。;:!?)" and not _DATE.search(above) and not _NO.search(above)
    if not fits or is_closing(above) or is_contact(above) or ":" in above:
        return False
    if opened:
        return True
    whole = _ABOUT.search(text[:3]) is not None or re.match(r"[\u4e00-\u9fff]{2,6}(?:省|市|县|区|州)", text) is not None
    return not whole and (not looks_like_unit(above) or _ABOUT.search(above) is not None) and not _ends_title(above)


def _ends_title(above: str) -> bool:
    return re.search(r"(?:通知|公告|函|印发)$", above) is not None


def _doc_no(view: View, front: range) -> str | None:
    for i in front:
        paragraph = view.paragraphs[i]
        text = _text(view, paragraph)
        for match in _NO.finditer(text[:300]):
            if _is_own_number(text, match.start(), match.end(), paragraph.start, view):
                return view.printed(paragraph.start + _number_start(text, match), paragraph.start + match.end())
    return None


def _number_start(text: str, match: re.Match[str]) -> int:
    label = re.match(r".*?(?:发文字号|文号|文件编号|字号|编号|文件号)", match[1])
    return match.start() + (label.end() if label else 0)


def _is_own_number(text: str, start: int, end: int, base: int, view: View) -> bool:
    before, after = text[:start], text[end:]
    if "。" in text or before.endswith(("》(", "〉(")) or re.search(r"根据|按照|落实|依据|精神", before):
        return False
    inside = before.count("(") > before.count(")")
    alone = before.strip("(") == "" and after.strip(")") == ""
    behind = inside and after == ")" and _NOTICE.search(before[:-1]) is not None
    labelled = (
        re.search(r"文号|字号|编号|文件号", before[-12:] + text[start:end]) is not None
        or _NO_LABEL.search(before) is not None
    )
    tabled = not inside and ((base + start) in view.gaps or start == 0) and len(after) < 60
    return alone or behind or labelled or tabled


def _signature(view: View) -> tuple[str, date] | None:
    """The issuer and the date that stand under a notice or at its end."""
    paragraphs = view.paragraphs
    for i in range(1, len(paragraphs)):
        if paragraphs[i].end - paragraphs[i].start > 24 or paragraphs[i].number:
            continue
        day = _date(_text(view, paragraphs[i]))
        above = _text(view, paragraphs[i - 1])
        if day is not None and paragraphs[i - 1].number is None and len(above) <= 40 and looks_like_unit(above):
            joint = i > 1 and paragraphs[i - 2].number is None and _is_issuer(_text(view, paragraphs[i - 2]))
            return _beside(view, i - 1 - joint, i), day
    return None


def _date(text: str) -> date | None:
    if match := _DATE.fullmatch(text):
        return _safe(int(match[1]), int(match[2]), int(match[3]))
    if match := _DATE_CN.fullmatch(text):
        year = "".join(str("〇一二三四五六七八九".find(c) if c in "〇一二三四五六七八九" else 0) for c in match[1])
        return _safe(int(year), chinese_value(match[2]), chinese_value(match[3]))
    return None


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _issued_on(view: View, front: range, signature: tuple[str, date] | None) -> date | None:
    for i in front:
        match = _MADE.search(_text(view, view.paragraphs[i])[:300])
        if match:
            return _safe(int(match[1]), int(match[2]), int(match[3]))
    if signature:
        return signature[1]
    alone = [
        _date(_text(view, view.paragraphs[i])) for i in front if view.paragraphs[i].end - view.paragraphs[i].start <= 24
    ]
    return next((day for day in alone if day is not None), None)


def _issuer(view: View, front: range) -> str | None:
    for i in front:
        paragraph = view.paragraphs[i]
        match = re.match(
            r"([\u4e00-\u9fff]{2,24}?(?:政府|办公室|办公厅|委员会|局|厅|委|部|办))(?:等[^关]{0,10}(?:部门|单位|厅局|委局))?关于",
            _text(view, paragraph)[:40],
        )
        if match:
            return view.printed(paragraph.start, paragraph.start + match.end(1))
    named = [i for i in front if _is_issuer(_text(view, view.paragraphs[i]))]
    return _beside(view, named[0], named[0] + 1 + (named[0] + 1 in named)) if named else None


def _is_issuer(text: str) -> bool:
    told = re.search(r"政府|办公室|办公厅|委员会|局$|厅$|小组$", text) is not None
    return len(text) <= 30 and told and looks_like_unit(text)


def _beside(view: View, first: int, last: int) -> str:
    """The issuers in paragraphs first…last (exclusive), one a line as two that issue together are set."""
    return "、".join(view.printed(one.start, one.end).strip() for one in view.paragraphs[first:last])


def _period(title: str) -> Period | None:
    words = title.replace("－", "-")
    if match := _PERIOD.search(words):
        start, end = int(match[1]), int(match[2])
        return Period(start, end) if start <= end else None
    if match := _YEAR.search(words):
        return Period(int(match[1]), int(match[1]))
    return None
