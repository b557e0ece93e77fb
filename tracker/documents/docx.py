"""Word documents (.docx): paragraphs with their automatic numbers, tables, text boxes, footnotes.

Read straight from the package's XML: python-docx silently drops the text of a document that carries a DTD, and knows
neither numbers, text boxes nor tracked changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tracker.core.text import Text
from tracker.documents.archive import Package
from tracker.documents.assembly import Assembly
from tracker.documents.docx_names import VAL, W, child
from tracker.documents.docx_numbering import Numbering, properties_of
from tracker.documents.docx_runs import Words, drop_hidden, words_of
from tracker.documents.docx_tables import table_cells
from tracker.documents.limits import MAX_NESTED_TABLES
from tracker.documents.refusals import refusal, wrong_type

if TYPE_CHECKING:
    from lxml.etree import _Element

    from tracker.documents.assembly import GridCell

_TRANSPARENT = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_OTHER_PACKAGES = (
    ("xl/", "excel"),
    ("ppt/", "powerpoint"),
    ("ofd.xml", "ofd"),
    ("content.xml", "opendocument"),
    ("word/", "office"),
)


def read_docx(data: bytes) -> Text:
    """Gives the Text of a .docx.

    Raises: Unreadable `damaged`, `encrypted`, `too-complex`, `wrong-type`, `empty`.
    """
    package = Package(data)
    name = package.related("").get("officeDocument", "word/document.xml")
    root = package.tree(name)
    body = child(root, "body")
    if body is None or root is None or root.tag != W + "document":
        raise _other_package(package)
    parts = package.related(name)
    numbering = Numbering(_part(package, parts, "numbering"), _part(package, parts, "styles"))
    drop_hidden(body)
    story = _Story(numbering)
    story.read(body)
    for kind in ("footnotes", "endnotes"):
        story.read_notes(_part(package, parts, kind), kind)
    return story.assembly.text()


def _part(package: Package, parts: dict[str, str], kind: str) -> _Element | None:
    return package.tree(parts[kind]) if kind in parts else None


def _other_package(package: Package) -> Exception:
    names = package.names()
    for prefix, kind in _OTHER_PACKAGES:
        if any(name.startswith(prefix) for name in names):
            return refusal("damaged") if kind == "office" else wrong_type(kind)
    return wrong_type("archive")


class _Story:
    """Walks the body in reading order and writes what is printed."""

    def __init__(self, numbering: Numbering) -> None:
        self.assembly = Assembly()
        self._numbering = numbering
        self._notes: dict[str, list[str]] = {"footnotes": [], "endnotes": []}
        self._carried = ""

    def read(self, body: _Element) -> None:
        for element in _blocks(body):
            if element.tag == W + "tbl":
                self.assembly.paragraph(self._rest())
                self.assembly.table(self._cells(element, depth=1))
            else:
                for words in self._paragraph(element):
                    self.assembly.paragraph(words)
        self.assembly.paragraph(self._rest())

    def read_notes(self, root: _Element | None, kind: str) -> None:
        """Adds the notes that the body refers to, in the order of their marks, after it."""
        if root is None:
            return
        notes = {note.get(W + "id"): note for note in root}
        label = "脚注" if kind == "footnotes" else "尾注"
        for place, note_id in enumerate(self._notes[kind], start=1):
            if note_id in notes:
                words = " ".join(self._lines(notes[note_id], depth=1)).strip()
                if words:
                    self.assembly.paragraph(f"{label}{place}：{words}")

    def _paragraph(self, element: _Element) -> Iterator[str]:
        """Gives the printed lines of a paragraph: its number and words, then the text boxes anchored in it."""
        properties = properties_of(element)
        words = words_of(element)
        for kind, note_id in words.notes:
            self._notes[kind].append(note_id)
        if properties.is_mark_deleted:
            self._carried += words.text
        elif not self._numbering.is_contents(properties):
            text = self._rest() + words.text
            label = self._numbering.label(properties)
            if text.strip():
                yield label + text
        yield from self._boxes(words)

    def _boxes(self, words: Words) -> Iterator[str]:
        for box in words.boxes:
            yield from self._lines(box, depth=1)

    def _lines(self, container: _Element, *, depth: int) -> Iterator[str]:
        """Gives everything inside a cell, text box or note as lines, tables inside it flattened."""
        for element in _blocks(container):
            if element.tag == W + "tbl":
                for cell in self._cells(element, depth=depth + 1):
                    if cell.text:
                        yield cell.text
            else:
                yield from self._paragraph(element)
        if self._carried:
            yield self._rest()

    def _rest(self) -> str:
        """Gives the words of a paragraph whose end was deleted where none follows to take them up."""
        rest, self._carried = self._carried, ""
        return rest

    def _cells(self, table: _Element, *, depth: int) -> list[GridCell]:
        if depth > MAX_NESTED_TABLES:
            raise refusal("too-complex")
        return table_cells(table, lambda cell: "\n".join(self._lines(cell, depth=depth)))


def _blocks(container: _Element) -> Iterator[_Element]:
    for element in container:
        if element.tag in (W + "p", W + "tbl"):
            yield element
        elif element.tag in _TRANSPARENT and not _is_contents(element):
            yield from _blocks(element)


def _is_contents(element: _Element) -> bool:
    """Tells whether this is Word's own table of contents (目录), which repeats every heading."""
    gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(VAL) == "Table of Contents"
