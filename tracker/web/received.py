"""The fields of what the office enters for others (代录): source, day received, note, scan."""

from __future__ import annotations

from flask import request

from tracker.core.terms import BehalfSource
from tracker.db import office_date, utcnow
from tracker.errors import Invalid
from tracker.services.attachments import Upload
from tracker.services.behalf import Received
from tracker.web import evidence, fields


def received() -> Received:
    """Gives how what is entered came to the office. Raises Invalid without a source or with a day that is none."""
    source = fields.member(BehalfSource, request.form.get("source"))
    if source is None:
        raise Invalid({"source": "请选择来源。"})
    file = request.files.get("scan")
    scan = Upload(file.filename, file.read()) if file and file.filename else None
    received_on = fields.day("received_on", default=office_date(utcnow()))
    return Received(source, received_on, fields.text("note"), scan, evidence.limit_bytes())
