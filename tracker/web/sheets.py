"""What lists look like as sheets: the columns, and the rows exactly as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Response

from tracker.core.lights import Light
from tracker.core.terms import DraftStatus, DutyRole
from tracker.db import office_date, utcnow
from tracker.reports.printable import printable
from tracker.reports.xlsx import TYPE, Coloured, Column, listing
from tracker.services.day_ledger import LedgerLine
from tracker.services.draft_list import DraftRow
from tracker.services.inbox import Message
from tracker.services.instruction_rows import InstructionRow
from tracker.services.overdue import Board, BoardRow
from tracker.services.plan_list import PlanRow
from tracker.services.plan_pages import DutyCell, TaskLedger, TaskRow
from tracker.services.recompute import Move
from tracker.services.requests import RequestRow
from tracker.services.slip_rows import SlipRow
from tracker.services.trail import TrailRow
from tracker.web.charts import OTHERS
from tracker.web.listing import file_answer
from tracker.web.rendering import moment

# What is told of a date wherever it is told: the first, the present, how often extended, the lateness before a move.
_DUE = (Column("原定时限", 12), Column("现定时限", 12), Column("延期次数", 8), Column("调整前逾期", 10))
LIGHTS = (Light.LATE, Light.BEHIND, Light.UNKNOWN, Light.NEAR, Light.ON_TIME, Light.DONE)


def note(terms: Iterable[str], count: int, measure: str = "项") -> str:
    """Gives the line under a title: the day, what the list was narrowed to, how many rows it has."""
    asked = "、".join(filter(None, terms))
    return f"{office_date(utcnow()).isoformat()}　{f'筛选：{asked}　' if asked else ''}共{count}{measure}"


def answer(data: bytes, title: str) -> Response:
    """Gives a sheet to be saved under its title and the day."""
    return file_answer(data, TYPE, f"{title}{office_date(utcnow()).isoformat()}.xlsx")


def plans_sheet(rows: Iterable[PlanRow], note: str) -> bytes:
    """Gives the list of plans."""
    columns = [
        *(Column("方案", 44), Column("发文字号", 20), Column("印发机关", 24), Column("印发日期", 12)),
        *(Column("状态", 10), Column("任务数", 8)),
        *(Column(light.label, 10) for light in LIGHTS),
        *(Column("常态化", 8), Column("未交办", 8)),
    ]
    cells = [
        (
            *(row.title, row.doc_no, row.issuer, row.issued_on, row.status.label, row.tally.total),
            *(row.tally.lights.get(light, 0) for light in LIGHTS),
            *(row.tally.standing, row.tally.not_issued),
        )
        for row in rows
    ]
    return listing("方案清单", columns, cells, note=note)


def ledger_sheet(rows: Iterable[LedgerLine], note: str) -> bytes:
    """Gives the ledger of a plan at the end of a day."""
    columns = [
        *(Column("任务", 44), Column("单位", 22), Column("分工", 10), Column("任务状态", 10), Column("分工状态", 12)),
        *(Column("进度灯", 12), Column("原定时限", 12), Column("现定时限", 12), Column("延期次数", 8)),
        *(Column("完成比例", 9), Column("最近报送", 12)),
    ]
    cells = [
        (
            *(row.task, row.unit, f"{row.role.label}（首位）" if row.is_first_lead else row.role.label),
            *(row.task_state.label, row.state.label),
            Coloured(row.light.label, row.light.value) if row.light else "",
            *(row.original_due_on, row.due_on, row.extensions, row.percent, row.last_filed_on),
        )
        for row in rows
    ]
    return listing("台账", columns, cells, note=note)


def tasks_sheet(ledger: TaskLedger, note: str) -> bytes:
    """Gives the tasks of a plan, under the headings they stand under."""
    columns = [
        *(Column("章节", 26), Column("编号", 12), Column("任务", 48), Column("牵头单位", 20), Column("责任单位", 30)),
        *(Column("配合单位", 24), *_DUE, Column("文件表述", 14), Column("完成比例", 9)),
        *(Column("亮灯", 11), Column("逾期工作日", 10), Column("状态", 10)),
    ]
    cells = [_task(f"{chapter.number}{chapter.title}", row) for chapter in ledger.chapters for row in chapter.rows]
    return listing(ledger.head.title, columns, cells, note=note)


def _task(chapter: str, row: TaskRow) -> tuple[Any, ...]:
    roles = [_names(row, role) for role in (DutyRole.LEAD, DutyRole.RESPONSIBLE, DutyRole.COOPERATING)]
    shown = Coloured(row.light.label, row.light.value) if row.light else OTHERS[row.shown]
    percent = None if row.percent is None else f"{row.percent}%"
    title = f"　{row.title}" if row.is_subtask else row.title
    return (
        *(chapter, row.label, title, *roles, *_due(row), row.deadline_printed, percent),
        *(shown, row.workdays_late, row.state.label),
    )


def _due(row: TaskRow | BoardRow) -> tuple[Any, ...]:
    return (row.original_due_on, row.due_on, row.extensions or None, row.late_workdays_incurred or None)


def matrix_sheet(ledger: TaskLedger, note: str) -> bytes:
    """Gives the units of a plan by its tasks; a cell says the light and the role in full."""
    columns = [Column("单位", 22), *(Column(printable(f"{row.label}{row.title}"), 12) for row in ledger.rows)]
    cells = [(line.unit, *(_duty(line.cells.get(row.id)) for row in ledger.rows)) for line in ledger.matrix]
    return listing(f"{ledger.head.title}单位任务矩阵", columns, cells, note=note)


def _duty(cell: DutyCell | None) -> Any:
    if cell is None:
        return None
    shown = cell.light.label if cell.light else OTHERS[cell.shown]
    return Coloured(f"{shown}\n{cell.role.label}", cell.shown)


def _names(row: TaskRow, role: DutyRole) -> str:
    groups = [group.partition(":")[2] for group in row.groups if group.startswith(role.label)]
    return "、".join([cell.unit for cell in row.of_role(role)] + groups)


def board_sheet(board: Board, note: str) -> bytes:
    """Gives the overdue board."""
    columns = [
        *(Column("单位", 22), Column("角色", 8), Column("方案", 30), Column("编号", 12), Column("任务", 44)),
        *(*_DUE, Column("亮灯", 9), Column("逾期工作日", 10)),
        *(Column("完成比例", 9), Column("状态", 10), Column("催办次数", 8), Column("最近催办", 12)),
        *(
            Column("最近提醒", 12),
            Column("督办单", 30),
            Column("联系人", 20),
            Column("最近报送日期", 12),
            Column("最近报送", 40),
        ),
    ]
    return listing("逾期督办清单", columns, [_board(row) for row in board.page.rows], note=note)


def _board(row: BoardRow) -> tuple[Any, ...]:
    percent = None if row.percent is None else f"{row.percent}%"
    return (
        *(row.unit, row.role.label, row.plan, row.label, row.title, *_due(row)),
        *(Coloured(row.light.label, row.light.value), row.workdays, percent, row.state.label),
        *(row.urges, _day(row.last_urged_at), _day(row.last_reminded_at)),
        *(f"{row.slip.paper}{row.slip.number}（{row.slip.status.label}）" if row.slip else "", row.contact),
        *(row.word.filed_on if row.word else None, row.word.progress if row.word else ""),
    )


def _day(value: datetime | None) -> Any:
    return office_date(value) if value else None


def trail_sheet(rows: Sequence[TrailRow], note: str) -> bytes:
    """Gives the trail."""
    columns = (Column("时间", 18), Column("人员", 12), Column("类别", 12), Column("内容", 70), Column("来源地址", 18))
    cells = [(moment(row.at), row.actor_name, row.kind, row.summary, row.address) for row in rows]
    return listing("审计日志", columns, cells, note=note)


def drafts_sheet(rows: Sequence[DraftRow], note: str) -> bytes:
    """Gives the list of imports."""
    columns = [
        *(Column("方案", 44), Column("发文字号", 20), Column("文件", 34), Column("状态", 10), Column("征求意见稿", 10)),
        *(Column("任务", 8), Column("待核对", 8), Column("导入", 12), Column("导入时间", 18)),
        *(Column("最近修改", 12), Column("修改时间", 18)),
    ]
    cells = [
        (
            *(row.title, row.doc_no, row.filename, row.status.label, "是" if row.is_solicitation else ""),
            *(row.items, row.open_findings if row.status is DraftStatus.REVIEWING else None),
            *(row.created_by, moment(row.created_at), row.updated_by, moment(row.updated_at)),
        )
        for row in rows
    ]
    return listing("导入记录", columns, cells, note=note)


def messages_sheet(rows: Sequence[Message], note: str) -> bytes:
    """Gives somebody's messages."""
    columns = (Column("时间", 18), Column("类别", 12), Column("标题", 44), Column("内容", 70), Column("状态", 8))
    cells = [
        (moment(row.sent_at), row.kind.label, row.subject, row.body, "已读" if row.is_read else "未读") for row in rows
    ]
    return listing("消息", columns, cells, note=note)


def moves_sheet(rows: Sequence[Move], note: str) -> bytes:
    """Gives the dates of tasks that moved."""
    columns = [
        *(Column("方案", 40), Column("编号", 12), Column("任务", 44), Column("单位", 30)),
        *(Column("日期", 14), Column("原为", 12), Column("现为", 12)),
    ]
    cells = [(row.plan, row.number, row.title, "、".join(row.units), row.what, row.before, row.after) for row in rows]
    return listing("日期变动清单", columns, cells, note=note)


def slips_sheet(rows: Sequence[SlipRow], note: str) -> bytes:
    """Gives slips and letters."""
    columns = [
        *(Column("编号", 20), Column("文种", 16), Column("单位", 24), Column("任务", 44), Column("方案", 36)),
        *(Column("发出日期", 12), Column("回复期限", 12), Column("回复日期", 12), Column("状态", 14)),
        *(Column("逾期未回复工作日", 10), Column("办理要求", 60)),
    ]
    cells = [
        (
            *(row.number, row.paper, row.unit, row.task, row.plan, row.issued_on, row.reply_by_on, row.replied_on),
            *(row.status.label, row.workdays_over, row.demand),
        )
        for row in rows
    ]
    return listing("督办单台账", columns, cells, note=note)


def instructions_sheet(rows: Sequence[InstructionRow], note: str) -> bytes:
    """Gives instructions of leaders with where the replies of the units stand."""
    columns = [
        *(Column("领导", 12), Column("批示日期", 12), Column("批示内容", 60), Column("对象", 8), Column("名称", 44)),
        *(Column("分办", 8), Column("回复期限", 12), Column("承办单位", 40), Column("状态", 10)),
        Column("逾期未回复工作日", 10),
    ]
    cells = [
        (
            *(row.leader, row.given_on, row.text, row.kind, row.target, row.sort.label if row.sort else ""),
            *(row.reply_by_on, "、".join(f"{reply.unit}（{reply.status.label}）" for reply in row.replies)),
            *(row.status.label, row.workdays_over),
        )
        for row in rows
    ]
    return listing("批示办理台账", columns, cells, note=note)


def requests_sheet(rows: Sequence[RequestRow], note: str) -> bytes:
    """Gives what was asked for and proposed, and what became of it."""
    columns = [
        *(Column("事项", 14), Column("单位", 20), Column("方案", 30), Column("任务", 40), Column("内容", 50)),
        *(Column("说明", 50), Column("提出人", 10), Column("提出日期", 12), Column("状态", 14)),
        *(Column("审批人", 10), Column("审批时间", 18), Column("审批意见", 30), Column("备注", 10)),
    ]
    return listing("待审批事项", columns, [_request(row) for row in rows], note=note)


def _request(row: RequestRow) -> tuple[Any, ...]:
    steps = [f"{step.due_on.isoformat()} {step.percent}% {step.text}" for step in row.steps]
    words = "\n".join([*(f"{label}：{words}" for label, words in row.words), *steps])
    decided_at = moment(row.decided_at) if row.decided_at else ""
    return (
        *(row.kind.label, row.unit, row.plan, row.task, row.what, words, row.who, row.asked_on, row.status.label),
        *(row.decided_by, decided_at, row.decision, "一人经办" if row.is_one_person else ""),
    )
