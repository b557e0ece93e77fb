"""The table of the life cycle, walked over every state, action, role and relation."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest

from tracker.core.actions import Action, Need, Relation, Situation, Subject
from tracker.core.acts import LONGEST, allowed, check, check_inputs, offered
from tracker.core.terms import (
    AssignmentState,
    InstructionStatus,
    ReasonCode,
    ReplyStatus,
    ReportStatus,
    RequestStatus,
    Role,
    SlipStatus,
    TaskState,
)
from tracker.core.workflow import RULES, TABLE
from tracker.errors import Conflict, Invalid, NotAllowed

# Said a second time, in the words of the design, on purpose: who may do it, in which states, of what.
OFFICER = {("officer", "jurisdiction")}
HEAD = {("office_head", "jurisdiction")}
OFFICE = OFFICER | HEAD
LEADER = {("leader", "jurisdiction")}
APPROVERS = HEAD | LEADER
OWN = {("liaison", "own_duty"), ("unit_head", "own_duty")}
OWN_HEAD = {("unit_head", "own_duty")}
LEAD = {("liaison", "first_lead"), ("unit_head", "first_lead")}
ANY_DUTY = {None, *(state.value for state in AssignmentState)}
ANY_REPORT = {None, *(status.value for status in ReportStatus)}
ANY_TASK = {state.value for state in TaskState}
RUNNING, ACTIVE = {"in_progress"}, {"in_progress", "under_review", "standing"}
ISSUED = ACTIVE | {"closed", "suspended"}
BOUND = {"issued", "in_progress"}
EXPECTED: dict[str, tuple[set[tuple[str, str]], set[str], set[str | None], set[str | None]]] = {
    "submit": (OFFICER, {"draft"}, ANY_DUTY, ANY_REPORT),
    "approve": (APPROVERS, {"pending_approval"}, ANY_DUTY, ANY_REPORT),
    "reject": (APPROVERS, {"pending_approval"}, ANY_DUTY, ANY_REPORT),
    "acknowledge": (OWN, RUNNING, {"issued"}, ANY_REPORT),
    "file": (OWN, RUNNING, RUNNING, ANY_REPORT),
    "pass_report": (OFFICE, {"in_progress", "under_review", "closed"}, ANY_DUTY, {"submitted"}),
    "send_back_report": (OFFICE, RUNNING, ANY_DUTY, {"submitted"}),
    "finish_part": (OWN, RUNNING, RUNNING, ANY_REPORT),
    "accept_part": (LEAD, RUNNING, {"submitted"}, ANY_REPORT),
    "send_back_part": (LEAD, RUNNING, {"submitted"}, ANY_REPORT),
    "ask_to_close": ({("unit_head", "first_lead")}, RUNNING, ANY_DUTY, ANY_REPORT),
    "check_closing": (OFFICER, {"under_review"}, ANY_DUTY, ANY_REPORT),
    "close": (HEAD, {"under_review"}, ANY_DUTY, ANY_REPORT),
    "send_back_closing": (OFFICE, {"under_review"}, ANY_DUTY, ANY_REPORT),
    "urge": (OFFICE, RUNNING, BOUND, ANY_REPORT),
    "archive": (HEAD, {"closed"}, ANY_DUTY, ANY_REPORT),
    "break_down": (LEAD, RUNNING, ANY_DUTY, ANY_REPORT),
    "give_subtask": (LEAD, RUNNING, ANY_DUTY, ANY_REPORT),
    "ask_partners": (LEAD, RUNNING, ANY_DUTY, ANY_REPORT),
    "ask_adjustment": (OWN_HEAD, RUNNING, BOUND, ANY_REPORT),
    "adjust": (OFFICER, ACTIVE, ANY_DUTY, ANY_REPORT),
    "ask_extension": (OWN_HEAD, RUNNING, RUNNING, ANY_REPORT),
    "move_due": (OFFICE, {"in_progress", "under_review"}, ANY_DUTY, ANY_REPORT),
    "make_standing": (HEAD, RUNNING, ANY_DUTY, ANY_REPORT),
    "suspend": (HEAD, ACTIVE, ANY_DUTY, ANY_REPORT),
    "resume": (HEAD, {"suspended"}, ANY_DUTY, ANY_REPORT),
    "terminate": (HEAD, ACTIVE | {"suspended"}, ANY_DUTY, ANY_REPORT),
    "look_back": (OFFICE, {"closed", "archived"}, ANY_DUTY, ANY_REPORT),
    "reopen": (APPROVERS, {"closed", "archived"}, ANY_DUTY, ANY_REPORT),
    "issue_slip": (OFFICE, RUNNING, BOUND, ANY_REPORT),
    "raise_slip": (HEAD, RUNNING, BOUND, ANY_REPORT),
    "instruct": (LEADER, ISSUED | {"archived"}, ANY_DUTY, ANY_REPORT),
}
# Acts on a record of its own: who, in which states of the task, in which of the record, and which record it is.
ON_RECORDS: dict[str, tuple[set[tuple[str, str]], set[str], set[str], str]] = {
    "confirm_breakdown": (OFFICE, RUNNING, {"asked"}, "breakdown"),
    "send_back_breakdown": (OFFICE, RUNNING, {"asked"}, "breakdown"),
    "decline_adjustment": (OFFICE, ACTIVE, {"asked"}, "adjustment_request"),
    "approve_adjustment": (HEAD, ACTIVE, {"asked"}, "adjustment"),
    "refuse_adjustment": (HEAD, ACTIVE, {"asked"}, "adjustment"),
    "check_extension": (OFFICER, ACTIVE, {"asked"}, "extension"),
    "grant_extension": (OFFICE, ACTIVE, {"asked", "checked"}, "extension"),
    "refuse_extension": (OFFICE, ACTIVE, {"asked", "checked"}, "extension"),
    "answer_slip": (OWN, ISSUED, {"issued", "rejected"}, "slip"),
    "pass_slip": (OFFICE, ISSUED, {"answered"}, "slip"),
    "reject_slip": (OFFICE, ISSUED, {"answered"}, "slip"),
    "sort_instruction": (OFFICE, ANY_TASK, {"entered"}, "instruction"),
    "answer_instruction": (OWN, ANY_TASK, {"owed"}, "reply"),
    "pass_answer": (OFFICE, ANY_TASK, {"answered"}, "reply"),
    "send_back_answer": (OFFICE, ANY_TASK, {"answered"}, "reply"),
}
STATUSES: dict[str, list[str | None]] = {
    "slip": [None, *SlipStatus],
    "instruction": [None, *InstructionStatus],
    "reply": [None, *ReplyStatus],
    "breakdown": [None, *RequestStatus],
    "extension": [None, *RequestStatus],
    "adjustment": [None, *RequestStatus],
    "adjustment_request": [None, *RequestStatus],
}
WITHOUT_LEAD: dict[str, set[tuple[str, str]]] = {
    "accept_part": LEAD | OFFICE,
    "send_back_part": LEAD | OFFICE,
    "ask_to_close": {("unit_head", "first_lead"), ("officer", "jurisdiction")},
}
# 一人经办: where one person does both steps, the officer takes the second and the first falls away.
BY_ONE_PERSON: dict[str, set[tuple[str, str]]] = {
    "check_closing": set(),
    "check_extension": set(),
    "close": OFFICE,
    "approve_adjustment": OFFICE,
    "refuse_adjustment": OFFICE,
    "raise_slip": OFFICE,
}
RELATIONS = [frozenset(some) for some in chain.from_iterable(combinations(Relation, n) for n in range(4))]
SETTINGS = list(product((True, False), repeat=2))


def people(action: Action, *, has_lead: bool, is_one_person: bool) -> set[tuple[str, str]]:
    expected = (EXPECTED.get(action.value) or ON_RECORDS[action.value])[0]
    if is_one_person and action.value in BY_ONE_PERSON:
        return BY_ONE_PERSON[action.value]
    return expected if has_lead else WITHOUT_LEAD.get(action.value, expected)


@pytest.mark.parametrize("action", [Action(name) for name in EXPECTED])
def test_every_state_action_role_and_relation_ends_as_the_design_says(action: Action) -> None:
    _, task_states, duty_states, report_states = EXPECTED[action.value]
    duties = [None, *AssignmentState]
    reports = [None, *ReportStatus] if RULES[action].report_from else [None]
    for role, relations, (has_lead, is_one_person) in product(Role, RELATIONS, SETTINGS):
        wanted = people(action, has_lead=has_lead, is_one_person=is_one_person)
        who_may = {(role.value, relation.value) for relation in relations} & wanted
        for task, duty, report in product(TaskState, duties, reports):
            situation = Situation(
                roles=frozenset({role}),
                relations=relations,
                task_state=task,
                duty_state=duty,
                report_status=report,
                has_lead=has_lead,
                is_one_person=is_one_person,
            )
            fits = task.value in task_states and duty in duty_states and report in report_states
            assert_ends(action, situation, "not allowed" if not who_may else "done" if fits else "conflict")


@pytest.mark.parametrize("action", [Action(name) for name in ON_RECORDS])
def test_every_act_on_a_record_ends_as_the_design_says(action: Action) -> None:
    _, task_states, statuses, subject = ON_RECORDS[action.value]
    assert RULES[action].subject == subject
    for role, relations, (has_lead, is_one_person) in product(Role, RELATIONS, SETTINGS):
        wanted = people(action, has_lead=has_lead, is_one_person=is_one_person)
        who_may = {(role.value, relation.value) for relation in relations} & wanted
        for task, status in product(TaskState, STATUSES[subject]):
            situation = Situation(
                roles=frozenset({role}),
                relations=relations,
                task_state=task,
                request_status=status,
                has_lead=has_lead,
                is_one_person=is_one_person,
            )
            fits = task.value in task_states and status in statuses
            assert_ends(action, situation, "not allowed" if not who_may else "done" if fits else "conflict")


def assert_ends(action: Action, situation: Situation, wanted: str) -> None:
    assert outcome_of(action, situation) == wanted, situation
    is_offered = any(offer == (action, None) for offer in offered(situation, RULES[action].subject))
    assert is_offered == (wanted == "done"), situation


def outcome_of(action: Action, situation: Situation) -> str:
    try:
        rule = check(action, situation)
    except NotAllowed:
        return "not allowed"
    except Conflict:
        return "conflict"
    assert rule.action is action
    return "done"


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.action.value)
def test_an_unmet_need_stops_the_act_and_stands_beside_its_button(rule) -> None:  # type: ignore[no-untyped-def]
    for need in Need:
        situation = may_do(rule.action, unmet=frozenset({need}))
        if need in rule.needs:
            with pytest.raises(Invalid) as refused:
                check(rule.action, situation)
            assert refused.value.fields == {"": need.label}
            assert (rule.action, need.label) in offered(situation, rule.subject)
        else:
            assert check(rule.action, situation) is rule


def may_do(action: Action, *, unmet: frozenset[Need] = frozenset()) -> Situation:
    """A situation in which everything but the needs is right."""
    rule = RULES[action]
    return Situation(
        roles=frozenset({rule.who[0].role}),
        relations=frozenset({rule.who[0].relation}),
        task_state=min(rule.task_from, default=TaskState.IN_PROGRESS),
        duty_state=min(rule.duty_from, default=None),
        report_status=min(rule.report_from, default=None),
        request_status=min(rule.request_from, default=None),
        is_one_person=bool(rule.who[0].if_one_person),
        unmet=unmet,
    )


def test_the_table_has_one_row_for_every_act() -> None:
    assert len(TABLE) == len(RULES) == len(Action)
    assert {*EXPECTED, *ON_RECORDS} == {action.value for action in Action}


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.action.value)
def test_nobody_is_allowed_by_a_role_or_a_relation_alone(rule) -> None:  # type: ignore[no-untyped-def]
    assert not allowed(rule.action, roles=frozenset(Role), relations=frozenset())
    assert not allowed(rule.action, roles=frozenset(), relations=frozenset(Relation))


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.action.value)
def test_blank_inputs_are_refused_by_name(rule) -> None:  # type: ignore[no-untyped-def]
    good = dict.fromkeys(rule.inputs, "已核实") | {"reason_code": ReasonCode.OTHER.value}
    check_inputs(rule.action, good)
    for name in rule.inputs:
        with pytest.raises(Invalid) as refused:
            check_inputs(rule.action, good | {name: " 　"})
        assert set(refused.value.fields) == {name}


def test_words_beyond_any_reader_are_refused() -> None:
    check_inputs(Action.URGE, {"words": "催" * LONGEST})
    with pytest.raises(Invalid):
        check_inputs(Action.URGE, {"words": "催" * (LONGEST + 1)})


def test_a_reason_code_is_one_of_the_list() -> None:
    with pytest.raises(Invalid):
        check_inputs(Action.SEND_BACK_CLOSING, {"reason_code": "because", "reason": "材料不全"})


def test_subjects_tell_acts_on_tasks_duties_and_reports_apart() -> None:
    by_subject = {subject: {r.action for r in TABLE if r.subject is subject} for subject in Subject}
    assert by_subject[Subject.REPORT] == {Action.PASS_REPORT, Action.SEND_BACK_REPORT}
    assert Action.CLOSE in by_subject[Subject.TASK] and Action.ACCEPT_PART in by_subject[Subject.DUTY]


def test_refusals_say_what_stands_in_the_way() -> None:
    situation = may_do(Action.CLOSE)
    with pytest.raises(Conflict, match="任务当前为“已办结”，不能进行“办结”"):
        check(
            Action.CLOSE, Situation(roles=situation.roles, relations=situation.relations, task_state=TaskState.CLOSED)
        )
    with pytest.raises(NotAllowed, match="提请立项"):
        check(Action.SUBMIT, situation)
