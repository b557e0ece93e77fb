"""HTTP: parse, one service call, render. Denied unless an endpoint declares who may enter."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from tracker.config import Mode, Settings
from tracker.web import access, errors, limits, masthead, navigation, rendering, submissions

csrf = CSRFProtect()
LARGEST_ID = 2**31 - 1
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def install(app: Flask, settings: Settings) -> None:
    """Puts sessions, the permission gate, errors, templates and every blueprint of this package into the app."""
    _harden(app, settings)
    Bootstrap5(app)
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    _refuse_unstorable(app)
    csrf.init_app(app)
    limits.limiter.init_app(app)
    access.install(app)
    errors.install(app)
    rendering.install(app)
    navigation.install(app)
    masthead.install(app)
    submissions.install(app)
    for module in pkgutil.iter_modules(__path__):
        blueprint = getattr(importlib.import_module(f"{__name__}.{module.name}"), "blueprint", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)


def _harden(app: Flask, settings: Settings) -> None:
    base = urlsplit(settings.base_url)
    hosts = [host.strip() for host in settings.trusted_hosts.split(",") if host.strip()]
    app.config.update(
        TRUSTED_HOSTS=hosts or [base.hostname or "localhost", "127.0.0.1", "localhost"],
        MAX_CONTENT_LENGTH=(settings.upload_limit_mb + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=base.scheme == "https",
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_idle_minutes),
        WTF_CSRF_TIME_LIMIT=None,
        TESTING=settings.mode is Mode.TEST,
    )
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]

    @app.after_request
    def _headers(response):  # type: ignore[no-untyped-def]
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class RecordId(IntegerConverter):
    """An id in an address; one that no column can hold is an address that does not exist."""

    # Digits of other scripts are numbers to Python, and addresses of nothing.
    regex = "[0-9]+"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def _refuse_unstorable(app: Flask) -> None:
    app.url_map.converters["int"] = RecordId

    @app.before_request
    def _nul() -> tuple[str, int] | None:
        # PostgreSQL keeps no NUL in text, and nobody types one.
        for values in (request.args, request.form, request.files):
            for name, value in values.items(multi=True):
                if "\x00" in name or "\x00" in (value if isinstance(value, str) else value.filename or ""):
                    return errors.answer(400, "提交的文字中含有无法保存的字符（空字符），请删去后重新提交。")
        return None
