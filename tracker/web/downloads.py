"""Files that somebody uploaded, given back: always saved, never shown, whatever they claim to be."""

from __future__ import annotations

from flask import Response

from tracker.web.listing import file_answer


def download(data: bytes, filename: str, content_type: str) -> Response:
    """Gives an answer that a browser saves under a name and never opens inside this product."""
    answer = file_answer(data, content_type, filename)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
