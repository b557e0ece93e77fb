"""The filing as a sheet: down and up without a change, one cell changed is one change, hostile sheets named by cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment, file_row
from tracker.core.filing import Words, clean
from tracker.core.filing_sheet import HEADINGS, WRITTEN, FilingLine, FilingSheet, RowKey, opened, sealed
from tracker.core.permissions import Actor
from tracker.core.terms import Role
from tracker.documents.sheets import Column, read_sheet
from tracker.errors import Unreadable
from tracker.models import Assignment, ProgressReport
from tracker.reports.filing_sheet import HEAD_ROW, filing_sheet
from tracker.services.filing import Entry, save_row
from tracker.services.filing_pages import every_row
from tracker.services.filing_sheet import Taken, sheet_to_fill, take_sheet
from tracker.services.lights import refresh_lights

SECRET = "a secret of the tests, forty letters long"
NOW = datetime(2026, 4, 10, 2, 0, tzinfo=UTC)
TODAY = date(2026, 4, 10)
FIRST = HEAD_ROW + 2
LETTER = {key: openpyxl.utils.get_column_letter(place) for place, (key, _) in enumerate(HEADINGS, start=1)}


@dataclass
class Bureau:
    """A unit with six tasks over two plans, its people, and another unit's liaison."""

    liaison: Actor
    head: Actor
    stranger: Actor
    duties: list[Assignment]


@pytest.fixture
def bureau(session: Session) -> Bureau:
    city = a_city(session)
    officer = a_user(session, city, Role.OFFICER)
    unit, other = a_unit(session, city, "市科技局"), a_unit(session, city, "市财政局")
    people = [a_user(session, city, role, unit) for role in (Role.LIAISON, Role.UNIT_HEAD)]
    stranger = a_user(session, city, Role.LIAISON, other)
    duties = []
    for number in range(6):
        plan = a_plan(session, city, officer, title=f"第{number // 3}号方案") if number % 3 == 0 else plan  # noqa: F821
        task = a_task(session, plan, number=f"{number + 1}.", title=f"建设第{number + 1}个园区", position=number)
        duties.append(an_assignment(session, task, unit, acknowledged_on=date(2026, 1, 6)))
        an_assignment(session, task, other, is_first_lead=False, acknowledged_on=date(2026, 1, 6))
    refresh_lights(session, [duty.task for duty in duties], now=NOW)
    liaison, head = acting(people[0], Role.LIAISON), acting(people[1], Role.UNIT_HEAD)
    march = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
    for duty in duties[:4]:
        file_row(session, liaison, head, duty, Words(f"{duty.task.number}已开工", 20, next_step="封顶"), now=march)
    save_row(session, liaison, Entry(duties[0].id, 0, Words("=1+1 已封顶\n第二行", 45, "缺钱", "装修", "")), now=NOW)
    return Bureau(liaison, head, acting(stranger, Role.LIAISON), duties)


def down(session: Session, actor: Actor) -> bytes:
    return filing_sheet(sheet_to_fill(session, actor, secret=SECRET, today=TODAY))


def up(session: Session, actor: Actor, data: bytes) -> Taken:
    return take_sheet(session, actor, data, secret=SECRET, now=NOW)


def edited(data: bytes, edit: Callable[[Any], object]) -> bytes:
    """The workbook with its sheet changed as a colleague's program would write it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def said(session: Session, bureau: Bureau) -> dict[int, Words]:
    return {row.assignment_id: row.words for row in every_row(session, bureau.liaison, today=TODAY)}


def row_of(session: Session, bureau: Bureau, duty: Assignment) -> int:
    keys = [row.assignment_id for row in every_row(session, bureau.liaison, today=TODAY)]
    return FIRST + keys.index(duty.id)


def test_a_sheet_sent_back_untouched_changes_nothing(session: Session, bureau: Bureau) -> None:
    before = said(session, bureau)
    versions = dict(session.execute(select(ProgressReport.id, ProgressReport.version)).tuples().all())
    data = down(session, bureau.liaison)
    for sent in (data, edited(data, lambda sheet: None)):
        taken = up(session, bureau.liaison, sent)
        assert (taken.changed, taken.unchanged, taken.refused) == ([], 6, [])
    assert said(session, bureau) == before
    assert dict(session.execute(select(ProgressReport.id, ProgressReport.version)).tuples().all()) == versions


@pytest.mark.parametrize("place", [0, 1, 5])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("progress", "=新的进展"),
        ("percent", 60),
        ("problems", "@问题"),
        ("next_step", "-下一步"),
        ("coordination", "+协调"),
    ],
)
def test_one_changed_cell_is_exactly_that_change(
    session: Session, bureau: Bureau, place: int, column: str, value: Any
) -> None:
    duty = bureau.duties[place]
    before, row = said(session, bureau), row_of(session, bureau, duty)
    data = down(session, bureau.liaison)

    def edit(sheet: Any) -> None:
        sheet[f"{LETTER[column]}{row}"].value = value
        sheet[f"{LETTER[column]}{row}"].data_type = "n" if isinstance(value, int) else "s"

    sent = edited(data, edit)
    taken = up(session, bureau.liaison, sent)
    assert len(taken.changed) == 1 and taken.unchanged == 5 and taken.refused == []
    assert said(session, bureau) == before | {duty.id: replace(before[duty.id], **{column: value})}
    again = up(session, bureau.liaison, sent)
    assert (again.changed, again.unchanged, again.refused) == ([], 6, [])


def test_the_same_as_the_last_time_is_one_choice(session: Session, bureau: Bureau) -> None:
    duty, new = bureau.duties[1], bureau.duties[5]
    data = down(session, bureau.liaison)
    rows = [row_of(session, bureau, each) for each in (duty, new, bureau.duties[2], bureau.duties[3])]

    def edit(sheet: Any) -> None:
        for row, value in zip(rows, ("是", "是", "否", "是"), strict=True):
            sheet[f"{LETTER['same']}{row}"] = value
        sheet[f"{LETTER['progress']}{rows[3]}"] = "又写了一句"

    taken = up(session, bureau.liaison, edited(data, edit))
    assert len(taken.changed) == 1 and said(session, bureau)[duty.id] == Words("2.已开工", 20, next_step="封顶")
    assert [(each.place, each.heading) for each in taken.refused] == [
        (f"{LETTER['same']}{row}", "同上期") for row in sorted(rows[1:])
    ]


TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
WORDS = st.builds(Words, TEXT, st.none() | st.integers(0, 100), TEXT, TEXT, TEXT)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5))
def test_any_words_come_back_as_they_went_down(every: list[Words]) -> None:
    kept = [
        Words(clean(w.progress), w.percent, clean(w.problems), clean(w.next_step), clean(w.coordination)) for w in every
    ]
    lines = [FilingLine(f"key{n}", "方案", "1.", "任务", "", "", None, words, True) for n, words in enumerate(kept)]
    columns = [Column(key, (heading,)) for key, heading in HEADINGS]
    read = read_sheet(filing_sheet(FilingSheet("表", "说明", lines)), columns, longest=5000)
    assert read.wrong == [] and len(read.rows) == len(kept)
    for row, words in zip(read.rows, kept, strict=True):
        found = {name: clean(row.cells[name]) for name in WRITTEN}
        percent = "" if words.percent is None else str(words.percent)
        assert found == {name: getattr(words, name) for name in WRITTEN} | {"percent": percent}


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 10**4), st.integers(0, 200), st.characters())
def test_a_key_is_known_again_and_no_other_text_is_one(
    unit_id: int, assignment_id: int, version: int, place: int, character: str
) -> None:
    key = RowKey(unit_id, assignment_id, "2026-04", version)
    text = sealed(key, SECRET)
    assert opened(text, SECRET) == key
    assert opened(text, SECRET + "x") is None
    place %= len(text)
    changed = text[:place] + character + text[place + 1 :]
    assert changed == text or opened(changed, SECRET) is None


def test_stale_foreign_doubled_and_tampered_rows_are_refused_by_name_and_the_rest_is_taken(
    session: Session, bureau: Bureau
) -> None:
    data = down(session, bureau.liaison)
    rows = {duty.task.number: row_of(session, bureau, duty) for duty in bureau.duties}
    progress, key = LETTER["progress"], LETTER["key"]

    def edit(sheet: Any) -> None:
        for number, row in rows.items():
            sheet[f"{progress}{row}"] = f"{number}新进展"
        sheet[f"{key}{rows['2.']}"] = str(sheet[f"{key}{rows['2.']}"].value).replace("2026-04", "2026-05")
        sheet[f"{key}{rows['3.']}"] = foreign
        sheet[f"{LETTER['title']}{rows['4.']}"] = "建设第5个园区"
        sheet[f"{key}{rows['6.']}"] = sheet[f"{key}{rows['5.']}"].value

    foreign = sealed(RowKey(bureau.stranger.unit_id or 0, bureau.duties[2].id, "2026-04", 0), SECRET)
    version = next(r.version for r in every_row(session, bureau.liaison, today=TODAY) if r.number == "1.")
    save_row(session, bureau.liaison, Entry(bureau.duties[0].id, version, Words("同事改过", 50)), now=NOW)
    taken = up(session, bureau.liaison, edited(data, edit))
    found = {each.row: (each.place, each.problem) for each in taken.refused}
    assert taken.changed == []
    for number, words in {
        "1.": "下载之后这一项已被修改",
        "2.": "行标识被改动",
        "3.": "其他单位的任务",
        "4.": "任务名称与行标识不符",
        "5.": "出现了多次",
        "6.": "出现了多次",
    }.items():
        place, problem = found[rows[number]]
        assert place.endswith(str(rows[number])) and words in problem, number


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("progress", "=HYPERLINK(1)", "是公式"),
        ("percent", 101, "0 到 100 的整数"),
        ("percent", 0.45, "0 到 100 的整数"),
        ("percent", "一半", "0 到 100 的整数"),
        ("progress", "字" * 2_000_000, "最多 5000 字"),
        ("key", "=1", "是公式"),
    ],
)
def test_a_wrong_cell_is_named_and_the_other_rows_are_taken(
    session: Session, bureau: Bureau, column: str, value: Any, words: str
) -> None:
    data = down(session, bureau.liaison)
    wrong, right = row_of(session, bureau, bureau.duties[1]), row_of(session, bureau, bureau.duties[2])

    def edit(sheet: Any) -> None:
        sheet[f"{LETTER[column]}{wrong}"] = value
        sheet[f"{LETTER['progress']}{right}"] = "照常填报"

    if isinstance(value, str) and len(value) > 40_000:
        sent = edited(data, lambda sheet: (edit_long(sheet, wrong), edit_right(sheet, right)))
        sent = with_text(sent, "LONG-TEXT-HERE", value)
    else:
        sent = edited(data, edit)
    taken = up(session, bureau.liaison, sent)
    (refused,) = taken.refused
    assert refused.place == f"{LETTER[column]}{wrong}" and words in refused.problem
    assert len(taken.changed) == 1 and said(session, bureau)[bureau.duties[2].id].progress == "照常填报"
    assert said(session, bureau)[bureau.duties[1].id] == Words("")


def edit_long(sheet: Any, row: int) -> None:
    sheet[f"{LETTER['progress']}{row}"] = "LONG-TEXT-HERE"


def edit_right(sheet: Any, row: int) -> None:
    sheet[f"{LETTER['progress']}{row}"] = "照常填报"


def with_text(data: bytes, old: str, new: str) -> bytes:
    """The workbook with a text in its parts replaced, as no program that keeps the limits would write it."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(name, source.read(name).replace(old.encode(), new.encode()))
    return out.getvalue()


def test_hidden_and_merged_rows_are_refused_and_the_rest_is_taken(session: Session, bureau: Bureau) -> None:
    data = down(session, bureau.liaison)
    hidden, merged, right = (row_of(session, bureau, bureau.duties[n]) for n in (1, 3, 5))

    def edit(sheet: Any) -> None:
        for row in (hidden, merged, right):
            sheet[f"{LETTER['progress']}{row}"] = "照常填报"
        sheet.row_dimensions[hidden].hidden = True
        sheet.merge_cells(f"{LETTER['progress']}{merged}:{LETTER['percent']}{merged}")

    taken = up(session, bureau.liaison, edited(data, edit))
    assert {each.row for each in taken.refused} == {hidden, merged}
    assert any("隐藏" in each.problem for each in taken.refused)
    assert any("合并" in each.problem for each in taken.refused)
    assert len(taken.changed) == 1 and said(session, bureau)[bureau.duties[5].id].progress == "照常填报"


def test_a_cell_at_the_end_of_the_world_is_named(session: Session, bureau: Bureau) -> None:
    data = down(session, bureau.liaison)
    far = edited(data, lambda sheet: sheet.__setitem__("XFD1048576", "x"))
    with pytest.raises(Unreadable, match="XFD1048576"):
        up(session, bureau.liaison, far)
    deep = edited(data, lambda sheet: sheet.__setitem__(f"{LETTER['progress']}1048576", "x"))
    (refused,) = up(session, bureau.liaison, deep).refused
    assert refused.row == 1048576 and "行标识" in refused.problem


def test_what_is_no_filing_sheet_is_refused_whole(session: Session, bureau: Bureau) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "随便"  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Unreadable, match="不是本系统的填报表"):
        up(session, bureau.liaison, out.getvalue())
    with pytest.raises(Unreadable):
        up(session, bureau.liaison, b"PK\x03\x04nonsense")


def test_another_unit_cannot_send_this_units_sheet(session: Session, bureau: Bureau) -> None:
    taken = up(session, bureau.stranger, down(session, bureau.liaison))
    assert taken.changed == [] and len(taken.refused) == 6
    assert all("其他单位" in each.problem for each in taken.refused)
