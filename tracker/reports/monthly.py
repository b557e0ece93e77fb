"""The monthly summary as an official paper (the text of the figures, then the annexes that prove them) and ledger."""

from __future__ import annotations

from datetime import date

from tracker.core.ledger import Ledger, LedgerEntry, source_words
from tracker.core.narrative import by_unit, filing, late_tasks, office_day, overview
from tracker.core.official import (
    Annex,
    Block,
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
from tracker.core.summary import CLASSES, LedgerRow, ReportClass, Summary

LATE_HEAD = ("序号", "任务", "责任单位", "原定时限", "现定时限", "认定", "逾期工作日", "完成比例", "最近报送")
LATE_WIDTHS = (10.0, 50.0, 34.0, 20.0, 20.0, 13.0, 15.0, 13.0, 50.0)
# More sentences than this are read by nobody; the annex has every one.
MOST_TOLD = 12


def paper(summary: Summary) -> OfficialPaper:
    """Gives the paper of a plan's month."""
    title = f"关于《{summary.plan_title}》{summary.month_label}{_matter(summary)}的通报"
    day = office_day(summary.as_of)
    return OfficialPaper(
        subject=title,
        author=summary.office,
        on=summary.as_of,
        masthead=Masthead(MastheadForm.SERIAL, summary.kind_label, issuer=summary.office, day=day),
        title=title_lines(title),
        addressee="各有关单位：",
        body=_sections(summary),
        signature=Signature((summary.office,), day),
        annexes=(
            Annex("逾期和滞后事项清单", _late_table(summary), is_landscape=True),
            Annex("分单位办理情况统计表", _unit_table(summary)),
        ),
    )


def ledger(summary: Summary) -> Ledger:
    """Gives the ledger of a plan's month."""
    entries = tuple(_entry(place, summary, row) for place, row in enumerate(summary.ledger, start=1))
    note = f"截至{office_day(summary.as_of)}  {summary.office}"
    return Ledger(f"{summary.plan_title}任务台账（{summary.month_label}）", note, entries)


def _entry(place: int, summary: Summary, row: LedgerRow) -> LedgerEntry:
    return LedgerEntry(
        place=place,
        source=source_words(summary.plan_title, summary.doc_no),
        number=row.number,
        title=row.title,
        targets=row.targets,
        leader=row.leader,
        leads=row.leads,
        responsible=row.responsible,
        contacts=row.contacts,
        issued_on=row.issued_on,
        original_due_on=row.original_due_on,
        due_on=row.due_on,
        extensions=row.extensions,
        milestones=row.milestones,
        progress=row.progress,
        percent=row.percent,
        problems=row.problems,
        next_step=row.next_step,
        coordination=row.coordination,
        filing_light=row.filing,
        progress_light=row.light,
        outcome=row.outcome,
        note=row.note,
    )


def _matter(summary: Summary) -> str:
    return "督查情况" if summary.is_supervision else "工作进展情况"


def _sections(summary: Summary) -> tuple[Block, ...]:
    sections = (
        ("总体进展", _progress(summary)),
        ("逾期和滞后事项", _late(summary)),
        ("存在问题和需协调事项", _concerns(summary)),
        ("进展报送情况", (Paragraph(filing(summary)),)),
    )
    opening = f"现将《{summary.plan_title}》{summary.month_label}{_matter(summary)}通报如下。"
    blocks: list[Block] = [Paragraph(opening)]
    for place, (title, part) in enumerate(sections, start=1):
        blocks += (Heading(numbered(1, place, title)), *part)
    return tuple(blocks)


def _progress(summary: Summary) -> tuple[Block, ...]:
    texts = (overview(summary), by_unit(summary)) if summary.units else (overview(summary),)
    return tuple(Paragraph(text) for text in texts)


def _late(summary: Summary) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for place, kind in enumerate((ReportClass.LATE, ReportClass.BEHIND), start=1):
        blocks.append(Heading(numbered(2, place, f"{kind.label}事项"), level=2))
        sentences = late_tasks(summary, kind)
        blocks += (Paragraph(numbered(3, number, text)) for number, text in enumerate(sentences[:MOST_TOLD], start=1))
        if len(sentences) > MOST_TOLD:
            blocks.append(Paragraph(f"其余{len(sentences) - MOST_TOLD}项见附件1。"))
        if not sentences:
            blocks.append(Paragraph(f"截至{office_day(summary.as_of)}，没有{kind.label}事项。"))
    return tuple(blocks)


def _concerns(summary: Summary) -> tuple[Block, ...]:
    if not summary.concerns:
        return (Paragraph("各单位报送的进展中，没有提出存在问题和需协调事项。"),)
    blocks = []
    for place, row in enumerate(summary.concerns, start=1):
        problems = f"存在问题：{_sentence(row.problems)}" if row.problems else ""
        wanted = f"需协调：{_sentence(row.coordination)}" if row.coordination else ""
        blocks.append(Paragraph(numbered(3, place, f"{row.title}（{row.unit}）。{problems}{wanted}")))
    return tuple(blocks)


def _sentence(words: str) -> str:
    joined = "".join(words.split("\n")).strip()
    return joined if joined.endswith(("。", "！", "？", "；")) else f"{joined}。"


def _late_table(summary: Summary) -> tuple[Block, ...]:
    rows = tuple(
        (
            str(place),
            f"{row.number}{row.title}",
            f"{row.unit}（{row.role}）",
            _short(row.original_due_on),
            _short(row.due_on),
            row.kind.label,
            "" if row.workdays is None else str(row.workdays),
            "" if row.percent is None else f"{row.percent}%",
            row.word,
        )
        for place, row in enumerate(summary.late, start=1)
    )
    return (Table(LATE_HEAD, rows, LATE_WIDTHS, words=(1, 2, 8)),) if rows else (Paragraph("无。"),)


def _unit_table(summary: Summary) -> tuple[Block, ...]:
    if not summary.units:
        return (Note("注：涉及多个单位的分别计算。"), Paragraph("无。"))
    head = ("序号", "单位", "合计", *(kind.label for kind in CLASSES))
    rows = [
        (str(place), row.unit, str(row.total), *(str(count) for count in row.counts))
        for place, row in enumerate(summary.units, start=1)
    ]
    total = [sum(row.counts[place] for row in summary.units) for place in range(len(CLASSES))]
    rows.append(("", "合计", str(sum(total)), *(str(count) for count in total)))
    widths = (12.0, 54.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0)
    return (Note("注：涉及多个单位的分别计算。"), Table(head, tuple(rows), widths, words=(1,)))


def _short(value: date | None) -> str:
    return f"{value.year}.{value.month}.{value.day}" if value else "—"
