"""The list of units to telephone (电话催办清单), to print and write on, and as a sheet."""

from __future__ import annotations

from tracker.core.narrative import office_day
from tracker.core.official import Annex, Note, OfficialPaper, Table
from tracker.core.papers import CallList
from tracker.reports import xlsx

TITLE = "电话催办清单"
HEAD = ("序号", "单位", "联系人", "电话", "应办事项", "逾期情况", "通话时间", "接听人", "答复要点")
WIDTHS = (10.0, 30.0, 16.0, 27.0, 50.0, 20.0, 18.0, 15.0, 39.0)
SHEET_WIDTHS = (5.0, 26.0, 10.0, 16.0, 48.0, 16.0, 16.0, 10.0, 36.0)
ROW_MM = 17.0


def paper(calls: CallList) -> OfficialPaper:
    """Gives the list as a paper of its own, without head or signature."""
    table = Table(HEAD, _rows(calls), WIDTHS, words=(1, 4, 5), row_mm=ROW_MM)
    blocks = (Note(_note(calls)), table) if calls.rows else (Note(_note(calls)),)
    return OfficialPaper(
        subject=f"{TITLE}（{office_day(calls.as_of)}）",
        author=calls.office,
        on=calls.as_of,
        annexes=(Annex(TITLE, blocks, is_landscape=True, is_listed=False),),
    )


def sheet(calls: CallList) -> bytes:
    """Gives the list as .xlsx."""
    columns = [xlsx.Column(label, width) for label, width in zip(HEAD, SHEET_WIDTHS, strict=True)]
    return xlsx.listing(TITLE, columns, _rows(calls), note=_note(calls))


def _note(calls: CallList) -> str:
    if not calls.rows:
        return f"截至{office_day(calls.as_of)}，没有需要电话催办的单位。"
    return (
        f"{calls.office}　截至{office_day(calls.as_of)}　共{len(calls.rows)}个单位没有系统用户。"
        "通话后请在系统中登记催办。"
    )


def _rows(calls: CallList) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            str(place),
            row.unit,
            row.contact.name,
            row.contact.telephone,
            "\n".join(row.owed),
            row.late,
            *("", "", ""),
        )
        for place, row in enumerate(calls.rows, start=1)
    )
