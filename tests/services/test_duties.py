"""Who files: the rule for one duty and the condition for many say the same."""

from __future__ import annotations

from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tracker.core.terms import AssignmentState, DutyRole, FilingMode, Role
from tracker.models import Assignment, Plan, Task
from tracker.services import owing
from tracker.services.duties import files, first_lead


def test_the_condition_of_what_is_owed_and_the_rule_of_the_filing_page_agree(session: Session) -> None:
    city = a_city(session)
    officer = a_user(session, city, Role.OFFICER)
    units = [a_unit(session, city, name) for name in ("甲局", "乙局", "丙局", "丁局")]
    for mode, has_lead in product(FilingMode, (True, False)):
        task = a_task(session, a_plan(session, city, officer, filing_mode=mode))
        an_assignment(session, task, units[0], DutyRole.LEAD, is_first_lead=has_lead)
        an_assignment(session, task, units[1], DutyRole.LEAD, is_first_lead=False)
        an_assignment(session, task, units[2], DutyRole.RESPONSIBLE)
        an_assignment(session, task, units[3], DutyRole.COOPERATING)
    query = select(Assignment.id).join(Task, Task.id == Assignment.task_id).join(Plan, Plan.id == Assignment.plan_id)
    by_condition = set(session.scalars(query.where(owing.files())))
    by_rule = {
        duty.id
        for task in session.scalars(select(Task))
        for duty in task.assignments
        if files(task.plan, duty, has_lead=first_lead(task.assignments) is not None)
    }
    assert by_condition == by_rule
    assert len(by_rule) == 1 + 3 + 3 + 3 + 3 + 3


def test_a_lead_that_was_waived_leads_no_more(session: Session) -> None:
    city = a_city(session)
    task = a_task(session, a_plan(session, city, a_user(session, city, Role.OFFICER)))
    lead = an_assignment(session, task, a_unit(session, city, "甲局"), state=AssignmentState.WAIVED)
    partner = an_assignment(session, task, a_unit(session, city, "乙局"), DutyRole.RESPONSIBLE)
    assert first_lead([lead, partner]) is None
    assert files(task.plan, partner, has_lead=False)
