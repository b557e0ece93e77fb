"""The indicator table of a real plan, held against its own text; such plans are not part of the project.

`TRACKER_CORPUS` names a directory with docs/.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracker.core.footnotes import footnotes
from tracker.documents import read_document

CORPUS = os.environ.get("TRACKER_CORPUS", "")
PLAN = Path(CORPUS) / "docs" / "02_wuwei.txt"

pytestmark = pytest.mark.skipif(not (CORPUS and PLAN.is_file()), reason="TRACKER_CORPUS names no corpus of plans")


def test_a_real_table_has_its_rows_its_marks_its_gap_and_its_disagreements_with_the_text() -> None:
    reading = read_document(PLAN.read_bytes(), filename=PLAN.name)
    rows = reading.plan["indicators"]
    assert len(rows) == 15
    assert sum(bool(row["notes"]) for row in rows) == 7
    assert [row["no"] for row in rows if set(row["values"]) != {"2021", "2022", "2025"}] == ["6"]
    codes = [finding["code"] for finding in reading.plan["findings"]]
    assert codes.count("indicator.missing-cells") == 1
    named = [finding for finding in reading.plan["findings"] if finding["code"] == "target.table-name"]
    assert any("第2项" in finding["message"] for finding in named)
    assert all(finding["level"] == "check" and finding["end"] > finding["start"] for finding in named)
    assert "target.table-mismatch" not in codes
    assert set(footnotes(reading.text.content, {"*"})) == {"*"}
