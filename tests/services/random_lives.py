"""A small city in which people do things at random, allowed or not: the engine of the tests that walk it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, acting, an_assignment, file_row
from tracker.core.actions import Action, Rule
from tracker.core.permissions import Actor
from tracker.core.terms import AssignmentState, CheckOutcome, DutyRole, PlanStatus, Role, TaskState, UrgeChannel
from tracker.core.workflow import RULES
from tracker.db import office_date
from tracker.errors import Refusal
from tracker.models import Assignment, ProgressReport, Task
from tracker.services import workflow
from tracker.services.calendar import seed_workdays
from tracker.services.choosing import Chosen
from tracker.services.filing import Reason, Words
from tracker.services.reviewing import Reviewed, pass_reports, send_back_report
from tracker.services.workflow import Contact
from tracker.services.workflow_decisions import Found, Grounds, ask_partners, decide_task, look_back

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
WHY = Reason("not_done", "请补充")
GROUNDS = Grounds("按会议要求", "专题会议纪要")
# Done seldom, or the walk would soon stand still.
_ENDS = {"terminate", "make_standing", "archive"}
Act = Callable[[Session, Actor, datetime], Any]


@dataclass
class Lives:
    """The city, the clock of the walk, and how often each act was done and refused."""

    session: Session
    random: random.Random
    plan_id: int
    tasks: list[int]
    actors: list[Actor]
    officer: Actor
    now: datetime = START
    done: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The office date of the walk's clock."""
        return office_date(self.now)

    def pass_time(self) -> bool:
        """Lets some minutes pass, or the night and some days. Gives whether a day has ended."""
        before = self.today
        night = self.random.random() < 0.15
        days, minutes = self.random.randint(1, 9), self.random.randint(1, 25)
        self.now += timedelta(days=days) if night else timedelta(minutes=minutes)
        return self.today != before

    def step(self) -> tuple[str, str | None]:
        """Has somebody do something. Gives the act, and the sentence of its refusal where it was refused."""
        action, actor = self._likely() if self.random.random() < 0.85 else (None, self.random.choice(self.actors))
        acts = self._acts(RULES[action] if action else None)
        name = action.value if action else self.random.choice(list(acts))
        act = acts[name]
        try:
            with self.session.begin_nested():
                act(self.session, actor, self.now)
        except Refusal as refusal:
            self.session.expire_all()
            self.refused[name] = self.refused.get(name, 0) + 1
            return name, refusal.message
        self.done[name] = self.done.get(name, 0) + 1
        return name, None

    def _likely(self) -> tuple[Action, Actor]:
        """An act some task is in the state for, and somebody of a role that may do it."""
        names = list(self._acts(None))
        states = {self.session.get_one(Task, key).state for key in self.tasks}
        fitting = [name for name in names if RULES[Action(name)].task_from & states and name not in _ENDS]
        name = self.random.choice(fitting if self.random.random() < 0.95 else names)
        roles = {who.role for who in RULES[Action(name)].who}
        return Action(name), self.random.choice([actor for actor in self.actors if actor.roles & roles])

    def _task(self, rule: Rule | None) -> Task:
        tasks = [self.session.get_one(Task, key) for key in self.tasks]
        fitting = [task for task in tasks if rule and task.state in rule.task_from]
        return self.random.choice(fitting or tasks)

    def _duty(self, rule: Rule | None) -> Assignment:
        duties = self._task(rule).assignments
        fitting = [duty for duty in duties if rule and duty.state in rule.duty_from]
        return self.random.choice(fitting or duties)

    def _head_of(self, actor: Actor) -> Actor:
        heads = (each for each in self.actors if Role.UNIT_HEAD in each.roles and each.unit_id == actor.unit_id)
        return next(heads, actor)

    def _report(self) -> Reviewed:
        reports = self.session.scalars(select(ProgressReport).order_by(ProgressReport.id.desc()).limit(6)).all()
        report = self.random.choice(reports) if reports else None
        return Reviewed(report.id, report.version) if report else Reviewed(0, 0)

    def _acts(self, rule: Rule | None) -> dict[str, Act]:
        chosen = Chosen(self.plan_id, (self._task(rule).id,) if self.random.random() < 0.5 else None)
        task, duty, report = self._task(rule), self._duty(rule), self._report()
        key, at = task.id, {"version": task.version}
        of, of_duty = duty.id, {"version": duty.version}
        words = Words("进展顺利", self.random.choice([None, 10, 40, 80]))
        outcome = self.random.choice(list(CheckOutcome))
        return {
            "submit": lambda s, a, now: workflow.submit_tasks(s, a, chosen, now=now),
            "approve": lambda s, a, now: workflow.approve_tasks(s, a, chosen, now=now),
            "reject": lambda s, a, now: workflow.reject_tasks(s, a, chosen, reason="再议", now=now),
            "acknowledge": lambda s, a, now: workflow.acknowledge(s, a, chosen, contact=Contact("周文", "1"), now=now),
            "file": lambda s, a, now: file_row(s, a, self._head_of(a), duty, words, now=now),
            "pass_report": lambda s, a, now: pass_reports(s, a, [report], now=now),
            "send_back_report": lambda s, a, now: send_back_report(s, a, report, reason=WHY, now=now),
            "finish_part": lambda s, a, now: workflow.finish_part(s, a, of, words=words, now=now, **of_duty),
            "accept_part": lambda s, a, now: workflow.accept_part(s, a, of, now=now, **of_duty),
            "send_back_part": lambda s, a, now: workflow.send_back_part(s, a, of, reason=WHY, now=now, **of_duty),
            "ask_partners": lambda s, a, now: ask_partners(s, a, key, words="请确认", now=now, **at),
            "ask_to_close": lambda s, a, now: workflow.ask_to_close(s, a, key, report="完成", now=now, **at),
            "check_closing": lambda s, a, now: workflow.check_closing(s, a, key, now=now, **at),
            "close": lambda s, a, now: workflow.close_task(s, a, key, now=now, **at),
            "send_back_closing": lambda s, a, now: workflow.send_back_closing(s, a, key, reason=WHY, now=now, **at),
            "archive": lambda s, a, now: workflow.archive_task(s, a, key, now=now, **at),
            "look_back": lambda s, a, now: look_back(
                s, a, key, found=Found(outcome, "已核查", office_date(now)), now=now, **at
            ),
            "urge": lambda s, a, now: workflow.urge(s, a, [of], words="请抓紧", channel=UrgeChannel.PHONE, now=now),
            **{
                action.value: lambda s, a, now, action=action: decide_task(
                    s, a, key, action, grounds=GROUNDS, now=now, **at
                )
                for action in (Action.SUSPEND, Action.RESUME, Action.REOPEN, Action.MAKE_STANDING, Action.TERMINATE)
            },
        }


def a_city_of_lives(session: Session, seed: int) -> Lives:
    """Three tasks of three units, led and not, with everybody who may and who may not do something to them."""
    seed_workdays(session)
    city, other = a_city(session), a_city(session, "东屏市")
    science, finance, works = (a_unit(session, city, f"云川市{name}局") for name in ("科技", "财政", "住建"))
    officer = a_user(session, city, Role.OFFICER)
    plan = a_plan(session, city, officer, status=PlanStatus.PREPARING)
    tasks = []
    for number, lead in enumerate((science, finance, None), 1):
        task = a_task(session, plan, number=f"{number}.", state=TaskState.DRAFT, issued_on=None, original_due_on=None)
        for unit in (science, finance, works):
            role = DutyRole.LEAD if unit is lead else DutyRole.RESPONSIBLE
            an_assignment(session, task, unit, role, state=AssignmentState.PLANNED, issued_on=None)
        tasks.append(task.id)
    actors = [acting(officer, Role.OFFICER)]
    for role in (Role.OFFICE_HEAD, Role.LEADER, Role.AUDIT_ADMIN):
        actors.append(acting(a_user(session, city, role), role))
    for unit in (science, finance, works):
        for role in (Role.LIAISON, Role.UNIT_HEAD):
            actors.append(acting(a_user(session, city, role, unit, login_name=f"{unit.id}-{role}"), role))
    actors.append(acting(a_user(session, other, Role.OFFICE_HEAD, login_name="stranger"), Role.OFFICE_HEAD))
    return Lives(session, random.Random(seed), plan.id, tasks, actors, actors[0])
