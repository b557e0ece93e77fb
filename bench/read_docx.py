"""Reading a 60-page .docx against python-docx opening it and listing its paragraphs: bar 3 times (DESIGN 11)."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docx
from docx.shared import Pt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.documents import sample_plan, word_files
from tracker.documents import extract

BAR = 3.0
PAGES = 60
# A page in GB/T 9704 is 22 lines of 28 characters.
CHARACTERS = PAGES * 22 * 28
TABLES = 6
ROUNDS = 9


def sixty_pages() -> bytes:
    document = docx.Document()
    levels = "".join(word_files.level(index, *parts) for index, parts in enumerate(word_files.PLAN_LEVELS))
    word_files.add_list(document, levels)
    written = 0
    while written < CHARACTERS:
        for piece in sample_plan.PIECES:
            if piece.level is None:
                paragraph = document.add_paragraph()
            else:
                paragraph = word_files.numbered(document, "", at_level=piece.level)
            # Word cuts a paragraph into runs wherever it was edited, each with its font.
            for start in range(0, len(piece.words), 30):
                run = paragraph.add_run(piece.words[start : start + 30])
                run.font.name, run.font.size = "仿宋_GB2312", Pt(16)
            written += len(piece.words)
    for _ in range(TABLES):
        word_files.add_table(document, sample_plan.TABLE)
    return word_files.saved(document)


def seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def main() -> int:
    data = sixty_pages()
    ours = seconds(lambda: extract(data))
    theirs = seconds(lambda: list(docx.Document(io.BytesIO(data)).paragraphs))
    with_words = seconds(lambda: [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs])
    ratio = ours / theirs
    print(f"extract {ours * 1000:.0f} ms, python-docx {theirs * 1000:.0f} ms, ratio {ratio:.2f} (bar {BAR:g})")
    print(f"against python-docx listing the words of its paragraphs too: {ours / with_words:.2f}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
