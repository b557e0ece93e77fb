"""Pictures of a PDF's pages (PNG), so that a paper is seen in the browser as it will be printed."""

from __future__ import annotations

import io
from threading import Lock

import pypdfium2

# PDFium serves one thread at a time.
_ONE = Lock()
MOST_PAGES = 20


def pages(pdf: bytes, *, width: int = 900, most: int = MOST_PAGES) -> tuple[list[bytes], int]:
    """Gives the first pages as pictures of a width in pixels for an upright sheet, and how many pages there are."""
    with _ONE:
        document = pypdfium2.PdfDocument(pdf)
        try:
            shown = [_picture(document[place], width) for place in range(min(most, len(document)))]
            return shown, len(document)
        finally:
            document.close()


def _picture(page: pypdfium2.PdfPage, width: int) -> bytes:
    out = io.BytesIO()
    # Upright and turned sheets at the same scale.
    scale = width / min(page.get_size())
    page.render(scale=scale).to_pil().save(out, format="PNG")
    return out.getvalue()
