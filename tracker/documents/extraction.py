"""The way from bytes to Text in this process; each reader is loaded only when its format is met."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from tracker.core.text import Text
from tracker.documents.limits import Limits
from tracker.documents.plain import text_of_string
from tracker.documents.refusals import refusal, too_large
from tracker.documents.sniffing import Format, sniff

_READERS = {
    Format.TXT: ("tracker.documents.plain", "read_text"),
    Format.HTML: ("tracker.documents.html", "read_html"),
    Format.DOCX: ("tracker.documents.docx", "read_docx"),
    Format.DOC: ("tracker.documents.doc", "read_doc"),
    Format.PDF: ("tracker.documents.pdf", "read_pdf"),
}


def extract(data: bytes, *, filename: str | None = None, max_bytes: int = Limits().max_bytes) -> Text:
    """Gives the Text of a document; `filename` is taken for the caller's ease and proves nothing.

    Raises: Unreadable with a code of `tracker.documents.refusals`.
    """
    if len(data) > max_bytes:
        raise too_large(max_bytes)
    module, name = _READERS[sniff(data)]
    reader: Callable[[bytes], Text] = getattr(import_module(module), name)
    try:
        return reader(data)
    except RecursionError:
        raise refusal("too-complex") from None
    except MemoryError:
        raise refusal("memory") from None


def extract_pasted(content: str) -> Text:
    """Gives the Text of words pasted into the page.

    Raises: Unreadable `empty`, `too-large`.
    """
    return text_of_string(content)
