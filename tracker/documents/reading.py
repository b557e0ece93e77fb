"""A document read and drafted in a child process with limits, and what came back from it."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.core.text import Block, BlockKind, Cell, Text
from tracker.documents.limits import Limits
from tracker.documents.refusals import refusal, too_large
from tracker.errors import Unreadable

_log = logging.getLogger(__name__)
_PACKAGE_HOME = str(Path(__file__).resolve().parents[2])
# The child gets no settings and no secrets of ours, only what Python needs to start.
_ENVIRONMENT_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_OUT_OF_TIME = getattr(signal, "SIGXCPU", None)
# What the system does to a process that takes the last of its memory.
_OUT_OF_MEMORY = getattr(signal, "SIGKILL", None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says (`text`) and what was read from it (`plan`, the shape of `DraftPlan.to_json()`)."""

    text: Text
    plan: dict[str, Any]


def read_document(data: bytes, *, filename: str | None = None, limits: Limits | None = None) -> Reading:
    """Gives the reading of a document, made in a child process.

    Raises: Unreadable; also `timeout`, `memory`, `crashed` where the child had to be ended or ended itself.
    """
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise too_large(limits.max_bytes)
    answer = _answer(_run(data, limits))
    if "refusal" in answer:
        raise Unreadable(answer["refusal"]["code"], answer["refusal"]["message"])
    return Reading(text_from_json(answer["text"]), answer["plan"])


def text_to_json(text: Text) -> dict[str, Any]:
    """Gives a Text as plain lists: per block start, end, kind, page and the numbers of its cells."""
    return {
        "content": text.content,
        "blocks": [
            [
                block.start,
                block.end,
                block.kind.value,
                block.page,
                [[cell.start, cell.end, cell.row, cell.column, cell.rowspan, cell.colspan] for cell in block.cells],
            ]
            for block in text.blocks
        ],
    }


def text_from_json(stored: dict[str, Any]) -> Text:
    """Gives back the Text that `text_to_json` wrote."""
    return Text(
        stored["content"],
        tuple(
            Block(start, end, BlockKind(kind), tuple(Cell(*cell) for cell in cells), page)
            for start, end, kind, page, cells in stored["blocks"]
        ),
    )


def _run(data: bytes, limits: Limits) -> subprocess.CompletedProcess[bytes]:
    environment = {name: os.environ[name] for name in _ENVIRONMENT_KEPT if name in os.environ}
    environment |= {"PYTHONPATH": _PACKAGE_HOME, "PYTHONIOENCODING": "utf-8"}
    arguments = (limits.max_bytes, limits.cpu_seconds, limits.memory_bytes)
    try:
        return subprocess.run(  # noqa: S603 - our own module, numbers as arguments, the document on stdin
            [sys.executable, "-P", "-m", "tracker.documents.child", *map(str, arguments)],
            input=data,
            capture_output=True,
            timeout=limits.wall_seconds,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal("timeout") from None


def _answer(child: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    if child.returncode == 0:
        try:
            answer: dict[str, Any] = json.loads(child.stdout)
        except ValueError:
            raise refusal("crashed") from None
        return answer
    _log.error("reading a document ended with %s: %s", child.returncode, child.stderr[-2000:].decode(errors="replace"))
    if -child.returncode == _OUT_OF_TIME:
        raise refusal("timeout")
    if -child.returncode == _OUT_OF_MEMORY:
        raise refusal("memory")
    raise refusal("crashed")
