"""What a Word page shows is what is read: tables, tracked changes, boxes, notes."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.documents.word_files import add_raw, add_table, member, plan_document, saved, with_member
from tracker.core.text import BlockKind
from tracker.documents import extract
from tracker.errors import Unreadable

BOX = (
    "<w:p><w:r><w:t>前</w:t></w:r><w:r><mc:AlternateContent "
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps"><w:drawing>'
    "<w:txbxContent><w:p><w:r><w:t>专栏1 重点工程</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>专栏1 重点工程</w:t></w:r></w:p></w:txbxContent></w:pict>"
    "</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>后</w:t></w:r></w:p>"
)


def body(*paragraphs: str) -> bytes:
    """A document whose body is the raw paragraphs given."""
    document = docx.Document()
    for xml in paragraphs:
        add_raw(document, xml)
    return saved(document)


def content(*paragraphs: str) -> str:
    return extract(body(*paragraphs)).content


def code_of(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        extract(data)
    assert refused.value.message.endswith("。")
    return refused.value.code


def test_insertions_are_kept_and_deletions_left_out() -> None:
    assert (
        content(
            "<w:p><w:r><w:t>由</w:t></w:r><w:del><w:r><w:delText>市工信局</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>市科技局</w:t></w:r></w:ins><w:r><w:t>牵头</w:t></w:r>"
            "<w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo></w:p>"
        )
        == "由市科技局牵头新"
    )


def test_a_paragraph_whose_mark_is_deleted_joins_the_next() -> None:
    assert (
        content(
            "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>加快建设</w:t></w:r></w:p>",
            "<w:p><w:r><w:t>冷链基地</w:t></w:r></w:p>",
        )
        == "加快建设冷链基地"
    )


def test_the_words_of_a_last_paragraph_with_a_deleted_mark_are_kept() -> None:
    last = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>"
    cell = "<w:tc><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc>"
    assert content(last, f"<w:tbl><w:tr><w:tc>{last}</w:tc>{cell}</w:tr></w:tbl>", last) == "甲\n甲\t乙\n甲"


def test_hidden_words_and_field_codes_are_not_read() -> None:
    assert (
        content(
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>"
            "<w:hyperlink><w:r><w:t>链接</w:t></w:r></w:hyperlink>"
            '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r></w:p>'
        )
        == "链接□"
    )


def test_line_breaks_in_a_paragraph_make_paragraphs() -> None:
    text = extract(body("<w:p><w:r><w:t>第一行</w:t><w:br/><w:t>第二行</w:t></w:r></w:p>"))
    assert [text.slice(block) for block in text.blocks] == ["第一行", "第二行"]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    assert content(BOX) == "前后\n专栏1 重点工程"


def test_the_base_of_ruby_is_read_and_its_reading_is_not() -> None:
    assert (
        content(
            "<w:p><w:r><w:ruby><w:rt><w:r><w:t>yun</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>云</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r><w:r><w:t>川</w:t></w:r></w:p>"
        )
        == "云川"
    )


def test_content_controls_are_read_and_the_table_of_contents_is_not() -> None:
    assert (
        content(
            "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>"
            "<w:sdtContent><w:p><w:r><w:t>一、总体要求 1</w:t></w:r></w:p></w:sdtContent></w:sdt>",
            "<w:sdt><w:sdtContent><w:p><w:r><w:t>一、总体要求</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        )
        == "一、总体要求"
    )


def test_footnotes_stand_after_the_body_in_the_order_of_their_marks() -> None:
    data = body(
        '<w:p><w:r><w:t>冷库</w:t></w:r><w:r><w:footnoteReference w:id="3"/></w:r><w:r><w:t>库容</w:t></w:r></w:p>'
    )
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="0"><w:p><w:r><w:t>分隔线</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="3"><w:p><w:r><w:t>含气调库。</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    data = with_member(data, "word/footnotes.xml", notes.encode())
    links = member(data, "word/_rels/document.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"'
        b' Target="footnotes.xml"/></Relationships>',
    )
    assert extract(with_member(data, "word/_rels/document.xml.rels", links)).content == "冷库库容\n脚注1：含气调库。"


def test_a_table_is_one_block_with_its_cells() -> None:
    document = docx.Document()
    add_table(document, [["序号", "指标", "2024年"], ["1", "", "50"]])
    text = extract(saved(document))
    assert text.content == "序号\t指标\t2024年\n1\t\t50"
    (table,) = text.blocks
    assert table.kind is BlockKind.TABLE
    assert [(cell.row, cell.column, text.slice(cell)) for cell in table.cells] == [
        (0, 0, "序号"), (0, 1, "指标"), (0, 2, "2024年"), (1, 0, "1"), (1, 1, ""), (1, 2, "50"),
    ]  # fmt: skip


def test_merged_cells_stand_once_with_their_spans() -> None:
    document = docx.Document()
    add_table(document, [["指标", "目标值", ""], ["", "2024年", "2026年"], ["库容", "50", "70"]])
    table = document.tables[0]
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    text = extract(saved(document))
    places = {text.slice(cell): (cell.row, cell.column, cell.rowspan, cell.colspan) for cell in text.blocks[0].cells}
    assert places["指标"] == (0, 0, 2, 1)
    assert places["目标值"] == (0, 1, 1, 2)
    assert places["2026年"] == (1, 2, 1, 1)
    assert text.content == "指标\t目标值\t\n\t2024年\t2026年\n库容\t50\t70"


def test_several_paragraphs_of_a_cell_are_joined_by_a_blank() -> None:
    document = docx.Document()
    add_table(document, [["任务", "单位"], ["建库", "市商务局"]])
    document.tables[0].cell(1, 1).add_paragraph("市财政局")
    assert extract(saved(document)).content == "任务\t单位\n建库\t市商务局 市财政局"


def test_a_nested_table_is_flattened_into_its_cell() -> None:
    document = docx.Document()
    add_table(document, [["任务", "说明"]])
    inner = document.tables[0].cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "甲", "乙"
    assert extract(saved(document)).content == "任务\t说明 甲 乙"


def test_a_frame_of_one_cell_is_paragraphs() -> None:
    document = docx.Document()
    add_table(document, [["专栏1 重点工程"]])
    document.tables[0].cell(0, 0).add_paragraph("1.预冷点工程。")
    text = extract(saved(document))
    assert [text.slice(block) for block in text.blocks] == ["专栏1 重点工程", "1.预冷点工程。"]


def test_a_deleted_row_is_left_out() -> None:
    document = docx.Document()
    add_table(document, [["甲", "乙"], ["丙", "丁"]])
    document.tables[0].rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')}/>"))
    assert extract(saved(document)).content == "丙\t丁"


def test_the_strict_variant_of_the_format_is_read() -> None:
    data = body("<w:p><w:r><w:t>甲</w:t></w:r></w:p>")
    xml = member(data, "word/document.xml").replace(
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    assert extract(with_member(data, "word/document.xml", xml)).content == "甲"


@pytest.mark.parametrize("span", ["2000000000", "99999", "4294967297000"])
def test_spans_beyond_any_page_are_refused(span: str) -> None:
    row = f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr>'
    assert code_of(body(f"<w:tbl>{row}</w:tbl>")) == "too-complex"


def test_a_digit_that_is_no_digit_is_no_span() -> None:
    row = '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="²"/></w:tcPr><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr>'
    assert content(f"<w:tbl>{row}</w:tbl>") == "甲"


def test_deeply_nested_tables_are_refused() -> None:
    inner = "<w:p><w:r><w:t>甲</w:t></w:r></w:p>"
    for _ in range(30):
        inner = f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    assert code_of(body(inner)) == "too-complex"


def test_depth_of_markup_is_refused() -> None:
    data = body("<w:p><w:r><w:t>甲</w:t></w:r></w:p>")
    xml = member(data, "word/document.xml").replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 9000)
    xml = xml.replace(b"</w:body>", b"</w:sdt>" * 9000 + b"</w:body>")
    assert code_of(with_member(data, "word/document.xml", xml)) == "too-complex"


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE w:document [<!ENTITY a "甲">]>',
        '<!DOCTYPE w:document SYSTEM "file:///etc/hostname">',
        "<!DOCTYPE w:document>",
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    ],
)
def test_a_document_type_definition_is_refused(dtd: str) -> None:
    data = body("<w:p><w:r><w:t>甲</w:t></w:r></w:p>")
    head, xml = member(data, "word/document.xml").split(b"?>", 1)
    assert code_of(with_member(data, "word/document.xml", head + b"?>" + dtd.encode() + xml)) == "too-complex"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_member(saved(plan_document()), "word/media/big.bin", b"\x00" * 40_000_000)
    assert len(bomb) < 200_000
    assert code_of(bomb) == "too-complex"


def test_a_member_that_lies_about_its_size_is_bounded() -> None:
    data = body("<w:p><w:r><w:t>甲</w:t></w:r></w:p>")
    bomb = with_member(data, "word/document.xml", b"<a>" + b" " * 80_000_000)
    honest = (80_000_003).to_bytes(4, "little")
    assert honest in bomb
    assert code_of(bomb.replace(honest, (5000).to_bytes(4, "little"))) == "damaged"


def test_too_many_members_are_refused() -> None:
    stream = io.BytesIO(saved(plan_document()))
    with zipfile.ZipFile(stream, "a") as package:
        for place in range(2500):
            package.writestr(f"word/x{place}.xml", b"")
    assert code_of(stream.getvalue()) == "too-complex"


def test_two_members_of_one_name_are_refused() -> None:
    stream = io.BytesIO(saved(plan_document()))
    with zipfile.ZipFile(stream, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("word/document.xml", b"<other/>")
    assert code_of(stream.getvalue()) == "damaged"


def test_a_truncated_document_is_refused_as_damaged() -> None:
    data = saved(plan_document())
    for size in (4, 40, len(data) // 2, len(data) - 30):
        assert code_of(data[:size]) == "damaged"


def test_a_document_without_words_is_refused_as_empty() -> None:
    assert code_of(saved(docx.Document())) == "empty"
