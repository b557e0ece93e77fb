"""Word 97-2003 documents: converted and read, with LibreOffice as the second way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.documents import ole_files, sample_plan, word_files
from tracker.core.draft import draft
from tracker.documents import Format, extract, sniff
from tracker.errors import Unreadable

LINES = sample_plan.as_text().splitlines()


def code_of(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        extract(data)
    return refused.value.code


def test_a_doc_is_read_paragraph_by_paragraph() -> None:
    assert extract(ole_files.word(LINES[:-4])).content.split("\n") == LINES[:-4]


def test_a_doc_gives_the_tasks_of_its_text() -> None:
    from_doc = draft(extract(ole_files.word(LINES[:-4]))).to_json()["tasks"]
    assert from_doc == draft(extract("\n".join(LINES[:-4]).encode())).to_json()["tasks"]
    assert len(from_doc) == 10


def test_a_doc_with_a_password_is_refused_as_encrypted() -> None:
    assert code_of(ole_files.word(LINES, flags=0x0300)) == "encrypted"


def test_a_truncated_doc_is_refused_as_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    data = ole_files.word(LINES)
    # The directory stands near the end, so a shorter file is not even known for a Word document.
    assert code_of(data[:600] + data[-2000:]) in {"damaged", "wrong-type"}
    broken = data.replace(b"\xec\xa5\xc1\x00", b"\x00\x00\x00\x00")
    assert sniff(broken) is Format.DOC
    assert code_of(broken) == "damaged"


def test_where_our_converter_fails_an_installed_office_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted = tmp_path / "converted.docx"
    converted.write_bytes(word_files.saved(word_files.plan_document()))
    program = tmp_path / "soffice"
    program.write_text(
        f"#!{sys.executable}\nimport pathlib, shutil, sys\n"
        "folder = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n"
        f"folder.mkdir(exist_ok=True)\nshutil.copy({str(converted)!r}, folder / 'plan.docx')\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    broken = ole_files.word(LINES).replace(b"\xec\xa5\xc1\x00", b"\x00\x00\x00\x00")
    assert extract(broken).content.startswith(sample_plan.TITLE)
