"""Who must do what: responsibility brackets, labelled lines and sentences found in a stretch of the document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tracker.core.clauses import Clause, RawName, read_clause
from tracker.core.deadlines import Deadline, DeadlineKind, Milestone, moment
from tracker.core.labels import ROLE_OF, Field, Label, Role, bare_label_at, boxed_label_at, label_at, labels_in
from tracker.core.paragraphs import View
from tracker.core.units import UnitMention, is_strong, looks_like_unit

__all__ = ["Deadline", "DeadlineKind", "Duty", "Milestone", "Role", "UnitMention", "duties_in", "moment"]

# Longer brackets are running text, whatever they begin with.
_LONGEST = 1500
_SENTENCE = 400
# What no name of a unit holds.
_SPOKEN = re.compile(r"[的了要应将可并等对按]|纳入|列入|进行|工作|情况|资金")


@dataclass(slots=True)
class Duty:
    """One responsibility bracket, or lines of labels that belong together: offsets into the view.

    `labelled` is False for a list without label or verb; `sentence` marks a duty read from running text.
    """

    start: int
    end: int
    names: list[RawName] = field(default_factory=list)
    deadlines: list[tuple[int, int]] = field(default_factory=list)
    leader: tuple[int, int] | None = None
    tails: list[tuple[int, int]] = field(default_factory=list)
    odd: list[tuple[int, int]] = field(default_factory=list)
    fields: set[Field] = field(default_factory=set)
    labelled: bool = True
    sentence: bool = False
    unclosed: bool = False
    handed_up: bool = False

    def take(self, other: Duty) -> None:
        """Adds what another duty beside this one says."""
        self.end = max(self.end, other.end)
        self.names += other.names
        self.deadlines += other.deadlines
        self.leader = self.leader or other.leader
        self.tails += other.tails
        self.odd += other.odd
        self.fields |= other.fields
        self.labelled = self.labelled or other.labelled


def duties_in(view: View, first: int, last: int) -> list[Duty]:
    """Gives the duties in paragraphs first…last (exclusive), in order; what stands side by side is one."""
    found: list[Duty] = []
    index = first
    while index < last:
        paragraph = view.paragraphs[index]
        if paragraph.table:
            index += 1
            continue
        brackets = _brackets(view, paragraph.start, paragraph.end)
        runs, index = _runs(view, index, last, brackets)
        found += sorted([*brackets, *runs], key=lambda duty: duty.start)
        index += 1
    merged = _merged(view, found)
    if not any(duty.names for duty in merged):
        merged += _sentences(view, first, last)
    return [duty for duty in merged if duty.names or duty.deadlines or duty.leader]


def _pairs(chars: str, start: int, end: int) -> list[tuple[int, int]]:
    """Brackets that match, and one left open at the end of the paragraph if it begins with a label."""
    stack: list[int] = []
    found: list[tuple[int, int]] = []
    for i in range(start, end):
        if chars[i] == "(":
            stack.append(i)
        elif chars[i] == ")" and stack:
            found.append((stack.pop(), i))
    found += [(i, end) for i in stack if label_at(chars, i + 1, end) and end - i <= _LONGEST]
    return sorted(found)


def _brackets(view: View, start: int, end: int) -> list[Duty]:
    found: list[Duty] = []
    reached = start
    for opening, closing in _pairs(view.chars, start, end):
        if opening < reached or closing - opening > _LONGEST:
            continue
        duty = _bracket(view, opening, closing, end)
        if duty is not None:
            duty.unclosed = closing == end
            found.append(duty)
            reached = closing
    return found


def _bracket(view: View, opening: int, closing: int, end: int) -> Duty | None:
    inner = opening + 1
    labels = _labels(view.chars, inner, closing)
    if labels and any(label.field is not Field.OTHER for label in labels):
        if len(labels) == 1 and labels[0].end == closing and labels[0].start == inner:
            return None
        return _labelled(view, opening, min(closing + 1, end), (inner, closing), labels)
    alone = boxed_label_at(view.chars, opening, closing + 1)
    if labels or alone or closing - inner > _SENTENCE or closing - inner < 2:
        return None
    duty = _told(view, inner, closing)
    if duty is None:
        return None
    if not duty.labelled and not _stands_alone(view.chars, opening, closing, end):
        return None
    duty.start, duty.end = opening, closing + 1
    return duty


def _labels(chars: str, start: int, end: int) -> list[Label]:
    found = [label for label in labels_in(chars, start, end) if _depth_is_even(chars, start, label.start)]
    taken = {label.start for label in found}
    for match in re.compile(r"^|(?<=[,;。、])").finditer(chars[start:end]):
        position = start + match.start()
        label = bare_label_at(chars, position, end)
        if label and position not in taken and label.end < end and looks_like_unit(_first_name(chars, label.end, end)):
            found.append(label)
    return sorted(found, key=lambda label: label.start)


def _first_name(chars: str, start: int, end: int) -> str:
    return re.split(r"[、,;。]|(?:牵头|负责|配合)$", chars[start : min(end, start + 40)], maxsplit=1)[0]


def _depth_is_even(chars: str, start: int, position: int) -> bool:
    return chars.count("(", start, position) == chars.count(")", start, position)


def _labelled(view: View, start: int, end: int, inner: tuple[int, int], labels: list[Label]) -> Duty | None:
    """Reads labels with their values; what stands before the first label is a clause of its own."""
    duty = Duty(start, end)
    if labels[0].start > inner[0]:
        add_value(view, duty, Field.OTHER, inner[0], labels[0].start)
    for i, label in enumerate(labels):
        stop = labels[i + 1].start if i + 1 < len(labels) else inner[1]
        add_value(view, duty, label.field, label.end, stop)
    return duty if duty.names or duty.deadlines or duty.leader else None


def add_value(view: View, duty: Duty, meaning: Field, start: int, end: int) -> None:
    """Adds one value under its label to a duty. Takes: offsets into the view."""
    while end > start and view.chars[end - 1] in ",;。、\n":
        end -= 1
    while start < end and view.chars[start] in ",;、\n:":
        start += 1
    if start >= end:
        return
    if meaning is Field.DEADLINE:
        duty.deadlines.append((start, end))
        duty.fields.add(meaning)
        return
    if meaning is Field.LEADER:
        duty.leader = duty.leader or (start, end)
        duty.fields.add(meaning)
        return
    role = ROLE_OF.get(meaning)
    clause = read_clause(view, start, end, role)
    if role is None and not (clause.verbs and _fits(view, clause)):
        duty.deadlines += clause.deadlines
        return
    duty.fields.add(meaning)
    _accept(view, duty, clause)


def _accept(view: View, duty: Duty, clause: Clause) -> None:
    for name in clause.names:
        words = view.chars[name.start : name.end]
        if _acceptable(words):
            duty.names.append(name)
            if not looks_like_unit(words):
                duty.odd.append((name.start, name.end))
        else:
            duty.odd.append((name.start, name.end))
    duty.deadlines += clause.deadlines
    duty.tails += clause.tails
    if clause.persons and duty.leader is None:
        duty.leader = (clause.persons[0][0], clause.persons[-1][1])


def _acceptable(words: str) -> bool:
    if looks_like_unit(words):
        return True
    return (
        2 <= len(words) <= 24 and re.search(r"[\u4e00-\u9fff]", words) is not None and not re.search(r"[。;:!?]", words)
    )


def _fits(view: View, clause: Clause) -> bool:
    """Whether everything a clause holds is a name of a unit, so that it cannot be running text."""
    return bool(clause.names) and all(looks_like_unit(view.chars[n.start : n.end]) for n in clause.names)


def _is_told(view: View, clause: Clause) -> bool:
    """Whether verbs give every name its role, so that the endings of some of them need not say what they are."""
    words = [view.chars[name.start : name.end] for name in clause.names]
    usual = sum(looks_like_unit(word) for word in words)
    told = clause.verbs > 0 and not clause.objects and all(name.role for name in clause.names)
    short = all(3 <= len(word) <= 20 and _acceptable(word) and not _SPOKEN.search(word) for word in words)
    return told and bool(words) and is_strong(words[0]) and short and usual * 2 >= len(words)


def _told(view: View, start: int, end: int) -> Duty | None:
    """Reads a sentence that says who does what, or a bare list of units."""
    clause = read_clause(view, start, end, None)
    if not _fits(view, clause) and not _is_told(view, clause):
        return None
    objects = "".join(view.chars[a:b] for a, b in clause.objects)
    if re.search(r"解释|的", objects) or len(objects) > 60:
        return None
    if not clause.verbs and not all(is_strong(view.chars[n.start : n.end]) for n in clause.names):
        return None
    duty = Duty(start, end, labelled=clause.verbs > 0)
    _accept(view, duty, clause)
    return duty


def _stands_alone(chars: str, opening: int, closing: int, end: int) -> bool:
    """Whether a bare list ends a sentence or a paragraph and is no office beside its host."""
    before = chars[opening - 1] if opening else "\n"
    after = chars[closing + 1] if closing + 1 < end else "\n"
    return before in "。;!\n" or (
        after in "。;\n" and before not in "局委办厅部府会院队" and _listed(chars, opening, closing)
    )


def _listed(chars: str, opening: int, closing: int) -> bool:
    return re.match(r"[市县区省州各]", chars[opening + 1 : closing]) is not None


def _runs(view: View, index: int, last: int, brackets: list[Duty]) -> tuple[list[Duty], int]:
    """Labels outside brackets in one paragraph, and the last paragraph their values reach into."""
    paragraph = view.paragraphs[index]
    chars = view.chars
    labels = [
        label
        for label in _plain_labels(
            view, paragraph.start, paragraph.end, at=paragraph.start + _number_length(view, index)
        )
        if not any(duty.start <= label.start < duty.end for duty in brackets)
    ]
    labels = labels if any(label.field is not Field.OTHER for label in labels) else []
    found: list[Duty] = []
    for i, label in enumerate(labels):
        stop = labels[i + 1].start if i + 1 < len(labels) else paragraph.end
        stop = min([stop, *(duty.start for duty in brackets if duty.start > label.start)])
        if i + 1 == len(labels) and label.end >= paragraph.end and label.field is not Field.OTHER:
            index, stop = _value_below(view, index, last, label)
        stop = _value_end(chars, label, stop)
        duty = Duty(label.start, stop)
        if label.field is not Field.OTHER:
            add_value(view, duty, label.field, label.end, stop)
        if duty.deadlines or duty.leader or any(looks_like_unit(chars[n.start : n.end]) for n in duty.names):
            found.append(duty)
    return found, index


def _number_length(view: View, index: int) -> int:
    number = view.paragraphs[index].number
    return number.length if number else 0


def _value_end(chars: str, label: Label, stop: int) -> int:
    full = chars.find("。", label.end, stop)
    return full if full >= 0 else stop


def _value_below(view: View, index: int, last: int, label: Label) -> tuple[int, int]:
    """Where the value of a label that stands alone on its line ends: in the plain paragraphs below it."""
    stop = view.paragraphs[index].end
    for below in range(index + 1, min(last, index + 21)):
        paragraph = view.paragraphs[below]
        if paragraph.number or paragraph.table or label_at(view.chars, paragraph.start, paragraph.end):
            break
        if label.field in ROLE_OF:
            clause = read_clause(view, paragraph.start, paragraph.end, ROLE_OF[label.field])
            if not _fits(view, clause):
                break
            index, stop = below, paragraph.end
            continue
        if paragraph.end - paragraph.start <= 60:
            index, stop = below, paragraph.end
        break
    return index, stop


def _plain_labels(view: View, start: int, end: int, *, at: int) -> list[Label]:
    found: list[Label] = []
    chars = view.chars
    for label in labels_in(chars, start, end):
        opening = (
            label.start == at or label.start == start or (chars[label.start - 1] == "(" and label.start == start + 1)
        )
        spoken = label.end - label.start >= 4 and (
            chars[label.start - 1] in "。;,、)"
            or label.start in view.gaps
            or bool(found)
            or label.end - label.start >= 5
        )
        if opening or spoken:
            found.append(label)
    found += _bracketed_labels(chars, at, end, found)
    return sorted(found, key=lambda label: label.start)


def _bracketed_labels(chars: str, start: int, end: int, found: list[Label]) -> list[Label]:
    """Labels that stand in brackets of their own, the list behind them: 【责任单位】市科技局."""
    taken = {label.start for label in found}
    more = []
    opening = chars.find("(", start, end)
    while opening >= 0:
        label = boxed_label_at(chars, opening, end)
        if label is not None and opening not in taken:
            more.append(label)
        opening = chars.find("(", opening + 1, end)
    return more


_BETWEEN = re.compile(r"[\n。;,、\s]*")


def _merged(view: View, duties: list[Duty]) -> list[Duty]:
    """Puts together what stands side by side and does not say the same thing twice."""
    merged: list[Duty] = []
    for duty in duties:
        last = merged[-1] if merged else None
        beside = last is not None and _BETWEEN.fullmatch(view.chars, last.end, duty.start) is not None
        if last is not None and ((beside and not _repeats(last, duty)) or (not duty.names and last.names)):
            last.take(duty)
        elif last is not None and not last.names and duty.names and not _repeats(last, duty):
            start = last.start if beside else duty.start
            duty.take(last)
            duty.start, duty.end = start, max(duty.end, duty.start)
            merged[-1] = duty
        else:
            merged.append(duty)
    return merged


def _repeats(one: Duty, other: Duty) -> bool:
    roles = {name.role for name in one.names} & {name.role for name in other.names}
    lead_again = (
        Role.LEAD in {name.role for name in other.names} and bool(one.names) and Field.RESPONSIBLE not in other.fields
    )
    told_again = bool(one.fields & other.fields - {Field.OTHER})
    return bool(roles) or told_again or (lead_again and Role.LEAD in {name.role for name in one.names})


_TASK_OPENING = re.compile(r"(?:(?:此|本|该|上述|以上)(?:项|条|款)?(?:工作|任务|措施|内容|事项)?,?)?")


def _sentences(view: View, first: int, last: int) -> list[Duty]:
    """Sentences of running text that say nothing but who does it: 由市科技局牵头,市财政局配合。"""
    found: list[Duty] = []
    for paragraph in view.paragraphs[first:last]:
        end = paragraph.end
        while end > paragraph.start and view.chars[end - 1] in "。;":
            end -= 1
        start = max(view.chars.rfind("。", paragraph.start, end) + 1, paragraph.start)
        if (
            paragraph.table
            or end - start > _SENTENCE
            or end - start < 4
            or (start == paragraph.start and paragraph.number)
        ):
            continue
        opening = _TASK_OPENING.match(view.chars, start, end)
        start = opening.end() if opening else start
        duty = _told(view, start, end)
        if duty is not None and duty.labelled and _is_whole_sentence(view, start, end):
            duty.sentence = True
            found.append(duty)
    return found


def _is_whole_sentence(view: View, start: int, end: int) -> bool:
    clause = read_clause(view, start, end, None)
    roles = {name.role for name in clause.names}
    return (
        not clause.objects and None not in roles and all(is_strong(view.chars[n.start : n.end]) for n in clause.names)
    )
