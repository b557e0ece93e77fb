"""The .docx converted by LibreOffice beside the PDF of the same paper: the same pages, margins and words."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from pytest import approx

from tests.reports.making import (
    a_call_list,
    a_full_page,
    a_large_summary,
    a_notice,
    a_paper,
    a_slip,
    an_empty_summary,
    with_annexes,
)
from tests.reports.pixels import ink, sizes, texts
from tracker.core.official import OfficialPaper, Paragraph
from tracker.core.terms import SlipForm
from tracker.reports import calls, docx, monthly, notices, pdf, slips

OFFICE_SUITE = shutil.which("soffice") or shutil.which("libreoffice")
pytestmark = pytest.mark.skipif(OFFICE_SUITE is None, reason="LibreOffice Writer is not installed (libreoffice-writer)")

PAPERS: dict[str, OfficialPaper] = {
    "full": a_full_page(),
    "red_head": a_paper(body=(Paragraph("为推动工作落实，现将有关情况通报如下。" * 40),)),
    "annexes": with_annexes(),
    "monthly": monthly.paper(a_large_summary()),
    "empty": monthly.paper(an_empty_summary()),
    "slip": slips.paper(a_slip()),
    "letter": slips.paper(a_slip(form=SlipForm.LETTER)),
    "notice": notices.paper(a_notice()),
    "calls": calls.paper(a_call_list()),
}


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every .docx as the PDF that LibreOffice makes of it."""
    folder = tmp_path_factory.mktemp("papers")
    for name, paper in PAPERS.items():
        (folder / f"{name}.docx").write_bytes(docx.document(paper))
    command = [str(OFFICE_SUITE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    files = [str(folder / f"{name}.docx") for name in PAPERS]
    subprocess.run(
        [*command, "--convert-to", "pdf", "--outdir", str(folder), *files], check=True, capture_output=True, timeout=240
    )
    return {name: Path(folder / f"{name}.pdf").read_bytes() for name in PAPERS}


def characters(made: bytes) -> Counter[str]:
    text = "".join(texts(made))
    # Heads are repeated and pages numbered once a page, of which the two may differ.
    return Counter(character for character in text if not character.isspace())


@pytest.mark.parametrize("name", ["full", "red_head", "annexes", "empty", "slip", "letter", "notice", "calls"])
def test_both_have_the_same_pages(converted: dict[str, bytes], name: str) -> None:
    ours, theirs = sizes(pdf.document(PAPERS[name])), sizes(converted[name])
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == approx(other, abs=0.5)


@pytest.mark.parametrize("name", ["full", "red_head", "annexes", "empty", "slip", "letter", "notice", "calls"])
def test_both_say_the_same(converted: dict[str, bytes], name: str) -> None:
    assert characters(pdf.document(PAPERS[name])) == characters(converted[name])


def test_both_print_every_one_of_200_rows(converted: dict[str, bytes]) -> None:
    for made in (pdf.document(PAPERS["monthly"]), converted["monthly"]):
        text = "".join("".join(texts(made)).split())
        assert all(f"{n}.推进产业园区建设" in text for n in range(1, 201))


def test_both_have_the_same_margins_lines_and_characters(converted: dict[str, bytes]) -> None:
    mine, other = (ink(made, 1).within(0, 0, 210, 264) for made in (pdf.document(PAPERS["full"]), converted["full"]))
    left, top, right, bottom = other.box()
    assert left == approx(mine.box()[0], abs=1) and right == approx(mine.box()[2], abs=1)
    # Word's lines are cells of 28.95 pt with the character in their midst: half a line's air above and below.
    assert 37 - 1 <= top <= 37 + 5 and 262 - 5 <= bottom <= 262 + 1
    assert len(mine.rows()) == len(other.rows()) == 22
    first = other.rows()[0]
    assert len(other.within(0, first[0] - 0.2, 210, first[1] + 0.2).columns()) == 28


def test_both_number_their_pages_in_the_same_place(converted: dict[str, bytes]) -> None:
    for place, side in ((0, 2), (1, 0)):
        mine, other = (
            ink(made, place).within(0, 264, 210, 297).box()
            for made in (pdf.document(PAPERS["full"]), converted["full"])
        )
        assert mine[side] == approx(other[side], abs=1) and mine[1] == approx(other[1], abs=1.5)


def test_both_put_the_red_rule_in_the_same_place(converted: dict[str, bytes]) -> None:
    mine, other = (ink(made, 0, red=True) for made in (pdf.document(PAPERS["red_head"]), converted["red_head"]))
    for page in (mine, other):
        top, bottom = page.rows()[-1]
        left, _, right, _ = page.within(0, top - 0.3, 210, bottom + 0.3).box()
        assert (left, right - left) == (approx(28, abs=1), approx(156, abs=1))
    assert mine.rows()[-1][0] == approx(other.rows()[-1][0], abs=8)


def test_both_put_the_foot_of_the_paper_on_the_last_line(converted: dict[str, bytes]) -> None:
    for made in (pdf.document(PAPERS["annexes"]), converted["annexes"]):
        page = ink(made, len(sizes(made)) - 1).within(0, 200, 210, 265)
        assert page.rows()[-1][1] == approx(262, abs=1)
