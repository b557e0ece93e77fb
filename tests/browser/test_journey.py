"""The way of the data, executed: from the issued document to the month's summary, in a real browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, SECRET, Serve
from tests.builders import PASSWORD, a_city, a_unit, a_user
from tests.conftest import MailListener, settings_in
from tracker import create_app
from tracker.core.terms import Role, UnitKind
from tracker.db import db, office_date, transaction, utcnow
from tracker.models import UnitGroup, UnitGroupMember, Workday
from tracker.services.calendar import seed_workdays

pytestmark = pytest.mark.browser


def plan_text(today: date) -> str:
    """A short plan whose first task was due before today."""
    # One line an item, as documents print them.
    # ruff: noqa: E501
    past = today - timedelta(days=4)
    return f"""云川市人民政府办公室关于印发云川市数字乡村建设行动方案（{past.year}—{past.year + 2}年）的通知

云政办〔{past.year}〕26号

各县（市、区）人民政府，市政府各部门：

《云川市数字乡村建设行动方案（{past.year}—{past.year + 2}年）》已经市政府同意，现印发给你们，请认真组织实施。

一、总体要求

坚持以数字化带动乡村振兴，到{past.year + 2}年，行政村5G网络覆盖率达到98%。

二、重点任务

（一）完善数字基础设施。推进农村光纤网络改造，完成200个行政村宽带提速。（牵头单位：市科技局；责任单位：市财政局；完成时限：{past.year}年{past.month}月{past.day}日前）

（二）发展智慧农业。建设智慧农场12个，推广农业物联网应用。（牵头单位：市农业农村局；责任单位：市大数据中心，各县（市、区）政府；完成时限：{past.year + 1}年12月底前）

（三）提升乡村治理数字化水平。推动政务服务向村级延伸。（市财政局、市科技局负责）
"""


@pytest.fixture
def city(migrated_file: Path, tmp_path: Path) -> Path:
    """A city of four units, two counties and six people; gives the folder of its database."""
    shutil.copy(migrated_file, tmp_path / "tracker.sqlite3")
    app = create_app(settings_in(tmp_path))
    with app.app_context():
        with transaction() as session:
            seed_workdays(session)
            # Reminders go out on working days; the day of this run is made one.
            session.merge(Workday(on_date=office_date(utcnow()), is_workday=True, label="试运行"))
            place = a_city(session)
            office = {"officer": Role.OFFICER, "office_head": Role.OFFICE_HEAD, "leader": Role.LEADER}
            for login, role in office.items():
                a_user(session, place, role, login_name=login)
            science = a_unit(session, place, "市科技局")
            a_user(session, place, Role.LIAISON, science, login_name="kjj", name="许知夏", email="kjj@yunchuan.test")
            a_user(session, place, Role.UNIT_HEAD, science, login_name="kjj_head")
            finance = a_unit(session, place, "市财政局")
            a_user(session, place, Role.LIAISON, finance, login_name="czj")
            a_unit(session, place, "市农业农村局")
            counties = [a_unit(session, place, name, UnitKind.COUNTY) for name in ("临溪县政府", "望江县政府")]
            group = UnitGroup(jurisdiction_id=place.id, name="各县(市、区)政府")
            group.members = [UnitGroupMember(unit_id=c.id, since_on=date(2020, 1, 1)) for c in counties]
            session.add(group)
        db.engine.dispose()
    return tmp_path


@pytest.fixture
def worker(city: Path, listener: MailListener) -> Iterator[subprocess.Popen[bytes]]:
    """`tracker jobs` with a pass that is due from midnight on, and mail to the listener."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    environ |= {"TRACKER_MODE": "test", "TRACKER_SECRET_KEY": SECRET, "TRACKER_DATA_DIR": str(city)}
    environ |= {"TRACKER_SMTP_URL": listener.url, "TRACKER_DAILY_PASS_AT": "00:00"}
    environ |= {"TRACKER_BASE_URL": "http://ducha.yunchuan.test"}
    process = subprocess.Popen([sys.executable, "-m", "tracker.cli", "jobs"], env=environ, cwd=ROOT)
    yield process
    process.terminate()
    process.wait(timeout=30)


class People:
    """Each person in a browser of their own, signed in on first use."""

    def __init__(self, chromium: Browser, address: str) -> None:
        self.chromium = chromium
        self.address = address
        self.pages: dict[str, Page] = {}

    def at(self, login_name: str, path: str) -> Page:
        """Gives a person's page, gone to a path."""
        if login_name not in self.pages:
            context = self.chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            page = self.pages[login_name] = context.new_page()
            page.goto(self.address + "/sign-in")
            page.fill("[name=login_name]", login_name)
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url("**/desk")
        self.pages[login_name].goto(self.address + path)
        return self.pages[login_name]

    def at_plan(self, login_name: str) -> Page:
        """Gives a person's page at the plan, reached the way people do."""
        page = self.at(login_name, "/plans")
        page.click("main >> text=数字乡村建设行动方案")
        return page

    def at_task(self, login_name: str) -> Page:
        """Gives a person's page at the first task."""
        page = self.at_plan(login_name)
        page.click("main >> text=完善数字基础设施")
        return page

    def leave(self) -> None:
        """Closes every browser."""
        for page in self.pages.values():
            page.context.close()


@pytest.fixture
def people(chromium: Browser, serve: Serve, city: Path) -> Iterator[People]:
    """The city's people before a running server."""
    people = People(chromium, serve(city))
    yield people
    people.leave()


def test_a_plan_travels_from_document_to_report(
    people: People, listener: MailListener, request: pytest.FixtureRequest
) -> None:
    today = office_date(utcnow())
    import_and_accept(people, today)
    issue(people)
    acknowledge_and_report(people)
    be_overdue(people)
    request.getfixturevalue("worker")
    be_reminded(listener)
    close(people)
    be_summed_up(people, today)


def import_and_accept(people: People, today: date) -> None:
    """The officer uploads the document, decides the one new name and the one open question, and accepts."""
    page = people.at("officer", "/imports")
    document = plan_text(today).encode("gb18030")
    page.set_input_files("[name=file]", {"name": "数字乡村.txt", "mimeType": "text/plain", "buffer": document})
    page.click("text=上传并识别")
    expect(page.locator("h1")).to_contain_text("云川市数字乡村建设行动方案")
    expect(page.locator(".review-items")).to_contain_text("完善数字基础设施")
    page.click("nav.import-steps >> text=单位名称")
    expect(page.locator("tr.row-pending")).to_have_count(1)
    page.click("text=采纳全部建议")
    page.click("nav.import-steps >> text=牵头与时限")
    page.check("input[name=lead_mode][value=first]")
    page.check("input[name=due_mode][value=plan_end]")
    page.fill("[name=default_due_on]", date(today.year + 2, 12, 31).isoformat())
    page.click("main >> text=确定")
    expect(page.locator("nav.import-steps")).to_contain_text("✓")
    page.click("nav.import-steps >> text=入库")
    page.click("text=确认入库")
    expect(page.locator("main")).to_contain_text("完善数字基础设施")


def issue(people: People) -> None:
    """The officer submits, the head of the office approves; the group becomes its two counties."""
    officer = people.at_plan("officer")
    officer.click("button:has-text('提请立项')")
    expect(officer.locator("main")).to_contain_text("待立项")
    head = people.at_plan("office_head")
    head.click("button:has-text('立项交办')")
    head.click(".confirm-dialog button:has-text('确定')")
    expect(head.locator("main")).to_contain_text("临溪县政府、望江县政府")


def acknowledge_and_report(people: People) -> None:
    """Two units acknowledge all they got; the lead reports, and the office passes it."""
    for login in ("kjj", "czj"):
        page = people.at_plan(login)
        page.fill("[name=contact_name]", "许知夏")
        page.fill("[name=contact_phone]", "0599-5510000")
        page.click("text=全部签收")
        expect(page.locator(".flash-success")).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("全部签收")
    page = people.at("kjj", "/filing")
    row = page.locator(".filing-row", has_text="完善数字基础设施")
    row.locator("[name$=-progress]").fill("已完成176个行政村宽带提速，剩余24个村受山区管线影响。")
    row.locator("[name$=-percent]").fill("88")
    row.locator("summary", has_text="佐证材料").click()
    row.locator("[name$=-problems]").fill("山区管线审批周期长。")
    expect(row).to_contain_text("已保存")
    page.click("button:has-text('交签')")
    expect(page.locator(".filing-row", has_text="完善数字基础设施")).to_contain_text("待签发")
    head = people.at("kjj_head", "/filing")
    head.click("text=审阅签发")
    head.click("button:has-text('签发全部')")
    expect(head.locator(".flash-success")).to_contain_text("已签发")
    office = people.at("officer", "/review")
    office.click("main a:has-text('市科技局')")
    expect(office.locator("main")).to_contain_text("已完成176个行政村宽带提速")
    for box in office.locator("tbody input[name=report]").all():
        box.check()
    office.click(".review-pass button")
    expect(office.locator("main")).not_to_contain_text("已完成176个行政村宽带提速")


def be_overdue(people: People) -> None:
    """The leader sees what is late, by whom, and the unit's last word."""
    board = people.at("leader", "/overdue").locator("main")
    expect(board).to_contain_text("完善数字基础设施")
    expect(board).to_contain_text("市科技局")
    expect(board).to_contain_text("已完成176个行政村宽带提速")
    expect(board).not_to_contain_text("发展智慧农业")


def be_reminded(listener: MailListener) -> None:
    """The schedule tells the liaison by mail what is late, with the way there."""
    reminders: list[str] = []
    for _ in range(120):
        digests = [mail for mail in listener.mails if "督办提醒" in mail["Subject"]]
        reminders = [mail.get_body(("plain",)).get_content() for mail in digests]
        if reminders:
            break
        time.sleep(0.5)
    assert len(reminders) == 1
    # What else went out to the liaison in the same round says its own.
    assert {mail["Subject"].partition("：")[0] for mail in listener.mails} >= {"任务已交办，请签收", "督办提醒"}
    assert "完善数字基础设施" in reminders[0]
    assert "已逾期" in reminders[0]
    assert "http://ducha.yunchuan.test/tasks/" in reminders[0]


def close(people: People) -> None:
    """The partner finishes, the lead accepts and asks, the office closes."""
    partner = people.at_task("czj")
    partner.click("summary:has-text('报送完成情况')")
    partner.fill("details[open] [name=progress]", "配套资金已全部拨付。")
    partner.click("details[open] button[type=submit]")
    expect(partner.locator("main")).to_contain_text("已报送完成")
    lead = people.at_task("kjj_head")
    lead.click("button:has-text('认可完成')")
    expect(lead.locator("main")).to_contain_text("已完成")
    lead.click("summary:has-text('申请办结')")
    lead.fill("details[open] [name=report]", "200个行政村宽带提速全部完成并通过验收。")
    lead.click("details[open] button:has-text('提交申请')")
    expect(lead.locator("main")).to_contain_text("待审核")
    officer = people.at_task("officer")
    officer.click("button:has-text('初审通过')")
    expect(officer.locator("main")).to_contain_text("待审核")
    head = people.at_task("office_head")
    head.click("button:has-text('同意办结')")
    head.click(".confirm-dialog button:has-text('确定')")
    expect(head.locator("main")).to_contain_text("已办结")


def be_summed_up(people: People, today: date) -> None:
    """The month's summary stands on the page, in Word and in the ledger with the same figures."""
    page = people.at("officer", f"/reports/1/{today:%Y-%m}")
    expect(page.locator("main")).to_contain_text("数字乡村建设行动方案")
    with page.expect_download() as paper:
        page.click("text=下载通报")
    words = "\n".join(p.text for p in docx.Document(BytesIO(paper.value.path().read_bytes())).paragraphs)
    assert "3项任务" in words
    with page.expect_download() as ledger:
        page.click("text=下载台账")
    book = openpyxl.load_workbook(BytesIO(ledger.value.path().read_bytes()))
    cells = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value}
    assert {"完善数字基础设施", "发展智慧农业"} <= cells
