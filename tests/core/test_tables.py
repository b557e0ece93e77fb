from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.tables import Indicator, indicators, responsibility_rows
from tracker.core.text import Block, BlockKind, Cell, Text, text_of_lines


def table(*rows: list[str | tuple[str, int, int] | None]) -> Text:
    """A document of one real table: a cell is its words, or (words, rowspan, colspan); None where none is printed."""
    content, cells = "", []
    for r, row in enumerate(rows):
        content += "\n" if r else ""
        for c, cell in enumerate(row):
            content += "\t" if c else ""
            if cell is None:
                continue
            words, rowspan, colspan = cell if isinstance(cell, tuple) else (cell, 1, 1)
            cells.append(Cell(len(content), len(content) + len(words), r, c, rowspan, colspan))
            content += words
    return Text(content, (Block(0, len(content), BlockKind.TABLE, tuple(cells)),))


def read(text: Text) -> tuple[Indicator, ...]:
    return indicators(text)[0]


def values(text: Text) -> list[tuple[str, str, str | None, dict[str, int | float]]]:
    return [(one.no, one.name, one.unit, one.values) for one in read(text)]


HEADER = ["序号", "指标类型", "指标名称", "单位", "2022年", "实际值", "2023年", "目标值", "2026年", "目标值"]
FLAT = [
    "1", "规模指标", "数字经济增加值占比", "%", "31.5", "33", "40",
    "2", "示范园区", "4", "6", "9",
    "3", "效益指标", "\u3000", "效益指标", "园区亩均税收", "万元/亩", "12.8*", "13", "16",
    "4", "万人拥有市场主体数", "户", "870", "1000",
    "投入指标",
    "5", "科技特派员", "人", "210", "5", "6",
    "6", "技术合同额", "亿元", "7", "8", "10",
    "7", "实训基地", "家", "6", "7", "8",
    "8", "备案平台", "个", "11", "12", "13",
]  # fmt: skip


def flat(cells: list[str], *, joint: str = "\n\n") -> Text:
    head = "云川市数字强市行动方案(2023—2026年)\n\n主要指标如下。\n\n"
    tail = "\n\n注:加*号为2021年数据\n\n三、重点任务\n\n1.建设平台。(责任单位:市科技局)"
    return text_of_lines(head + joint.join(cells) + tail)


@pytest.mark.parametrize("joint", ["\n", "\n\n", "\n \n\u00a0\n"])
def test_a_table_flattened_to_one_cell_a_line_is_read(joint: str) -> None:
    assert values(flat(HEADER + FLAT, joint=joint)) == [
        ("1", "数字经济增加值占比", "%", {"2022": 31.5, "2023": 33, "2026": 40}),
        ("2", "示范园区", None, {"2022": 4, "2023": 6, "2026": 9}),
        ("3", "园区亩均税收", "万元/亩", {"2022": 12.8, "2023": 13, "2026": 16}),
        ("4", "万人拥有市场主体数", "户", {"2023": 870, "2026": 1000}),
        ("5", "科技特派员", "人", {"2022": 210, "2023": 5, "2026": 6}),
        ("6", "技术合同额", "亿元", {"2022": 7, "2023": 8, "2026": 10}),
        ("7", "实训基地", "家", {"2022": 6, "2023": 7, "2026": 8}),
        ("8", "备案平台", "个", {"2022": 11, "2023": 12, "2026": 13}),
    ]


def test_roles_notes_findings_and_the_place_of_a_flattened_table_are_given() -> None:
    text = flat(HEADER + FLAT)
    rows, findings, places = indicators(text)
    assert rows[2].roles == {"2022": "actual", "2023": "target", "2026": "target"}
    assert rows[2].notes == {"2022": "*"}
    assert [one.code for one in findings] == ["indicator.missing-cells"]
    assert text.content[findings[0].start : findings[0].end].startswith("4\n")
    assert text.content[places[0].start : places[0].end].startswith("序号")
    assert text.content[places[0].start : places[0].end].endswith("加*号为2021年数据")


def test_a_traditional_table_keeps_its_names_as_printed_with_simplified_units() -> None:
    cells = ["序號", "指標名稱", "單位", "2021年實際值", "2025年目標值"]
    cells += ["1", "技術合同成交額", "億元", "9", "12", "2", "納統單位", "個", "3", "5"]
    head = "雲川市強科技行動實施方案\n\n為認真貫徹落實決策部署,制定本實施方案,請遵照執行。\n\n"
    text = text_of_lines(head + "\n\n".join(cells))
    assert [(one.printed, one.unit, one.values) for one in read(text)] == [
        ("技術合同成交額", "亿元", {"2021": 9, "2025": 12}),
        ("納統單位", "个", {"2021": 3, "2025": 5}),
    ]


def test_a_flattened_table_without_numbers_is_read() -> None:
    cells = ["指标名称", "单位", "2023年", "2025年", "林木覆盖率", "%", "31", "33", "湿地公园", "个", "4", "6"]
    assert [(one.name, one.unit, one.values) for one in read(flat(cells))] == [
        ("林木覆盖率", "%", {"2023": 31, "2025": 33}),
        ("湿地公园", "个", {"2023": 4, "2025": 6}),
    ]


@pytest.mark.parametrize("numbers", [True, False])
def test_cells_behind_the_values_of_a_flattened_table_belong_to_their_row(numbers: bool) -> None:
    rows = [
        ["托位数", "个", "90", "200", "预期性", "市卫健委、市发展改革委"],
        ["入学率", "%", "98", "99", "约束性", "市教育局"],
    ]
    heads = ["指标名称", "单位", "2022年", "2025年", "属性", "责任单位"]
    if numbers:
        heads, rows = ["序号", *heads], [[str(i), *row] for i, row in enumerate(rows, 1)]
    text = flat(heads + [cell for row in rows for cell in row])
    assert [(one.name, one.values, one.units) for one in read(text)] == [
        ("托位数", {"2022": 90, "2025": 200}, ("市卫健委", "市发展改革委")),
        ("入学率", {"2022": 98, "2025": 99}, ("市教育局",)),
    ]


def test_a_role_over_several_years_holds_for_each_of_them() -> None:
    cells = ["序号", "指标", "单位", "基期值(2022年)", "目标值", "2024年", "2026年"]
    cells += ["1", "托位数", "个", "300", "500", "900"]
    (row,) = read(flat(cells))
    assert row.values == {"2022": 300, "2024": 500, "2026": 900}
    assert row.roles == {"2022": "baseline", "2024": "target", "2026": "target"}


def test_a_real_table_with_merged_cells_and_two_header_rows_is_read() -> None:
    tall: list[str | tuple[str, int, int] | None] = [(head, 2, 1) for head in ("序号", "类别", "指标名称", "单位")]
    text = table(
        [*tall, "2022年", ("目标值", 1, 2), None, ("责任单位", 2, 1)],
        [None, None, None, None, "实际值", "2024年", "2026年", None],
        ["1", ("规模", 2, 1), "示范园区", "个", "4", "6", "9", "市工信局、市商务局"],
        ["2", None, "数字化车间①", "家", "—", "30以上", "60", "市工信局,各县(市、区)政府"],
        ["3", "效益", "亩均税收(万元/亩)", "", "12.8*", "13", "约16", "市税务局"],
    )  # fmt: skip
    rows, findings, places = indicators(text)
    assert values(text) == [
        ("1", "示范园区", "个", {"2022": 4, "2024": 6, "2026": 9}),
        ("2", "数字化车间", "家", {"2024": 30, "2026": 60}),
        ("3", "亩均税收", "万元/亩", {"2022": 12.8, "2024": 13, "2026": 16}),
    ]
    assert [one.units for one in rows] == [("市工信局", "市商务局"), ("市工信局", "各县(市、区)政府"), ("市税务局",)]
    assert rows[0].roles == {"2022": "actual", "2024": "target", "2026": "target"}
    assert rows[1].printed == "数字化车间①"
    assert rows[2].notes == {"2022": "*"}
    assert findings == ()
    assert [(one.start, one.end) for one in places] == [(0, len(text.content))]


def test_a_row_with_too_few_cells_is_aligned_to_the_right_with_a_finding() -> None:
    text = table(
        ["序号", "指标名称", "单位", "2022年", "2025年"], ["1", "托位数", "个", "90"], ["2", "床位数", "张", "7", "8"]
    )
    rows, findings, _ = indicators(text)
    assert [one.values for one in rows] == [{"2025": 90}, {"2022": 7, "2025": 8}]
    assert [one.code for one in findings] == ["indicator.missing-cells"]


def test_a_blank_cell_in_its_place_stays_blank_and_is_told_of_while_a_mark_for_none_is_not() -> None:
    text = table(
        ["序号", "指标名称", "单位", "2022年", "2025年"],
        ["1", "托位数", "个", "90", ""],
        ["2", "床位数", "张", "/", "8"],
    )
    rows, findings, _ = indicators(text)
    assert [one.values for one in rows] == [{"2022": 90}, {"2025": 8}]
    assert [(one.code, "2025年" in one.message) for one in findings] == [("indicator.missing-cell", True)]


def test_a_value_that_is_no_single_number_is_left_to_the_reviewer() -> None:
    text = table(["序号", "指标名称", "单位", "2022年", "2025年"], ["1", "托位数", "个", "90", "基本满足"])
    rows, findings, _ = indicators(text)
    assert [one.values for one in rows] == [{"2022": 90}]
    assert [one.code for one in findings] == ["indicator.unread-value"]


@pytest.mark.parametrize("joint", ["\t", "   ", " "])
def test_lines_parted_by_tabs_or_blanks_are_read(joint: str) -> None:
    rows = [
        ["序号", "指标名称", "单位", "2022年实际值", "2025年目标值"],
        ["1", "林木覆盖率", "%", "31", "33.5"],
        ["2", "湿地公园", "个", "4", "6"],
    ]
    text = text_of_lines("二、主要目标\n" + "\n".join(joint.join(row) for row in rows) + "\n\n三、重点任务\n")
    assert values(text) == [
        ("1", "林木覆盖率", "%", {"2022": 31, "2025": 33.5}),
        ("2", "湿地公园", "个", {"2022": 4, "2025": 6}),
    ]
    (place,) = indicators(text)[2]
    assert text.content[place.start : place.end] == "\n".join(joint.join(row) for row in rows)


def test_prose_and_lists_are_no_indicator_table() -> None:
    text = text_of_lines("一、指标\n1.到2025年,平台达到9家。\n2.指标任务按年度分解。\n序号\n备注\n1\n无\n")
    assert indicators(text) == ((), (), ())


def test_where_the_header_says_no_role_the_plan_tells_facts_from_targets() -> None:
    rows = table(["指标名称", "单位", "2021年", "2025年"], ["托位数", "个", "90", "200"])
    head = "青岚县托育提升方案(2022—2025年)\n"
    (block,) = rows.blocks
    by = len(head)
    cells = tuple(Cell(cell.start + by, cell.end + by, cell.row, cell.column) for cell in block.cells)
    shifted = (Block(by, by + block.end, BlockKind.TABLE, cells),)
    (row,) = read(Text(head + rows.content, shifted))
    assert row.roles == {"2021": "actual", "2025": "target"}


def test_an_indicator_has_the_shape_the_reading_prints() -> None:
    (row,) = read(
        table(["序号", "指标名称", "单位", "2025年目标值", "牵头单位"], ["1", "托位数", "个", "90", "市卫健委"])
    )
    assert row.to_json() == {
        "no": "1", "printed": "托位数", "name": "托位数", "unit": "个", "values": {"2025": 90},
        "roles": {"2025": "target"}, "notes": {}, "units": ["市卫健委"],
    }  # fmt: skip


def said(text: Text) -> list[tuple[str | None, ...]]:
    def words(place: object) -> str | None:
        return None if place is None else text.slice(place)  # type: ignore[arg-type]

    return [
        (
            one.number,
            words(one.task),
            words(one.lead),
            words(one.responsible),
            words(one.cooperating),
            words(one.deadline),
        )
        for one in responsibility_rows(text)
    ]


def test_a_real_responsibility_table_with_merged_cells_gives_places() -> None:
    text = table(
        ["序号", "重点任务", "具体举措", "牵头单位", "责任单位", "配合单位", "完成时限"],
        [("一、平台建设", 1, 7), None, None, None, None, None, None],
        ["1", ("建平台", 2, 1), "新建市级平台5家。", ("市科技局", 2, 1), "市财政局、市工信局", "", "2025年12月"],
        ["2", None, "建立共享机制。", None, "市大数据局", "各县(市、区)政府", ("长期坚持", 2, 1)],
        ["3", "育人才", "培训技工800人。", "市人社局", "市教育局", "市总工会", None],
    )
    assert said(text) == [
        ("1", "新建市级平台5家。", "市科技局", "市财政局、市工信局", None, "2025年12月"),
        ("2", "建立共享机制。", "市科技局", "市大数据局", "各县(市、区)政府", "长期坚持"),
        ("3", "培训技工800人。", "市人社局", "市教育局", "市总工会", "长期坚持"),
    ]
    assert [one.carried for one in responsibility_rows(text)] == [False, True, False]


@pytest.mark.parametrize(
    ("heads", "wanted"),
    [
        (["序号", "工作任务", "牵头单位", "责任单位", "完成时限"], ("1", "修路", "甲局", "乙局", None, "6月底")),
        (["编号", "主要事项", "主办单位", "承办部门", "时间节点"], ("1", "修路", "甲局", "乙局", None, "6月底")),
        (["序号", "工作内容", "负责单位", "协办单位", "完成时间"], ("1", "修路", None, "甲局", "乙局", "6月底")),
        (["项次", "整改措施", "责任部门", "责任人", "整改时限"], ("1", "修路", None, "甲局", None, "6月底")),
        (["序号", "项目名称", "牵头部门", "参与单位", "进度安排"], ("1", "修路", "甲局", None, "乙局", "6月底")),
    ],
)
def test_headers_in_variants_are_known(heads: list[str], wanted: tuple[str | None, ...]) -> None:
    row = ["1", "修路", "甲局", "乙局", "6月底"]
    assert said(table(heads, row)) == [wanted]
    assert said(text_of_lines("责任分工表\n" + "\t".join(heads) + "\n" + "\t".join(row))) == [wanted]


def test_a_tabbed_row_without_names_takes_those_above_and_says_so() -> None:
    text = text_of_lines(
        "序号\t工作任务\t牵头单位\t责任单位\n1\t修路\t市交通局\t市财政局\n2\t架桥\t\t\n二、水利\t\t\t\n3\t清淤\t市水务局\t"
    )
    assert said(text) == [
        ("1", "修路", "市交通局", "市财政局", None, None),
        ("2", "架桥", "市交通局", "市财政局", None, None),
        ("3", "清淤", "市水务局", None, None, None),
    ]
    assert [one.carried for one in responsibility_rows(text)] == [False, True, False]


def test_a_header_printed_again_on_the_next_page_is_no_task() -> None:
    head = ["序号", "工作任务", "责任单位"]
    assert [one[1] for one in said(table(head, ["1", "修路", "甲局"], head, ["2", "架桥", "乙局"]))] == ["修路", "架桥"]


def test_an_indicator_table_with_duties_is_no_responsibility_table() -> None:
    assert (
        responsibility_rows(
            table(["序号", "指标名称", "单位", "2025年目标值", "责任单位"], ["1", "托位", "个", "9", "甲局"])
        )
        == ()
    )


NUMBERS = st.one_of(st.integers(0, 13), st.integers(0, 99999), st.decimals(0, 100, places=2).map(float))
NAMES = st.sampled_from(
    ["林木覆盖率", "湿地公园", "示范园区", "亩均税收", "万人拥有床位数", "R&D人员数", "规上企业占比"]
)
UNITS = st.sampled_from(["%", "个", "万元/亩", "人年", "亿元", "件/万人", "家"])


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[str], list[list[str]], list[tuple[str, str, str, dict[str, float]]]]:
    years = [str(2022 + i) for i in range(draw(st.integers(2, 4)))]
    header = ["序号", "指标名称", "单位", *(f"{year}年目标值" for year in years)]
    rows, wanted = [], []
    for number in range(1, draw(st.integers(1, 12)) + 1):
        name, unit = draw(NAMES), draw(UNITS)
        figures = [draw(NUMBERS) for _ in years]
        rows.append([str(number), name, unit, *(str(figure) for figure in figures)])
        wanted.append((str(number), name, unit, dict(zip(years, figures, strict=True))))
    return header, rows, wanted


@settings(deadline=None)
@given(sheets())
def test_generated_tables_are_read_back_exactly_in_every_form(
    sheet: tuple[list[str], list[list[str]], list[tuple[str, str, str, dict[str, float]]]],
) -> None:
    header, rows, wanted = sheet
    assert values(table(header, *rows)) == wanted
    assert values(text_of_lines("\n".join("\t".join(row) for row in [header, *rows]))) == wanted
    assert values(flat(header + [cell for row in rows for cell in row])) == wanted


PIECES = st.sampled_from(
    ["序号", "指标名称", "单位", "2025年", "目标值", "工作任务", "牵头单位", "1", "2", "3.5*",
     "%", "—", "\t", "  ", "\n", "\n\n", "甲局", "注:", ""]
)  # fmt: skip
CELLS = st.builds(
    Cell,
    st.integers(-5, 90), st.integers(-5, 90), st.integers(-3, 10**9), st.integers(-3, 10**9),
    st.integers(-1, 10**9), st.integers(-1, 10**9),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join), st.lists(CELLS, max_size=12), st.booleans())
def test_any_text_and_any_cells_are_read_and_every_place_lies_inside(
    content: str, cells: list[Cell], real: bool
) -> None:
    text = Text(content, (Block(0, len(content), BlockKind.TABLE, tuple(cells)),)) if real else text_of_lines(content)
    rows, findings, places = indicators(text)
    for place in (*findings, *places):
        assert 0 <= place.start <= place.end <= len(content)
    assert all(row.values.keys() == row.roles.keys() for row in rows)
    for row in responsibility_rows(text):
        for place in (row.task, row.lead, row.responsible, row.cooperating, row.deadline, row.row):
            assert place is None or 0 <= place.start <= place.end <= len(content)
