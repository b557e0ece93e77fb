"""What a chapter is there for, told from its heading: it holds tasks, measures of support, or neither."""

from __future__ import annotations

import re
from enum import StrEnum

from tracker.core.outline import Node


class ChapterKind(StrEnum):
    """Tasks; measures (保障措施), which are offered unticked; or text that holds no tasks (总体要求)."""

    TASK = "task"
    MEASURE = "measure"
    NONE = "none"


_MEASURE = re.compile(
    r"(?:保障|支撑|推进|落实|组织|工作|配套|支持)(?:措施|机制|体系|举措)$|(?:支撑|组织|实施|强化|工作|服务|综合|机制|要素|政策|条件|加强|健全|完善|制度|资金)(?:与)?保障$|组织(?:实施|领导|推进|落实|机制|管理|协调)"
    r"|(?:工作|有关|相关|推进|实施|纪律|几点|组织|其他|具体)要求$|保障(?:措施|机制|体系|举措|条件)|(?:抓好|强化|加强|确保)(?:组织|贯彻|推进|督促|工作)?(?:落实|实施|领导)$|^保障$"
    r"|加强(?:组织)?(?:领导|保障)|强化组织|督导(?:考核|检查)|督查考核|(?:考核|监督)(?:评价|评估|问责|考核|机制|督导)$|宣传引导$"
)
_NONE = re.compile(
    r"(?:总体|基本|主要|工作|发展|具体|行动|阶段|年度|预期|建设|任务|改革|奋斗|攻坚|创建|战略|近期|远期)+(?:性)?(?:目标|要求|思路|原则|指标|考虑|定位)$|指导思想|指导原则|基本原则|工作原则|总体(?:要求|思路|目标|考虑|部署|安排|框架|定位)"
    r"|工作思路|基本思路|主要目标|^(?:工作|主要|发展|总体|行动)?目标(?:任务|指标|要求)?$|^目标|(?:发展|工作)?(?:基础|现状|背景|形势|成效)$|现状(?:与|和|分析)|面临(?:的)?形势|重要意义|重大意义|编制依据|^总则|^附则|^适用范围"
    r"|(?:实施|工作|方法|推进|时间|进度|阶段)(?:步骤|安排|进度|阶段|计划安排)(?:和要求)?$|阶段(?:性)?(?:任务|安排|划分)|时间(?:节点|安排)|(?:部门|工作|职责|责任|任务|单位)(?:职责|分工)$|组织机构|名词解释|术语|主要指标|指标体系"
    r"|^原则$|战略定位|^前言|^引言|实施范围|^对象|工作对象|实施对象|基本情况|存在问题|主要问题|有效期|施行(?:日期|时间)"
)


def chapter_kind(title: str) -> ChapterKind | None:
    """What a heading says of the items under it; None where it says nothing. Takes: the heading, half-width."""
    words = title.strip(" 。.:;,")[:40]
    if len(words) > 24:
        return None
    if _NONE.search(words):
        return ChapterKind.NONE
    if _MEASURE.search(words):
        return ChapterKind.MEASURE
    return None


def kind_of(node: Node) -> ChapterKind:
    """The kind of chapter an item stands in: its own heading's word, else the nearest heading's above it."""
    here: Node | None = node
    found: list[ChapterKind] = []
    while here is not None and here.number is not None:
        kind = chapter_kind(here.title)
        top = here.parent is not None and here.parent.number is None
        if kind is not None and (kind is ChapterKind.NONE or top or here is not node):
            found.append(kind)
        here = here.parent
    if ChapterKind.NONE in found:
        return ChapterKind.NONE
    return ChapterKind.MEASURE if ChapterKind.MEASURE in found else ChapterKind.TASK
