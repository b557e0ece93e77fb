"""The monthly summary as an official paper (.docx): frozen rows in, bytes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tracker.core.narrative import by_unit, filing, late_tasks, office_day, overview
from tracker.core.summary import CLASSES, ReportClass, Summary
from tracker.reports.gbt9704 import Paper

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Characters of 22 pt that fit on a line of 156 mm.
TITLE_LINE = 20
NUMERALS = "一二三四五六七八九十"


def document(summary: Summary) -> bytes:
    """Gives the paper: text of the figures, then the annexes that prove them, each on a page of its own."""
    paper = Paper(subject=_title(summary), author=summary.office, on=summary.as_of)
    paper.masthead(summary.office, summary.kind_label, office_day(summary.as_of))
    paper.title(*_title_lines(summary))
    paper.addressee("各有关单位：")
    _sections(paper, summary)
    paper.attachments([name for name, _ in _annexes(summary)])
    paper.signature(summary.office, office_day(summary.as_of))
    for place, (name, put) in enumerate(_annexes(summary), start=1):
        paper.annex(f"附件{place}", name, landscape=place == 1)
        put(paper, summary)
    return paper.bytes()


def _matter(summary: Summary) -> str:
    return "督查情况" if summary.is_supervision else "工作进展情况"


def _title(summary: Summary) -> str:
    return f"关于《{summary.plan_title}》{summary.month_label}{_matter(summary)}的通报"


def _title_lines(summary: Summary) -> list[str]:
    """Breaks the title where its sense does (回行): before the bracket of a long plan title, after the plan."""
    plan, bracket, rest = summary.plan_title.partition("（")
    matter = f"{summary.month_label}{_matter(summary)}的通报"
    if bracket and len(summary.plan_title) + 4 > TITLE_LINE:
        return [f"关于《{plan}", f"{bracket}{rest}》", matter]
    return [f"关于《{summary.plan_title}》", matter]


def _sections(paper: Paper, summary: Summary) -> None:
    sections = (
        ("总体进展", _progress),
        ("逾期和滞后事项", _late),
        ("存在问题和需协调事项", _concerns),
        ("进展报送情况", lambda paper, summary: paper.body(filing(summary))),
    )
    for place, (title, put) in enumerate(sections):
        paper.heading(f"{NUMERALS[place]}、{title}")
        put(paper, summary)


def _progress(paper: Paper, summary: Summary) -> None:
    paper.body(overview(summary))
    if summary.units:
        paper.body(by_unit(summary))


def _late(paper: Paper, summary: Summary) -> None:
    for place, kind in enumerate((ReportClass.LATE, ReportClass.BEHIND)):
        sentences = late_tasks(summary, kind)
        paper.heading(f"（{NUMERALS[place]}）{kind.label}事项", level=2)
        if not sentences:
            paper.body(f"截至{office_day(summary.as_of)}，没有{kind.label}事项。")
        for number, sentence in enumerate(sentences, start=1):
            paper.body(f"{number}．{sentence}")


def _concerns(paper: Paper, summary: Summary) -> None:
    if not summary.concerns:
        paper.body("各单位报送的进展中，没有提出存在问题和需协调事项。")
    for place, row in enumerate(summary.concerns, start=1):
        problems = f"存在问题：{_sentence(row.problems)}" if row.problems else ""
        wanted = f"需协调：{_sentence(row.coordination)}" if row.coordination else ""
        paper.body(f"{place}．{row.title}（{row.unit}）。{problems}{wanted}")


def _sentence(words: str) -> str:
    joined = "".join(words.split("\n")).strip()
    return joined if joined.endswith(("。", "！", "？", "；")) else f"{joined}。"


def _annexes(summary: Summary) -> tuple[tuple[str, object], ...]:
    return (("逾期和滞后事项清单", _late_table), ("分单位办理情况统计表", _unit_table))


def _late_table(paper: Paper, summary: Summary) -> None:
    head = ("序号", "任务", "责任单位", "原定时限", "现定时限", "认定", "逾期工作日", "完成比例", "最近报送")
    rows = [
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
    ]
    _table(paper, head, rows, widths_mm=(11, 55, 36, 24, 24, 14, 14, 14, 33), words=(1, 2, 8))


def _unit_table(paper: Paper, summary: Summary) -> None:
    head = ("序号", "单位", "合计", *(kind.label for kind in CLASSES))
    rows = [
        (str(place), row.unit, str(row.total), *(str(count) for count in row.counts))
        for place, row in enumerate(summary.units, start=1)
    ]
    total = [sum(row.counts[place] for row in summary.units) for place in range(len(CLASSES))]
    if rows:
        rows.append(("", "合计", str(sum(total)), *(str(count) for count in total)))
    paper.note("注：涉及多个单位的分别计算。")
    _table(paper, head, rows, widths_mm=(14, 76, 22, 22, 22, 22, 22, 25), words=(1,))


def _table(paper: Paper, head: Sequence[str], rows: Sequence[Sequence[str]], **layout: Sequence[float]) -> None:
    if rows:
        paper.table(head, rows, widths_mm=layout["widths_mm"], words=layout["words"])
    else:
        paper.body("无。")


def _short(value: date | None) -> str:
    return f"{value.year}.{value.month}.{value.day}" if value else "—"
