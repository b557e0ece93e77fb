"""The fonts of the PDF: official ones where there are any, else named stand-ins, else a word on what to install."""

from __future__ import annotations

import pytest

from tracker.errors import Unreadable
from tracker.reports import fonts

OFFICIAL = frozenset({"FZXiaoBiaoSong-B05S", "FangSong", "SimHei", "KaiTi", "SimSun"})
FREE = frozenset({"Noto Serif CJK SC", "Noto Sans CJK SC", "DejaVu Sans"})


def test_official_fonts_are_taken_where_they_are_installed() -> None:
    found = fonts.faces(OFFICIAL | FREE)
    assert {face.family for face in found.values()} == OFFICIAL
    assert fonts.stand_in_words(OFFICIAL | FREE) == ""


def test_free_fonts_stand_in_and_the_sentence_says_which_for_which() -> None:
    words = fonts.stand_in_words(FREE)
    assert "仿宋、楷体、宋体用 Noto Serif CJK SC" in words
    assert "小标宋用 Noto Serif CJK SC 粗体" in words
    assert "黑体用 Noto Sans CJK SC" in words


def test_one_official_font_is_used_beside_stand_ins() -> None:
    found = fonts.faces(FREE | {"KaiTi_GB2312"})
    assert found["kai"].family == "KaiTi_GB2312" and found["body"].family == "Noto Serif CJK SC"
    assert "楷体" not in fonts.stand_in_words(FREE | {"KaiTi_GB2312"})


def test_any_chinese_font_is_better_than_none() -> None:
    assert {face.family for face in fonts.faces(frozenset({"Droid Sans Fallback"})).values()} == {"Droid Sans Fallback"}


def test_without_a_chinese_font_the_package_to_install_is_named() -> None:
    with pytest.raises(Unreadable, match="fonts-noto-cjk"):
        fonts.faces(frozenset({"DejaVu Sans"}))
