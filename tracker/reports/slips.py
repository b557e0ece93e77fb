"""A slip (督办单) and the letter that stands for it (工作提示函) as official papers, the reply form behind."""

from __future__ import annotations

from tracker.core.narrative import office_day
from tracker.core.official import (
    Annex,
    Block,
    Colophon,
    Flag,
    Form,
    FormCell,
    FormRow,
    Masthead,
    MastheadForm,
    Note,
    OfficialPaper,
    Paragraph,
    Signature,
    Tint,
)
from tracker.core.papers import Contact, EarlierPaper, Matter, SlipPaper
from tracker.core.terms import SlipForm

SLIP_REPLY, LETTER_REPLY = "督办事项办理情况反馈表", "工作提示事项办理情况回执"
FORM_WIDTHS = (28.0, 50.0, 28.0, 50.0)
MARK_DROP = 2.0
TO_SIGN = "（签字、盖章）\n\n年　　月　　日"


def paper(slip: SlipPaper) -> OfficialPaper:
    """Gives the paper of a slip: a form under the office's mark, or a letter where the unit is asked, not told."""
    return _letter(slip) if slip.form is SlipForm.LETTER else _slip(slip)


def remark(contact: Contact) -> str:
    """Gives the note on whom to call (附注), "" where nobody is named."""
    parts = (("联系人", contact.name), ("电话", contact.telephone))
    return "，".join(f"{label}：{words}" for label, words in parts if words)


def _slip(slip: SlipPaper) -> OfficialPaper:
    day = office_day(slip.issued_on)
    level = f"{slip.level.label}督办"
    opening = (
        f"{_basis(slip.basis)}现对下列事项予以{level}，请于{office_day(slip.reply_by_on)}前填写反馈表（附后）回复我办。"
    )
    return OfficialPaper(
        subject=f"{slip.number}督办单：{slip.matter.title}",
        author=slip.office,
        on=slip.issued_on,
        masthead=Masthead(
            MastheadForm.SERIAL,
            "督办单",
            number=slip.number,
            drop_mm=MARK_DROP,
            flags=(Flag(level, Tint[slip.level.name]),),
        ),
        addressee=f"{slip.unit}：",
        body=(Paragraph(opening), _slip_form(slip)),
        signature=Signature((slip.office,), day),
        annexes=(Annex(SLIP_REPLY, _reply_form(slip, "督办事项"), is_listed=False),),
        colophon=_colophon(slip),
    )


def _slip_form(slip: SlipPaper) -> Form:
    matter = slip.matter
    due = office_day(matter.due_on) if matter.due_on else "未定"
    answer = FormCell(office_day(slip.reply_by_on))
    rows = (
        _wide("督办事项", f"{matter.number}{matter.title}", 10),
        _wide("任务来源", _source(matter), 9),
        FormRow((_label("承办单位"), FormCell(slip.unit), _label("承担责任"), FormCell(f"{matter.role}单位")), 9),
        FormRow((_label("办结时限"), FormCell(due), _label("逾期情况"), FormCell(_lateness(matter))), 9),
        _wide("目前进展", _progress(matter), 12),
        _wide("此前督促", "\n".join(map(_earlier, matter.earlier)) or "无。", 9),
        _wide("督办要求", slip.demand, 14),
        FormRow((_label("回复时限"), answer, _label("联系人、电话"), FormCell(_called(slip.contact))), 9),
    )
    return Form(FORM_WIDTHS, rows)


def _letter(slip: SlipPaper) -> OfficialPaper:
    return OfficialPaper(
        subject=f"{slip.number}工作提示函：{slip.matter.title}",
        author=slip.office,
        on=slip.issued_on,
        masthead=Masthead(MastheadForm.LETTER, slip.office, number=slip.number),
        title=(slip.form.label,),
        addressee=f"{slip.unit}：",
        body=_letter_body(slip),
        signature=Signature((slip.office,), office_day(slip.issued_on)),
        remark=remark(slip.contact),
        annexes=(Annex(LETTER_REPLY, _reply_form(slip, "提示事项"), is_listed=False),),
        colophon=_colophon(slip),
    )


def _letter_body(slip: SlipPaper) -> tuple[Block, ...]:
    matter = slip.matter
    due = f"，应于{office_day(matter.due_on)}完成" if matter.due_on else ""
    shares = [f"完成{matter.percent}%"] if matter.percent is not None else []
    standing = "，".join([*shares, *([_lateness(matter)] if matter.workdays else [])])
    now = f"截至{office_day(slip.issued_on)}{standing}。" if standing else ""
    first = f"{_source(matter)}所列“{matter.title}”由贵单位{matter.role}{due}。{now}"
    # Several demands are numbered lines, each a paragraph of its own.
    demands = slip.demand.split("\n")
    asked = f"{_basis(slip.basis)}请贵单位予以支持："
    asking = [asked, *demands] if len(demands) > 1 else [asked + slip.demand]
    last = f"请于{office_day(slip.reply_by_on)}前函复我办（回执附后）。"
    return tuple(Paragraph(text) for text in (first, *asking, last) if text)


def _reply_form(slip: SlipPaper, matter_label: str) -> tuple[Block, ...]:
    rows = (
        FormRow(
            (_label("文号"), FormCell(slip.number), _label("回复时限"), FormCell(office_day(slip.reply_by_on))), 12
        ),
        FormRow((_label("承办单位"), FormCell(slip.unit, span=3)), 12),
        _wide(matter_label, f"{slip.matter.number}{slip.matter.title}", 14),
        _wide("办理进展和\n完成情况", "", 40),
        _wide("未完成的原因\n和下一步措施", "", 36),
        FormRow((_label("预计完成时间"), FormCell(), _label("完成比例"), FormCell()), 13),
        FormRow((_label("经办人"), FormCell(), _label("联系电话"), FormCell()), 13),
        _wide("单位主要\n负责人意见", TO_SIGN, 32),
    )
    sent_to = remark(slip.contact)
    closing = f"填写后送{slip.office}{f'（{sent_to}）' if sent_to else ''}。"
    return (Form(FORM_WIDTHS, rows), Note(closing))


def _wide(label: str, words: str, height_mm: float) -> FormRow:
    return FormRow((_label(label), FormCell(words, span=3)), height_mm)


def _label(words: str) -> FormCell:
    return FormCell(words, is_label=True)


def _basis(words: str) -> str:
    """Gives the basis as the opening of a sentence, whatever stops and 根据 the officer typed with it."""
    told = words.strip().rstrip("。；，,;.").removeprefix("根据").removeprefix("依据")
    return f"根据{told}，" if told else ""


def _source(matter: Matter) -> str:
    return f"《{matter.plan_title}》{f'（{matter.doc_no}）' if matter.doc_no else ''}"


def _lateness(matter: Matter) -> str:
    return f"已逾期{matter.workdays}个工作日" if matter.workdays else "未逾期"


def _progress(matter: Matter) -> str:
    share = f"完成{matter.percent}%。" if matter.percent is not None else ""
    if not matter.last_word:
        return f"{share}尚未收到进展报送。"
    day = f"（{office_day(matter.last_word_on)}）" if matter.last_word_on else ""
    return f"{share}最近报送{day}：{matter.last_word}"


def _earlier(paper: EarlierPaper) -> str:
    outcome = f"，{paper.outcome}" if paper.outcome else ""
    return f"{office_day(paper.sent_on)}{paper.label}{outcome}。"


def _called(contact: Contact) -> str:
    return "　".join(filter(None, (contact.name, contact.telephone)))


def _colophon(slip: SlipPaper) -> Colophon | None:
    return Colophon(copies=slip.copies) if slip.copies else None
