"""Word's automatic numbers come back as the page prints them."""

from __future__ import annotations

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.documents import sample_plan
from tests.documents.word_files import (
    add_list,
    level,
    member,
    number,
    numbered,
    plan_document,
    saved,
    with_member,
)
from tracker.documents import extract
from tracker.documents.numerals import printed_number


def lines_of(document: Document) -> list[str]:
    return extract(saved(document)).content.split("\n")


def test_a_plan_numbered_by_word_reads_as_the_printed_plan() -> None:
    assert "".join(extract(saved(plan_document())).content.split()) == "".join(sample_plan.as_text().split())


@pytest.mark.parametrize(
    ("number_format", "count", "printed"),
    [
        ("decimal", 12, "12"),
        ("decimalZero", 7, "07"),
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 12, "十二"),
        ("chineseCountingThousand", 20, "二十"),
        ("chineseCountingThousand", 105, "一百零五"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 1001, "一千零一"),
        ("japaneseCounting", 21, "二十一"),
        ("taiwaneseCountingThousand", 34, "三十四"),
        ("ideographDigital", 10, "一〇"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalEnclosedCircleChinese", 21, "㉑"),
        ("decimalEnclosedCircle", 51, "51"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("decimalEnclosedFullstop", 4, "⒋"),
        ("ideographTraditional", 3, "丙"),
        ("ideographZodiac", 1, "子"),
        ("upperLetter", 2, "B"),
        ("lowerLetter", 28, "bb"),
        ("upperRoman", 14, "XIV"),
        ("lowerRoman", 9, "ix"),
        ("decimalFullWidth", 15, "１５"),
        ("none", 3, ""),
        ("neverHeardOf", 3, "3"),
        ("lowerLetter", 2_000_000_000, "2000000000"),
        ("chineseCounting", 0, "0"),
    ],
)
def test_a_count_is_printed_in_its_number_format(number_format: str, count: int, printed: str) -> None:
    assert printed_number(count, number_format) == printed


def test_the_suffix_stands_between_number_and_words() -> None:
    document = docx.Document()
    add_list(document, level(0, "decimal", "%1.", suffix="space") + level(1, "decimal", "（%2）", suffix="nothing"))
    numbered(document, "甲")
    numbered(document, "乙", at_level=1)
    add_list(document, level(0, "chineseCounting", "第%1条"), abstract=901)
    numbered(document, "丙", list_id=901)
    assert lines_of(document) == ["1. 甲", "（1）乙", "第一条\t丙"]


def test_lower_levels_restart_and_may_show_the_levels_above() -> None:
    document = docx.Document()
    add_list(document, level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "decimal", "%1.%2.%3"))
    for at_level in (0, 1, 1, 2, 0, 1, 2):
        numbered(document, "甲", at_level=at_level)
    printed = [line.split("\t")[0] for line in lines_of(document)]
    assert printed == ["1.", "1.1", "1.2", "1.2.1", "2.", "2.1", "2.1.1"]


def test_legal_numbering_prints_arabic_digits_of_chinese_chapters() -> None:
    document = docx.Document()
    add_list(document, level(0, "chineseCounting", "%1、") + level(1, "decimal", "%1.%2", extra="<w:isLgl/>"))
    for at_level in (0, 0, 1):
        numbered(document, "甲", at_level=at_level)
    assert [line.split("\t")[0] for line in lines_of(document)] == ["一、", "二、", "2.1"]


@pytest.mark.parametrize(("restart", "third"), [("0", "3."), ("1", "1."), ("2", "1."), (None, "1.")])
def test_restart_says_after_which_level_a_level_begins_anew(restart: str | None, third: str) -> None:
    document = docx.Document()
    extra = "" if restart is None else f'<w:lvlRestart w:val="{restart}"/>'
    add_list(
        document,
        level(0, "chineseCounting", "%1、")
        + level(1, "chineseCounting", "（%2）")
        + level(2, "decimal", "%3.", extra=extra),
    )
    for at_level in (0, 1, 2, 2, 0, 2):
        numbered(document, "甲", at_level=at_level)
    assert lines_of(document)[-1].split("\t")[0] == third


def test_restart_after_the_chapter_only_runs_on_across_sections() -> None:
    document = docx.Document()
    extra = '<w:lvlRestart w:val="1"/>'
    add_list(
        document,
        level(0, "decimal", "%1、") + level(1, "decimal", "（%2）") + level(2, "decimal", "%3.", extra=extra),
    )
    for at_level in (0, 1, 2, 1, 2, 0, 1, 2):
        numbered(document, "甲", at_level=at_level)
    printed = [line.split("\t")[0] for line in lines_of(document)]
    assert printed == ["1、", "（1）", "1.", "（2）", "2.", "2、", "（1）", "1."]


def test_lists_of_one_abstract_list_run_on_unless_the_start_is_overridden() -> None:
    document = docx.Document()
    lists = "".join(
        f'<w:num w:numId="{list_id}"><w:abstractNumId w:val="900"/>{override}</w:num>'
        for list_id, override in (
            (900, ""),
            (901, ""),
            (902, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'),
        )
    )
    add_list(document, level(0, "decimal", "%1."), lists=lists)
    for list_id in (900, 900, 901, 902, 902, 900):
        numbered(document, "甲", list_id=list_id)
    assert [line.split("\t")[0] for line in lines_of(document)] == ["1.", "2.", "3.", "5.", "6.", "7."]


def test_an_overridden_level_replaces_the_one_of_the_abstract_list() -> None:
    document = docx.Document()
    lists = (
        '<w:num w:numId="900"><w:abstractNumId w:val="900"/><w:lvlOverride w:ilvl="0">'
        + level(0, "decimalEnclosedCircle", "%1", suffix="nothing")
        + "</w:lvlOverride></w:num>"
    )
    add_list(document, level(0, "decimal", "%1."), lists=lists)
    numbered(document, "甲")
    assert lines_of(document) == ["①甲"]


def style_with_numbering(document: Document, name: str, *, based_on: str | None = None, inside: str = "") -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[based_on] if based_on else None
    if inside:
        style.element.get_or_add_pPr().append(parse_xml(f"<w:numPr {nsdecls('w')}>{inside}</w:numPr>"))


def test_a_style_numbers_its_paragraphs_and_those_of_styles_based_on_it() -> None:
    document = docx.Document()
    add_list(document, level(0, "chineseCounting", "%1、", suffix="nothing"))
    style_with_numbering(document, "Zhang", inside='<w:numId w:val="900"/>')
    style_with_numbering(document, "ZhangBold", based_on="Zhang")
    document.add_paragraph("甲", style="Zhang")
    document.add_paragraph("乙", style="ZhangBold")
    assert lines_of(document) == ["一、甲", "二、乙"]


def test_the_level_of_a_style_is_the_one_that_names_it() -> None:
    document = docx.Document()
    bound = '<w:pStyle w:val="Jie"/>'
    levels = level(0, "chineseCounting", "%1、", suffix="nothing") + level(
        1, "chineseCounting", "（%2）", suffix="nothing", extra=bound
    )
    add_list(document, levels)
    style_with_numbering(document, "Jie", inside='<w:numId w:val="900"/>')
    numbered(document, "甲")
    document.add_paragraph("乙", style="Jie")
    assert lines_of(document) == ["一、甲", "（一）乙"]


def test_a_paragraph_may_switch_the_number_of_its_style_off_or_change_its_level() -> None:
    document = docx.Document()
    add_list(document, level(0, "decimal", "%1.", suffix="nothing") + level(1, "decimal", "(%2)", suffix="nothing"))
    style_with_numbering(document, "Tiao", inside='<w:numId w:val="900"/>')
    number(document.add_paragraph("甲", style="Tiao"), list_id=0, at_level=0)
    document.add_paragraph("乙", style="Tiao")
    number(document.add_paragraph("丙", style="Tiao"), list_id=None, at_level=1)
    assert lines_of(document) == ["甲", "1.乙", "(1)丙"]


def test_styles_based_on_each_other_in_a_circle_are_read() -> None:
    document = docx.Document()
    style_with_numbering(document, "A")
    style_with_numbering(document, "B", based_on="A")
    document.styles["A"].base_style = document.styles["B"]
    document.add_paragraph("甲", style="A")
    assert lines_of(document) == ["甲"]


def test_a_list_style_lends_its_levels() -> None:
    document = docx.Document()
    add_list(document, level(0, "chineseCounting", "%1、", suffix="nothing") + '<w:styleLink w:val="GongWen"/>')
    style = document.styles.add_style("GongWen", WD_STYLE_TYPE.LIST)
    style.element.append(parse_xml(f'<w:pPr {nsdecls("w")}><w:numPr><w:numId w:val="900"/></w:numPr></w:pPr>'))
    add_list(document, '<w:numStyleLink w:val="GongWen"/>', abstract=901)
    numbered(document, "甲", list_id=901)
    assert lines_of(document) == ["一、甲"]


def test_a_bullet_of_a_symbol_font_is_printed_as_a_dot_and_a_dash_as_itself() -> None:
    document = docx.Document()
    add_list(document, level(0, "bullet", "\uf06c", suffix="nothing"))
    add_list(document, level(0, "bullet", "——", suffix="nothing"), abstract=901)
    numbered(document, "甲")
    numbered(document, "乙", list_id=901)
    assert lines_of(document) == ["●甲", "——乙"]


def test_a_new_number_format_behind_a_fallback_is_read_from_it() -> None:
    document = docx.Document()
    add_list(document, level(0, "chineseCounting", "%1、", suffix="nothing"))
    numbered(document, "甲")
    data = saved(document)
    xml = member(data, "word/numbering.xml").replace(
        b'<w:numFmt w:val="chineseCounting"/>',
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        b'<mc:Choice Requires="w14"><w:numFmt w:val="custom"/></mc:Choice>'
        b'<mc:Fallback><w:numFmt w:val="ideographDigital"/></mc:Fallback></mc:AlternateContent>',
    )
    assert extract(with_member(data, "word/numbering.xml", xml)).content == "一、甲"


def test_an_empty_numbered_paragraph_counts_but_prints_nothing() -> None:
    document = docx.Document()
    add_list(document, level(0, "decimal", "%1.", suffix="nothing"))
    for words in ("甲", "", "丙"):
        numbered(document, words)
    assert lines_of(document) == ["1.甲", "3.丙"]


def test_numbers_in_table_cells_are_printed() -> None:
    document = docx.Document()
    add_list(document, level(0, "decimal", "%1"))
    table = document.add_table(rows=2, cols=2)
    for row, words in zip(table.rows, ("甲", "乙"), strict=True):
        number(row.cells[0].paragraphs[0], list_id=900, at_level=0)
        row.cells[0].paragraphs[0].add_run("号")
        row.cells[1].text = words
    assert lines_of(document) == ["1 号\t甲", "2 号\t乙"]


def test_a_level_the_list_does_not_define_prints_no_number() -> None:
    document = docx.Document()
    add_list(document, level(0, "decimal", "%1."))
    numbered(document, "甲", at_level=5)
    numbered(document, "乙", list_id=777)
    assert lines_of(document) == ["甲", "乙"]
