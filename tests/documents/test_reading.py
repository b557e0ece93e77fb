"""The child process: same reading as in process, and an end with a reason when it runs long or grows large."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.documents import sample_plan, word_files
from tracker.core.draft import draft
from tracker.documents import Limits, extract, read_document
from tracker.documents.limits import MEGABYTE
from tracker.documents.reading import text_from_json, text_to_json
from tracker.errors import Unreadable


def refused(data: bytes, limits: Limits) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_document(data, limits=limits)
    return caught.value


def test_the_child_gives_the_text_and_the_draft_of_this_process() -> None:
    data = word_files.saved(word_files.plan_document())
    reading = read_document(data, filename="方案.docx")
    assert reading.text == extract(data)
    assert reading.plan == draft(extract(data)).to_json()


def test_a_text_survives_the_way_through_json() -> None:
    text = extract(word_files.saved(word_files.plan_document()))
    assert text_from_json(text_to_json(text)) == text


def test_a_refusal_of_the_child_is_the_refusal_of_the_parent() -> None:
    error = refused(b"\x89PNG" + bytes(100), Limits())
    assert (error.code, "图片" in error.message) == ("wrong-type", True)


def test_a_file_over_the_limit_never_reaches_the_child() -> None:
    assert refused(b"a" * 2000, Limits(max_bytes=1000)).code == "too-large"


def test_a_child_that_uses_up_its_processor_time_is_ended() -> None:
    data = ("一、总体要求，" * 40 + "\n").encode() * 12_000
    assert refused(data, Limits(cpu_seconds=1)).code == "timeout"


def test_a_child_that_does_not_answer_in_time_is_ended() -> None:
    data = ("一、总体要求，" * 40 + "\n").encode() * 12_000
    assert refused(data, Limits(wall_seconds=1)).code == "timeout"


def test_a_child_that_grows_too_large_is_ended() -> None:
    paragraphs = b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 900_000
    document = word_files.saved(word_files.plan_document())
    xml = word_files.member(document, "word/document.xml")
    head, tail = xml[: xml.index(b"<w:p>")], xml[xml.index(b"<w:sectPr") :]
    data = word_files.with_member(document, "word/document.xml", head + paragraphs + tail, is_packed=False)
    assert len(data) < 40 * MEGABYTE
    limits = Limits(max_bytes=40 * MEGABYTE, memory_bytes=160 * MEGABYTE)
    assert refused(data, limits).code == "memory"


def test_a_child_that_cannot_even_start_is_a_crash_with_a_sentence() -> None:
    error = refused("一、总体要求".encode(), Limits(memory_bytes=8 * MEGABYTE))
    assert error.code in {"crashed", "memory"}
    assert error.message.endswith("。")


@pytest.mark.parametrize("library", ["flask", "sqlalchemy", "docx", "pypdfium2", "pdfplumber", "lxml", "trafilatura"])
def test_reading_plain_text_loads_no_reader_of_another_format(library: str) -> None:
    program = (
        "import sys; from tracker.documents.extraction import extract; import tracker.documents.child;"
        f"extract({sample_plan.TITLE!r}.encode()); sys.exit({library!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
