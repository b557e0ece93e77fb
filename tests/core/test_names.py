"""Names of units against a registry."""

from __future__ import annotations

import pytest

from tracker.core.names import (
    Seat,
    full_name,
    is_group,
    kind_of,
    kinds_of_members,
    member_kind,
    member_name,
    most_alike,
    plain,
    spellings,
    split_members,
    split_names,
)
from tracker.core.terms import JurisdictionLevel, UnitKind

CITY = Seat("云川市", "市")
COUNTY = Seat("青岚县", "县", JurisdictionLevel.COUNTY)


@pytest.mark.parametrize(
    "printed", ["市财政局", "财政局", "云川市财政局"], ids=["with prefix", "elided", "with the place"]
)
def test_every_way_to_print_a_registered_name_is_one_of_its_spellings(printed: str) -> None:
    assert printed in spellings("市财政局", CITY)
    assert printed in spellings("云川市财政局", CITY)


def test_market_supervision_keeps_the_character_that_looks_like_a_prefix() -> None:
    assert {"市市场监管局", "市场监管局"} <= spellings("市场监管局", CITY)
    assert full_name("市场监管局", CITY) == "市市场监管局"


def test_a_government_is_found_in_its_short_and_its_long_form() -> None:
    assert "青岚县人民政府" in spellings("青岚县政府", CITY)
    assert "青岚县政府" in spellings("青岚县人民政府", CITY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("市人力资源和社会保障局", "云川市人社局"),
        ("市发展和改革委员会", "市发改委"),
        ("市住房城乡建设局", "市住建局"),
        ("云川高新区管理委员会", "云川高新区管委"),
    ],
)
def test_long_and_short_forms_of_a_name_are_plain_alike(one: str, other: str) -> None:
    assert plain(one, CITY) == plain(other, CITY)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("市财政局", UnitKind.DEPARTMENT),
        ("市政府办公室", UnitKind.DEPARTMENT),
        ("市委组织部", UnitKind.PARTY),
        ("团市委", UnitKind.DEPARTMENT),
        ("青岚县政府", UnitKind.COUNTY),
        ("青岚县人民政府", UnitKind.COUNTY),
        ("云川高新区管委会", UnitKind.ZONE),
        ("城关街道办事处", UnitKind.TOWNSHIP),
        ("云川水务集团", UnitKind.COMPANY),
        ("国网云川供电公司", UnitKind.VERTICAL),
        ("市税务局", UnitKind.VERTICAL),
        ("市大数据中心", UnitKind.INSTITUTION),
        ("省科技厅", UnitKind.HIGHER),
    ],
)
def test_a_name_speaks_of_its_kind(name: str, kind: UnitKind) -> None:
    assert kind_of(name, CITY) is kind


def test_what_is_a_department_in_the_city_is_above_the_county() -> None:
    assert kind_of("市科技局", CITY) is UnitKind.DEPARTMENT
    assert kind_of("市科技局", COUNTY) is UnitKind.HIGHER


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("各县（市、区）政府", (UnitKind.COUNTY,)),
        ("各县区管委", (UnitKind.ZONE,)),
        ("各县区政府、管委会", (UnitKind.COUNTY, UnitKind.ZONE)),
        ("各乡镇（街道）", (UnitKind.TOWNSHIP,)),
        ("领导小组成员单位", ()),
    ],
)
def test_a_collective_name_says_what_its_members_are(name: str, kinds: tuple[UnitKind, ...]) -> None:
    assert is_group(name)
    assert kinds_of_members(name) == kinds


def test_a_single_unit_is_no_group() -> None:
    assert not is_group("市科技局")
    assert not is_group("青岚县政府")


def test_typed_names_are_parted_outside_of_brackets_only() -> None:
    assert split_names("市财政局、各县（市、区）政府，市科技局;市财政局 、") == [
        "市财政局",
        "各县（市、区）政府",
        "市科技局",
    ]
    assert split_names("") == []


def test_an_unclosed_bracket_swallows_nothing_but_its_own_name() -> None:
    assert split_names("市财政局、市科技局（高新处") == ["市财政局", "市科技局（高新处"]


def test_similar_names_are_found_with_their_likeness_and_others_are_not() -> None:
    found = most_alike("市教育体育局", ["市教育局", "市民政局"], CITY)
    assert found is not None and found[0] == "市教育局" and 75 <= found[1] < 100
    assert most_alike("市气象局", ["市教育局"], CITY) is None


def test_a_name_of_another_level_is_never_similar() -> None:
    assert most_alike("县地方金融监管局", ["市地方金融监管局"], CITY) is None
    assert most_alike("县委组织部", ["市委组织部"], CITY) is None
    assert most_alike("县市场监管局", ["市市场监管局"], CITY) is None
    assert most_alike("云川市教育体育局", ["市教育局"], CITY) is not None


def test_a_pasted_list_is_parted_at_blanks_and_lines_but_not_inside_brackets() -> None:
    assert split_members("青岚县 南屏县\n松坪市、云川（高新 区）管委会。\n") == [
        "青岚县",
        "南屏县",
        "松坪市",
        "云川（高新区）管委会",
    ]


@pytest.mark.parametrize(
    ("name", "group", "full", "kind"),
    [
        ("松坪市", "各县(市、区)政府", "松坪市政府", UnitKind.COUNTY),
        ("松坪市", "各县(市、区)", "松坪市", UnitKind.COUNTY),
        ("柳河镇", "各乡(镇)政府", "柳河镇政府", UnitKind.TOWNSHIP),
        ("云川开发区", "各县区政府", "云川开发区", UnitKind.ZONE),
        ("市财政局", "领导小组成员单位", "市财政局", UnitKind.DEPARTMENT),
    ],
)
def test_a_member_takes_from_its_group_what_its_own_name_leaves_out(
    name: str, group: str, full: str, kind: UnitKind
) -> None:
    assert member_name(name, group) == full
    assert member_kind(full, group, CITY) is kind


def test_a_zone_of_national_rank_belongs_to_its_place_and_a_ministry_does_not() -> None:
    assert kind_of("国家农业科技园区管委会", CITY) is UnitKind.ZONE
    assert kind_of("国家发展改革委", CITY) is UnitKind.HIGHER
