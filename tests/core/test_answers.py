"""The two questions of an import."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.core.answers import (
    Due,
    DueAnswer,
    Proposal,
    basis_proposal,
    due_of,
    due_proposal,
    everyone_words,
    is_doc_no,
    lead_proposal,
    with_lead,
)
from tracker.core.terms import DueBasis, DueMode, DutyRole, LeadMode

LAST = date(2028, 12, 31)
NO_GROUPS: frozenset[str] = frozenset()


def duty(name: str, role: DutyRole = DutyRole.RESPONSIBLE) -> dict[str, str]:
    return {"role": role.value, "name": name}


def test_a_date_of_the_items_own_is_never_overruled_by_the_plan() -> None:
    own = Due(date(2027, 6, 30), DueBasis.PRINTED)
    assert due_of(own, DueAnswer(DueMode.PLAN_END, LAST)) == own
    assert due_of(Due(is_standing=True), DueAnswer(DueMode.PLAN_END, LAST)).is_standing


def test_an_item_without_a_date_follows_the_answer_for_the_plan() -> None:
    assert due_of(Due(), DueAnswer(DueMode.PLAN_END, LAST)) == Due(LAST, DueBasis.PLAN_END)
    assert due_of(Due(), DueAnswer(DueMode.STANDING, None)) == Due(is_standing=True)
    assert due_of(Due(), DueAnswer(DueMode.BY_HAND, LAST)).is_missing
    assert due_of(Due(), DueAnswer(None, None)).is_missing


def test_the_first_responsible_unit_leads_only_where_no_lead_is_printed() -> None:
    led = [duty("市公安局"), duty("市交通运输局", DutyRole.LEAD)]
    assert with_lead(led, LeadMode.FIRST, NO_GROUPS) == led
    found = with_lead([duty("市公安局"), duty("市财政局")], LeadMode.FIRST, NO_GROUPS)
    assert [entry["role"] for entry in found] == ["lead", "responsible"]


def test_a_group_in_the_first_place_leads_nothing() -> None:
    listed = [duty("各县（市、区）政府"), duty("市财政局")]
    assert with_lead(listed, LeadMode.FIRST, frozenset({"各县（市、区）政府"})) == listed


def test_each_for_its_own_part_makes_nobody_the_lead() -> None:
    listed = [duty("市公安局"), duty("市财政局")]
    assert with_lead(listed, LeadMode.EACH, NO_GROUPS) == listed


def test_the_proposal_for_the_lead_follows_the_words_of_the_text() -> None:
    assert lead_proposal(["由各部门按职责分工负责"], False).answer is LeadMode.EACH
    assert lead_proposal(["责任单位：市公安局"], False).answer is LeadMode.FIRST
    assert lead_proposal(["按职责分工负责"], True).answer is LeadMode.FIRST


def test_the_last_day_of_the_plan_is_proposed_only_where_the_plan_has_an_end() -> None:
    assert due_proposal(2028, True).due_on == LAST
    assert due_proposal(None, False) == Proposal(DueMode.PLAN_END, due_proposal(None, False).because, None)


def test_the_names_of_a_rule_about_everyone_are_found_in_its_sentence() -> None:
    assert everyone_words("各项任务均涉及各县区政府，不再逐一列出") == "各县区政府"
    assert (
        everyone_words("以下任务均涉及各县（市、区）政府、各开发区管委会，不再逐一列出。")
        == "各县（市、区）政府、各开发区管委会"
    )
    assert everyone_words("各单位要高度重视") == ""


@pytest.mark.parametrize("words", ["云政办发〔2026〕3号", "云政办函(2026)12号", "云发[2026]1号"])
def test_a_number_alone_is_the_number_of_a_document(words: str) -> None:
    assert is_doc_no(words)


@pytest.mark.parametrize("words", ["", "市政府第3次常务会议", "根据云政办发〔2026〕3号和会议纪要", "2026年3月1日印发"])
def test_other_words_are_a_basis_and_no_number(words: str) -> None:
    assert not is_doc_no(words)


def test_the_basis_proposed_says_who_issued_the_plan_and_when() -> None:
    assert basis_proposal("云川市科技局", date(2026, 3, 1)) == "云川市科技局2026年3月1日印发"
    assert basis_proposal("云川市科技局", None) == basis_proposal("", date(2026, 3, 1)) == ""
