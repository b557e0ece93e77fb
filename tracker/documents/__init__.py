"""Bytes of a document become Text, or a refusal that says why not.

`extract` reads in this process; `read_document` reads and drafts in a child process that may neither run long nor
grow large. What a file is, its content decides: a name is never believed.
"""

from __future__ import annotations

from tracker.documents.extraction import extract, extract_pasted
from tracker.documents.limits import Limits
from tracker.documents.reading import Reading, read_document
from tracker.documents.sniffing import Format, sniff

__all__ = ["Format", "Limits", "Reading", "extract", "extract_pasted", "read_document", "sniff"]
