"""Word refuses a file whose properties stand in another order than the schema's; LibreOffice and python-docx do not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from lxml import etree

from tests.reports.making import a_call_list, a_notice, a_paper, a_slip, with_annexes
from tests.reports.test_files import a_summary
from tracker.core.official import Flag, Masthead, MastheadForm, OfficialPaper, Tint
from tracker.core.terms import SlipForm
from tracker.reports import calls, docx, monthly, notices, slips

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# Source: ECMA-376 part 1, CT_PPrBase, EG_RPrBase, CT_TblPr, CT_TcPr, CT_SectPr; only what is used here.
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr pBdr shd tabs suppressAutoHyphens "
    "autoSpaceDE autoSpaceDN adjustRightInd snapToGrid spacing ind contextualSpacing jc textDirection rPr sectPr",
    "rPr": "rStyle rFonts b bCs i iCs color spacing w kern position sz szCs highlight u effect bdr shd lang",
    "tblPr": "tblStyle tblpPr tblOverlap tblW jc tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign",
    "pBdr": "top left bottom right between",
    "sectPr": "type pgSz pgMar pgBorders pgNumType cols titlePg textDirection docGrid",
}
FLAGS = (Flag("特急", Tint.RED),)
UPWARD = Masthead(MastheadForm.RED_HEAD, "云川市文件", number="云政〔2026〕3号", signer="赵某某", flags=FLAGS)
PAPERS: dict[str, OfficialPaper] = {
    "red_head": a_paper(),
    "upward": a_paper(masthead=UPWARD),
    "annexes": with_annexes(rows=3),
    "monthly": monthly.paper(a_summary()),
    "slip": slips.paper(a_slip()),
    "letter": slips.paper(a_slip(form=SlipForm.LETTER)),
    "notice": notices.paper(a_notice(tasks=2)),
    "calls": calls.paper(a_call_list(rows=2)),
}


def parts(made: bytes) -> Iterator[etree._Element]:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        for name in archive.namelist():
            if name.startswith("word/") and name.endswith(".xml") and "theme" not in name:
                yield etree.fromstring(archive.read(name))


@pytest.mark.parametrize("name", PAPERS)
def test_properties_stand_in_the_order_that_word_demands(name: str) -> None:
    for part in parts(docx.document(PAPERS[name])):
        for kind, order in ORDERS.items():
            ranks = {tag: rank for rank, tag in enumerate(order.split())}
            for properties in part.iter(f"{W}{kind}"):
                # References to heads and feet come first, in any order.
                found = [child.tag.removeprefix(W) for child in properties if not child.tag.endswith("Reference")]
                if "styles" in part.tag and not set(found) <= set(ranks):
                    continue
                placed = [ranks[tag] for tag in found]
                assert placed == sorted(placed), (kind, found)
                assert len(found) == len(set(found)), (kind, found)


@pytest.mark.parametrize("name", PAPERS)
def test_every_cell_ends_in_a_paragraph_and_every_table_has_its_columns(name: str) -> None:
    for part in parts(docx.document(PAPERS[name])):
        assert all(cell[-1].tag == f"{W}p" for cell in part.iter(f"{W}tc"))
        for table in part.iter(f"{W}tbl"):
            columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
            for row in table.findall(f"{W}tr"):
                spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in row.findall(f"{W}tc")]
                assert sum(1 if span is None else int(span.get(f"{W}val")) for span in spans) == columns
