"""Papers for the tests of this room, with the troubles of real ones: long names, many rows, hostile words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.reports.test_files import a_summary
from tracker.core.official import (
    Annex,
    Colophon,
    Heading,
    Masthead,
    MastheadForm,
    OfficialPaper,
    Paragraph,
    Signature,
    Table,
)
from tracker.core.papers import (
    CallList,
    CallRow,
    Contact,
    EarlierPaper,
    Matter,
    NoticePaper,
    NoticeTask,
    SlipPaper,
)
from tracker.core.summary import Summary
from tracker.core.terms import SlipForm, SlipLevel

OFFICE = "云川市科技创新领导小组办公室"
LONG_UNIT = "云川市发展和改革委员会（云川市粮食和物资储备局、云川市能源局、云川市重大项目稽察特派员办公室）"
# Markup of the typesetter, of Word and of HTML, paths, formulas, and what no file can hold.
HOSTILE = (
    '#panic("x") $x^2$ @ref *粗* _斜_ `码` \\\\ \\u{41} // /* */ <a> ~ = + - [链] #{1+1} "引" \'x\' '
    '#include "/etc/passwd" &amp; <script>alert(1)</script> {{ 7*7 }} %d =1+1 \x00\x07\x0b\x1b\ufffe\ud800 完'
)
PLAN, DOC_NO = "云川市科技创新三年行动计划（2025—2027年）", "云政办〔2025〕7号"
ROLES = ("牵头", "责任", "配合")


def a_paper(**changes: Any) -> OfficialPaper:
    values: dict[str, Any] = {
        "subject": "关于工作进展情况的通报",
        "author": OFFICE,
        "on": date(2026, 11, 1),
        "masthead": Masthead(MastheadForm.RED_HEAD, "云川市人民政府督查室文件", number="云政督〔2026〕3号"),
        "title": ("关于工作进展情况的通报",),
        "addressee": "各有关单位：",
        "body": (Heading("一、总体进展"), Paragraph("现将有关情况通报如下。")),
        "signature": Signature((OFFICE,), "2026年11月1日"),
    }
    return OfficialPaper(**{**values, **changes})


def a_full_page() -> OfficialPaper:
    """Nothing but characters that fill their squares, on more than two pages."""
    text = Paragraph("国" * 28 * 60)
    return OfficialPaper(subject="满页", author=OFFICE, on=date(2026, 11, 1), body=(text,))


def with_annexes(rows: int = 40) -> OfficialPaper:
    table = Table(
        ("序号", "任务", "单位"),
        tuple((str(n), "国" * 20, "云川市粮食和物资储备局") for n in range(rows)),
        (15.0, 120.0, 90.0),
        (1, 2),
    )
    colophon = Colophon("市委办公室，市人大常委会办公室", OFFICE, "2026年11月1日")
    return a_paper(annexes=(Annex("清单", (table,), is_landscape=True),), colophon=colophon)


def a_matter(**changes: Any) -> Matter:
    matter = Matter(
        plan_title=PLAN,
        doc_no=DOC_NO,
        number="3.",
        title="建设量子信息产业园二期",
        role="牵头",
        due_on=date(2026, 9, 30),
        workdays=36,
        percent=60,
        last_word="已完成选址，正在办理用地预审。",
        last_word_on=date(2026, 10, 20),
        earlier=(EarlierPaper("发出黄色督办单（云科创督〔2026〕2号）", date(2026, 11, 2), "回复未获认可"),),
    )
    return replace(matter, **changes)


def a_slip(**changes: Any) -> SlipPaper:
    slip = SlipPaper(
        form=SlipForm.SLIP,
        level=SlipLevel.RED,
        number="云科创督〔2026〕3号",
        office=OFFICE,
        unit="市科学技术局",
        matter=a_matter(),
        basis="市政府督查工作安排",
        demand="1.完成用地预审。\n2.每周报送进展。",
        issued_on=date(2026, 11, 20),
        reply_by_on=date(2026, 11, 30),
        contact=Contact("李某某", "0000-1234567"),
        copies="市政府办公室",
    )
    return replace(slip, **changes)


def a_notice(tasks: int = 14, **changes: Any) -> NoticePaper:
    rows = tuple(
        NoticeTask(
            f"{n}.",
            "建设产业园" * (1 + n % 5),
            ("牵头", "责任", "配合")[n % 3],
            LONG_UNIT,
            "市财政局",
            "长期坚持",
            "≥20家",
        )
        for n in range(1, tasks + 1)
    )
    notice = NoticePaper(
        number="云科创办〔2026〕12号",
        office=OFFICE,
        unit="市科学技术局",
        plan_title=PLAN,
        doc_no=DOC_NO,
        basis=DOC_NO,
        tasks=rows,
        issued_on=date(2026, 1, 5),
        acknowledge_by_on=date(2026, 1, 12),
        breakdown_by_on=date(2026, 1, 26),
        filing="每月25日至月末报送当月进展",
        contact=Contact("李某某", "0000-1234567"),
        copies="市政府办公室",
    )
    return replace(notice, **changes)


def a_call_list(rows: int = 20) -> CallList:
    units = tuple(
        CallRow(
            f"青岚县第{n}街道办事处",
            Contact("王某某", "0000-7654321"),
            ("签收任务3项", "报送10月进展2项"),
            f"逾期{n}个工作日",
        )
        for n in range(1, rows + 1)
    )
    return CallList(OFFICE, date(2026, 11, 20), units)


def a_large_summary(items: int = 200) -> Summary:
    summary = a_summary()
    late = tuple(
        replace(
            summary.late[0], task_id=n, number=f"{n}.", unit=LONG_UNIT, title="推进产业园区建设并投入运营" * (1 + n % 3)
        )
        for n in range(1, items + 1)
    )
    return replace(summary, late=late)


def an_empty_summary() -> Summary:
    return a_summary(late=(), concerns=(), filings=(), units=(), ledger=(), classes=(), items=0, tasks=0, standing=0)
