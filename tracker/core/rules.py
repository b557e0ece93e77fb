"""What a document says once about all its lists: who leads, who answers for everything, what a bare list means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tracker.core.paragraphs import View


class RuleKind(StrEnum):
    """Who leads where no lead is printed; who answers for every task; what a list without a label means."""

    LEAD = "lead"
    EVERYONE = "everyone"
    UNLABELLED = "unlabelled"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule the document states, its stretch in the view, and for bare lists whether they lead."""

    kind: RuleKind
    start: int
    end: int
    leads: bool = False


_FIRST = (
    r"(?:第一(?:个|责任|位|家|顺位|单位|部门|名)|首(?:位|个|家|列)|排(?:名|列|序)?(?:在)?(?:第一|首位|最前|前列|首)|列(?:在)?(?:第一|首位|最前|首)|居(?:首位|第一|首)"
    r"|位(?:列|居)?(?:第一|首位)|列首)"
)
# Each is tried within one sentence only, and every piece is bounded.
LEAD_RULE = re.compile(
    rf"{_FIRST}[^。;:)(]{{0,16}}?(?:为|是|即|作为|系|视为)[^。;:)(]{{0,8}}?(?:牵头|总牵头|主办|主责)"
    r"|(?:无|没有|未(?:列|明确|注明|标注))牵头单位的?,?[^。;:)(]{0,10}责任单位[^。;:)(]{0,6}?为牵头"
)
# 不再逐一列出, 不再做分工: the words that say a list holds below without being printed again.
_NO_MORE = (
    r"不(?:再|另|一一|逐一)(?:逐一|一一|逐项|单独|重复|另行|分别|逐条|具体)*(?:进行|作|做)?(?:任务|责任)?"
    r"(?:列出|列入|列明|列示|罗列|列举|列|标注|标明|注明|明确|分工|赘述|重复)"
)
_EVERYONE = re.compile(
    r"(?:均|都|皆|全部)(?:涉及|需|须|由|包括|包含|含)[^。;()]{0,20}?(?:各|相关|有关)[^。;\n]{0,24}|各[^。;\n]{2,24}?(?:均为|都是|均是|皆为|为各项|为所有|为全部|为以上)[^。;]{0,16}?(?:责任|配合|落实|实施)"
    rf"|各[^。;\n]{{2,40}}?{_NO_MORE}"
)
_UNLABELLED = re.compile(
    r"(?:括号|括弧)(?:内|中|里)?(?:所列|列出|标注|注明|的)?(?:的)?(?:单位|部门)?(?:均|即)?(?:为|是|系)[^。;)]{0,10}?(牵头|责任|负责|配合|落实)"
)

_BELOW = re.compile(
    r"\(?(?:以下|下|后|余|其余)(?:同|类同|均同)\)?"
    rf"|.{{0,24}}{_NO_MORE}"
    r"|(?:以下|上述|以上|各|各项|具体|其他|其余|所有|全部)[^、]{0,8}?(?:任务|工作|措施|事项|条款).{0,30}"
)


def is_rule(words: str) -> bool:
    """Whether a part of a list states the rule of who leads, or says that it holds below (下同)."""
    return _BELOW.fullmatch(words) is not None or LEAD_RULE.search(words) is not None


def states_rule(sentence: str) -> bool:
    """Whether a sentence of a list names no units of its item: it says who answers for every item, or who leads."""
    everyone = _EVERYONE.search(sentence) is not None and _is_for_all(sentence)
    return everyone or _BELOW.fullmatch(sentence) is not None or LEAD_RULE.search(sentence) is not None


def _is_for_all(sentence: str) -> bool:
    told = re.search(rf"{_NO_MORE}|均|都|皆|全部|所有", sentence) is not None
    return told and re.search(r"任务|工作|措施|事项|条款|列", sentence) is not None


def rules_of(view: View) -> list[Rule]:
    """Gives the rules a document states, in reading order, one of each stretch."""
    found: list[Rule] = []
    for match in LEAD_RULE.finditer(view.chars):
        end = _sentence(view.chars, match.start(), match.end())[1]
        found.append(Rule(RuleKind.LEAD, match.start(), end))
    for match in _EVERYONE.finditer(view.chars):
        start, end = _sentence(view.chars, match.start(), match.start() + 1)
        if _is_for_all(view.chars[start:end]):
            found.append(Rule(RuleKind.EVERYONE, start, end))
    for match in _UNLABELLED.finditer(view.chars):
        found.append(Rule(RuleKind.UNLABELLED, match.start(), match.end(), leads=match[1] == "牵头"))
    unique = {(rule.kind, rule.start): rule for rule in found}
    return sorted(unique.values(), key=lambda rule: rule.start)


_REACH = 120


def _sentence(chars: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a stretch, not across brackets, paragraphs or a hundred characters."""
    floor, ceiling = max(0, start - _REACH), min(len(chars), end + _REACH)
    depth = 0
    while start > floor and chars[start - 1] not in "。;\n" and not (chars[start - 1] == "(" and depth == 0):
        start -= 1
        depth += (chars[start] == ")") - (chars[start] == "(")
    depth = 0
    while end < ceiling and chars[end] not in "。;\n" and not (chars[end] == ")" and depth == 0):
        depth += (chars[end] == "(") - (chars[end] == ")")
        end += 1
    return start, end
