"""Who files: kept on each duty with its light dates, by the plan's filing mode and period."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tracker.core.terms import AssignmentState, DutyRole, FilingMode, PeriodKind, Role
from tracker.services.duties import first_lead
from tracker.services.lights import refresh_lights


@pytest.mark.parametrize(
    ("mode", "has_lead", "filing"),
    [
        (FilingMode.LEAD, True, {"甲局"}),
        (FilingMode.LEAD, False, {"甲局", "乙局", "丙局"}),
        (FilingMode.LEAD_AND_RESPONSIBLE, True, {"甲局", "乙局", "丙局"}),
        (FilingMode.EACH, True, {"甲局", "乙局", "丙局"}),
        (FilingMode.EACH, False, {"甲局", "乙局", "丙局"}),
    ],
)
@pytest.mark.parametrize("kind", PeriodKind)
def test_who_files_is_kept_on_the_duties(
    session: Session, mode: FilingMode, has_lead: bool, filing: set[str], kind: PeriodKind
) -> None:
    city = a_city(session)
    officer = a_user(session, city, Role.OFFICER)
    task = a_task(session, a_plan(session, city, officer, filing_mode=mode, period_kind=kind))
    roles = (DutyRole.LEAD, DutyRole.LEAD, DutyRole.RESPONSIBLE, DutyRole.COOPERATING)
    duties = [
        an_assignment(session, task, a_unit(session, city, name), role, is_first_lead=has_lead and name == "甲局")
        for name, role in zip(("甲局", "乙局", "丙局", "丁局"), roles, strict=True)
    ]
    refresh_lights(session, [task], now=NOW)
    assert {duty.unit.name for duty in duties if duty.is_filing} == (set() if kind is PeriodKind.NONE else filing)


def test_a_lead_that_was_waived_leads_no_more(session: Session) -> None:
    city = a_city(session)
    task = a_task(session, a_plan(session, city, a_user(session, city, Role.OFFICER)))
    lead = an_assignment(session, task, a_unit(session, city, "甲局"), state=AssignmentState.WAIVED)
    partner = an_assignment(session, task, a_unit(session, city, "乙局"), DutyRole.RESPONSIBLE)
    assert first_lead([lead, partner]) is None
    refresh_lights(session, [task], now=NOW)
    assert partner.is_filing
