"""PDF files for tests, written with a Chinese font found on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache

import pytest
from fpdf import FPDF

from tests.documents import sample_plan

SIZE = 16
LINE_HEIGHT = 10.2


@cache
def chinese_font() -> tuple[str, int]:
    """The file of a Chinese font and its place in it; without one the test is skipped, in CI it fails."""
    if shutil.which("fc-list"):
        listed = subprocess.run(
            ["fc-list", ":lang=zh-cn", "--format", "%{file}\t%{index}\t%{family}\n"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        fonts = [line.split("\t") for line in listed.splitlines()]
        fonts.sort(key=lambda font: ("SC" not in font[2], "Bold" in font[0], "Serif" not in font[0], font[0]))
        for path, index, _family in fonts:
            if int(index) < 65536:
                return path, int(index)
    reason = "no Chinese font: install fonts-noto-cjk"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Sheet(FPDF):
    """An A4 page as official documents are set, with page number and running head."""

    def __init__(self, *, head: str = "", has_page_numbers: bool = True) -> None:
        super().__init__(format="A4")
        self._head, self._has_page_numbers = head, has_page_numbers
        path, index = chinese_font()
        self.add_font("song", fname=path, collection_font_number=index)
        self.set_font("song", size=SIZE)
        self.set_margins(28, 37, 26)
        self.set_auto_page_break(auto=True, margin=35)
        self.add_page()

    def header(self) -> None:
        if self._head:
            with self.local_context():
                self.set_font("song", size=10)
                self.set_y(20)
                self.cell(w=0, text=self._head, align="C")
            self.set_y(37)

    def footer(self) -> None:
        if self._has_page_numbers:
            self.set_y(-28)
            self.set_font("song", size=14)
            self.cell(w=0, text=f"— {self.page_no()} —", align="C")
            self.set_font("song", size=SIZE)

    def paragraph(self, words: str, *, indent: float = 2) -> None:
        """Writes a paragraph line by line, each broken where it meets the margin, the first one indented."""
        em = SIZE * 25.4 / 72
        left, width = self.l_margin, self.epw
        first = self._fitting(words, width - indent * em)
        self._line(first, left + indent * em)
        for line in self._lines(words[len(first) :], width):
            self._line(line, left)

    def centred(self, words: str, *, size: float = 22) -> None:
        self.set_font("song", size=size)
        for line in self._lines(words, self.epw - 30):
            self.cell(w=0, h=LINE_HEIGHT * 1.2, text=line, align="C", new_x="LMARGIN", new_y="NEXT")
        self.set_font("song", size=SIZE)

    def ruled(self, rows: Sequence[Sequence[str]], *, size: float = 12) -> None:
        self.set_font("song", size=size)
        with self.table(first_row_as_headings=False, line_height=8) as table:
            for cells in rows:
                row = table.row()
                for cell in cells:
                    row.cell(cell)
        self.set_font("song", size=SIZE)

    def bytes(self) -> bytes:
        return bytes(self.output())

    def _line(self, words: str, left: float) -> None:
        self.set_x(left)
        self.cell(w=0, h=LINE_HEIGHT, text=words, new_x="LMARGIN", new_y="NEXT")

    def _fitting(self, words: str, width: float) -> str:
        count = len(words)
        while self.get_string_width(words[:count]) > width:
            count -= 1
        # A closing mark may not begin a line.
        while count < len(words) and words[count] in "，。；：）、”":
            count -= 1
        return words[:count]

    def _lines(self, words: str, width: float) -> list[str]:
        lines = []
        while words:
            line = self._fitting(words, width)
            lines.append(line)
            words = words[len(line) :]
        return lines


@cache
def plan_pdf(*, indent: float = 2, head: str = "") -> bytes:
    """The sample plan with broken lines, page numbers and its table of indicators."""
    sheet = Sheet(head=head)
    sheet.centred(sample_plan.TITLE)
    sheet.centred(sample_plan.NUMBER_LINE, size=SIZE)
    sheet.paragraph(sample_plan.PIECES[0].printed, indent=0)
    for piece in sample_plan.PIECES[1:]:
        sheet.paragraph(piece.printed, indent=indent)
    sheet.paragraph("附件：主要指标表", indent=0)
    sheet.ruled(sample_plan.TABLE)
    return sheet.bytes()
