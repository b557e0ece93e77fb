"""The life of a task from draft to archive, done in a browser by seven people, and by two in a county."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.browser.conftest import Serve
from tests.browser.test_journey import People
from tests.builders import a_city, a_plan, a_task, a_unit, a_user, an_assignment
from tests.conftest import settings_in
from tracker import create_app
from tracker.core.terms import AssignmentState, DutyRole, PlanStatus, Role, SlipLevel, TaskState, UnitKind
from tracker.db import db, office_date, reading, transaction, utcnow
from tracker.models import (
    Assignment,
    AssignmentHistory,
    BehalfEntry,
    ClosingRequest,
    GroupDuty,
    Instruction,
    Jurisdiction,
    Plan,
    RoleGrant,
    Slip,
    Task,
    Unit,
    UnitGroup,
    UnitGroupMember,
    User,
)
from tracker.services.calendar import seed_workdays

pytestmark = pytest.mark.browser

LEAD, SECOND, FINANCE, WORKS, DATA, AUDIT = "市科技局", "市工信局", "市财政局", "市住建局", "市数据局", "市审计局"
COUNTIES = ("临溪县政府", "望江县政府")
TODAY = office_date(utcnow())


@pytest.fixture
def city(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Flask, Path]]:
    """Two drafted tasks: one of two leads, three departments and all counties, one that is late as soon as issued."""
    shutil.copy(migrated_file, tmp_path / "tracker.sqlite3")
    app = create_app(settings_in(tmp_path))
    with app.app_context(), transaction() as session:
        place = a_place(session)
        place.reading_workdays = 0
        units = {name: a_unit(session, place, name) for name in (LEAD, SECOND, FINANCE, WORKS, DATA, AUDIT)}
        for login, role in {"office_head": Role.OFFICE_HEAD, "leader": Role.LEADER}.items():
            a_user(session, place, role, login_name=login)
        a_user(session, place, Role.LIAISON, units[LEAD], login_name="kjj")
        for login, name in {"kjj_head": LEAD, "gxj_head": SECOND, "czj_head": FINANCE}.items():
            a_user(session, place, Role.UNIT_HEAD, units[name], login_name=login)
        duties = {name: DutyRole.LEAD if name in (LEAD, SECOND) else DutyRole.RESPONSIBLE for name in list(units)[:5]}
        a_drafted_task(session, place, {units[name]: role for name, role in duties.items()}, COUNTIES)
        late = a_drafted_task(session, place, {units[LEAD]: DutyRole.LEAD}, ())
        late.number, late.position, late.title = "2.", 2, "开通科技专列"
        late.due_on = late.original_due_on = TODAY - timedelta(days=1)
    yield app, tmp_path
    with app.app_context():
        db.engine.dispose()


def a_place(session: Session) -> Jurisdiction:
    """A jurisdiction with an officer and a plan that is being prepared."""
    seed_workdays(session)
    place = a_city(session)
    officer = a_user(session, place, Role.OFFICER, login_name="officer")
    a_plan(session, place, officer, status=PlanStatus.PREPARING)
    return place


def a_drafted_task(
    session: Session, place: Jurisdiction, units: Mapping[Unit, DutyRole], counties: Sequence[str]
) -> Task:
    """A task in draft, due in two months, whose first unit leads; the counties are named as a group."""
    plan = session.scalars(select(Plan)).one()
    due_on = TODAY + timedelta(days=60)
    task = a_task(session, plan, state=TaskState.DRAFT, issued_on=None, original_due_on=due_on, due_on=due_on)
    for position, (unit, role) in enumerate(units.items()):
        planned = {"state": AssignmentState.PLANNED, "issued_on": None, "position": position}
        an_assignment(session, task, unit, role, **planned, is_first_lead=position == 0)
    if counties:
        members = [a_unit(session, place, name, UnitKind.COUNTY) for name in counties]
        group = UnitGroup(jurisdiction_id=place.id, name="各县(市、区)政府")
        group.members = [UnitGroupMember(unit_id=member.id, since_on=date(2020, 1, 1)) for member in members]
        session.add(group)
        session.flush()
        named = GroupDuty(group_id=group.id, role=DutyRole.RESPONSIBLE, printed=group.name, position=9)
        task.group_duties.append(named)
    return task


class Walk:
    """A walk through the pages: who does what, and what the records say in between."""

    def __init__(self, people: People, app: Flask) -> None:
        self.people, self.app = people, app

    def see(self, login_name: str, path: str, words: str) -> Page:
        """Somebody sees words on a page."""
        page = self.people.at(login_name, path)
        expect(page.locator("main")).to_contain_text(words)
        return page

    def send(self, login_name: str, path: str, form: str, refused: str = "", **values: str) -> Page:
        """Somebody fills in the form of a page whose address ends so, and sends it; it is done, or refused in words."""
        page = self.people.at(login_name, path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found = page.locator(f"main form[action$='{form}']").first
        for name, value in values.items():
            fill(found.locator(f"[name='{name.replace('__', '-')}']"), value)
        found.locator("button[type=submit], button:not([type])").first.click()
        confirm = page.locator(".confirm-dialog button:has-text('确定')")
        if confirm.count() and confirm.first.is_visible():
            confirm.first.click()
        expect(page.locator(".flash-success" if not refused else ".flash-danger, .error-page")).to_contain_text(refused)
        return page

    def act(self, login_name: str, form: str, **values: str) -> Page:
        """Somebody acts on the first task from its page."""
        return self.send(login_name, "/tasks/1", form, **values)

    def behalf(self, unit: str, action: str, **values: str) -> None:
        """The officer enters an act of a unit that nobody signs in for."""
        self.send("officer", f"/behalf/duties/{self.duty(unit).id}", action, source="stamped", **values)

    def duty(self, unit: str) -> Assignment:
        """Gives a unit's duty in the first task as it stands."""
        with self.app.app_context():
            db.session.remove()
            query = select(Assignment).join(Unit, Unit.id == Assignment.unit_id)
            return reading().scalars(query.where(Assignment.task_id == 1, Unit.name == unit)).one()

    def state(self) -> TaskState:
        """Gives the state of the first task."""
        with self.app.app_context():
            db.session.remove()
            return reading().get_one(Task, 1).state

    def unit_id(self, unit: str) -> int:
        """Gives the key of a unit."""
        with self.app.app_context():
            return reading().scalars(select(Unit.id).where(Unit.name == unit)).one()


def fill(field: Locator, value: str) -> None:
    """Enters a value the way its field takes it."""
    kind = field.first.evaluate("(each) => each.tagName === 'SELECT' ? 'select' : each.type")
    if kind == "select":
        field.first.select_option(value)
    elif kind in ("radio", "checkbox"):
        for box in field.all():
            if box.get_attribute("value") == value:
                box.check()
            elif kind == "checkbox":
                box.uncheck()
    else:
        field.first.fill(value)


@pytest.fixture
def walk(chromium: Browser, serve: Serve, city: tuple[Flask, Path]) -> Iterator[Walk]:
    """The city's people before a running server."""
    app, folder = city
    people = People(chromium, serve(folder))
    yield Walk(people, app)
    people.leave()


def test_seven_people_take_a_task_from_draft_to_archive(walk: Walk) -> None:
    issue_and_acknowledge(walk)
    hand_on_a_duty(walk)
    rename_a_unit(walk)
    ask_for_time(walk)
    get_slips(walk)
    be_instructed(walk)
    finish_all_parts(walk)
    close_after_one_return(walk)
    look_back_and_archive(walk)


def issue_and_acknowledge(walk: Walk) -> None:
    """Two people issue; units with people acknowledge themselves, the others are entered for."""
    walk.send("officer", "/plans/1", "/plans/1/submit")
    walk.send("office_head", "/plans/1", "/plans/1/approve")
    contact = {"contact_name": "许知夏", "contact_phone": "0599-5510000"}
    for login in ("kjj", "gxj_head", "czj_head"):
        walk.act(login, "/acknowledge", **contact)
    for unit in (WORKS, DATA, *COUNTIES):
        walk.behalf(unit, "/acknowledge", **contact)
    assert {walk.duty(unit).state for unit in (LEAD, SECOND, FINANCE, WORKS, DATA, *COUNTIES)} == {
        AssignmentState.IN_PROGRESS
    }


def hand_on_a_duty(walk: Walk) -> None:
    """A request for adjustment is granted: the new unit is bound, the old one's history stays."""
    duty = walk.duty(FINANCE)
    path = f"/tasks/1/duties/{duty.id}/ask-adjustment"
    walk.send("czj_head", path, "/ask-adjustment", reason="审计事项由审计局负责", unit=str(walk.unit_id(AUDIT)))
    assert walk.duty(FINANCE).state is AssignmentState.IN_PROGRESS
    chosen = {f"role__{duty.id}": "leave", f"taker__{duty.id}": str(walk.unit_id(AUDIT))}
    walk.send("officer", "/tasks/1/adjust", "/adjust", basis="市政府专题会议纪要", **chosen)
    walk.send("office_head", "/requests", "/approve_adjustment")
    assert walk.duty(FINANCE).state is AssignmentState.WAIVED
    taken = walk.duty(AUDIT)
    assert taken.taken_from_id == duty.id
    if taken.state is AssignmentState.ISSUED:
        walk.behalf(AUDIT, "/acknowledge", contact_name="方原", contact_phone="0599-5510011")


def rename_a_unit(walk: Walk) -> None:
    """Institutional reform renames a unit, which keeps its duty."""
    before, unit_id = walk.duty(WORKS), walk.unit_id(WORKS)
    reform = {"kind": "renamed", "basis": "机构改革方案", "name": "市住房城乡建设局"}
    walk.send("officer", f"/units/{unit_id}/reform", "/reform", **reform)
    assert walk.duty("市住房城乡建设局").id == before.id
    walk.see("officer", "/tasks/1", "市住房城乡建设局")


def ask_for_time(walk: Walk) -> None:
    """Asked in time it is granted; asked after the date it is refused with the rule."""
    duty, proposed = walk.duty(LEAD), TODAY + timedelta(days=70)
    words = {"reason": "设备到货推迟", "progress": "厂房已封顶"}
    path = f"/tasks/1/duties/{duty.id}/ask-extension"
    walk.send("kjj_head", path, "/ask-extension", proposed_on=proposed.isoformat(), **words)
    walk.send("officer", "/requests", "/grant_extension")
    with walk.app.app_context():
        db.session.remove()
        task = reading().get_one(Task, 1)
        assert (task.due_on, task.original_due_on) == (proposed, TODAY + timedelta(days=60))
        assert task.extensions == 1
        late = reading().scalars(select(Assignment).where(Assignment.task_id == 2)).one()
    walk.send("kjj", "/tasks/2", "/acknowledge", contact_name="许知夏", contact_phone="0599-5510000")
    path = f"/tasks/2/duties/{late.id}/ask-extension"
    refused = "延期须在到期前申请"
    walk.send("kjj_head", path, "/ask-extension", refused, proposed_on=proposed.isoformat(), **words)


def get_slips(walk: Walk) -> None:
    """A blue slip is answered badly, a yellow one follows and is answered well."""
    duty = walk.duty(SECOND)
    by = (TODAY + timedelta(days=5)).isoformat()
    for number, officer in enumerate(("officer", "office_head"), 1):
        new = f"/slips/new?assignment={duty.id}"
        walk.send(officer, new, "/issue", demand="请于期限内完成设备采购并回复。", reply_by_on=by)
        walk.send("gxj_head", f"/slips/{number}", "/answer", reply="正在抓紧办理。")
        if number == 1:
            walk.send("officer", "/slips/1", "/pass")
    walk.send("officer", "/slips/2", "/pass", has_good_reason="1", words="理由成立")
    with walk.app.app_context():
        db.session.remove()
        levels = reading().scalars(select(Slip.level).order_by(Slip.id)).all()
        assert levels == [SlipLevel.BLUE, SlipLevel.YELLOW]


def be_instructed(walk: Walk) -> None:
    """A leader's instruction is entered for him, sorted, answered and closed."""
    leader = walk.people.at("officer", "/instructions/new?task=1").locator("[name=leader_id] option").nth(1)
    given = {"leader_id": leader.get_attribute("value") or "", "words": "请工信局抓紧落实设备。", "source": "meeting"}
    walk.send("officer", "/instructions/new?task=1", "/give", **given)
    by = (TODAY + timedelta(days=3)).isoformat()
    walk.send("officer", "/instructions/1", "/sort", sort="handle", unit=str(walk.unit_id(SECOND)), reply_by_on=by)
    page = walk.see("gxj_head", "/instructions/1", "请工信局抓紧落实设备")
    answer = page.locator("form[action$='/answer']").first.get_attribute("action") or ""
    walk.send("gxj_head", "/instructions/1", "/answer", reply="设备合同已签订。")
    walk.send("officer", "/instructions/1", answer.replace("/answer", "/pass"))
    walk.see("leader", "/instructions/1", "设备合同已签订")


def finish_all_parts(walk: Walk) -> None:
    """Every partner finishes, and the lead accepts; until then it cannot ask."""
    walk.see("kjj_head", "/tasks/1", "还有其他单位的分工没有完成")
    walk.act("gxj_head", "/finish", progress="设备已安装。")
    for unit in (AUDIT, "市住房城乡建设局", DATA, *COUNTIES):
        walk.behalf(unit, "/finish_part", progress="本单位承担部分已完成。")
    for unit in (SECOND, AUDIT, "市住房城乡建设局", DATA, *COUNTIES):
        walk.act("kjj_head", f"/duties/{walk.duty(unit).id}/accept")


def close_after_one_return(walk: Walk) -> None:
    """The closing is sent back once, then checked by one and passed by another."""
    walk.act("kjj_head", "/ask-to-close", report="全部建成。")
    walk.act("officer", "/send-back-closing", reason_code="no_evidence", reason="请补竣工验收意见")
    walk.see("kjj_head", "/tasks/1", "请补竣工验收意见")
    walk.act("kjj_head", "/ask-to-close", report="全部建成，已通过竣工验收。")
    pass_closing(walk)


def pass_closing(walk: Walk) -> None:
    walk.act("officer", "/check-closing")
    walk.act("office_head", "/close")
    assert walk.state() is TaskState.CLOSED


def look_back_and_archive(walk: Walk) -> None:
    """A failed look-back reopens the task; closed again it is struck off."""
    walk.act("officer", "/look-back", outcome="failed", words="二楼厂房漏水。")
    walk.act("office_head", "/reopen", reason="回头看发现质量问题")
    assert walk.state() is TaskState.IN_PROGRESS
    walk.act("kjj_head", "/ask-to-close", report="漏水已修复并复验。")
    pass_closing(walk)
    walk.act("office_head", "/archive")
    assert walk.state() is TaskState.ARCHIVED
    page = walk.see("leader", "/tasks/1", "已销号")
    for words in ("恢复督办", "回头看", "退回补办", "时限变更", "代录", "批示"):
        expect(page.locator("main")).to_contain_text(words)
    with walk.app.app_context():
        db.session.remove()
        session = reading()
        assert session.scalar(select(func.count()).select_from(ClosingRequest)) == 3
        assert session.scalar(select(func.count()).select_from(BehalfEntry)) >= 10
        assert session.scalar(select(func.count()).select_from(Instruction)) == 1
        last = session.scalars(select(AssignmentHistory).order_by(AssignmentHistory.id.desc())).first()
        assert last is not None and last.task_state == "archived"


@pytest.fixture
def county(migrated_file: Path, tmp_path: Path) -> Iterator[tuple[Flask, Path]]:
    """A county where one officer and one liaison do everything and no bureau head has an account."""
    shutil.copy(migrated_file, tmp_path / "tracker.sqlite3")
    app = create_app(settings_in(tmp_path))
    with app.app_context(), transaction() as session:
        place = a_place(session)
        place.is_one_person, place.reading_workdays = True, 0
        officer = session.scalars(select(User).where(User.login_name == "officer")).one()
        session.add(RoleGrant(user_id=officer.id, role=Role.OFFICE_HEAD, since_on=date(2020, 1, 1)))
        units = {name: a_unit(session, place, name) for name in (LEAD, SECOND, WORKS)}
        a_user(session, place, Role.LIAISON, units[LEAD], login_name="kjj")
        roles = {LEAD: DutyRole.LEAD, SECOND: DutyRole.RESPONSIBLE, WORKS: DutyRole.RESPONSIBLE}
        a_drafted_task(session, place, {units[name]: role for name, role in roles.items()}, ())
    yield app, tmp_path
    with app.app_context():
        db.engine.dispose()


def test_two_people_do_the_same_in_a_county(chromium: Browser, serve: Serve, county: tuple[Flask, Path]) -> None:
    app, folder = county
    walk = Walk(People(chromium, serve(folder)), app)
    contact = {"contact_name": "许知夏", "contact_phone": "0599-5510000"}
    walk.send("officer", "/plans/1", "/plans/1/submit")
    walk.send("officer", "/plans/1", "/plans/1/approve")
    walk.act("kjj", "/acknowledge", **contact)
    for unit in (SECOND, WORKS):
        walk.behalf(unit, "/acknowledge", **contact)
    proposed = (TODAY + timedelta(days=120)).isoformat()
    words = {"reason": "设备到货推迟", "progress": "厂房已封顶", "proposed_on": proposed}
    walk.behalf(LEAD, "/ask_extension", **words)
    walk.send("officer", "/requests", "/grant_extension")
    for unit in (SECOND, WORKS):
        walk.behalf(unit, "/finish_part", progress="本单位承担部分已完成。")
        walk.act("kjj", f"/duties/{walk.duty(unit).id}/accept")
    walk.behalf(LEAD, "/ask_to_close", report="全部建成。")
    walk.act("officer", "/close")
    walk.act("officer", "/look-back", outcome="failed", words="二楼厂房漏水。")
    walk.act("officer", "/reopen", reason="回头看发现质量问题")
    walk.behalf(LEAD, "/ask_to_close", report="漏水已修复。")
    walk.act("officer", "/close")
    walk.act("officer", "/archive")
    assert walk.state() is TaskState.ARCHIVED
    with app.app_context():
        db.session.remove()
        closings = reading().scalars(select(ClosingRequest)).all()
        assert [closing.is_one_person for closing in closings] == [True, True], "一人经办"
        assert reading().get_one(Task, 1).extensions == 1
    walk.people.leave()
