"""`tracker parse` prints a reading or a refusal, quickly and without a web framework."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.documents import sample_plan, word_files
from tracker.core.draft import draft
from tracker.documents import extract


def tracker(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "tracker.cli", *arguments], capture_output=True, check=False)


def test_parse_prints_the_reading_as_json(tmp_path: Path) -> None:
    path = tmp_path / "方案.docx"
    path.write_bytes(word_files.saved(word_files.plan_document()))
    done = tracker("parse", "--json", str(path))
    assert done.returncode == 0
    assert json.loads(done.stdout) == draft(extract(path.read_bytes())).to_json()
    assert "云川市" in done.stdout.decode()


def test_parse_prints_exactly_the_text_that_offsets_refer_to(tmp_path: Path) -> None:
    path = tmp_path / "plan"
    content = sample_plan.as_text() + "\n\n  末行 "
    path.write_bytes(b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode())
    assert tracker("parse", "--text", str(path)).stdout.decode() == content


def test_parse_says_why_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "方案.docx"
    path.write_bytes(b"\x89PNG" + bytes(50))
    done = tracker("parse", str(path))
    assert (done.returncode, done.stdout) == (2, b"")
    assert "图片" in done.stderr.decode()


def test_parse_of_a_file_that_is_not_there_is_no_traceback(tmp_path: Path) -> None:
    done = tracker("parse", str(tmp_path / "none.txt"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr.decode()


def test_parse_loads_no_web_framework_and_no_database(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_text(sample_plan.as_text(), "utf-8")
    program = (
        "import sys; from tracker.cli import main; code = main(['parse', sys.argv[1]]);"
        "sys.exit(code or bool({'flask', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=False).returncode == 0
