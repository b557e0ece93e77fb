"""Puts a reading together: items of the outline become tasks with units, dates, targets and their places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import replace

from tracker.core.assignments import Duty, add_value
from tracker.core.chapters import ChapterKind
from tracker.core.clauses import RawName
from tracker.core.deadlines import Deadline, DeadlineKind, Milestone, dated_steps, days_in, moment
from tracker.core.doubts import damages, doubt, number_doubts
from tracker.core.draft import DraftPlan, DraftTask, PlanGroup, PlanRule, PlanTarget
from tracker.core.flatrows import flat_rows
from tracker.core.head import head_of
from tracker.core.items import Item, Items
from tracker.core.labels import Field, Role
from tracker.core.lines import lines_of
from tracker.core.members import Listing, listings_in
from tracker.core.mismatches import table_doubts
from tracker.core.outline import Node, outline_of
from tracker.core.paragraphs import view_of
from tracker.core.rules import RuleKind, rules_of
from tracker.core.script import normal
from tracker.core.tables import ResponsibilityRow, indicators, responsibility_rows
from tracker.core.targets import Target, find_targets
from tracker.core.text import Finding, Span, Text
from tracker.core.units import (
    Lexicon,
    Prefixes,
    UnitMention,
    host_of,
    is_whole,
    lexicon_of,
    places_in,
    resolve_all,
    split_joint,
)

_SUBJECT = re.compile(
    r"(?:^|[。;])((?:省|市|县|区|州)[\u4e00-\u9fff]{1,12}?(?:局|委|办|厅|部|中心|领导小组|部门|政府))(?:要|应|会同|联合|负责|牵头|组织|建立|制定|编制|充分|成立|依托|围绕|建设|进一步|开展|加强|统筹|推动|指导|持续|每)"
)
_MEMBERS = re.compile(r"(?:局|委|办|部|中心)等?(?:[^。;,、]{0,8})?(?:主要|分管)?负责(?:同志|人)?为(?:组员|成员)")
_STOP = re.compile(r"[。!?\n]")


class Drafting:
    """One reading of one document."""

    def __init__(self, text: Text) -> None:
        self._content = text.content
        self._normal = normal(text.content)
        self._indicators, table_findings, self._tables = indicators(text, normal=self._normal)
        self._rows = responsibility_rows(text, normal=self._normal)
        if not self._rows:
            self._rows = flat_rows(lines_of(text, self._normal, self._tables))
        apart = [*self._tables, *(row.row for row in self._rows)]
        self._view = view_of(lines_of(text, self._normal, apart), text.content)
        self._outline = outline_of(self._view)
        for node in self._outline.nodes:
            node.title = "".join(self._view.chars[a:b] for a, b in [self._title_span(node.first, _length(node), None)])
        self._head = head_of(self._view, *self._beginnings())
        self._rules = rules_of(self._view)
        self._findings: list[Finding] = list(damages(text.content, self._normal))
        self._findings += table_findings
        self._items = Items(self._view, self._outline, self._head, self._tabled())
        self._found = self._items.all()
        self._noted: set[str] = set()
        self._row_duties = [(row, self._row_duty(row)) for row in self._rows]
        self._lexicon = self._names()
        self._year = self._default_year()
        self._leads_from = self._first_lead_rule()
        self._bare_leads = any(rule.kind is RuleKind.UNLABELLED and rule.leads for rule in self._rules)

    def plan(self) -> DraftPlan:
        """Gives the reading, findings in the order of their places."""
        tasks = [task for item in self._found for task in self._tasks(item)]
        tasks = self._with_rows(tasks)
        tasks.sort(key=lambda task: (task.source.start, task.part or 0))
        rules = [rule for rule in self._rules if rule.kind is not RuleKind.UNLABELLED]
        for rule in self._rules:
            self._findings.append(doubt(f"rule.{rule.kind.value}", *self._view.span(rule.start, rule.end)))
        self._findings += number_doubts(self._view, self._outline)
        groups = tuple(self._group(listing) for listing in listings_in(self._view))
        self._findings += self._members(groups)
        plan_targets = tuple(self._plan_targets())
        printed = [*(one.target for one in plan_targets), *(one for task in tasks for one in task.targets)]
        self._findings += table_doubts(printed, self._indicators)
        return DraftPlan(
            title=self._head.title,
            doc_no=self._head.doc_no,
            issuer=self._head.issuer,
            issued_on=self._head.issued_on,
            is_draft=self._head.is_draft,
            period=self._head.period,
            tasks=tuple(_counted(tasks)),
            targets=plan_targets,
            indicators=self._indicators,
            rules=tuple(
                PlanRule(r.kind.value, self._view.printed(r.start, r.end), *self._view.span(r.start, r.end))
                for r in rules
            ),
            groups=groups,
            findings=tuple(sorted(self._findings, key=lambda one: (one.start, one.end))),
        )

    def _beginnings(self) -> tuple[int, int]:
        """The first numbered paragraph, and the first one of the part of the document with the most numbers."""
        nodes = self._outline.nodes
        if not nodes:
            return (len(self._view.paragraphs),) * 2
        counts = Counter(node.annex for node in nodes)
        main = max(counts, key=lambda annex: (counts[annex], -annex))
        return nodes[0].first, next(node.first for node in nodes if node.annex == main)

    def _names(self) -> Lexicon:
        duties = [duty for item in self._found for duty in item.duties] + [duty for _, duty in self._row_duties]
        names = [self._view.chars[name.start : name.end] for duty in duties for name in duty.names]
        whole = [name for name in names if not re.search(r"和|及|与|暨", host_of(name)[2:])]
        return lexicon_of(whole, places_in(self._view.chars, self._head.title))

    def _first_lead_rule(self) -> int | None:
        """The place from which the rule of who leads holds: where it stands, or everywhere when it closes the plan."""
        first = min((rule.start for rule in self._rules if rule.kind is RuleKind.LEAD), default=None)
        ends = [duty.end for item in self._found for duty in item.duties] + [duty.end for _, duty in self._row_duties]
        return 0 if first is not None and first > max(ends, default=0) else first

    def _default_year(self) -> int | None:
        if self._head.issued_on:
            return self._head.issued_on.year
        if self._head.period and self._head.period.start == self._head.period.end:
            return self._head.period.start
        if self._head.doc_no and (match := re.search(r"(?:19|20)[0-9]{2}", self._head.doc_no)):
            return int(match[0])
        return self._head.period.start if self._head.period else None

    def _tasks(self, item: Item) -> list[DraftTask]:
        duties = [duty for duty in item.duties if duty.names]
        spare = [duty for duty in item.duties if not duty.names]
        if not duties:
            return [self._unassigned(item, spare)]
        start, end = self._stretch(item.first, item.last)
        several = len(duties) > 1
        title = self._printed_title(item, duties) if item.node else None
        if several and title is not None:
            self._doubt("assignment.parts", start, min(end, start + 60), title=title, count=len(duties))
        found = []
        for k, duty in enumerate(duties):
            stop = end if k + 1 == len(duties) else duty.end
            for other in spare if not several else []:
                duty.deadlines += other.deadlines
                duty.leader = duty.leader or other.leader
            place = Span(start, stop)
            named = title if title is not None else self._plain_title(start, duty)
            found.append(self._task(item, duty, place=place, part=k + 1 if several else None, title=named))
            start = self._after(stop, end)
        return found

    def _with_rows(self, tasks: list[DraftTask]) -> list[DraftTask]:
        """The tasks with those of responsibility tables; a table that repeats the text only adds what it leaves out."""
        places = {_bare(task.title): i for i, task in enumerate(tasks)}
        rows: list[DraftTask] = []
        for row, duty in self._row_duties:
            for task in self._row_task(row, duty):
                place = places.get(_bare(task.title))
                if place is None:
                    rows.append(task)
                    continue
                self._findings.append(doubt("task.repeated", task.source.start, task.source.end, title=task.title))
                if not (tasks[place].lead or tasks[place].responsible or tasks[place].cooperating):
                    tasks[place] = replace(
                        tasks[place],
                        kind="task",
                        lead=task.lead,
                        responsible=task.responsible,
                        cooperating=task.cooperating,
                        deadline=tasks[place].deadline or task.deadline,
                    )
        return tasks + rows

    def _row_duty(self, row: ResponsibilityRow) -> Duty:
        """What the cells of a responsibility table's row say."""
        duty = Duty(*self._view.within(row.row.start, row.row.end))
        cells = [(row.lead, Field.LEAD), (row.responsible, Field.RESPONSIBLE), (row.cooperating, Field.COOPERATING)]
        for place, meaning in [*cells, (row.deadline, Field.DEADLINE)]:
            if place is not None:
                add_value(self._view, duty, meaning, *self._view.within(place.start, place.end))
        return duty

    def _row_task(self, row: ResponsibilityRow, duty: Duty) -> list[DraftTask]:
        start, end = self._view.within(row.task.start, row.task.end)
        if start >= end:
            return []
        stop = _STOP.search(self._view.chars, start, end)
        title = self._view.printed(start, stop.start() if stop else end).strip("。.;:,、 ")
        units = self._units(duty)
        if not duty.names:
            self._doubt("task.unassigned", start, end, title=title)
        elif not units[Role.LEAD]:
            self._doubt("lead.missing", start, end, title=title)
        self._note_duty(duty)
        deadline, milestones = self._dates(duty, start, end)
        task = DraftTask(
            no=row.number or "",
            path=self._path_at(duty.start),
            part=None,
            kind="task",
            title=title,
            text=self._view.printed(start, end).strip(),
            lead=tuple(units[Role.LEAD]),
            responsible=tuple(units[Role.RESPONSIBLE]),
            cooperating=tuple(units[Role.COOPERATING]),
            leader=None,
            deadline=deadline,
            milestones=milestones,
            targets=tuple(find_targets(self._content, row.task.start, row.task.end, normal=self._normal)),
            source=row.row,
        )
        return [task]

    def _tabled(self) -> frozenset[Node]:
        """The headings over responsibility tables, with those above them."""
        found: set[Node] = set()
        for row in self._rows:
            node = self._node_at(self._view.within(row.row.start, row.row.end)[0])
            while node is not None and node not in found:
                found.add(node)
                node = node.parent
        return frozenset(found)

    def _path_at(self, position: int) -> tuple[str, ...]:
        """The printed numbers of the headings a place of the view stands under."""
        node = self._node_at(position)
        return (*node.path, node.printed) if node is not None and node.number is not None else ()

    def _node_at(self, position: int) -> Node | None:
        nodes, paragraphs = self._outline.nodes, self._view.paragraphs
        k = bisect_right(nodes, position, key=lambda node: paragraphs[node.first].start) - 1
        node: Node | None = nodes[k] if k >= 0 else None
        while node is not None and node.number is not None and paragraphs[node.last - 1].end < position:
            node = node.parent
        return node

    def _after(self, position: int, end: int) -> int:
        while position < end and self._view.chars[position] in "\n。;,、":
            position += 1
        return position

    def _stretch(self, first: int, last: int) -> tuple[int, int]:
        paragraphs = self._view.paragraphs
        return paragraphs[first].start, paragraphs[max(first, last - 1)].end

    def _task(self, item: Item, duty: Duty, *, place: Span, part: int | None, title: str) -> DraftTask:
        view = self._view
        start, end = place.start, place.end
        units = self._units(duty)
        self._note_duty(duty)
        if not units[Role.LEAD]:
            self._doubt("lead.missing", duty.start, duty.end, title=title)
        deadline, milestones = self._dates(duty, start, end)
        offset = _length(item.node) if item.node and part in (None, 1) else 0
        return DraftTask(
            no=item.node.printed if item.node else "",
            path=item.node.path if item.node else (),
            part=part,
            kind="task",
            title=title,
            text=view.printed(start + offset, end).strip(),
            lead=tuple(units[Role.LEAD]),
            responsible=tuple(units[Role.RESPONSIBLE]),
            cooperating=tuple(units[Role.COOPERATING]),
            leader=view.printed(*duty.leader).strip() if duty.leader else None,
            deadline=deadline,
            milestones=milestones,
            targets=self._targets(start, end),
            source=Span(*view.span(start, end)),
        )

    def _unassigned(self, item: Item, spare: list[Duty]) -> DraftTask:
        view = self._view
        start, end = self._stretch(item.first, item.last)
        title = self._printed_title(item, spare)
        duty = Duty(start, start)
        for other in spare:
            duty.deadlines += other.deadlines
            duty.leader = duty.leader or other.leader
        deadline, milestones = self._dates(duty, start, end)
        measure = item.kind is ChapterKind.MEASURE
        subject = _SUBJECT.search(view.chars, start, end)
        code = "task.measure" if measure else "task.suggested" if subject else "task.unassigned"
        head = self._title_span(item.first, _length(item.node), None)[1]
        self._doubt(code, start, head, title=title, name=subject[1] if subject else "")
        return DraftTask(
            no=item.node.printed if item.node else "",
            path=item.node.path if item.node else (),
            part=None,
            kind="measure" if measure else "task",
            title=title,
            text=view.printed(start + _length(item.node), end).strip(),
            lead=(),
            responsible=(),
            cooperating=(),
            leader=view.printed(*duty.leader).strip() if duty.leader else None,
            deadline=deadline,
            milestones=milestones,
            targets=self._targets(start, end),
            source=Span(*view.span(start, end)),
        )

    def _title_span(self, index: int, skip: int, before: int | None) -> tuple[int, int]:
        """The first sentence of a paragraph without its number, and without a list that stands in it."""
        paragraphs = self._view.paragraphs
        start, end = paragraphs[index].start + skip, paragraphs[index].end
        if start >= end and index + 1 < len(paragraphs) and paragraphs[index + 1].number is None:
            start, end = paragraphs[index + 1].start, paragraphs[index + 1].end
        stop = _STOP.search(self._view.chars, start, end)
        end = min(end, stop.start() if stop else end, before if before is not None and before > start else end)
        while end > start and self._view.chars[end - 1] in "。.;:,、(":
            end -= 1
        return start, end

    def _printed_title(self, item: Item, duties: list[Duty]) -> str:
        first = min((duty.start for duty in duties), default=None)
        return self._view.printed(*self._title_span(item.first, _length(item.node), first)).strip()

    def _plain_title(self, start: int, duty: Duty) -> str:
        stop = _STOP.search(self._view.chars, start, duty.start)
        return self._view.printed(start, stop.start() if stop else duty.start).strip("。.;:,、 ")

    def _units(self, duty: Duty) -> dict[Role, list[UnitMention]]:
        """The units of a duty by role, full names restored."""
        found: dict[Role, list[UnitMention]] = defaultdict(list)
        prefixes = Prefixes(self._lexicon)
        for name in self._parted(duty):
            role = name.role or self._unlabelled(duty)
            start, end = self._view.span(name.start, name.end)
            words = self._view.chars[name.start : name.end]
            resolved = prefixes.resolve(words)
            if resolved.prefix:
                printed = self._content[start:end]
                self._findings.append(
                    doubt("unit.elided-prefix", start, end, printed=printed, prefix=resolved.prefix, name=resolved.name)
                )
            self._note_name(words, resolved.name, Span(start, end))
            printed, full = self._content[start:end], resolved.name
            if "<" in printed and words.startswith("各"):
                full = full.replace("〈", "<").replace("〉", ">")
            found[role].append(UnitMention(printed, full, start, end))
        self._apply_lead_rule(duty, found)
        return found

    def _parted(self, duty: Duty) -> list[RawName]:
        """The names of a duty in reading order, parted at 和 where both sides are names the plan knows."""
        parted = []
        for name in sorted(duty.names, key=lambda one: one.start):
            words = self._view.chars[name.start : name.end]
            pieces = split_joint(words, self._lexicon)
            parted += [replace(name, start=name.start + a, end=name.start + b) for a, b in pieces]
            if len(pieces) > 1:
                self._doubt("unit.split", name.start, name.end, printed=words)
        return parted

    def _unlabelled(self, duty: Duty) -> Role:
        return Role.LEAD if self._bare_leads and not duty.labelled else Role.RESPONSIBLE

    def _apply_lead_rule(self, duty: Duty, units: dict[Role, list[UnitMention]]) -> None:
        if self._leads_from is None or units[Role.LEAD] or not units[Role.RESPONSIBLE]:
            return
        if duty.end >= self._leads_from:
            unit = units[Role.RESPONSIBLE].pop(0)
            units[Role.LEAD].append(unit)
            self._findings.append(doubt("lead.by-rule", unit.start, unit.end, name=unit.name))

    def _dates(self, duty: Duty, start: int, end: int) -> tuple[Deadline | None, tuple[Milestone, ...]]:
        chars = self._view.chars
        steps = []
        for a, b, day in dated_steps(chars, start, end, self._year):
            if not any(first <= a < last for first, last in duty.deadlines):
                steps.append(Milestone(self._view.printed(a, b), day, *self._view.span(a, b)))
        deadline: Deadline | None = None
        for a, b in duty.deadlines:
            told = self._deadline(a, b)
            steps += self._labelled_steps(a, b)
            if deadline is None or (deadline.kind is not DeadlineKind.DATE and told.kind is DeadlineKind.DATE):
                deadline = told
        if deadline is None and len(steps) == 1 and not duty.deadlines:
            step = steps[0]
            words = step.printed.split("前", 1)[0] + "前"
            place = (step.start, min(step.end, step.start + len(words)))
            deadline = Deadline(words, step.date, DeadlineKind.DATE, *place)
            self._findings.append(doubt("deadline.from-text", *place, printed=words))
        return deadline, tuple(sorted(steps, key=lambda one: (one.start, one.date)))

    def _deadline(self, start: int, end: int) -> Deadline:
        words = self._view.chars[start:end]
        read = moment(words, self._year)
        printed = self._view.printed(start, end).strip()
        place = self._view.span(start, end)
        kind = read.kind if read else DeadlineKind.VAGUE
        if kind is DeadlineKind.VAGUE:
            self._findings.append(doubt("deadline.vague", *place, printed=printed))
        elif read and read.date and not read.certain:
            self._findings.append(doubt("deadline.no-year", *place, printed=printed, year=read.date.year))
        return Deadline(printed, read.date if read else None, kind, *place)

    def _labelled_steps(self, start: int, end: int) -> list[Milestone]:
        """The steps of a time limit that names several: 2022年6月底前出台方案,2023年底前建成."""
        chars = self._view.chars
        pieces = [(m.start(), m.end()) for m in re.compile(r"[^,;。、\n]+").finditer(chars, start, end)]
        dated = [(a, b, days_in(chars[a:b], self._year)) for a, b in pieces]
        dated = [(a, b, days) for a, b, days in dated if days]
        if len(dated) < 2:
            return []
        return [Milestone(self._view.printed(a, b), days[-1][0], *self._view.span(a, b)) for a, b, days in dated]

    def _targets(self, start: int, end: int) -> tuple[Target, ...]:
        first, last = self._view.span(start, end)
        if self._view.is_broken(start, end):
            return self._broken_targets(first, last)
        found: list[Target] = []
        for a, b in _without(first, last, self._tables):
            found += find_targets(self._content, a, b, normal=self._normal)
        return tuple(found)

    def _broken_targets(self, first: int, last: int) -> tuple[Target, ...]:
        """The targets of a stretch whose lines were broken in printing, read as if they were whole."""
        found: list[Target] = []
        for a, b in _without(first, last, self._tables):
            words, places = self._view.unbroken(*self._view.within(a, b))
            normal = "".join(c if c in " \n" else self._normal[at] for c, at in zip(words, places, strict=True))
            for one in find_targets(words, 0, len(words), normal=normal, document=self._content):
                found.append(replace(one, start=places[one.start], end=places[one.end - 1] + 1))
        return tuple(found)

    def _plan_targets(self) -> list[PlanTarget]:
        """Targets of headings, of chapters that hold no tasks, and of the text before the first number."""
        covered: set[int] = set()
        for item in self._found:
            covered.update(range(item.first, item.last))
        found: list[PlanTarget] = []
        outline = self._outline
        opening = max(self._head.title_at + 1, 0)
        if opening < outline.root.own:
            found += [PlanTarget((), None, one) for one in self._targets(*self._stretch(opening, outline.root.own))]
        for node in outline.nodes:
            if node.first in covered or self._items.owns[node] <= node.first:
                continue
            heading = bool(node.children) or node.parent is outline.root
            path = (*node.path, node.printed) if heading else node.path
            for one in self._targets(*self._stretch(node.first, self._items.owns[node])):
                found.append(PlanTarget(path, None if heading else node.printed, one))
        return found

    def _group(self, listing: Listing) -> PlanGroup:
        mentions = [self._mention(name) for name in listing.names]
        members = tuple(mention for mention, _ in resolve_all(mentions, self._lexicon))
        name = self._view.chars[slice(*listing.name)]
        return PlanGroup(name, members, listing.is_open, *self._view.span(listing.start, listing.end))

    def _mention(self, name: RawName) -> UnitMention:
        start, end = self._view.span(name.start, name.end)
        return UnitMention(self._content[start:end], self._view.chars[name.start : name.end], start, end)

    def _members(self, groups: tuple[PlanGroup, ...]) -> list[Finding]:
        places = {self._view.span(match.start(), match.end()) for match in _MEMBERS.finditer(self._view.chars)}
        return [doubt("group.members", *place) for place in sorted(places | {(one.start, one.end) for one in groups})]

    def _doubt(self, code: str, start: int, end: int, **words: object) -> None:
        first, last = self._view.span(start, end)
        self._findings.append(doubt(code, first, last, **words))

    def _note_duty(self, duty: Duty) -> None:
        for start, end in duty.tails:
            self._doubt("unit.tail", start, end, printed=self._view.chars[start:end])
        for start, end in duty.odd:
            self._doubt("unit.unusual", start, end, printed=self._view.chars[start:end])
        if duty.unclosed:
            self._doubt("bracket.unclosed", duty.start, duty.end)
        if duty.sentence:
            self._doubt("assignment.sentence", duty.start, duty.end)
        if duty.handed_up:
            self._doubt("assignment.handed-up", duty.start, duty.end)
        if not duty.labelled:
            role = "牵头" if self._unlabelled(duty) is Role.LEAD else "责任"
            self._doubt("role.unlabelled", duty.start, duty.end, role=role)

    def _note_name(self, words: str, name: str, place: Span) -> None:
        """Points out what is to be looked at in a name; a group, a bare or a joined name once for the whole plan."""
        start, end = place.start, place.end
        printed = self._content[start:end]
        if host_of(words) != words:
            self._findings.append(doubt("unit.office", start, end, printed=printed, name=name))
        if name in self._noted:
            return
        self._noted.add(name)
        if name.startswith(("各", "有关", "相关")) or "成员单位" in name:
            self._findings.append(doubt("unit.group", start, end, printed=printed))
        elif name == words and not is_whole(words, self._lexicon.places):
            self._findings.append(doubt("unit.bare", start, end, printed=printed))
        if re.search(r"[局委办厅府会](?:和|及|与|暨).", words):
            self._findings.append(doubt("unit.joined", start, end, printed=printed))


def _bare(title: str) -> str:
    return re.sub(r"\W", "", title)


def _length(node: Node | None) -> int:
    return node.number.length if node and node.number else 0


def _without(start: int, end: int, spans: tuple[Span, ...]) -> list[tuple[int, int]]:
    """The stretch without the spans in it, which are in order and apart."""
    found = []
    for span in spans[bisect_right(spans, start, key=lambda one: one.end) :]:
        if span.start >= end:
            break
        if span.start > start:
            found.append((start, span.start))
        start = span.end
    if start < end:
        found.append((start, end))
    return found


def _counted(tasks: list[DraftTask]) -> list[DraftTask]:
    """Items marked by dashes alone are told apart by their part."""
    rows: dict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
    for i, task in enumerate(tasks):
        if task.no and not re.search(r"\w", task.no) and task.part is None:
            rows[task.path, task.no].append(i)
    for indexes in rows.values():
        for k, i in enumerate(indexes if len(indexes) > 1 else []):
            tasks[i] = replace(tasks[i], part=k + 1)
    return tasks
