"""The notice that hands a unit its tasks (交办通知): the receipt behind the text, then the list of tasks."""

from __future__ import annotations

from tracker.core.narrative import office_day
from tracker.core.official import (
    Annex,
    Block,
    Colophon,
    Form,
    FormCell,
    FormRow,
    Heading,
    Masthead,
    MastheadForm,
    OfficialPaper,
    Paragraph,
    Signature,
    Table,
    numbered,
    title_lines,
)
from tracker.core.papers import NoticePaper
from tracker.core.terms import DutyRole
from tracker.reports.slips import FORM_WIDTHS, TO_SIGN, remark

RECEIPT, TASKS = "任务签收回执", "交办任务清单"
TASK_HEAD = ("序号", "任务编号", "工作任务", "承担责任", "牵头单位", "责任和配合单位", "目标/量化指标", "完成时限")
# The office's own template: the standard's 35 mm would leave hardly any room for the text on its first page.
MARK_DROP = 6.0
TASK_WIDTHS = (10.0, 17.0, 62.0, 15.0, 30.0, 40.0, 29.0, 22.0)


def paper(notice: NoticePaper) -> OfficialPaper:
    """Gives the paper of a notice."""
    title = f"关于交办《{notice.plan_title}》任务的通知"
    return OfficialPaper(
        subject=f"{title}（{notice.unit}）",
        author=notice.office,
        on=notice.issued_on,
        masthead=Masthead(MastheadForm.RED_HEAD, notice.office, number=notice.number, drop_mm=MARK_DROP),
        title=title_lines(title),
        addressee=f"{notice.unit}：",
        body=_body(notice),
        signature=Signature((notice.office,), office_day(notice.issued_on)),
        remark=remark(notice.contact),
        annexes=(Annex(RECEIPT, (_receipt(notice),)), Annex(TASKS, (_tasks(notice),), is_landscape=True)),
        colophon=Colophon(notice.copies, notice.office, office_day(notice.issued_on)) if notice.copies else None,
    )


def _body(notice: NoticePaper) -> tuple[Block, ...]:
    source = f"《{notice.plan_title}》{f'（{notice.doc_no}）' if notice.doc_no else ''}"
    basis = f"根据{notice.basis}，" if notice.basis and notice.basis not in source else ""
    opening = (
        f"{basis}现将{source}中由你单位承担的{len(notice.tasks)}项任务（{_shares(notice)}）交办你单位，清单见附件2。"
        "请按照下列要求抓好落实。"
    )
    blocks: list[Block] = [Paragraph(opening)]
    for place, (title, words) in enumerate(_demands(notice), start=1):
        blocks += (Heading(numbered(1, place, title)), Paragraph(words))
    return tuple(blocks)


def _demands(notice: NoticePaper) -> list[tuple[str, str]]:
    by = f"请于{office_day(notice.acknowledge_by_on)}前" if notice.acknowledge_by_on else "请在收到本通知后"
    demands = [("及时签收", f"{by}签收，明确分管负责人和联络员，并将回执（附件1）送我办。")]
    if notice.breakdown_by_on:
        words = f"牵头任务请于{office_day(notice.breakdown_by_on)}前报送年度分解，列明阶段目标、时间节点和责任人。"
        demands.append(("细化分解", words))
    if notice.filing:
        demands.append(("按期报送", f"{notice.filing.rstrip('。')}。存在困难和需要协调的事项请一并报告。"))
    return demands


def _shares(notice: NoticePaper) -> str:
    counts = [(role.label, sum(task.role == role.label for task in notice.tasks)) for role in DutyRole]
    return "、".join(f"{label}{count}项" for label, count in counts if count)


def _receipt(notice: NoticePaper) -> Form:
    rows = (
        FormRow((_label("来文"), FormCell(f"{notice.number}《{notice.plan_title}》任务交办通知", span=3)), 16),
        FormRow((_label("签收单位"), FormCell(notice.unit, span=3)), 13),
        FormRow((_label("任务数"), FormCell(f"{len(notice.tasks)}项（{_shares(notice)}）", span=3)), 13),
        FormRow((_label("分管负责人"), FormCell(), _label("职务、电话"), FormCell()), 14),
        FormRow((_label("联络员"), FormCell(), _label("职务、电话"), FormCell()), 14),
        FormRow((_label("对任务分工\n的意见"), FormCell(span=3)), 50),
        FormRow((_label("签收"), FormCell(TO_SIGN, span=3)), 36),
    )
    return Form(FORM_WIDTHS, rows)


def _label(words: str) -> FormCell:
    return FormCell(words, is_label=True)


def _tasks(notice: NoticePaper) -> Block:
    rows = tuple(
        (str(place), task.number, task.title, task.role, task.leads, task.partners, task.targets, task.due)
        for place, task in enumerate(notice.tasks, start=1)
    )
    return Table(TASK_HEAD, rows, TASK_WIDTHS, words=(2, 4, 5, 6))
