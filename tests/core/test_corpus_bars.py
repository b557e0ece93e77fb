"""The figures the reader is held to on real plans, which are not part of the project.

`TRACKER_CORPUS` names a directory with docs/, docs_fullwidth/ and labels/; the scorer stands beside it in tools/.
"""

import os
import pathlib
import shlex
import subprocess
import sys

import pytest

CORPUS = os.environ.get("TRACKER_CORPUS", "")
SCORER = pathlib.Path(CORPUS).parent / "tools" / "score_import.py"
EXACT = "tasks,titles,units,resolved,unassigned,indicators,spans,doc_no"

pytestmark = pytest.mark.skipif(
    not (CORPUS and SCORER.is_file()),
    reason="TRACKER_CORPUS names no corpus of labelled plans with its scorer beside it",
)


@pytest.mark.parametrize("docs", ["docs", "docs_fullwidth"])
@pytest.mark.parametrize(("figures", "bar"), [(EXACT, "0.9999"), ("targets", "0.95")])
def test_real_plans_are_read_up_to_the_bars(docs, figures, bar):
    command = f"{shlex.quote(sys.executable)} -m tracker.cli parse --json {{file}}"
    run = subprocess.run(
        [sys.executable, str(SCORER), "--cmd", command, "--docs", f"{CORPUS}/{docs}", "--labels", f"{CORPUS}/labels",
         "--min", bar, "--only", figures, "-v"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
