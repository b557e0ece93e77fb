"""PDFs: broken lines made whole, page furniture left out, ruled tables kept, scans and passwords refused."""

from __future__ import annotations

import io

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission

from tests.documents import sample_plan
from tests.documents.pdf_files import Sheet, plan_pdf
from tracker.core.text import BlockKind
from tracker.documents import extract
from tracker.errors import Unreadable


def code_of(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        extract(data)
    assert refused.value.message.endswith("。")
    return refused.value.code


@pytest.mark.parametrize("indent", [2, 0])
@pytest.mark.parametrize("head", ["", "云川市人民政府办公室文件"])
def test_broken_lines_become_the_paragraphs_of_the_plan(indent: float, head: str) -> None:
    text = extract(plan_pdf(indent=indent, head=head))
    assert text.content.split("\n") == sample_plan.as_text().rstrip("\n").split("\n")


def test_blocks_know_their_page_and_the_table_its_cells() -> None:
    text = extract(plan_pdf())
    assert text.blocks[0].page == 1
    table = text.blocks[-1]
    assert table.kind is BlockKind.TABLE
    assert table.page is not None
    assert table.page > 2
    assert [text.slice(cell) for cell in table.cells if cell.row == 2] == list(sample_plan.TABLE[2])


def test_a_table_over_two_pages_is_one_table_with_its_head_once() -> None:
    sheet = Sheet()
    sheet.paragraph("附件：任务清单")
    head = ("序号", "工作任务", "责任单位")
    rows = [(str(place), f"第{place}项任务", "市商务局") for place in range(1, 41)]
    sheet.ruled([head, *rows[:22]])
    sheet.add_page()
    sheet.ruled([head, *rows[22:]])
    text = extract(sheet.bytes())
    tables = [block for block in text.blocks if block.kind is BlockKind.TABLE]
    assert len(tables) == 1
    assert text.slice(tables[0]).split("\n") == ["\t".join(row) for row in (head, *rows)]


def test_words_wrapped_inside_a_cell_are_joined_and_short_lines_stay_apart() -> None:
    sheet = Sheet()
    long = "建设产地预冷设施并带动产后损失率明显下降同时做好运行维护"
    sheet.ruled([("任务", "单位"), (long, "市商务局\n市财政局")])
    text = extract(sheet.bytes())
    assert text.content == f"任务\t单位\n{long}\t市商务局 市财政局"


def test_a_number_at_the_head_of_a_continued_line_opens_no_paragraph() -> None:
    sheet = Sheet()
    words = "一是坚持统筹推进，冷链基础设施投资规模增长" + "，持续推进" * 3
    sheet.paragraph(words + "2026年达到1.5亿元以上，并完成（二）款所列任务和一、二产业融合发展各项工作。")
    sheet.paragraph("二是坚持创新驱动。")
    assert len(extract(sheet.bytes()).blocks) == 2


def test_a_bare_number_at_the_foot_of_a_page_is_kept_unless_it_counts_the_pages() -> None:
    sheet = Sheet(has_page_numbers=False)
    for place, number in enumerate((65, 11, 7)):
        sheet.set_y(60)
        sheet.paragraph(f"第{place + 1}组指标：")
        sheet.set_y(275)
        sheet.set_auto_page_break(auto=False)
        sheet.paragraph(str(number), indent=0)
        if place < 2:
            sheet.add_page()
    assert extract(sheet.bytes()).content.split("\n")[1::2] == ["65", "11", "7"]


def test_full_lines_set_apart_by_space_stay_paragraphs() -> None:
    sheet = Sheet()
    full = "落实自主权统筹使用人员并实行岗位聘用县招乡用等各类事项"[:26]
    # One in four has a second line, so that most steps from line to line are those between paragraphs.
    words = [f"{place}.{full * (2 if place % 4 == 0 else 1)}" for place in range(1, 10)]
    for line in words:
        sheet.paragraph(line, indent=0)
        sheet.ln(5)
    assert extract(sheet.bytes()).content.split("\n") == words


def test_hanging_numbers_keep_their_paragraphs() -> None:
    sheet = Sheet(has_page_numbers=False)
    sheet.paragraph("一、重点任务", indent=0)
    em = 16 * 25.4 / 72
    for line in ("1.建设产地预冷设施，重点解决采后两小时内预冷入库难题", "并带动损失率下降。"):
        sheet.set_x(sheet.l_margin + (0 if line[0] == "1" else 2 * em))
        sheet.cell(text=line, h=10, new_x="LMARGIN", new_y="NEXT")
    sheet.paragraph("2.建设骨干基地。", indent=0)
    assert len(extract(sheet.bytes()).blocks) == 3


def test_words_of_other_languages_keep_their_blanks_over_line_ends() -> None:
    sheet = Sheet(has_page_numbers=False)
    sheet.multi_cell(w=0, text="Plan for the development of cold chain logistics in the whole city area", align="L")
    assert extract(sheet.bytes()).content == "Plan for the development of cold chain logistics in the whole city area"


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_laid_on_its_side_is_read_upright(rotation: int) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(plan_pdf())
    for place in range(len(document)):
        document[place].set_rotation(rotation)
    stream = io.BytesIO()
    document.save(stream)
    turned = extract(stream.getvalue()).content.split("\n")
    assert turned[:20] == extract(plan_pdf()).content.split("\n")[:20]


def test_letters_drawn_on_their_side_are_read_upright() -> None:
    sheet = Sheet(has_page_numbers=False)
    with sheet.rotation(90, x=105, y=148):
        sheet.set_y(100)
        for words in ("一、总体要求", "（一）指导思想"):
            sheet.cell(text=words, h=10, new_x="LMARGIN", new_y="NEXT")
    assert extract(sheet.bytes()).content == "一、总体要求\n（一）指导思想"


def test_a_list_of_contents_with_dots_is_left_out() -> None:
    sheet = Sheet()
    sheet.centred("目  录", size=16)
    sheet.paragraph("一、总体要求............................1")
    sheet.paragraph("二、重点任务……………………………………2")
    sheet.add_page()
    sheet.paragraph("一、总体要求")
    assert extract(sheet.bytes()).content == "一、总体要求"


def test_a_locked_pdf_is_refused_as_encrypted() -> None:
    sheet = Sheet()
    sheet.paragraph("一、总体要求")
    sheet.set_encryption(owner_password="owner", user_password="reader")
    assert code_of(sheet.bytes()) == "encrypted"


def test_a_pdf_locked_against_change_only_is_read() -> None:
    sheet = Sheet()
    sheet.paragraph("一、总体要求")
    sheet.set_encryption(owner_password="owner", permissions=AccessPermission.none())
    assert extract(sheet.bytes()).content == "一、总体要求"


def test_a_scan_is_refused_as_a_scan() -> None:
    assert code_of(scan(pages=3)) == "scan"


def test_a_scan_with_page_numbers_only_is_still_a_scan() -> None:
    assert code_of(scan(pages=3, label="第1页")) == "scan"


def test_a_pdf_whose_fonts_do_not_say_their_characters_is_refused_as_garbled() -> None:
    assert code_of(plan_pdf().replace(b"/ToUnicode", b"/ToNothing")) == "garbled"


def test_pages_without_anything_are_refused_as_empty() -> None:
    sheet = FPDF()
    sheet.add_page()
    assert code_of(bytes(sheet.output())) == "empty"


@pytest.mark.parametrize("size", [9, 200, 2000])
def test_a_truncated_pdf_is_refused_as_damaged(size: int) -> None:
    assert code_of(plan_pdf()[:size]) == "damaged"


def scan(*, pages: int, label: str = "") -> bytes:
    """Pages that hold one picture each."""
    from PIL import Image

    picture = Image.new("RGB", (300, 400), (250, 250, 245))
    sheet = Sheet(has_page_numbers=False) if label else FPDF()
    for _ in range(pages):
        sheet.add_page()
        sheet.image(picture, x=0, y=0, w=210)
        if label:
            sheet.cell(text=label)
    return bytes(sheet.output())
