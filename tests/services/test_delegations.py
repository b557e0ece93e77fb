"""Delegation: own roles alone, to colleagues, with dates; told in the trail; nobody reviews their own work."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_user, acting
from tests.services.test_slips import a_running_city, first_slip
from tests.services.test_workflow import on, told
from tracker.core.terms import NoticeKind, Role
from tracker.errors import Invalid, NotAllowed, NotFound
from tracker.models import AuditEvent
from tracker.services.delegations import Wanted, all_delegations, delegate, delegation_page, withdraw
from tracker.services.instructions import Target, instruct
from tracker.services.people import actor_of, roles_on
from tracker.services.people_rights import end_grant, grant_role
from tracker.services.slips import answer_slip, pass_slip

FROM, TO = date(2026, 3, 10), date(2026, 3, 20)


def test_a_head_delegates_to_the_liaison_who_then_signs_until_the_last_day(session: Session) -> None:
    place = a_running_city(session)
    head, liaison = place.actors["science_head"], place.people["science"]
    delegate(session, head, Wanted((Role.UNIT_HEAD,), liaison.id, FROM, TO), now=on(3, 10))
    assert Role.UNIT_HEAD in roles_on(session, liaison.id, TO)
    assert Role.UNIT_HEAD not in roles_on(session, liaison.id, date(2026, 3, 21))
    assert "委托" in told(session, liaison, NoticeKind.SYSTEM)[0].subject
    page = delegation_page(session, head, today=FROM)
    assert [(row.holder, row.is_current) for row in page.given] == [(liaison.name, True)]


def test_what_is_done_by_delegation_stands_in_the_trail_as_such(session: Session) -> None:
    place = a_running_city(session)
    leader, secretary = place.people["leader"], a_user(session, place.city, Role.OFFICER, login_name="secretary")
    wanted = Wanted((Role.LEADER,), secretary.id, FROM, TO)
    delegate(session, place.actors["leader"], wanted, now=on(3, 10))
    stand_in = actor_of(session, secretary, today=FROM)
    found = instruct(session, stand_in, Target(task_id=place.task.id), "请抓紧。", now=on(3, 10))
    assert (found.leader_id, found.entered_by_id) == (leader.id, secretary.id)
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.instruct")).one()
    assert event.detail["capacity"] == f"受{leader.name}委托"
    slip = first_slip(session, place)
    own = session.scalars(select(AuditEvent).where(AuditEvent.action == "task.issue_slip")).one()
    assert "capacity" not in own.detail and slip.id


def test_only_own_roles_pass_on_only_to_colleagues_and_only_with_an_end(session: Session) -> None:
    place = a_running_city(session)
    head, liaison = place.actors["science_head"], place.people["science"]
    for wanted, field in (
        (Wanted((Role.LEADER,), liaison.id, FROM, TO), "role"),
        (Wanted((), liaison.id, FROM, TO), "role"),
        (Wanted((Role.UNIT_HEAD,), place.people["finance"].id, FROM, TO), "user_id"),
        (Wanted((Role.UNIT_HEAD,), liaison.id, FROM, None), "until_on"),
        (Wanted((Role.UNIT_HEAD,), liaison.id, date(2026, 3, 9), TO), "since_on"),
        (Wanted((Role.UNIT_HEAD,), liaison.id, TO, FROM), "until_on"),
    ):
        with pytest.raises(Invalid) as refused:
            delegate(session, head, wanted, now=on(3, 10))
        assert field in refused.value.fields
    delegate(session, head, Wanted((Role.UNIT_HEAD,), liaison.id, FROM, TO), now=on(3, 10))
    third = a_user(session, place.city, Role.LIAISON, place.science, login_name="third")
    with pytest.raises(Invalid, match="本人的角色"):
        stand_in = actor_of(session, liaison, today=FROM)
        delegate(session, stand_in, Wanted((Role.UNIT_HEAD,), third.id, FROM, TO), now=on(3, 10))


def test_a_delegation_is_withdrawn_by_its_giver_or_the_keeper_of_rights_and_ends_with_the_role(
    session: Session,
) -> None:
    place = a_running_city(session)
    head, liaison = place.actors["science_head"], place.people["science"]
    keeper = acting(a_user(session, place.city, Role.SECURITY_ADMIN), Role.SECURITY_ADMIN)
    wanted = Wanted((Role.UNIT_HEAD,), liaison.id, FROM, TO)
    grant = delegate(session, head, wanted, now=on(3, 10))[0]
    with pytest.raises(NotFound):
        withdraw(session, place.actors["finance"], grant.id, now=on(3, 12))
    withdraw(session, head, grant.id, now=on(3, 12))
    assert Role.UNIT_HEAD not in roles_on(session, liaison.id, date(2026, 3, 12))
    again = delegate(session, head, replace(wanted, since_on=date(2026, 3, 13)), now=on(3, 13))[0]
    assert [row.is_open for row in all_delegations(session, keeper, today=date(2026, 3, 13))] == [True, False]
    with pytest.raises(NotAllowed):
        all_delegations(session, place.actors["officer"], today=FROM)
    own = next(grant for grant in place.people["science_head"].grants)
    end_grant(session, keeper, own.id, now=on(3, 16))
    assert again.until_on == date(2026, 3, 15)


def test_who_answers_for_a_unit_does_not_review_it_by_delegation_either(session: Session) -> None:
    place = a_running_city(session)
    slip = first_slip(session, place)
    officer = place.people["officer"]
    answerer = acting(officer, Role.OFFICER, Role.LIAISON)
    answer_slip(session, replace(answerer, unit_id=place.science.id), slip.id, version=1, reply="已办。", now=on(3, 11))
    deputy = a_user(session, place.city, Role.AUDIT_ADMIN, login_name="deputy")
    delegate(session, place.actors["officer"], Wanted((Role.OFFICER,), deputy.id, FROM, TO), now=on(3, 10))
    with pytest.raises(Invalid, match="须由他人审核"):
        stand_in = actor_of(session, deputy, today=FROM)
        pass_slip(session, stand_in, slip.id, version=slip.version, has_good_reason=True, words="", now=on(3, 12))


def test_under_dengbao_the_three_administrators_are_three_people(session: Session) -> None:
    place = a_running_city(session)
    keeper = acting(a_user(session, place.city, Role.SECURITY_ADMIN), Role.SECURITY_ADMIN)
    person = a_user(session, place.city, Role.SYS_ADMIN)
    dates = {"since_on": FROM, "until_on": None}
    with pytest.raises(Invalid, match="三员须由不同的人担任"), session.begin_nested():
        grant_role(session, keeper, person, Role.AUDIT_ADMIN, **dates, separates_duties=True, now=on(3, 10))
    wanted = Wanted((Role.SYS_ADMIN,), keeper.user_id, FROM, TO)
    giver = acting(person, Role.SYS_ADMIN)
    with pytest.raises(Invalid, match="三员须由不同的人担任"), session.begin_nested():
        delegate(session, giver, wanted, separates_duties=True, now=on(3, 10))
    grant_role(session, keeper, person, Role.AUDIT_ADMIN, **dates, now=on(3, 10))
    assert {Role.SYS_ADMIN, Role.AUDIT_ADMIN} <= roles_on(session, person.id, FROM)
