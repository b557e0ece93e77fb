"""Chapters above the items of a plan."""

from __future__ import annotations

from tracker.core.headings import headings_above

TEXT = """一、总体要求
（一）指导思想。坚持绿色发展。
二、重点任务
（一）优化公交网络
1.加密线路。
（二）完善慢行系统
2.连通绿道。
三、深化改革
（一）改革票制
1.推行一票换乘。
"""


def test_a_number_that_restarts_in_every_chapter_gives_a_heading_for_each() -> None:
    starts = [TEXT.index("1.加密"), TEXT.index("2.连通"), TEXT.index("1.推行")]
    paths = [["二、", "（一）"], ["二、", "（二）"], ["三、", "（一）"]]
    headings, homes = headings_above(TEXT, list(zip(paths, starts, strict=True)))
    named = [(heading.number, heading.title) for heading in headings]
    assert named == [
        ("二、", "重点任务"),
        ("（一）", "优化公交网络"),
        ("（二）", "完善慢行系统"),
        ("三、", "深化改革"),
        ("（一）", "改革票制"),
    ]
    assert [heading.parent for heading in headings] == [None, 0, 0, None, 3]
    assert homes == [1, 2, 4]
    assert all(TEXT[h.start : h.end].startswith(h.number) for h in headings)


def test_an_item_without_a_path_stands_under_nothing() -> None:
    assert headings_above("一、任务。", [([], 0)]) == ([], [None])


def test_a_number_that_stands_nowhere_before_the_item_is_passed_over() -> None:
    headings, homes = headings_above("1.任务。\n九、以后", [(["九、"], 0)])
    assert headings == [] and homes == [None]
