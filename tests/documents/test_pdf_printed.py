"""PDFs as a browser prints them: flat boxes of flat letters, rows cut by the end of a page, heads repeated."""

from __future__ import annotations

import os
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

from tests.documents import sample_plan
from tests.documents.test_formats_agree import indicators, tasks
from tracker.core.text import BlockKind
from tracker.documents import extract

pytestmark = pytest.mark.browser

STYLE = """<meta charset="utf-8"><style>@page { size: A4; margin: 37mm 26mm 35mm 28mm }
body { font: 16pt/28.95pt serif; margin: 0; text-align: justify } p { margin: 0; text-indent: %s }
h1 { font-size: 22pt; text-align: center } table { border-collapse: collapse; width: 100%%; font-size: 12pt }
td { border: 1px solid #000; padding: 2pt 4pt } thead { display: table-header-group }</style>"""


def printed(body: str, folder: Path, *, indent: str = "2em") -> bytes:
    """The page as a PDF made by Chromium; without one the test is skipped, in CI it fails."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        reason = "Chromium is not installed: sudo apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    page, pdf = folder / "plan.html", folder / "plan.pdf"
    page.write_text(STYLE % indent + body, "utf-8")
    subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={pdf}", page.as_uri()],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return pdf.read_bytes()


def rows(table: tuple[tuple[str, ...], ...]) -> str:
    return "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table)


def plan(table: str) -> str:
    paragraphs = "".join(f"<p>{escape(piece.printed)}</p>" for piece in sample_plan.PIECES)
    return f"<h1>{sample_plan.TITLE}</h1><p>{sample_plan.NUMBER_LINE}</p>{paragraphs}<p>附件：主要指标表</p>{table}"


@pytest.mark.parametrize("indent", ["2em", "0"])
def test_a_printed_plan_gives_the_tasks_and_indicators_of_its_text(tmp_path: Path, indent: str) -> None:
    data = printed(plan(f"<table>{rows(sample_plan.TABLE)}</table>"), tmp_path, indent=indent)
    text = sample_plan.as_text().encode()
    assert tasks(data) == tasks(text)
    assert indicators(data) == indicators(text)


def test_rows_cut_by_the_end_of_a_page_are_whole_and_repeated_heads_stand_once(tmp_path: Path) -> None:
    words = [piece.words for piece in sample_plan.PIECES] * 2
    body = tuple((str(place), line, "市商务局、市财政局", "2025年底前") for place, line in enumerate(words, start=1))
    head = '<thead><tr><td rowspan="2">序号</td><td rowspan="2">任务</td><td colspan="2">落实</td></tr>'
    head += "<tr><td>单位</td><td>时限</td></tr></thead>"
    text = extract(printed(f"<p>附件</p><table>{head}{rows(body)}</table><p>本表自印发之日起执行。</p>", tmp_path))
    tables = [block for block in text.blocks if block.kind is BlockKind.TABLE]
    assert len(tables) == 1
    assert text.slice(tables[0]).split("\n")[:2] == ["序号\t任务\t落实\t", "\t\t单位\t时限"]
    assert text.slice(tables[0]).split("\n")[2:] == ["\t".join(row) for row in body]
    assert text.content.endswith("\n本表自印发之日起执行。")
