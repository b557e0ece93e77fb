"""Plain functions that make records for tests; each gives one sensible record and takes what a test cares about."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tracker.core.filing import WRITABLE, Words
from tracker.core.permissions import Actor
from tracker.core.terms import (
    AssignmentState,
    DueBasis,
    DutyRole,
    FilingMode,
    JurisdictionLevel,
    LeadMode,
    PlanStatus,
    ReportStatus,
    Role,
    TaskKind,
    TaskState,
    UnitKind,
)
from tracker.models import Assignment, Jurisdiction, Plan, ProgressReport, RoleGrant, Task, Unit, User

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
PASSWORD = "Yunchuan-2026"


def a_city(session: Session, name: str = "云川市", prefix: str = "市") -> Jurisdiction:
    """A city with an office."""
    city = Jurisdiction(
        name=name, level=JurisdictionLevel.CITY, prefix=prefix, office_name=f"{name}科技创新领导小组办公室"
    )
    return _kept(session, city)


def a_unit(session: Session, city: Jurisdiction, name: str, kind: UnitKind = UnitKind.DEPARTMENT) -> Unit:
    """A unit of the city."""
    return _kept(session, Unit(jurisdiction_id=city.id, name=name, kind=kind))


def a_user(session: Session, city: Jurisdiction, role: Role, unit: Unit | None = None, **fields: Any) -> User:
    """A person with one role since 2020, who signs in with PASSWORD."""
    name = fields.pop("login_name", f"{role.value}{unit.id if unit else ''}")
    user = User(
        jurisdiction_id=city.id,
        unit_id=unit.id if unit else None,
        login_name=name,
        name=fields.pop("name", name),
        password_hash=_password_hash(),
        created_at=NOW,
        **fields,
    )
    _kept(session, user)
    _kept(session, RoleGrant(user_id=user.id, role=role, since_on=date(2020, 1, 1)))
    return user


@cache
def _password_hash() -> str:
    """The hash of PASSWORD, made once, since a good hash is slow on purpose."""
    from tracker.services.passwords import hash_password

    return hash_password(PASSWORD)


def acting(user: User, *roles: Role) -> Actor:
    """The person as an actor with exactly these roles."""
    return Actor(user.id, user.name, user.jurisdiction_id, user.unit_id, frozenset(roles), "127.0.0.1")


def a_plan(session: Session, city: Jurisdiction, officer: User, **fields: Any) -> Plan:
    """A plan that has been issued."""
    values = {
        "title": "云川市科技创新三年行动计划(2025—2027年)",
        "doc_no": "云政办〔2025〕7号",
        "status": PlanStatus.ISSUED,
        "lead_mode": LeadMode.FIRST,
        "filing_mode": FilingMode.LEAD,
        "period_start": 2025,
        "period_end": 2027,
    }
    plan = Plan(jurisdiction_id=city.id, created_at=NOW, created_by_id=officer.id, **{**values, **fields})
    return _kept(session, plan)


def a_task(session: Session, plan: Plan, **fields: Any) -> Task:
    """A task in progress, due at the end of 2026."""
    values = {
        "number": "1.",
        "kind": TaskKind.TASK,
        "title": "建设云川量子产业园",
        "text": "建设云川量子产业园。年内完成一期工程。",
        "state": TaskState.IN_PROGRESS,
        "original_due_on": date(2026, 12, 31),
        "due_on": date(2026, 12, 31),
        "due_basis": DueBasis.PRINTED,
        "issued_on": date(2026, 1, 5),
        "milestones": [],
        "position": 1,
    }
    return _kept(session, Task(plan_id=plan.id, jurisdiction_id=plan.jurisdiction_id, **{**values, **fields}))


def an_assignment(
    session: Session, task: Task, unit: Unit, role: DutyRole = DutyRole.LEAD, **fields: Any
) -> Assignment:
    """A duty in progress; a lead is the first one."""
    values = {
        "printed": unit.name,
        "is_first_lead": role is DutyRole.LEAD,
        "state": AssignmentState.IN_PROGRESS,
        "issued_on": date(2026, 1, 5),
        "original_due_on": task.due_on,
        "is_filing": role is not DutyRole.COOPERATING
        and (role is DutyRole.LEAD or task.plan.filing_mode is not FilingMode.LEAD),
    }
    assignment = Assignment(
        task_id=task.id,
        plan_id=task.plan_id,
        jurisdiction_id=task.jurisdiction_id,
        unit_id=unit.id,
        role=role,
        **{**values, **fields},
    )
    return _kept(session, assignment)


def file_row(
    session: Session, liaison: Actor, head: Actor, duty: Assignment, words: Words, *, now: datetime
) -> ProgressReport:
    """A row written and handed over by the liaison and signed by the head."""
    from tracker.services import filing, signing

    newest = filing.newest_report(session, duty.id)
    version = newest.version if newest is not None and newest.status in WRITABLE else 0
    report = filing.save_row(session, liaison, filing.Entry(duty.id, version, words), now=now)
    assert report is not None and report.filing is not None
    signing.hand_over(session, liaison, now=now)
    if report.status is ReportStatus.AWAITING:
        signing.sign_filing(session, head, report.filing.id, version=report.filing.version, now=now)
    return report


def sign_in(client: FlaskClient, login_name: str, password: str = PASSWORD) -> None:
    """Signs a person in through the page."""
    answer = client.post("/sign-in", data={"login_name": login_name, "password": password})
    assert answer.status_code == 302, answer.get_data(as_text=True)


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def _kept(session: Session, record: Any) -> Any:
    session.add(record)
    session.flush()
    return record
