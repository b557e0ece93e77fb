"""PDF documents with a text layer: lines, tables and page furniture told apart, paragraphs made whole again."""

from __future__ import annotations

import pypdfium2
from pypdfium2 import raw

from tracker.core.text import Text
from tracker.documents.assembly import Assembly
from tracker.documents.pdf_furniture import without_furniture
from tracker.documents.pdf_lines import Page, read_page
from tracker.documents.pdf_paragraphs import Paragraph, paragraphs_of
from tracker.documents.pdf_tables import Table, continued, read_tables
from tracker.documents.refusals import refusal

_MAX_PAGES = 2000
# Fewer characters than this on a page is a stamp or a page number, not a text layer.
_FEWEST_CHARACTERS = 10
# A few signs of symbol fonts are usual; a fifth of the text is a font without a table of its characters.
_MOST_UNREADABLE = 0.2


def read_pdf(data: bytes) -> Text:
    """Gives the Text of a PDF, each block with its page.

    Raises: Unreadable `encrypted`, `damaged`, `scan`, `garbled`, `empty`, `too-complex`.
    """
    document = _open(data)
    try:
        if len(document) > _MAX_PAGES:
            raise refusal("too-complex")
        pages = [read_page(document, number) for number in range(len(document))]
    except pypdfium2.PdfiumError:
        raise refusal("damaged") from None
    finally:
        document.close()
    _refuse_scan(pages)
    if sum(page.unreadable for page in pages) > _MOST_UNREADABLE * sum(page.characters for page in pages):
        raise refusal("garbled")
    tables = read_tables(data, pages)
    return _assembled(pages, tables)


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise refusal("encrypted" if is_locked else "damaged") from None


def _refuse_scan(pages: list[Page]) -> None:
    written = [page for page in pages if page.characters >= _FEWEST_CHARACTERS]
    pictured = [page for page in pages if page.has_image and page.characters < _FEWEST_CHARACTERS]
    if len(pictured) > len(written):
        raise refusal("scan")
    if not any(page.lines for page in pages):
        raise refusal("scan" if pictured else "empty")


def _assembled(pages: list[Page], tables: list[Table]) -> Text:
    assembly = Assembly()
    lines, places = without_furniture(pages), [table.place for table in tables]
    paragraphs = paragraphs_of(lines, places, page_width=max(page.width for page in pages))
    pieces: list[tuple[tuple[int, float], Paragraph | Table]] = [
        ((paragraph.page, -paragraph.top), paragraph) for paragraph in paragraphs
    ]
    pieces += [((table.page, -table.top), table) for table in continued(tables)]
    for _place, piece in sorted(pieces, key=lambda item: item[0]):
        if isinstance(piece, Table):
            assembly.table(piece.cells, page=piece.page + 1)
        else:
            assembly.paragraph(piece.words, page=piece.page + 1)
    return assembly.text()
