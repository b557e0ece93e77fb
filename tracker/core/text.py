"""The extracted text of a document and places in it.

Every later stage speaks of places in this text only: `start` and `end` are code-point offsets into
`Text.content`, `end` exclusive. `tracker parse --text` prints exactly this content.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the extracted text, code-point offsets, `end` exclusive."""

    start: int
    end: int


class BlockKind(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell of a table; a merged cell stands once, at its upper left corner."""

    start: int
    end: int
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a whole table with its cells, as the document itself divides its text.

    A block's stretch leaves out the newline that ends it. In a table the cells of a row are joined by tabs and
    rows by newlines. `page` counts from 1 where the format has pages.
    """

    start: int
    end: int
    kind: BlockKind = BlockKind.PARAGRAPH
    cells: tuple[Cell, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """What a document says, with the blocks it is made of in reading order."""

    content: str
    blocks: tuple[Block, ...]

    def slice(self, place: Span | Block | Cell) -> str:
        """The characters at a place."""
        return self.content[place.start : place.end]


class Level(StrEnum):
    """How much a finding asks of the reviewer: nothing, a look, a decision before the plan can be issued."""

    INFO = "info"
    CHECK = "check"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the reader was unsure of or applied on its own, with its place and a sentence for the reviewer."""

    code: str
    level: Level
    message: str
    start: int
    end: int


@dataclass(slots=True)
class Findings:
    """Collects findings while a document is read."""

    items: list[Finding] = field(default_factory=list)

    def add(self, code: str, level: Level, message: str, place: Span) -> None:
        self.items.append(Finding(code, level, message, place.start, place.end))


def text_of_lines(content: str) -> Text:
    """Gives the Text of plain text: each line that is not blank is a paragraph block. Linear in length."""
    blocks = []
    start = 0
    for line in content.split("\n"):
        end = start + len(line)
        if line.strip():
            blocks.append(Block(start, end))
        start = end + 1
    return Text(content, tuple(blocks))
