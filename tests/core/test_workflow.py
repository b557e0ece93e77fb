"""The table of the life cycle, walked over every state, action, role and relation."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest

from tracker.core.terms import AssignmentState, ReasonCode, ReportStatus, Role, TaskState
from tracker.core.workflow import (
    LONGEST,
    RULES,
    TABLE,
    Action,
    Need,
    Relation,
    Situation,
    Subject,
    allowed,
    available,
    check,
    check_inputs,
    offered,
)
from tracker.errors import Conflict, Invalid, NotAllowed

# Said a second time, in the words of the design, on purpose: who may do it, in which states, of what.
OFFICE = {("officer", "jurisdiction"), ("office_head", "jurisdiction")}
APPROVERS = {("office_head", "jurisdiction"), ("leader", "jurisdiction")}
OWN = {("liaison", "own_duty"), ("unit_head", "own_duty")}
LEAD = {("liaison", "first_lead"), ("unit_head", "first_lead")}
ANY_DUTY = {None, *(state.value for state in AssignmentState)}
ANY_REPORT = {None, *(status.value for status in ReportStatus)}
EXPECTED: dict[str, tuple[set[tuple[str, str]], set[str], set[str | None], set[str | None]]] = {
    "submit": ({("officer", "jurisdiction")}, {"draft"}, ANY_DUTY, ANY_REPORT),
    "approve": (APPROVERS, {"pending_approval"}, ANY_DUTY, ANY_REPORT),
    "reject": (APPROVERS, {"pending_approval"}, ANY_DUTY, ANY_REPORT),
    "acknowledge": (OWN, {"in_progress"}, {"issued"}, ANY_REPORT),
    "file": (OWN, {"in_progress"}, {"in_progress"}, ANY_REPORT),
    "pass_report": (OFFICE, {"in_progress", "under_review", "closed"}, ANY_DUTY, {"submitted"}),
    "send_back_report": (OFFICE, {"in_progress"}, ANY_DUTY, {"submitted"}),
    "finish_part": (OWN, {"in_progress"}, {"in_progress"}, ANY_REPORT),
    "accept_part": (LEAD, {"in_progress"}, {"submitted"}, ANY_REPORT),
    "send_back_part": (LEAD, {"in_progress"}, {"submitted"}, ANY_REPORT),
    "ask_to_close": ({("unit_head", "first_lead")}, {"in_progress"}, ANY_DUTY, ANY_REPORT),
    "close": (OFFICE, {"under_review"}, ANY_DUTY, ANY_REPORT),
    "send_back_closing": (OFFICE, {"under_review"}, ANY_DUTY, ANY_REPORT),
    "urge": (OFFICE, {"in_progress"}, {"issued", "in_progress"}, ANY_REPORT),
    "archive": ({("office_head", "jurisdiction")}, {"closed"}, ANY_DUTY, ANY_REPORT),
}
WITHOUT_LEAD: dict[str, set[tuple[str, str]]] = {
    "accept_part": LEAD | OFFICE,
    "send_back_part": LEAD | OFFICE,
    "ask_to_close": {("unit_head", "first_lead"), ("officer", "jurisdiction")},
}
RELATIONS = [frozenset(some) for some in chain.from_iterable(combinations(Relation, n) for n in range(4))]


def people(action: Action, *, has_lead: bool) -> set[tuple[str, str]]:
    expected = EXPECTED[action.value][0]
    return expected if has_lead else WITHOUT_LEAD.get(action.value, expected)


@pytest.mark.parametrize("action", Action)
def test_every_state_action_role_and_relation_ends_as_the_design_says(action: Action) -> None:
    _, task_states, duty_states, report_states = EXPECTED[action.value]
    duties = [None, *AssignmentState]
    reports = [None, *ReportStatus]
    for role, relations, has_lead in product(Role, RELATIONS, (True, False)):
        who_may = {(role.value, relation.value) for relation in relations} & people(action, has_lead=has_lead)
        for task, duty, report in product(TaskState, duties, reports):
            situation = Situation(
                roles=frozenset({role}),
                relations=relations,
                task_state=task,
                duty_state=duty,
                report_status=report,
                has_lead=has_lead,
            )
            fits = task.value in task_states and duty in duty_states and report in report_states
            outcome = outcome_of(action, situation)
            assert outcome == ("not allowed" if not who_may else "done" if fits else "conflict"), situation
            assert (action in available(situation, RULES[action].subject)) == (outcome == "done")


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
        task_state=min(rule.task_from),
        duty_state=min(rule.duty_from, default=None),
        report_status=min(rule.report_from, default=None),
        unmet=unmet,
    )


def test_the_table_has_one_row_for_every_act() -> None:
    assert len(TABLE) == len(RULES) == len(Action)
    assert set(EXPECTED) == {action.value for action in Action}


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
    with pytest.raises(NotAllowed, match="销号"):
        check(Action.ARCHIVE, situation)
