"""The ledger: its columns are those of the standard, in their order."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tracker.core.ledger import COLUMNS, LedgerEntry, source_words, tone
from tracker.core.lights import Light

STANDARD = (
    "序号，任务来源，任务编号，工作任务，目标/量化指标，牵头领导，牵头单位，责任单位，联系人及电话，交办时间，原定时限，现定时限，"
    "延期次数，阶段目标，最新进展，完成比例，存在问题，下一步，需协调事项，报送灯，进度灯，办理结果，备注"
)


def test_the_row_has_the_23_columns_of_the_standard() -> None:
    assert list(COLUMNS.values()) == STANDARD.split("，")
    assert [field.name for field in fields(LedgerEntry)] == list(COLUMNS)


@pytest.mark.parametrize(
    ("words", "light"),
    [("逾期", Light.LATE), ("达序时", Light.ON_TIME), ("未报送", Light.LATE), ("已报送", Light.ON_TIME)],
)
def test_a_worded_light_has_its_colour(words: str, light: Light) -> None:
    assert tone(words) is light


def test_what_is_counted_apart_has_no_colour() -> None:
    assert tone("常态化") is None


def test_a_source_without_a_number_is_its_title() -> None:
    assert source_words("行动计划", "") == "《行动计划》"
    assert source_words("行动计划", "云政办〔2025〕7号") == "《行动计划》（云政办〔2025〕7号）"
