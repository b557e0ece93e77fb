"""A small city under way, with one task for each light, for the tests of what people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tracker.core.terms import (
    AssignmentState,
    DutyRole,
    PlanStatus,
    ReasonCode,
    ReportStatus,
    Role,
    TaskState,
)
from tracker.db import office_date
from tracker.models import (
    Assignment,
    Indicator,
    Jurisdiction,
    OutlineNode,
    Plan,
    ProgressReport,
    Target,
    Task,
    Unit,
    User,
)
from tracker.services.lights import refresh_lights

SCIENCE, FINANCE, COUNTY = "市科学技术局", "市财政局", "青岚县人民政府"
LAST_WORD = "园区选址已定，正在办理用地手续。"


@dataclass
class City:
    """Everything in it, by what it is for."""

    place: Jurisdiction
    plan: Plan
    units: dict[str, Unit]
    tasks: dict[str, Task]
    duties: dict[tuple[str, str], Assignment]
    people: dict[str, User]


def a_city_under_way(session: Session, now: datetime, name: str = "云川市") -> City:
    """A plan of nine issued items and one draft; login names end in the city's name where it is not 云川市."""
    today = office_date(now)
    tail = "" if name == "云川市" else name
    place = a_city(session, name)
    units = {unit: a_unit(session, place, unit) for unit in (SCIENCE, FINANCE, COUNTY)}
    people = _people(session, place, units, tail)
    plan = a_plan(
        session, place, people["officer"], title=f"{name}科技创新三年行动计划", issued_on=today - timedelta(days=210)
    )
    city = City(place, plan, units, {}, {}, people)
    _tasks(session, city, today)
    _figures(session, city)
    _reports(session, city, now)
    refresh_lights(session, list(city.tasks.values()), now=now)
    session.flush()
    return city


def _people(session: Session, place: Jurisdiction, units: dict[str, Unit], tail: str) -> dict[str, User]:
    office = {role: a_user(session, place, Role(role), login_name=role + tail) for role in ("officer", "leader")}
    office["office_head"] = a_user(session, place, Role.OFFICE_HEAD, login_name="head" + tail)
    office["sys_admin"] = a_user(session, place, Role.SYS_ADMIN, login_name="sys" + tail)
    office[SCIENCE] = a_user(session, place, Role.LIAISON, units[SCIENCE], login_name="science" + tail)
    office[FINANCE] = a_user(session, place, Role.LIAISON, units[FINANCE], login_name="finance" + tail)
    return office


def _tasks(session: Session, city: City, today: date) -> None:
    chapter = OutlineNode(plan_id=city.plan.id, position=0, number="二、", title="重点任务", start=0, end=1)
    session.add(chapter)
    session.flush()
    issued = {"issued_on": today - timedelta(days=200), "outline_node_id": chapter.id}
    enterprises = {"title": "培育科技企业", "due_on": today + timedelta(days=290)}
    rows: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("late", SCIENCE, {"title": "建设云川量子产业园", "due_on": today - timedelta(days=20)}, {"percent": 60}),
        ("behind", FINANCE, {"title": "设立科技创新基金", "due_on": today + timedelta(days=100)}, {"percent": 5}),
        ("on_time", SCIENCE, {"title": "组建省级实验室", "due_on": today + timedelta(days=300)}, {"percent": 80}),
        ("near", SCIENCE, {"title": "开放共享大型仪器", "due_on": today + timedelta(days=3)}, {"percent": 99}),
        ("done", FINANCE, {"title": "修订资金管理办法", "due_on": today + timedelta(days=30)}, {"percent": 100}),
        ("standing", SCIENCE, {"title": "宣传科学家精神", "due_on": None, "is_standing": True, "due_basis": None}, {}),
        ("unknown", COUNTY, {"title": "创建创新型县", "due_on": today + timedelta(days=200)}, {"filed": None}),
        ("part1", FINANCE, {**enterprises, "part": 1}, {"percent": 90}),
        ("part2", FINANCE, {**enterprises, "part": 2}, {"percent": 90}),
    ]
    for position, (key, unit, fields, lead) in enumerate(rows, start=1):
        number = "8." if key.startswith("part") else f"{position}."
        fields = {**issued, "original_due_on": fields["due_on"], "number": number, "position": position, **fields}
        task = city.tasks[key] = a_task(session, city.plan, text=f"{fields['title']}。到2027年见到实效。", **fields)
        filed = {"last_filed_on": lead.get("filed", today), "percent": lead.get("percent")}
        city.duties[key, unit] = _duty(session, task, city.units[unit], DutyRole.LEAD, today, **filed)
    _partners(session, city, today)
    _finish(city, today)


def _partners(session: Session, city: City, today: date) -> None:
    late = city.tasks["late"]
    finance, county = city.units[FINANCE], city.units[COUNTY]
    city.duties["late", FINANCE] = _duty(session, late, finance, DutyRole.RESPONSIBLE, today, position=1)
    city.duties["late", COUNTY] = _duty(session, late, county, DutyRole.COOPERATING, today, position=2)
    waiting = {"state": AssignmentState.ISSUED, "acknowledged_on": None, "position": 1}
    city.duties["on_time", FINANCE] = _duty(
        session, city.tasks["on_time"], finance, DutyRole.RESPONSIBLE, today, **waiting
    )
    draft = a_task(
        session, city.plan, number="10.", title="谋划下一步", state=TaskState.DRAFT, issued_on=None, position=10
    )
    city.tasks["draft"] = draft
    city.duties["draft", SCIENCE] = an_assignment(
        session, draft, city.units[SCIENCE], state=AssignmentState.PLANNED, issued_on=None
    )


def _duty(session: Session, task: Task, unit: Unit, role: DutyRole, today: date, **fields: Any) -> Assignment:
    days = {"issued_on": today - timedelta(days=200), "acknowledged_on": today - timedelta(days=195)}
    return an_assignment(session, task, unit, role, **{**days, **fields})


def _finish(city: City, today: date) -> None:
    day = today - timedelta(days=2)
    city.tasks["done"].state, city.tasks["done"].closed_on = TaskState.CLOSED, day
    duty = city.duties["done", FINANCE]
    duty.state, duty.done_on = AssignmentState.DONE, day


def _figures(session: Session, city: City) -> None:
    place = {"plan_id": city.plan.id, "comparator": ">=", "value": 100, "unit_of_measure": "家", "by": "2027"}
    session.add(
        Target(task_id=city.tasks["late"].id, name="入园企业", printed="入园企业100家以上", start=1, end=2, **place)
    )
    values = {
        "2024": {"value": 2.71, "role": "actual", "note": "*"},
        "2027": {"value": 3.2, "role": "target", "note": ""},
    }
    session.add(
        Indicator(
            plan_id=city.plan.id,
            position=1,
            number="1",
            printed="研发投入强度",
            name="研发投入强度",
            unit_of_measure="%",
            values=values,
            units=[SCIENCE],
        )
    )
    session.add(
        Indicator(
            plan_id=city.plan.id,
            position=2,
            number="2",
            printed="技术合同额",
            name="技术合同额",
            unit_of_measure="亿元",
            values={"2027": {"value": 88, "role": "target", "note": ""}},
            units=[],
        )
    )


def _reports(session: Session, city: City, now: datetime) -> None:
    a_report(
        session,
        city,
        ("late", SCIENCE),
        now,
        progress=LAST_WORD,
        problems="土地指标不足",
        coordination="请市财政局支持",
    )
    a_report(session, city, ("behind", FINANCE), now, progress="正在拟订方案。", problems="无")


def a_report(session: Session, city: City, duty: tuple[str, str], at: datetime, **fields: Any) -> ProgressReport:
    """A report of the month of `at`, waiting for review."""
    assignment = city.duties[duty]
    person = city.people.get(duty[1]) or city.people[SCIENCE]
    values = {"status": ReportStatus.SUBMITTED, "progress": "进展顺利。", "percent": assignment.percent}
    values |= {"reason_code": ReasonCode.INCOMPLETE} if fields.get("status") is ReportStatus.SENT_BACK else {}
    report = ProgressReport(
        assignment_id=assignment.id,
        jurisdiction_id=city.place.id,
        period=office_date(at).isoformat()[:7],
        filed_by_id=person.id,
        filed_at=at,
        **{**values, **fields},
    )
    session.add(report)
    session.flush()
    return report


def a_prepared_plan(session: Session, city: City, *states: TaskState) -> Plan:
    """A plan not issued yet, with one task in each of these states."""
    plan = a_plan(session, city.place, city.people["officer"], title="云川市设备更新方案", status=PlanStatus.PREPARING)
    for position, state in enumerate(states):
        task = a_task(session, plan, state=state, issued_on=None, number=f"{position + 1}.", position=position)
        an_assignment(session, task, city.units[FINANCE], state=AssignmentState.PLANNED, issued_on=None)
    return plan
