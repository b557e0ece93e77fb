"""The menu: each entry with the permission of the page it opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_login import current_user

from tracker.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu."""

    endpoint: str
    label: str
    permission: Permission
    # Further blueprints whose pages belong to this entry.
    also: tuple[str, ...] = ()

    def holds(self, blueprint: str | None) -> bool:
        """Whether a page of this blueprint belongs to the entry."""
        return blueprint is not None and blueprint in (self.endpoint.partition(".")[0], *self.also)


ENTRIES = (
    Entry("desk.index", "工作台", Permission.DESK_READ),
    Entry("plans.index", "方案", Permission.PLANS_READ, ("tasks", "handmade", "changes", "plan_settings")),
    Entry("imports.index", "导入方案", Permission.PLANS_IMPORT),
    Entry("filing.index", "报送", Permission.FILING_WRITE, ("filing_sheet",)),
    Entry("review.index", "审核", Permission.REVIEW_DECIDE, ("requests",)),
    Entry("overdue.index", "逾期督办", Permission.OVERDUE_READ, ("calls",)),
    Entry("coordination.index", "需协调事项", Permission.OVERDUE_READ),
    Entry("slips.index", "督办单", Permission.SLIPS_READ),
    Entry("instructions.index", "批示", Permission.INSTRUCTIONS_READ),
    Entry("series.index", "指标数据", Permission.SERIES_READ, ("indicators",)),
    Entry("dashboard.index", "督办总览", Permission.DASHBOARD_READ),
    Entry("supervision.index", "督查通报", Permission.REPORTS_READ, ("reports", "approval", "cycles")),
    Entry("circulars.index", "通报", Permission.REPORTS_RECEIVE),
    Entry("registry.units", "单位", Permission.REGISTRY_READ, ("groups",)),
    Entry("people.index", "人员", Permission.PEOPLE_READ),
    Entry("delivery.index", "消息发送", Permission.DELIVERY_READ),
    Entry("settings.index", "设置", Permission.SETTINGS_EDIT),
    Entry("audit.index", "审计", Permission.AUDIT_READ),
)


def install(app: Flask) -> None:
    """Makes the menu known to every template."""

    @app.context_processor
    def _menu() -> dict[str, Any]:
        actor = getattr(current_user, "actor", None)
        return {"menu": [entry for entry in ENTRIES if actor and actor.may(entry.permission)]}
