"""The words before a colon that say who does what in a responsibility list, and until when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a unit is in a task: 牵头, 责任, 配合."""

    LEAD = "lead"
    RESPONSIBLE = "responsible"
    COOPERATING = "cooperating"


class Field(StrEnum):
    """What stands behind a label: units in one of the roles, a person, a date, or something the reader passes by."""

    LEAD = "lead"
    RESPONSIBLE = "responsible"
    COOPERATING = "cooperating"
    LEADER = "leader"
    DEADLINE = "deadline"
    OTHER = "other"


ROLE_OF = {Field.LEAD: Role.LEAD, Field.RESPONSIBLE: Role.RESPONSIBLE, Field.COOPERATING: Role.COOPERATING}

_LEVEL = (
    r"(?:各|第[一二三]|其他|其它|主要|有关|相关){0,2}"
    r"(?:省|市|县|区|州|盟|旗|乡镇|镇街)?(?:级|直)?"
)
_BODY = (
    r"(?:\([^()]{1,6}\))?(?:责任|负责|实施|主办|承办|落实)?(?:\([^()]{1,6}\))?"
    r"(?:单位|部门|机构|主体|科室|处室|股室|委办局)"
)
_AND = (
    r"(?:(?:和|及|与|、|或|/|暨)(?:牵头|责任|配合|主管|主办|协办|参与|负责|承办|落实)?(?:责任)?(?:单位|部门|机构))?"
    r"(?:\([^()]{1,8}\))?"
)
_LEADER = (
    rf"{_LEVEL}(?:牵头|责任|分管|包联|包抓|包保|主管|挂帅|挂钩|联系|主要|总负责|负责){_LEVEL}"
    r"(?:负责)?(?:领导|责任人|负责人|人)(?:同志)?"
    rf"|{_LEVEL}领导|(?:第一)?责任人|负责人|总指挥|链长|总召集人|召集人"
)
_LEAD = (
    rf"{_LEVEL}(?:总|主|共同|联合)?(?:牵头|主办|主责|首责|主牵头|负责牵头|第一责任|首位责任|主要责任|主体责任){_LEVEL}"
    rf"(?:{_BODY}){_AND}|牵头"
)
_COOPERATING = (
    rf"{_LEVEL}(?:主要)?(?:配合|协办|协作|协同|协助|参加|参与|参建|会办|支持|协调配合|协同配合|联动|会同){_LEVEL}"
    rf"(?:{_BODY}){_AND}|配合|协办"
)
_RESPONSIBLE = (
    rf"{_LEVEL}(?:主要|共同|具体|各|直接|相关|有关)?"
    rf"(?:责任|落实|实施|承办|负责|承担|执行|办理|组织实施|主管|建设|推进){_LEVEL}{_BODY}"
    rf"{_AND}|(?:责任|任务|职责|工作|部门|单位)(?:分工|落实)|涉及(?:单位|部门)|责任"
)
_WORDS = r"(?:时限|时间|期限|日期|时间节点|时间进度|时间安排|节点|进度要求|时限要求|时间要求|期限要求)"
_DEADLINE = (
    rf"(?:任务|工作|整改|推进|办结|办理|落实|计划|预计|目标|实施|责任|要求)?(?:完成|办结|截止|截至|起止|实施|推进|整改|落实|建成|进度|时间){_WORDS}|{_WORDS}(?:要求)?"
    r"|时序进度|进度安排|进度要求|时限进度"
)
_OTHER = (
    r"(?:联系人|联系电话|联系方式|电话|备注|注|说明|工作目标|目标任务|年度目标|目标|工作内容|工作措施|主要措施|重点任务|任务|措施"
    r"|预期成果|成果形式|工作成果|标志性成果|资金来源|工作要求|考核指标|完成标准|投资规模|总投资|建设内容|建设地点|督办单位|督导单位|督查单位|监督单位)"
)
_ENDING = r"(?:\([^()]{1,8}\))?:"
_FIELDS = (
    f"(?:(?P<leader>{_LEADER})|(?P<cooperating>{_COOPERATING})|(?P<lead>{_LEAD})|(?P<responsible>{_RESPONSIBLE})"
    f"|(?P<deadline>{_DEADLINE})|(?P<other>{_OTHER}))"
)
LABEL = re.compile(_FIELDS + _ENDING)
_BOXED = re.compile(rf"\({_FIELDS}:?\):?")
# A label that stands alone in brackets or before 为, without a colon.
BARE_LABEL = re.compile(
    r"(?:(?P<lead>(?:牵头|主办|主责)(?:责任|负责)?(?:单位|部门))|(?P<cooperating>(?:配合|协办|参加|参与|协助)(?:责任)?(?:单位|部门))"
    r"|(?P<responsible>(?:责任|承办|落实|实施|负责)(?:单位|部门))|(?P<deadline>完成(?:时限|时间|期限))|(?P<leader>(?:责任|牵头|分管)领导))"
)
# What a label can begin with; most places in a text begin none.
_STARTS = frozenset(
    "主乡任会共其具分办包区协单县参召各备完实州工市年建总成截执承投挂推措支改整"
    "旗时有期标注涉牵监盟目直相省督第组考职联节落计说负责资起进部配重链镇预领首"
)


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a string: its field and its stretch, the colon included."""

    field: Field
    start: int
    end: int


def label_at(text: str, position: int, end: int) -> Label | None:
    """The label that begins at a position, if any."""
    if position >= end or text[position] not in _STARTS:
        return None
    match = LABEL.match(text, position, min(end, position + 40))
    return _label(match)


def bare_label_at(text: str, position: int, end: int) -> Label | None:
    """The label that begins at a position without a colon behind it, if any."""
    match = BARE_LABEL.match(text, position, min(end, position + 12))
    if match is None:
        return None
    after = text[match.end() : match.end() + 1]
    stop = match.end() + (after in ("为", "是"))
    label = _label(match)
    return None if label is None else Label(label.field, label.start, stop)


def boxed_label_at(text: str, position: int, end: int) -> Label | None:
    """The label in brackets of its own that begins at a position, if any: 【责任单位】市科技局."""
    return _label(_BOXED.match(text, position, min(end, position + 24)))


def _label(match: re.Match[str] | None) -> Label | None:
    if match is None or match.lastgroup is None:
        return None
    return Label(Field(match.lastgroup), match.start(), match.end())


def labels_in(text: str, start: int, end: int) -> list[Label]:
    """The labels in a stretch, each before its colon and as long as it can be, in order."""
    found: list[Label] = []
    colon = text.find(":", start, end)
    floor = start
    while colon >= 0:
        label = _label_before(text, floor, colon)
        if label is not None:
            found.append(label)
        floor = colon + 1
        colon = text.find(":", floor, end)
    return found


_LONGEST = 24


def _label_before(text: str, floor: int, colon: int) -> Label | None:
    for position in range(max(floor, colon - _LONGEST), colon):
        if text[position] in _STARTS:
            label = _label(LABEL.match(text, position, colon + 1))
            if label is not None and label.end == colon + 1:
                return label
    return None
