"""Whatever bytes come, the answer is a Text whose places lie inside it, or a refusal."""

from __future__ import annotations

import io
import zipfile
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.documents import ole_files, sample_plan, web_pages, word_files
from tests.documents.pdf_files import plan_pdf
from tracker.core.text import Text
from tracker.documents import extract, extract_pasted
from tracker.errors import Unreadable

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FORMATS = ("txt", "gb18030", "html", "docx", "doc", "pdf")


@cache
def whole(name: str) -> bytes:
    if name == "pdf":
        return plan_pdf()
    return {
        "txt": sample_plan.as_text().encode(),
        "gb18030": sample_plan.as_text().encode("gb18030"),
        "html": web_pages.plan_page().encode(),
        "docx": word_files.saved(word_files.plan_document()),
        "doc": ole_files.word(sample_plan.as_text().splitlines()),
    }[name]


def holds_together(text: Text) -> None:
    end = 0
    for block in text.blocks:
        assert end <= block.start < block.end <= len(text.content)
        end = block.end
        for cell in block.cells:
            assert block.start <= cell.start <= cell.end <= block.end
            assert cell.rowspan > 0
            assert cell.colspan > 0
            assert "\n" not in text.slice(cell)
            assert "\t" not in text.slice(cell)
    text.content.encode()


def read(data: bytes) -> None:
    try:
        text = extract(data)
    except Unreadable as error:
        assert error.message
    else:
        holds_together(text)


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes cut, overwritten, doubled or exchanged in a few places."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(changed) - 1, 0)))
        match draw(st.sampled_from(("cut", "write", "drop", "double", "noughts"))):
            case "cut":
                del changed[at:]
            case "write":
                piece = draw(st.binary(min_size=1, max_size=8))
                changed[at : at + len(piece)] = piece
            case "drop":
                del changed[at : at + draw(st.integers(1, 300))]
            case "double":
                changed[at:at] = changed[at : at + draw(st.integers(1, 300))]
            case "noughts":
                changed[at : at + 16] = bytes(16)
    return bytes(changed)


@pytest.mark.parametrize("name", FORMATS)
@FEW
@given(choice=st.data())
def test_damaged_files_are_read_or_refused(name: str, choice: st.DataObject) -> None:
    read(choice.draw(damaged(whole(name))))


@pytest.mark.parametrize("name", ["word/document.xml", "word/numbering.xml", "word/styles.xml", "_rels/.rels"])
@FEW
@given(choice=st.data())
def test_damaged_parts_of_a_whole_package_are_read_or_refused(name: str, choice: st.DataObject) -> None:
    package = whole("docx")
    read(word_files.with_member(package, name, choice.draw(damaged(word_files.member(package, name)))))


NUMBERS = st.sampled_from(("", "0", "1", "-1", "9", "²", "1e3", "2147483648", "99999999999999999999", "x", "900"))


@FEW
@given(values=st.lists(NUMBERS, min_size=30, max_size=30))
def test_any_number_may_stand_where_word_writes_one(values: list[str]) -> None:
    package = whole("docx")
    xml = word_files.member(package, "word/numbering.xml").decode()
    for old, value in zip(
        ('w:val="1"', 'w:ilvl="1"', 'w:val="900"', 'w:val="0"', 'w:ilvl="0"') * 6, values, strict=True
    ):
        xml = xml.replace(old, old.split('"')[0] + f'"{value}"', 1)
    read(word_files.with_member(package, "word/numbering.xml", xml.encode()))


@FEW
@given(data=st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read(data)


MAGIC = st.sampled_from(
    (b"PK\x03\x04", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\xff\xfe", b"BM")
)


@FEW
@given(magic=MAGIC, data=st.binary(max_size=2000))
def test_any_bytes_behind_a_known_beginning_are_read_or_refused(magic: bytes, data: bytes) -> None:
    read(magic + data)


TAGS = (
    "table",
    "tr",
    "td",
    "ol",
    "li",
    "p",
    "br",
    "div",
    "h1",
    "a",
    "pre",
    "ruby",
    "rt",
    "b",
    "nav",
    "script",
    "title",
)
ATTRIBUTES = (
    "",
    ' colspan="3"',
    ' rowspan="0"',
    ' rowspan="9"',
    ' start="5"',
    ' class="title"',
    ' hidden=""',
    ' id="nav"',
)


@FEW
@given(
    pieces=st.lists(
        st.one_of(
            st.tuples(st.sampled_from(("", "/")), st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)).map(
                lambda tag: f"<{tag[0]}{tag[1]}{'' if tag[0] else tag[2]}>"
            ),
            st.text(max_size=12),
            st.sampled_from(("一、总体要求。", "&nbsp;", "&#0;", "&#xd800;", "1.", "\x00", "目标；")),
        ),
        max_size=60,
    )
)
def test_any_markup_is_read_or_refused(pieces: list[str]) -> None:
    read(("<html><body>" + "".join(pieces)).encode("utf-8", "surrogatepass"))


@FEW
@given(content=st.text())
def test_any_pasted_words_are_read_or_refused(content: str) -> None:
    try:
        holds_together(extract_pasted(content))
    except Unreadable as error:
        assert error.code == "empty"


@FEW
@given(names=st.lists(st.text(min_size=1, max_size=20), max_size=6), data=st.binary(max_size=100))
def test_packages_of_any_members_are_read_or_refused(names: list[str], data: bytes) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name in {name.encode("utf-8", "replace").decode() for name in names}:
            package.writestr("m" + name, data)
    read(stream.getvalue())
