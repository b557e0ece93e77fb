"""Addresses of pages that other modules own."""

from __future__ import annotations

from flask import current_app, url_for


def plan_url(plan_id: int | None) -> str | None:
    """Gives the address of a plan's page, None while there is none."""
    if plan_id is None or "plans.detail" not in current_app.view_functions:
        return None
    return url_for("plans.detail", plan_id=plan_id)
