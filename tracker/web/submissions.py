"""The id that every changing form carries: whatever is sent twice under it has one effect (12.3)."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from flask import Flask, flash, g, has_request_context, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from tracker.db import on_transaction, reading, utcnow
from tracker.errors import Repeated
from tracker.services.submissions import Sent, claim_submission
from tracker.web.access import current_actor, page_before
from tracker.web.auth import local_path

FIELD = "submit_id"
_LONGEST = 64


def install(app: Flask) -> None:
    """Gives forms their ids, claims them in the transaction of their act, and answers a repetition."""
    app.jinja_env.globals["submit_id"] = submit_id
    on_transaction(_claim)

    @app.errorhandler(Repeated)
    def _repeated(error: Repeated) -> Any:
        reading().rollback()
        flash(error.message, "info")
        return redirect(local_path(request.form.get("next", "")) or page_before() or url_for("auth.root"), 303)


def submit_id() -> str:
    """Gives the id of one more form on the page that is being made."""
    if "forms_of_page" not in g:
        g.forms_of_page, g.forms_made = secrets.token_urlsafe(12), 0
    g.forms_made += 1
    return f"{g.forms_of_page}.{g.forms_made}"


def _claim(session: Session) -> None:
    """Claims the form of this request in its first transaction; whatever it writes after that belongs to it."""
    if not has_request_context() or request.method in {"GET", "HEAD"} or g.get("is_form_claimed"):
        return
    given = request.form.get(FIELD, "")
    if not given or len(given) > _LONGEST or not current_user.is_authenticated:
        return
    g.is_form_claimed = True
    sent = Sent(given, current_actor().user_id, request.endpoint or "", _digest())
    claim_submission(session, sent, now=utcnow())


def _digest() -> str:
    """Gives a digest of what the form holds: its address, every field but the guards, every file."""
    fields = [pair for pair in request.form.items(multi=True) if pair[0] not in {FIELD, "csrf_token"}]
    held = hashlib.sha256(json.dumps([request.full_path, fields]).encode())
    for name, file in request.files.items(multi=True):
        held.update(f"{name}\0{file.filename}\0".encode(errors="surrogateescape"))
        held.update(hashlib.sha256(file.stream.read()).digest())
        file.stream.seek(0)
    return held.hexdigest()
