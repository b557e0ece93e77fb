"""The child process of `read_document`: a document on stdin, its reading as JSON on stdout.

Arguments: largest size in bytes, CPU seconds, memory in bytes. It limits itself before it reads a byte.
"""

from __future__ import annotations

import json
import sys
from typing import Any

try:
    import resource
except ImportError:  # Windows has no such limits; the parent's clock still ends the child there.
    resource = None  # type: ignore[assignment]

from tracker.documents.refusals import refusal
from tracker.errors import Unreadable


def main() -> int:
    """Reads, drafts, answers; gives the exit code."""
    max_bytes, cpu_seconds, memory_bytes = (int(argument) for argument in sys.argv[1:4])
    _limit(cpu_seconds, memory_bytes)
    try:
        answer = _read(sys.stdin.buffer.read(), max_bytes)
    except Unreadable as error:
        answer = _refused(error)
    except MemoryError:
        answer = _refused(refusal("memory"))
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode())
    return 0


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    if resource is None:
        return
    # The second above the soft limit is for the signal that names the cause.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    # Soft only: LibreOffice, where a .doc needs it, gets a limit of its own.
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(data: bytes, max_bytes: int) -> dict[str, Any]:
    from tracker.documents.extraction import extract
    from tracker.documents.reading import text_to_json

    text = extract(data, max_bytes=max_bytes)
    del data
    from tracker.core.draft import draft

    return {"text": text_to_json(text), "plan": draft(text).to_json()}


def _refused(error: Unreadable) -> dict[str, Any]:
    return {"refusal": {"code": error.code, "message": error.message}}


if __name__ == "__main__":
    sys.exit(main())
