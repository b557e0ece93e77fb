"""Every sample plan of our own is read back exactly as its hand-made label says.

A label holds, per task: path, number, part, title, who leads and who else answers (cooperating units among them), as
printed and with elided prefixes restored; the numbered tasks without units; the document's number. Compared on NFKC
text without white space.
"""

import json
import pathlib
import re
import unicodedata

import pytest

from tracker.core.draft import draft
from tracker.documents import extract

SAMPLES = pathlib.Path(__file__).parents[1] / "samples"
PLANS = sorted((SAMPLES / "plans").iterdir())


def _norm(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "")).strip("。.;:")


def _key(item):
    return tuple(_norm(step) for step in item["path"]), _norm(item["no"]), item.get("part") or 0


def _row(task, *names):
    return _key(task), _norm(task["title"]), [sorted(map(_norm, listed)) for listed in names]


def _read_rows(tasks, field):
    lists = [(task, task["lead"], task["responsible"] + task["cooperating"]) for task in tasks]
    return sorted(_row(task, *([unit[field] for unit in units] for units in roles)) for task, *roles in lists)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.stem)
def test_a_sample_plan_is_read_exactly_as_labelled(plan):
    label = json.loads((SAMPLES / "labels" / f"{plan.stem}.json").read_text("utf-8"))
    reading = draft(extract(plan.read_bytes())).to_json()
    assigned = [task for task in reading["tasks"] if task["lead"] or task["responsible"] or task["cooperating"]]
    unassigned = [task for task in reading["tasks"] if task not in assigned and task["kind"] == "task"]

    printed = sorted(_row(task, task["lead"], task["responsible"]) for task in label["tasks"])
    resolved = sorted(_row(task, task["lead_resolved"], task["responsible_resolved"]) for task in label["tasks"])
    assert _read_rows(assigned, "printed") == printed
    assert _read_rows(assigned, "name") == resolved
    assert sorted(map(_key, unassigned)) == sorted(map(_key, label["unassigned"]))
    assert _norm(reading["doc_no"]) == _norm(label["doc_no"])
