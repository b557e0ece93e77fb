"""The review of an import in a real browser: two panes, the keyboard, adding by selecting words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Serve
from tests.builders import PASSWORD
from tests.conftest import settings_in
from tests.import_plans import HOSTILE, PLAN, an_office
from tracker import create_app
from tracker.db import db, transaction

pytestmark = pytest.mark.browser
# A character beyond the basic plane stands before the words that are selected: browsers count it twice.
LONG = PLAN.replace("到2028年，", "到2028年，𠮷祥街道等地").replace(
    "三、保障措施",
    "\n\n".join(
        f"{n}.推进第{n}项工程。" + "扎实推进各项建设，按期完成年度计划。" * 8 + "（责任单位：市公安局）"
        for n in range(5, 41)
    )
    + "\n\n三、保障措施",
)


@pytest.fixture
def review(page: Page, serve: Serve, migrated_file: Path, tmp_path: Path) -> Page:
    """The review page of a plan of forty tasks that an officer has just uploaded."""
    shutil.copy(migrated_file, tmp_path / "tracker.sqlite3")
    app = create_app(settings_in(tmp_path))
    with app.app_context():
        with transaction() as session:
            an_office(session)
        db.engine.dispose()
    address = serve(tmp_path)
    page.goto(address + "/sign-in")
    page.fill("[name=login_name]", "chen")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    upload(page, address, LONG)
    return page


def upload(page: Page, address: str, text: str) -> None:
    page.goto(address + "/imports")
    page.set_input_files("[name=file]", {"name": "方案.txt", "mimeType": "text/plain", "buffer": text.encode()})
    page.click("#upload button[type=submit]")
    page.wait_for_url("**/imports/*")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_each_side_scrolls_to_the_other(review: Page) -> None:
    card = review.locator(".item", has_text="推进第30项工程")
    card.locator("[data-to-source]").click()
    passage = review.locator(".source-text .is-here").first
    expect(passage).to_contain_text("30.推进第30项工程")
    expect(passage).to_be_in_viewport()
    review.locator(".source-text .m", has_text="2.建设公交专用道").first.click()
    expect(review.locator(".item", has_text="建设公交专用道")).to_be_in_viewport()
    expect(review.locator(".item.is-here")).to_contain_text("建设公交专用道")


def test_what_is_open_is_walked_through_and_settled_by_keyboard(review: Page) -> None:
    waiting = review.locator("#counters .num").nth(1)
    before = int(waiting.inner_text())
    review.keyboard.press("n")
    first = focused(review)
    review.keyboard.press("j")
    second = focused(review)
    assert first.startswith("name-") and second.startswith("name-") and first != second
    review.keyboard.press("p")
    assert focused(review) == first
    review.keyboard.press("Enter")
    expect(waiting).to_have_text(str(before - 1))
    expect(review.locator("#" + first)).to_have_count(0)
    assert focused(review) == second
    review.uncheck("#keys-on")
    review.locator("#items-title").click()
    review.keyboard.press("n")
    assert not focused(review).startswith("name-")


def test_an_item_is_edited_in_its_place_and_a_refusal_keeps_the_words(review: Page) -> None:
    card = review.locator(".item", has_text="建设公交专用道")
    card.locator("[data-edit]").click()
    form = card.locator("form.edit-item")
    form.locator("[name=leader]").fill("分管副市长")
    form.locator("[name=title]").evaluate("field => { field.removeAttribute('required'); field.value = ''; }")
    form.get_by_role("button", name="保存").click()
    expect(card.locator(".wrong")).to_contain_text("请填写任务名称")
    expect(form.locator("[name=leader]")).to_have_value("分管副市长")
    form.locator("[name=title]").fill("建好公交专用道")
    form.get_by_role("button", name="保存").click()
    changed = review.locator(".item", has_text="建好公交专用道")
    expect(changed).to_contain_text("分管副市长")
    expect(review.locator("form.edit-item")).to_have_count(0)


def test_an_open_edit_outlives_other_acts_and_a_session_that_ended(review: Page) -> None:
    card = review.locator(".item", has_text="建设公交专用道")
    card.locator("[data-edit]").click()
    card.locator("[name=leader]").fill("分管副市长")
    first = review.locator("[data-stop]").first.get_attribute("id")
    review.locator(f"#{first} [data-primary]").click()
    expect(review.locator(f"#{first}")).to_have_count(0)
    expect(card.locator("[name=leader]")).to_have_value("分管副市长")
    review.context.clear_cookies()
    card.get_by_role("button", name="保存").click()
    expect(review.locator("#review-alert")).to_contain_text("登录已过期")
    expect(card.locator("[name=leader]")).to_have_value("分管副市长")
    review.reload()
    review.fill("[name=login_name]", "chen")
    review.fill("[name=password]", PASSWORD)
    review.click("main button[type=submit]")
    review.wait_for_url("**/imports/*")
    card.locator("[data-edit]").click()
    expect(card.locator("[name=leader]")).to_have_value("分管副市长")


def test_words_selected_in_the_document_become_an_item_at_their_place(review: Page) -> None:
    review.evaluate(
        """() => {
          const words = '绿色出行比例达到75%以上';
          const pieces = [...document.querySelectorAll('#source-text [data-s]')];
          const piece = pieces.find((p) => p.textContent.includes(words));
          const text = piece.firstChild;
          const from = text.data.indexOf('绿色出行比例');
          const range = document.createRange();
          range.setStart(text, from);
          range.setEnd(text, text.data.length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    review.get_by_role("button", name="增加为任务").click()
    review.wait_for_url("**#item-*")
    added = review.locator(".item").first
    expect(added.locator("h3")).to_contain_text("绿色出行比例达到75%以上")
    expect(review.locator(".source-text .m").first).to_have_text("绿色出行比例达到75%以上。")


def test_the_words_of_a_document_run_nowhere(review: Page) -> None:
    said: list[str] = []
    review.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    upload(review, review.url.split("/imports")[0], HOSTILE)
    assert "<script>alert('x')</script>" in review.locator("#source-text").inner_text()
    assert review.locator("#source-text script, #source-text img, #list script, #list img").count() == 0
    review.locator(".item [data-edit]").first.click()
    typed = review.locator("form.edit-item [name=text]")
    typed.wait_for()
    assert "</textarea></p><img src=x onerror=alert(1)>" in typed.input_value()
    width = review.evaluate("document.documentElement.scrollWidth")
    assert width <= 1440 and said == []


def test_a_telephone_shows_the_review_without_scrolling_sideways(review: Page) -> None:
    review.set_viewport_size({"width": 390, "height": 844})
    base = review.url.split("#")[0]
    for path in ("", "/names", "/questions", "/plan", "/accept"):
        review.goto(base + path)
        assert review.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_words_sent_to_a_server_that_was_gone_come_back_on_their_form(review: Page) -> None:
    edit = review.locator(".item", has_text="建设公交专用道").locator("[data-edit]").get_attribute("href")
    home = review.url.split("#")[0]
    page = home.split("/imports")[0] + str(edit)
    review.goto(page)
    review.fill("[name=leader]", "分管副市长")
    review.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    review.locator("form.edit-item button[type=submit]").click()
    review.wait_for_timeout(200)
    review.unroute("**/*")
    review.goto(home)
    review.goto(page)
    expect(review.locator("[name=leader]")).to_have_value("分管副市长")
    expect(review.locator(".kept-notice")).to_contain_text("已恢复")
    review.locator("form.edit-item button[type=submit]").click()
    review.wait_for_url("**/imports/*")
    review.goto(page)
    expect(review.locator("[name=leader]")).to_have_value("分管副市长")
    expect(review.locator(".kept-notice")).to_have_count(0)
