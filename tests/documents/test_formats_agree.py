"""One plan in every format gives the same tasks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.documents import pdf_files, sample_plan, web_pages, word_files
from tracker.core.draft import draft
from tracker.documents import extract

Reading = list[tuple[object, ...]]

FORMATS: dict[str, Callable[[], bytes]] = {
    "docx numbered by Word": lambda: word_files.saved(word_files.plan_document()),
    "docx numbered by Word, tabs after the numbers": lambda: word_files.saved(word_files.plan_document(suffix="tab")),
    "html in a portal": lambda: web_pages.plan_page().encode(),
    "html in GB2312": lambda: web_pages.plan_page().replace("utf-8", "gb2312").encode("gb18030"),
    "pdf with indents": pdf_files.plan_pdf,
    "pdf without indents": lambda: pdf_files.plan_pdf(indent=0, head="云川市人民政府办公室文件"),
    "txt in GB18030": lambda: sample_plan.as_text().encode("gb18030"),
    "txt with CRLF": lambda: sample_plan.as_text().replace("\n", "\r\n").encode(),
}


def tasks(data: bytes) -> Reading:
    plan = draft(extract(data)).to_json()
    return [
        (
            task["no"],
            task["path"],
            task["title"],
            [unit["name"] for unit in task["lead"]],
            [unit["name"] for unit in task["responsible"]],
            task["deadline"] and (task["deadline"]["printed"], task["deadline"]["date"]),
        )
        for task in plan["tasks"]
    ]


def indicators(data: bytes) -> Reading:
    plan = draft(extract(data)).to_json()
    return [(row["no"], row["name"], row["unit"], row["values"]) for row in plan["indicators"]]


def test_the_plan_itself_has_ten_tasks_with_units_and_three_indicators() -> None:
    data = sample_plan.as_text().encode()
    assert [task[0] for task in tasks(data)] == [f"{number}." for number in range(1, 11)]
    assert tasks(data)[7][1:] == (
        ["三、", "（一）"],
        "拓展县乡末端网点",
        ["市供销社", "市邮政管理局"],
        ["各县(市、区)政府"],
        ("2025年底前", "2025-12-31"),
    )
    assert len(indicators(data)) == 3


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_tasks_of_the_text(name: str) -> None:
    assert tasks(FORMATS[name]()) == tasks(sample_plan.as_text().encode())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_indicators_of_the_text(name: str) -> None:
    assert indicators(FORMATS[name]()) == indicators(sample_plan.as_text().encode())
