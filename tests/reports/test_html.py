"""A paper as a page that stands alone."""

from __future__ import annotations

from lxml import html as lxml_html

from tests.reports.making import HOSTILE, a_paper, a_slip, with_annexes
from tests.reports.test_files import a_summary
from tracker.core.narrative import overview
from tracker.core.official import Paragraph
from tracker.reports import html, monthly, slips
from tracker.reports.printable import printable


def test_the_page_says_what_the_paper_says() -> None:
    page = lxml_html.fromstring(html.document(monthly.paper(a_summary())).decode())
    assert overview(a_summary()) in page.text_content()
    assert len(page.xpath("//table")) == 2 and "附件1" in page.text_content()


def test_nothing_on_the_page_runs_or_is_fetched() -> None:
    made = html.document(a_paper(body=(Paragraph(HOSTILE),), addressee=HOSTILE)).decode()
    page = lxml_html.fromstring(made)
    assert not page.xpath("//script | //img | //link | //iframe | //@href | //@src | //@onclick")
    assert printable(HOSTILE) in page.text_content()


def test_forms_and_the_foot_of_the_paper_are_there() -> None:
    slip = lxml_html.fromstring(html.document(slips.paper(a_slip())).decode())
    assert "督办要求" in slip.text_content() and "抄送：市政府办公室。" in slip.text_content()
    assert "印发" in lxml_html.fromstring(html.document(with_annexes()).decode()).text_content()
