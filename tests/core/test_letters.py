"""What messages say, in plain words and in HTML."""

from __future__ import annotations

from lxml import html as parser

from tracker.core import letters
from tracker.core.letters import Group, Item, Letter

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>&amp;'
ITEM = Item(
    unit="市科技局",
    task="1.建设云川量子产业园",
    plan="云川市科技创新三年行动计划",
    owed="应于 2026-03-05 完成，已逾期 3 个工作日",
    link="http://tracker.test/tasks/1",
    is_late=True,
)
LETTER = Letter("云川市督查室", "林舟", "督办提醒：按期完成1项", groups=(Group("按期完成", (ITEM,)),))


def test_both_forms_name_what_is_owed_how_late_for_whom_and_where() -> None:
    plain, page = letters.plain(LETTER), parser.fromstring(letters.html(LETTER))
    for words in ("按期完成", ITEM.unit, ITEM.task, ITEM.plan, ITEM.owed):
        assert words in plain and words in page.text_content()
    assert ITEM.link in plain
    assert page.xpath("//a/@href") == [ITEM.link]


def test_hostile_words_stay_words() -> None:
    hostile = Item(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "javascript:alert(1)", advice=HOSTILE)
    letter = Letter(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (Group(HOSTILE, (hostile,)),), link="javascript:alert(1)")
    page = parser.fromstring(letters.html(letter))
    assert page.xpath("//script | //img | //a | //*[@onerror]") == []
    assert page.text_content().count(HOSTILE) >= 8


def test_nothing_in_a_letter_is_fetched_from_anywhere() -> None:
    page = parser.fromstring(letters.html(LETTER))
    assert page.xpath("//@src | //link | //style | //*[contains(@style, 'url(')]") == []


def test_words_of_a_letter_keep_their_lines() -> None:
    letter = Letter(
        "云川市督查室", "林舟", "任务已交办", said="来源：《行动计划》\n· 1.建设产业园", link="http://t.test/plans/1"
    )
    assert letters.plain(letter).startswith("来源：《行动计划》\n· 1.建设产业园")
    texts = [p.text_content() for p in parser.fromstring(letters.html(letter)).xpath("//p")]
    assert "来源：《行动计划》" in texts and "· 1.建设产业园" in texts
