"""A supervision report as an official paper and as a ledger; what is shown depends on whom it is for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.core.classes import CLASSES, ReportClass
from tracker.core.content import CountedRow, ReportContent
from tracker.core.fields import office_day
from tracker.core.ledger import Ledger, LedgerEntry, source_words
from tracker.core.official import (
    Annex,
    Block,
    Colophon,
    Heading,
    Masthead,
    MastheadForm,
    Note,
    OfficialPaper,
    Paragraph,
    Signature,
    Table,
    numbered,
    title_lines,
)
from tracker.core.snapshot import LateLine, TaskLine
from tracker.core.terms import SupervisionKind

COUNT_WIDTHS = (54.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0)
LATE_HEAD = ("序号", "任务", "责任单位", "现定时限", "认定", "逾期工作日", "完成比例", "最近报送", "督办情况")
LATE_WIDTHS = (10.0, 52.0, 34.0, 20.0, 13.0, 15.0, 13.0, 48.0, 38.0)
NO_ROWS = (Paragraph("无。"),)
SEVERAL = "注：涉及多个单位的分别计算。"


def paper(report: ReportContent) -> OfficialPaper:
    """Gives the paper; a draft has room where number and day will stand."""
    day = report.issued_on or report.planned_on or report.as_of
    issuer = report.style.issuer or report.office
    annexes = _annexes(report)
    return OfficialPaper(
        subject=report.title,
        author=issuer,
        on=day,
        masthead=_masthead(report, issuer),
        title=title_lines(report.title),
        addressee=report.addressee,
        body=_body(report),
        signature=Signature((issuer,), _day_words(report)),
        annexes=annexes,
        colophon=_colophon(report, issuer),
    )


def _masthead(report: ReportContent, issuer: str) -> Masthead:
    # Papers that go up name the signer (7.2.6).
    signer = report.signer if report.kind is SupervisionKind.SPECIAL else ""
    if report.style.is_serial:
        mark = report.style.mark or report.kind_label
        serial = f"第{report.number or '　'}期"
        words = _day_words(report)
        return Masthead(MastheadForm.SERIAL, mark, number=serial, issuer=issuer, day=words, signer=signer)
    mark = report.style.mark or f"{issuer}文件"
    return Masthead(MastheadForm.RED_HEAD, mark, number=report.number_words, signer=signer)


def _day_words(report: ReportContent) -> str:
    """The day of issue, or room for it."""
    day = report.issued_on or report.planned_on
    return office_day(day) if day is not None else "　　年　月　日"


def _body(report: ReportContent) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(report.opening)]
    for place, section in enumerate(report.sections, start=1):
        blocks.append(Heading(numbered(1, place, section.title)))
        blocks += (Paragraph(text) for text in section.paragraphs)
    return tuple(blocks)


def _colophon(report: ReportContent, issuer: str) -> Colophon | None:
    if not (report.style.copies or report.style.printer):
        return None
    return Colophon(report.style.copies, report.style.printer or issuer, _day_words(report))


def _annexes(report: ReportContent) -> tuple[Annex, ...]:
    made = [Annex("分方案和板块办理情况统计表", _counted("方案（板块）", [*report.plan_rows, *_chapters(report)]))]
    made.append(Annex("逾期和滞后事项清单", _late(report), is_landscape=True))
    if report.tells_names:
        made.append(Annex("分单位办理情况统计表", (Note(SEVERAL), *_counted("单位", report.unit_rows))))
        made.append(Annex("进展报送情况统计表", _filings(report)))
    if report.kind is not SupervisionKind.BULLETIN:
        made += _inner_annexes(report)
    if report.provenance:
        last = made[-1]
        made[-1] = Annex(last.title, (*last.blocks, Note(report.provenance)), last.is_landscape)
    return tuple(made)


def _inner_annexes(report: ReportContent) -> list[Annex]:
    """What only leaders and the level above are shown."""
    made = [Annex("需协调事项清单", _concerns(report), is_landscape=True)]
    if report.leader_rows:
        made.append(Annex("按分管领导统计表", _counted("分管领导", report.leader_rows)))
    if report.promises:
        made.append(Annex("目标和指标情况表", _promises(report)))
    if report.instructions or report.slips:
        made.append(Annex("批示和督办单办理情况表", _papers(report), is_landscape=True))
    if report.kind is SupervisionKind.ACCOUNT and report.burdens:
        made.append(Annex("向单位要求填报和发文情况表", _burdens(report)))
    return made


def _chapters(report: ReportContent) -> Sequence[CountedRow]:
    return report.chapter_rows if len(report.chapter_rows) > 1 else ()


def _counted(label: str, rows: Sequence[CountedRow]) -> tuple[Block, ...]:
    head = (label, "合计", *(kind.label for kind in CLASSES))
    cells = tuple((row.label, str(row.total), *(str(count) for count in row.counts)) for row in rows)
    return (Table(head, cells, COUNT_WIDTHS, words=(0,)),) if cells else NO_ROWS


def _late(report: ReportContent) -> tuple[Block, ...]:
    # What is late may be told to all; by whom, only with approval.
    shown = range(len(LATE_HEAD)) if report.tells_names else (0, 1, 3, 4, 5, 6)
    cells = [_late_cells(place, line) for place, line in enumerate(report.late, start=1)]
    if not cells:
        return NO_ROWS
    table = Table(
        tuple(LATE_HEAD[place] for place in shown),
        tuple(tuple(row[place] for place in shown) for row in cells),
        tuple(LATE_WIDTHS[place] for place in shown),
        words=(1, 2, 7, 8) if report.tells_names else (1,),
    )
    more = report.late_total - len(report.late)
    return (table, Note(f"注：其余{more}项见台账。")) if more > 0 else (table,)


def _late_cells(place: int, line: LateLine) -> tuple[str, ...]:
    word = f"{_short(line.last_word_on)} {line.last_word}" if line.last_word else ""
    silent = "从未报送" if line.is_filing else "由牵头单位汇总报送"
    return (
        str(place),
        f"{line.number}{line.title}",
        f"{line.unit}（{line.role}）",
        _short(line.due_on),
        ReportClass(line.kind).label,  # type: ignore[call-arg]
        "" if line.workdays is None else str(line.workdays),
        "" if line.percent is None else f"{line.percent}%",
        word or silent,
        "；".join(line.sent),
    )


def _filings(report: ReportContent) -> tuple[Block, ...]:
    head = ("单位", "应报送", "按时报送", "迟报", "未报送", "退回补报")
    rows = tuple(
        (row.unit, *(str(count) for count in (row.owed, row.on_time, row.late, row.missed, row.sent_back)))
        for row in report.filings
    )
    return (Table(head, rows, (66.0, 18.0, 18.0, 18.0, 18.0, 18.0), words=(0,)),) if rows else NO_ROWS


def _concerns(report: ReportContent) -> tuple[Block, ...]:
    head = ("序号", "任务", "提出单位", "存在问题", "需协调事项")
    rows = tuple(
        (str(place), f"{line.number}{line.title}", line.unit, line.problems, line.coordination)
        for place, line in enumerate(report.concerns, start=1)
    )
    return (Table(head, rows, (12.0, 60.0, 40.0, 60.0, 60.0), words=(1, 2, 3, 4)),) if rows else NO_ROWS


def _promises(report: ReportContent) -> tuple[Block, ...]:
    head = ("序号", "类别", "名称", "目标", "时间", "完成情况")
    rows = tuple(
        (str(place), line.source, line.name, line.promised, line.by, line.reached or "—")
        for place, line in enumerate(report.promises, start=1)
    )
    return (Table(head, rows, (12.0, 18.0, 58.0, 28.0, 16.0, 24.0), words=(2, 3, 5)),)


def _papers(report: ReportContent) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if report.instructions:
        head = ("批示领导", "批示时间", "批示内容", "承办单位", "办理情况")
        rows = tuple(
            (line.leader, _short(line.given_on), line.text, line.units, line.status) for line in report.instructions
        )
        blocks.append(Table(head, rows, (26.0, 22.0, 100.0, 56.0, 26.0), words=(2, 3)))
    if report.slips:
        columns = ("编号", "级别", "单位", "任务", "回复期限", "办理情况")
        cells = tuple(
            (line.number, line.level, line.unit, line.title, _short(line.reply_by_on), line.status)
            for line in report.slips
        )
        blocks.append(Table(columns, cells, (40.0, 16.0, 44.0, 78.0, 24.0, 28.0), words=(2, 3)))
    return tuple(blocks)


def _burdens(report: ReportContent) -> tuple[Block, ...]:
    rows = tuple((line.unit, str(line.rows), str(line.papers)) for line in report.burdens)
    return (Table(("单位", "要求填报（项次）", "发出文书（件次）"), rows, (80.0, 38.0, 38.0), words=(0,)),)


def _short(iso: str) -> str:
    return iso.replace("-", ".") if iso else "—"


def ledger(report: ReportContent) -> Ledger:
    """Gives the ledger of every task in the report."""
    sources = {plan_id: source_words(title, doc_no) for plan_id, title, doc_no in report.plans}
    entries = tuple(_entry(place, line, sources[line.plan_id]) for place, line in enumerate(report.tasks, start=1))
    note = f"截至{office_day(report.as_of)}　{report.office}　{report.provenance}"
    return Ledger(f"{report.title}任务台账", note, entries)


def _entry(place: int, line: TaskLine, source: str) -> LedgerEntry:
    notes = (
        f"配合：{line.cooperating}" if line.cooperating else "",
        f"依据：{line.basis}" if line.basis else "",
        f"连续{line.late_periods}期逾期" if line.late_periods > 1 else "",
    )
    return LedgerEntry(
        place=place,
        source=source,
        number=line.number,
        title=line.title,
        targets=line.targets,
        leader=line.leader,
        leads=line.leads,
        responsible=line.responsible,
        contacts=line.contacts,
        issued_on=_date(line.issued_on),
        original_due_on=_date(line.original_due_on),
        due_on=_date(line.due_on),
        extensions=line.extensions,
        milestones=line.milestones,
        progress=line.progress,
        percent=line.percent,
        problems=line.problems,
        next_step=line.next_step,
        coordination=line.coordination,
        filing_light=line.filing,
        progress_light=line.light,
        outcome=line.state,
        note="；".join(filter(None, notes)),
    )


def _date(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None
