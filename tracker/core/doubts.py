"""What the reader was unsure of or did on its own, each as a finding with a sentence for the reviewer."""

from __future__ import annotations

from collections.abc import Iterable

from tracker.core.numbering import Style
from tracker.core.outline import Node, Outline
from tracker.core.paragraphs import View
from tracker.core.script import DAMAGE, readings
from tracker.core.text import Finding, Level

_SENTENCES = {
    "unit.elided-prefix": (Level.INFO, "“{printed}”承前省略了“{prefix}”，读作“{name}”。"),
    "unit.office": (Level.INFO, "“{printed}”旁注了办事机构，单位按“{name}”登记。"),
    "unit.joined": (Level.CHECK, "“{printed}”中有“和”“及”字样，未拆分，请确认是一个单位还是几个单位。"),
    "unit.split": (Level.INFO, "“{printed}”按两个单位拆开，请留意。"),
    "unit.tail": (Level.CHECK, "名单以“{printed}”收尾，未点明的单位需要人工补充。"),
    "unit.unusual": (Level.CHECK, "“{printed}”不像单位名称，请核对。"),
    "unit.bare": (Level.CHECK, "“{printed}”前面没有可以承接的单位，简称无法补全，请核对。"),
    "unit.group": (Level.INFO, "“{printed}”代表多个单位，立项前需要对应到具体成员。"),
    "lead.by-rule": (Level.INFO, "依照文中“第一责任单位为牵头单位”的说明，“{name}”列为牵头单位。"),
    "lead.missing": (Level.INFO, "任务“{title}”没有写明牵头单位。"),
    "role.unlabelled": (Level.CHECK, "括号内只列了单位，没有写明是牵头还是责任，按{role}单位读取。"),
    "assignment.sentence": (Level.CHECK, "责任单位是从正文句子中读出的，请核对。"),
    "assignment.parts": (Level.INFO, "“{title}”有{count}处责任分工，拆成{count}个具体事项。"),
    "assignment.handed-up": (Level.CHECK, "责任单位列在最后一个分项之后，按整条任务的责任单位读取。"),
    "bracket.unclosed": (Level.CHECK, "责任单位的括号没有右半边，读到段末为止。"),
    "deadline.vague": (Level.CHECK, "完成时限“{printed}”没有写明日期。"),
    "deadline.no-year": (Level.CHECK, "完成时限“{printed}”没有写年份，按{year}年计算，请核对。"),
    "deadline.from-text": (Level.CHECK, "完成时限取自正文“{printed}”，请核对。"),
    "task.unassigned": (Level.ERROR, "任务“{title}”没有写明责任单位，请指定。"),
    "task.suggested": (Level.ERROR, "任务“{title}”没有写明责任单位，句中主语是“{name}”，是否由其负责，请确定。"),
    "task.repeated": (Level.CHECK, "责任表中的“{title}”与正文任务相同，未重复列出。"),
    "task.measure": (Level.INFO, "“{title}”属于保障措施，默认不列为任务。"),
    "text.damaged": (Level.CHECK, "此处文字可能在转换中损坏，请对照原件。"),
    "text.reading": (Level.INFO, "此处拼音是转换时带入的，读取时已略过。"),
    "number.gap": (Level.CHECK, "编号“{printed}”与上一个编号不连续，请核对是否漏读。"),
    "number.repeated": (Level.CHECK, "编号“{printed}”重复出现，请核对。"),
    "rule.lead": (Level.INFO, "文中说明了由谁牵头，已用于没有写牵头单位的名单。"),
    "rule.everyone": (Level.CHECK, "文中说明有的单位对各项任务都负责，采用本次读取结果时一并加入。"),
    "rule.unlabelled": (Level.INFO, "文中说明了括号内单位的含义，已照此读取。"),
    "target.table-name": (Level.CHECK, "正文的“{name}”与指标表第{no}项“{other}”名称不同，请核对是否同一指标。"),
    "target.table-unit": (
        Level.CHECK,
        "正文的“{name}”计量单位为“{unit}”，指标表第{no}项为“{measure}”，请核对。",
    ),
    "target.table-mismatch": (
        Level.CHECK,
        "正文的“{name}”{by}年为{value}，指标表第{no}项为{printed}，请核对。",
    ),
    "indicator.missing-year": (
        Level.CHECK,
        "正文写有“{name}”{by}年的目标，指标表第{no}项没有这一年的数值，请核对。",
    ),
    "group.members": (Level.INFO, "此处列出了领导小组成员，可用来确定“成员单位”包括哪些单位。"),
}


def doubt(code: str, start: int, end: int, **words: object) -> Finding:
    """The finding of a code at a place of the content. Takes: the words its sentence names."""
    level, sentence = _SENTENCES[code]
    shown = {key: _short(value) for key, value in words.items()}
    return Finding(code, level, sentence.format(**shown), start, end)


def _short(value: object) -> str:
    text = str(value).replace("\n", "")
    return text if len(text) <= 40 else text[:39] + "…"


def damages(content: str, wide: str) -> Iterable[Finding]:
    """The places where machine conversion broke characters. Takes: the content and its matching form."""
    for match in DAMAGE.finditer(wide):
        yield doubt("text.damaged", match.start(), match.end())
    for start, end in readings(content):
        yield doubt("text.reading", start, end)


def number_doubts(view: View, outline: Outline) -> Iterable[Finding]:
    """Gaps and repeats in the numbers, each row of numbers by itself, also where it runs on across chapters."""
    running: dict[Style, int] = {}
    for node in [outline.root, *outline.nodes]:
        for child in node.children:
            code = _misplaced(child, running)
            if code and child.number:
                place = view.paragraphs[child.first].start
                start, end = view.span(place, place + child.number.length)
                yield doubt(code, start, end, printed=child.printed)


def _misplaced(node: Node, running: dict[Style, int]) -> str | None:
    number = node.number
    if number is None or number.value == 0:
        return None
    last = running.get(number.style, 0)
    running[number.style] = number.value
    if number.value in (1, last + 1):
        return None
    return "number.repeated" if number.value == last else "number.gap"
