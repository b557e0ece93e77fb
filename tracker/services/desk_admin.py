"""The desk of the administrators: what the installation needs from them."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor, Permission
from tracker.models import RoleGrant, Unit, User
from tracker.services.desk_rows import Line, Section, Today, section
from tracker.services.reconciling import last_reconciled


def admin_sections(session: Session, actor: Actor, today: Today) -> list[Section]:
    """Gives what needs an administrator: records that disagree, years without a notice, bare units and people."""
    sections = []
    if actor.may(Permission.SETTINGS_EDIT):
        sections += [_drifts(session, actor), _years(today), _bare_units(session, actor)]
    if actor.may(Permission.RIGHTS_EDIT):
        sections.append(_without_role(session, actor, today))
    return sections


def _drifts(session: Session, actor: Actor) -> Section:
    found = last_reconciled(session, actor)
    lines = [
        Line(each.drift.label, count=each.count, link="/delivery#reconciled")
        for each in (found.findings if found else ())
    ]
    return section("drift", "数据核对", lines, "可能有人绕过系统改动了数据库。请保留现场，联系安装维护人员核查。")


def _years(today: Today) -> Section:
    """The next year counts from November on, when the State Council's notice on it is usually out."""
    years = [today.day.year, *([today.day.year + 1] if today.day.month >= 11 else [])]
    lines = [
        Line(f"{year}年工作日为暂定", "尚未录入国务院办公厅放假通知，暂按周一至周五计算")
        for year in years
        if today.calendar.is_provisional(year)
    ]
    return section("years", "工作日表", lines, "录入放假和调休安排后，各项期限会重新计算。")


def _bare_units(session: Session, actor: Actor) -> Section:
    people = select(User.id).where(User.unit_id == Unit.id, User.left_on.is_(None))
    query = select(Unit.name).where(
        Unit.jurisdiction_id == actor.jurisdiction_id, Unit.ended_on.is_(None), ~people.exists()
    )
    lines = [Line(name) for name in session.scalars(query.order_by(Unit.position, Unit.id))]
    return section("bare_units", "没有账号的单位", lines, "没有账号的单位由办公室电话催办、代为登记。")


def _without_role(session: Session, actor: Actor, today: Today) -> Section:
    held = select(RoleGrant.id).where(
        RoleGrant.user_id == User.id,
        RoleGrant.since_on <= today.day,
        or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= today.day),
    )
    query = select(User.name, User.login_name).where(
        User.jurisdiction_id == actor.jurisdiction_id, User.left_on.is_(None), ~held.exists()
    )
    lines = [Line(name, f"登录名：{login_name}") for name, login_name in session.execute(query.order_by(User.id))]
    return section("without_role", "尚未授予角色的人员", lines)
