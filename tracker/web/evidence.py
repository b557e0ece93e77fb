"""Files of evidence as they come in with a form."""

from __future__ import annotations

from flask import current_app, request

from tracker.services.attachments import Upload


def uploads() -> list[Upload]:
    """Gives the files of the form's field `files`, none where nothing was chosen."""
    return [Upload(file.filename, file.read()) for file in request.files.getlist("files") if file.filename]


def limit_bytes() -> int:
    """Gives how large one file may be."""
    return int(current_app.config["TRACKER"].upload_limit_mb) * 1024 * 1024
