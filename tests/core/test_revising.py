"""Two editions of a document compared item by item."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.revising import Difference, DifferenceKind, Item, Part, Share, differences, in_order, words
from tracker.core.terms import DutyRole

LEAD = Share("unit:1", DutyRole.LEAD, True)
TITLES = ("建设滨河绿道", "加密社区公交线路", "规范共享单车停放", "改造老旧小区管网", "培育数字经济企业")


def item(key: int, title: str, number: str = "", **parts: object) -> Item:
    values = {"number": number or f"{key}.", "title": title, "text": f"{title}。按年度计划推进，确保取得实效。"}
    return replace(Item(key, "", "", "", shares=frozenset({LEAD})), **{**values, **parts})  # type: ignore[arg-type]


def edition() -> list[Item]:
    return [item(n, title) for n, title in enumerate(TITLES, start=1)]


def kinds(found: list[Difference]) -> list[DifferenceKind]:
    return [each.kind for each in found]


items = st.lists(
    st.builds(
        Item,
        key=st.just(0),
        number=st.sampled_from(("1.", "2.", "（3）", "")),
        title=st.text(alphabet="建设绿道公交管网", max_size=5),
        text=st.text(alphabet="建设绿道（牵头单位：市局）。 ", max_size=20),
        part=st.sampled_from((None, 1, 2)),
        shares=st.frozensets(st.builds(Share, st.sampled_from(("unit:1", "group:2")), st.sampled_from(DutyRole))),
        due_on=st.sampled_from((None, date(2027, 6, 30))),
        is_standing=st.booleans(),
        targets=st.frozensets(st.sampled_from(("70家", "40公里"))),
    ),
    max_size=8,
).map(lambda found: [replace(each, key=n) for n, each in enumerate(found, start=1)])


@given(items)
def test_an_equal_edition_has_no_difference(old: list[Item]) -> None:
    assert set(kinds(differences(old, [replace(each, key=each.key + 100) for each in old]))) <= {DifferenceKind.KEPT}


@given(items, st.data())
def test_renumbering_alone_is_renumbering_and_nothing_else(old: list[Item], data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.integers(1, 99), min_size=len(old), max_size=len(old)))
    new = [replace(each, key=each.key + 100, number=f"{n}.") for each, n in zip(old, numbers, strict=True)]
    assert set(kinds(differences(old, new))) <= {DifferenceKind.KEPT, DifferenceKind.RENUMBERED}


@given(items, items)
def test_every_item_of_both_editions_stands_there_once(old: list[Item], new: list[Item]) -> None:
    new = [replace(each, key=each.key + 100) for each in new]
    found = differences(old, new)
    assert sorted(each.old.key for each in found if each.old) == [each.key for each in old]
    assert [each.new.key for each in found if each.new] == [each.key for each in new]


def test_each_part_that_differs_is_named() -> None:
    old = edition()
    new = [
        replace(old[0], shares=frozenset({LEAD, Share("unit:2", DutyRole.RESPONSIBLE)})),
        replace(old[1], due_on=date(2027, 6, 30)),
        replace(old[2], text="规范共享单车停放。建立总量调控机制。", targets=frozenset({"12处"})),
        replace(old[3], title="改造老旧小区供水管网", number="9."),
        old[4],
    ]
    assert [each.parts for each in differences(old, new)] == [
        {Part.UNITS},
        {Part.DUE},
        {Part.TEXT, Part.TARGETS},
        {Part.TITLE, Part.NUMBER},
        set(),
    ]


def test_what_is_left_out_stands_where_it_stood_and_what_is_new_where_it_stands() -> None:
    old = edition()
    new = [old[0], item(9, "开展全域土地整治", "2."), *old[2:]]
    found = differences(old, new)
    assert kinds(found) == [
        DifferenceKind.KEPT,
        DifferenceKind.DROPPED,
        DifferenceKind.NEW,
        *[DifferenceKind.KEPT] * 3,
    ], "an equal number does not make one of two that say different things"


def test_other_units_in_the_closing_bracket_are_no_other_words() -> None:
    first = "连通滨河绿道。设驿站12处。（牵头单位：市住建局；责任单位：各县（市、区）政府）"
    assert words(first) == words("连通滨河绿道。\n设驿站12处（牵头单位:市园林局)。") == "连通滨河绿道。设驿站12处"
    assert words("培育企业（含个体工商户）") == "培育企业（含个体工商户）"


def test_an_order_keeps_what_the_new_one_does_not_name_after_its_predecessor() -> None:
    assert in_order([1, 2, 3, 4], [3, 9, 1]) == [3, 4, 9, 1, 2]
    assert in_order([7, 1], [1]) == [7, 1]
