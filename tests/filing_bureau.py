"""A bureau with 38 items over four plans, all filed and passed the month before, with its people and an office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment, file_row
from tracker.core.filing import Words
from tracker.core.permissions import Actor
from tracker.core.terms import Role
from tracker.db import office_date
from tracker.models import Assignment, Plan, Unit
from tracker.services.lights import refresh_lights
from tracker.services.reviewing import Reviewed, pass_reports

PLANS = (
    ("云川市科技创新三年行动计划", 15),
    ("云川市优化营商环境实施方案", 10),
    ("云川市产业链提升工作方案", 8),
    ("云川市高新技术企业培育方案", 5),
)
THINGS = ("量子产业园", "中试基地", "孵化器", "联合实验室", "技术交易市场", "人才公寓", "检测平台", "服务专窗")


@dataclass
class Bureau:
    """Keys and people of what the tests act on; people sign in as liaison, head, officer."""

    unit: Unit
    plans: list[Plan]
    duties: list[Assignment]
    liaison: Actor
    head: Actor
    officer: Actor


def a_bureau(session: Session, now: datetime) -> Bureau:
    """The bureau as of a day: whatever it owes this month is still blank."""
    city = a_city(session)
    officer = a_user(session, city, Role.OFFICER, login_name="officer", name="郑督查")
    a_user(session, city, Role.LEADER, login_name="leader", name="沈市长")
    unit, partner = a_unit(session, city, "云川市科技局"), a_unit(session, city, "云川市财政局")
    liaison = a_user(session, city, Role.LIAISON, unit, login_name="liaison", name="周文")
    head = a_user(session, city, Role.UNIT_HEAD, unit, login_name="head", name="林局长")
    today = office_date(now)
    plans, duties = [], []
    for title, count in PLANS:
        plan = a_plan(session, city, officer, title=title, issued_on=today - timedelta(days=200))
        plans.append(plan)
        for number in range(1, count + 1):
            thing = THINGS[(number + len(title)) % len(THINGS)]
            due_on = today + timedelta(days=30 * number + 20)
            issued_on = today - timedelta(days=190)
            words = {"number": f"{number}.", "title": f"建设第{number}批{thing}"}
            task = a_task(session, plan, **words, position=number, due_on=due_on, issued_on=issued_on)
            dates = {"issued_on": issued_on, "acknowledged_on": issued_on + timedelta(days=2)}
            duties.append(an_assignment(session, task, unit, **dates))
            an_assignment(session, task, partner, is_first_lead=False, **dates)
    refresh_lights(session, [duty.task for duty in duties], now=now)
    bureau = Bureau(
        unit,
        plans,
        duties,
        acting(liaison, Role.LIAISON),
        acting(head, Role.UNIT_HEAD),
        acting(officer, Role.OFFICER),
    )
    _file_last_month(session, bureau, now)
    return bureau


def _file_last_month(session: Session, bureau: Bureau, now: datetime) -> None:
    then = now.replace(day=1) - timedelta(days=8)
    reports = [
        file_row(session, bureau.liaison, bureau.head, duty, last_words(place), now=then)
        for place, duty in enumerate(bureau.duties)
    ]
    pass_reports(session, bureau.officer, [Reviewed(r.id, r.version) for r in reports], now=then + timedelta(days=1))


def last_words(place: int) -> Words:
    """What was said of an item the month before."""
    return Words(f"第{place + 1}项已完成方案比选，正在办理手续。", 40 + place % 30, "", "抓紧开工。", "")


def new_words(place: int) -> Words:
    """What is said of an item this month."""
    return Words(f"第{place + 1}项主体工程已完成，设备进场安装。", 55 + place % 30, "", "组织联调。", "")
