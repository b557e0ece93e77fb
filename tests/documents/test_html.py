"""Web pages: the plan is read, the portal around it is not."""

from __future__ import annotations

import pytest

from tests.documents import sample_plan, web_pages
from tracker.core.text import BlockKind
from tracker.documents import Format, extract, sniff
from tracker.errors import Unreadable


def content(body: str) -> str:
    return extract(f"<html><body>{body}</body></html>".encode()).content


def test_the_plan_is_read_out_of_its_portal() -> None:
    text = extract(web_pages.plan_page().encode())
    lines = text.content.split("\n")
    assert lines[:4] == [
        "索引号：\tYC001-2024-00018",
        "发文字号：\t云政办发〔2024〕18号",
        sample_plan.TITLE,
        sample_plan.NUMBER_LINE,
    ]
    printed = [line.replace(". ", ".") for line in lines[4:]]
    assert printed == sample_plan.as_text().splitlines()[2:]


@pytest.mark.parametrize("word", ["首页", "脚本", "隐藏", "要闻", "分享", "备案", "图解", "color", "当前位置"])
def test_nothing_of_the_portal_is_read(word: str) -> None:
    assert word not in extract(web_pages.plan_page().encode()).content


def test_the_table_of_the_page_is_a_table_block() -> None:
    text = extract(web_pages.plan_page().encode())
    table = text.blocks[-1]
    assert table.kind is BlockKind.TABLE
    assert [text.slice(cell) for cell in table.cells if cell.row == 1] == list(sample_plan.TABLE[1])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_the_encoding_a_page_names_or_marks_is_used(encoding: str) -> None:
    named = {"gb18030": "gb2312", "utf-8": "utf-8", "utf-16": "utf-16"}[encoding]
    page = web_pages.plan_page().replace('charset="utf-8"', f'charset="{named}"')
    assert sample_plan.PIECES[5].words in extract(page.encode(encoding)).content


def test_a_page_that_names_the_wrong_encoding_is_decoded_by_its_bytes() -> None:
    page = web_pages.plan_page().replace('charset="utf-8"', 'charset="ascii"')
    assert sample_plan.TITLE in extract(page.encode("gb18030")).content


@pytest.mark.parametrize(
    ("attributes", "items", "printed"),
    [
        ("", "<li>甲</li><li>乙</li>", ["1. 甲", "2. 乙"]),
        ('start="9"', "<li>甲</li><li>乙</li>", ["9. 甲", "10. 乙"]),
        ('start="²"', "<li>甲</li>", ["1. 甲"]),
        ("reversed", "<li>甲</li><li>乙</li>", ["2. 甲", "1. 乙"]),
        ("", '<li value="5">甲</li><li>乙</li>', ["5. 甲", "6. 乙"]),
        ('type="a"', "<li>甲</li><li>乙</li>", ["a. 甲", "b. 乙"]),
        ('style="list-style-type: cjk-ideographic"', "<li>甲</li><li>乙</li>", ["一、甲", "二、乙"]),
        ('style="list-style: none"', "<li>甲</li>", ["甲"]),
        ("", "<li>1.甲</li><li>（二）乙</li>", ["1.甲", "（二）乙"]),
        ("", "<li><p>甲</p><p>乙</p></li>", ["1. 甲", "乙"]),
        ("", "<li>甲<ol><li>子</li></ol></li><li>乙</li>", ["1. 甲", "1. 子", "2. 乙"]),
    ],
)
def test_the_numbers_of_ordered_lists_are_printed(attributes: str, items: str, printed: list[str]) -> None:
    assert content(f"<ol {attributes}>{items}</ol>").split("\n") == printed


def test_white_space_is_collapsed_and_broken_lines_of_chinese_are_joined() -> None:
    assert content("<p>加快\n   建设  &nbsp; Plan\n B</p>") == "加快建设 Plan B"


def test_inline_markup_does_not_cut_a_paragraph_and_breaks_do() -> None:
    assert content("<div>一、<b>总体</b>要求<br>（一）<span>思路</span></div>") == "一、总体要求\n（一）思路"


def test_a_table_that_lays_out_the_page_is_read_as_paragraphs() -> None:
    inner = "<p>一、总体要求。</p><p>二、重点任务。</p>"
    text = extract(f"<table><tr><td>左</td><td><table><tr><td>{inner}</td></tr></table></td></tr></table>".encode())
    assert [block.kind for block in text.blocks] == [BlockKind.PARAGRAPH] * 2


def test_spans_of_cells_are_kept() -> None:
    text = extract(
        "<table><tr><td rowspan='2'>指标</td><td colspan='2'>目标</td></tr><tr><td>2024年</td><td>2026年</td></tr>"
        "<tr><td>库容</td><td>50</td><td>70</td></tr></table>".encode()
    )
    places = {text.slice(cell): (cell.row, cell.column, cell.rowspan, cell.colspan) for cell in text.blocks[0].cells}
    assert places["指标"] == (0, 0, 2, 1)
    assert places["目标"] == (0, 1, 1, 2)
    assert places["2024年"] == (1, 1, 1, 1)
    assert text.content == "指标\t目标\t\n\t2024年\t2026年\n库容\t50\t70"


def test_a_rowspan_of_nought_reaches_to_the_end_of_the_table() -> None:
    text = extract("<table><tr><td rowspan='0'>甲</td><td>乙</td></tr><tr><td>丙</td></tr></table>".encode())
    assert (text.blocks[0].cells[0].rowspan, text.blocks[0].cells[2].column) == (2, 1)


@pytest.mark.parametrize("span", ["colspan='2000000000'", "rowspan='2000000000'", "colspan='1001'"])
def test_spans_beyond_any_page_are_refused(span: str) -> None:
    with pytest.raises(Unreadable) as refused:
        content(f"<table><tr><td {span}>甲</td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr></table>")
    assert refused.value.code == "too-complex"


def test_hundreds_of_open_tags_lose_no_words_and_thousands_are_refused() -> None:
    assert content("<div>" * 400 + "<p>甲。</p>" + "</div>" * 400) == "甲。"
    with pytest.raises(Unreadable) as refused:
        content("<div>" * 30_000 + "<p>甲。</p>")
    assert refused.value.code == "too-complex"


def test_text_and_table_beside_the_main_part_are_kept() -> None:
    main = "<div>" + "<p>一、加快建设，提升能力，强化保障。</p>" * 20 + "</div>"
    other = "<div><p>本计划自印发之日起施行。</p></div>" + web_pages.table()
    text = content(f"<div>{main}{other}</div>")
    assert "本计划自印发之日起施行。" in text
    assert "冷藏车保有量\t辆" in text


def test_a_main_part_marked_inline_is_read_to_its_end() -> None:
    assert (
        content("<a href='/'>首页</a><font>一、总体要求。<font>到2026年建成。</font></font>")
        == "一、总体要求。到2026年建成。"
    )


def test_items_beside_the_main_part_are_kept_though_they_are_no_sentences() -> None:
    main = "<div>" + "<p>加快建设，提升能力，强化保障。</p>" * 20 + "</div>"
    assert content(main + "<div><p>附件1 任务清单</p><p>2.市商务局</p></div>").endswith("附件1 任务清单\n2.市商务局")


def test_a_page_without_words_is_refused_as_empty() -> None:
    with pytest.raises(Unreadable) as refused:
        extract(b"<html><head><title>x</title></head><body><script>1</script></body></html>")
    assert refused.value.code == "empty"


def test_a_page_is_told_by_its_content() -> None:
    assert sniff("  <!-- 说明 --><html><body>甲</body></html>".encode()) is Format.HTML
    assert sniff("<p>甲</p>".encode("utf-16")) is Format.HTML
    assert sniff("见<附件>。一、总体要求".encode()) is Format.TXT


@pytest.mark.parametrize("reference", ["&#31;", "&#1;", "&#xFFFE;", "&#xFFFF;", "&#0;"])
def test_a_character_that_no_tree_can_hold_is_a_blank_wherever_the_page_is_pruned(reference: str) -> None:
    hidden = "<p hidden>隐藏</p>"
    words = content(
        f"<p>前{reference}文</p>{hidden}后{reference}文{hidden}尾{reference}<ol><li>{reference}甲</li></ol>"
    )
    assert "隐藏" not in words
    assert all(piece in words for piece in ("前", "后", "尾", "甲"))
